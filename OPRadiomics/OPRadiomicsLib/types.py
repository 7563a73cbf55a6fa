"""What flows between the stages: frozen, with read-only arrays.

Arrays are indexed (k, j, i): k counts slices as stored, j rows, i columns. An affine is 4 x 4 and maps voxel indices
(i, j, k, 1) to millimetres in DICOM's patient space, LPS (x to the patient's left, y to posterior, z to superior).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from .errors import GeometryError, MaskError
from .levels import LABEL_OF_LEVEL, LEVEL_OF_LABEL

FloatArray = npt.NDArray[np.floating[Any]]
LabelArray = npt.NDArray[np.uint8]
Affine = npt.NDArray[np.float64]

Progress = Callable[[str, float], None]
"""Called with a message and the fraction done (0 to 1); it may raise `Cancelled`."""


def no_progress(message: str, fraction: float) -> None:
    """Report nothing."""


class Role(StrEnum):
    """The three sequences of the study."""

    T1WI = "T1WI"
    T2WI = "T2WI"
    FST2WI = "FS-T2WI"


USUAL_KIND: Final = "as the study's"
"""The kind of a sequence whose header says nothing else; see `io.roles.kind_of`."""
KINDS_SEPARATOR: Final = "; "
"""Between the kinds of one patient's sequences in a table."""


@dataclass(frozen=True, eq=False)
class SeriesRef:
    """One image series on disk: its identity, its files in slice order, and the role it plays.

    ``reason`` says in words why the role was given. ``acquisition`` holds scanner and sequence parameters (TR, TE, ...).
    """

    series_uid: str
    study_uid: str
    frame_of_reference_uid: str | None
    description: str
    files: tuple[Path, ...]
    role: Role | None = None
    reason: str = ""
    acquisition: Mapping[str, object] = field(default_factory=dict)


def _read_only(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


def _checked_affine(affine: npt.ArrayLike) -> Affine:
    matrix = np.asarray(affine, dtype=np.float64)
    if matrix.shape != (4, 4) or not np.isfinite(matrix).all() or abs(np.linalg.det(matrix)) < 1e-9:
        raise GeometryError(
            f"Affine of shape {matrix.shape} that is not an invertible 4 x 4 matrix of finite numbers",
            "a 4 x 4 matrix from voxel indices to millimetres",
            "check the image's header",
        )
    checked: Affine = _read_only(matrix)
    return checked


@dataclass(frozen=True, eq=False)
class Volume:
    """A scalar image in patient space.

    Parameters
    ----------
    array
        Intensities, (k, j, i), floating point.
    affine
        (i, j, k, 1) -> LPS mm, 4 x 4.
    frame_of_reference_uid
        DICOM FrameOfReferenceUID, or None where the file format has none.
    source
        Where it came from, in words that hold no patient data.
    """

    array: FloatArray
    affine: Affine
    frame_of_reference_uid: str | None = None
    source: str = ""

    def __post_init__(self) -> None:
        array = np.asarray(self.array)
        if array.ndim != 3:
            raise GeometryError(
                f"Image with {array.ndim} dimensions, shape {array.shape}",
                "a 3-D image, (slices, rows, columns)",
                "export one volume: not a 2-D slice, a time series or a colour image",
            )
        if not np.issubdtype(array.dtype, np.floating):
            array = array.astype(np.float32)
        object.__setattr__(self, "array", _read_only(array))
        object.__setattr__(self, "affine", _checked_affine(self.affine))

    @property
    def shape(self) -> tuple[int, int, int]:
        k, j, i = self.array.shape
        return k, j, i

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Voxel size along i, j, k."""
        return _spacing_of(self.affine)


@dataclass(frozen=True, eq=False)
class Mask:
    """Vertebral labels on one Volume's grid.

    Parameters
    ----------
    labels
        uint8, (k, j, i); 0 is background, other values as in `levels.LEVEL_OF_LABEL` (L1 = 20 ... S1 = 26).
    affine
        (i, j, k, 1) -> LPS mm, 4 x 4; equal to the Volume's.
    origin
        How it came about: "model <name>", "propagated from T1WI", "reviewed by <initials>", "file".
    """

    labels: LabelArray
    affine: Affine
    frame_of_reference_uid: str | None = None
    origin: str = ""

    def __post_init__(self) -> None:
        labels = np.asarray(self.labels)
        if labels.ndim != 3:
            raise MaskError(f"Mask with {labels.ndim} dimensions", "a 3-D label map", "save the whole label volume")
        unknown = sorted(int(v) for v in np.unique(labels[labels != 0]) if int(v) not in LEVEL_OF_LABEL)
        if unknown:
            raise MaskError(
                f"Label values {unknown}",
                f"values of {min(LEVEL_OF_LABEL)} to {max(LEVEL_OF_LABEL)} (L1 = 20)",
                "relabel the mask; files with L1 = 1, L2 = 2, L3 = 3 are read by io.read_mask",
            )
        object.__setattr__(self, "labels", _read_only(labels.astype(np.uint8, copy=False)))
        object.__setattr__(self, "affine", _checked_affine(self.affine))

    @property
    def shape(self) -> tuple[int, int, int]:
        k, j, i = self.labels.shape
        return k, j, i

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Voxel size along i, j, k."""
        return _spacing_of(self.affine)

    @property
    def levels(self) -> tuple[str, ...]:
        """Names of the levels that hold at least one voxel, from cranial to caudal."""
        return tuple(LEVEL_OF_LABEL[int(v)] for v in np.unique(self.labels[self.labels != 0]))

    def of(self, level: str) -> npt.NDArray[np.bool_]:
        """Voxels of one level, bool, (k, j, i)."""
        voxels: npt.NDArray[np.bool_] = self.labels == LABEL_OF_LEVEL[level]
        return voxels


def _spacing_of(affine: Affine) -> tuple[float, float, float]:
    x, y, z = np.linalg.norm(affine[:3, :3], axis=0)
    return float(x), float(y), float(z)


@dataclass(frozen=True)
class LevelQuality:
    """What is known of one segmented level; ``flags`` are sentences for the reader, empty where all is well.

    ``accepted_by``: initials of the reader who accepted it, empty where none did.
    """

    level: str
    volume_ml: float
    confidence: float
    flags: tuple[str, ...] = ()
    accepted_by: str = ""


@dataclass(frozen=True, eq=False)
class Segmentation:
    """What the network proposes: bodies by level, the canal, quality per level, and warnings about the numbering."""

    mask: Mask
    quality: tuple[LevelQuality, ...]
    warnings: tuple[str, ...] = ()
    canal: npt.NDArray[np.bool_] | None = None
    needs_confirmation: bool = False


@dataclass(frozen=True, eq=False)
class FeatureVector:
    """Radiomic features of one sequence or of a study, with the hash of the profile that made them.

    ``grey_levels`` counts the discrete grey levels inside the region for each filtered image.
    """

    names: tuple[str, ...]
    values: npt.NDArray[np.float64]
    profile_hash: str
    engine: str = ""
    grey_levels: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        values = np.asarray(self.values, dtype=np.float64)
        if values.shape != (len(self.names),):
            raise ValueError(f"{len(self.names)} names for values of shape {values.shape}")
        object.__setattr__(self, "values", _read_only(values))
        object.__setattr__(self, "grey_levels", MappingProxyType(dict(self.grey_levels)))

    def as_dict(self) -> dict[str, float]:
        return dict(zip(self.names, self.values.tolist(), strict=True))


@dataclass(frozen=True)
class Clinical:
    """Clinical variables: age in years, male True or False, BMI in kg/m2; None where not recorded."""

    age: float
    male: bool
    bmi: float | None = None
    diabetes: bool | None = None
    smoking: bool | None = None
    drinking: bool | None = None


@dataclass(frozen=True)
class Contribution:
    """One predictor's share of a prediction: the linear SHAP value coef x (value - mean), in logits."""

    name: str
    value: float
    reference: float
    shap: float


@dataclass(frozen=True)
class Prediction:
    """One model's answer for one patient.

    ``probability`` is that of osteoporosis (QCT BMD < 80 mg/cm3). ``interval`` is the 95 % confidence interval of the
    probability, ``threshold`` the cut-off fixed on training data, ``osteoporosis`` the class: None where the model
    publishes none. ``contributions`` plus ``base_logit`` add up to the logit. ``class_probabilities`` are those of an ordinal
    model of three classes on the same predictors (normal, osteopenia, osteoporosis), where the signature holds one.
    """

    model: str
    kind: str
    probability: float
    logit: float
    base_logit: float
    contributions: tuple[Contribution, ...]
    interval: tuple[float, float] | None = None
    threshold: float | None = None
    osteoporosis: bool | None = None
    radscores: Mapping[str, float] = field(default_factory=dict)
    demo: bool = False
    approximate: bool = False
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)
    class_probabilities: Mapping[str, float] = field(default_factory=dict)
