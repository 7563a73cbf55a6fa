"""Every setting of a run, typed, read from Resources/Params/*.yaml, with a hash that travels with the features."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from .errors import ProfileError
from .resources import params_path

Positive = Annotated[float, Field(gt=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Region(_Settings):
    """How the marrow region is derived from a vertebral body (the study's region lies inside the cortex, off the vein).

    ``inset_mm``: distance in the sagittal plane that the region stays inside the body.
    ``lateral_area_fraction``: slices whose body area is below this fraction of the largest slice's are left out.
    ``vein_depth_mm``, ``vein_height_mm``: box at the middle of the posterior wall that is left out, 0 to keep it.
    ``vein_slices_mm``: width (left-right) around the body's mid-plane over which the vein is left out.
    """

    inset_mm: Annotated[float, Field(ge=0, le=10)]
    lateral_area_fraction: Fraction
    vein_depth_mm: Annotated[float, Field(ge=0)]
    vein_height_mm: Annotated[float, Field(ge=0)]
    vein_slices_mm: Annotated[float, Field(ge=0)]


class BiasField(_Settings):
    """N4 (Tustison et al., IEEE TMI 2010) fitted on a coarse grid inside a body mask; the log field is applied at full
    resolution.

    ``grid_mm``: spacing of the isotropic fitting grid; None fits at the image's own resolution.
    ``control_points``: B-spline control points along x, y, z of the grid at the coarsest level.
    ``iterations``: at most so many for each fitting level.
    """

    grid_mm: Positive | None
    control_points: tuple[int, int, int]
    iterations: tuple[Annotated[int, Field(gt=0)], ...]
    convergence: Positive
    noise: Positive = 0.01
    fwhm: Positive = 0.15
    bins: Annotated[int, Field(gt=1)] = 200


class Normalisation(_Settings):
    """Linear scaling to 0..``output_max``.

    ``over``: the voxels that set the limits: the body of the patient, or the whole image.
    ``lower_percentile``, ``upper_percentile``: 0 and 100 are minimum and maximum.
    ``clip``: whether values beyond the limits, and those that cubic resampling throws beyond, are cut off.
    """

    over: Literal["body", "image"]
    lower_percentile: Annotated[float, Field(ge=0, lt=100)]
    upper_percentile: Annotated[float, Field(gt=0, le=100)]
    output_max: Positive
    clip: bool

    @model_validator(mode="after")
    def _ordered(self) -> Normalisation:
        if self.lower_percentile >= self.upper_percentile:
            raise ValueError("lower_percentile must be below upper_percentile")
        return self


class Resampling(_Settings):
    """Onto one isotropic grid per study. ``padding_voxels`` around the region: LoG of sigma 3 mm needs 20."""

    spacing_mm: Positive
    interpolator: Literal["bspline3", "linear"]
    padding_voxels: Annotated[int, Field(ge=0)]


class Features(_Settings):
    """What PyRadiomics computes. ``log_sigma_mm``: Laplacian-of-Gaussian scales."""

    bin_width: Positive
    log_sigma_mm: tuple[Positive, ...]


class Profile(_Settings):
    """All settings of a run. Two runs with equal `hash` computed the same thing."""

    name: Annotated[str, Field(min_length=1)]
    description: str
    region: Region
    bias_field: BiasField
    normalisation: Normalisation
    resampling: Resampling
    features: Features
    itk_threads: Annotated[int, Field(ge=1)]

    @property
    def hash(self) -> str:
        """SHA-256, first 16 hex digits, of every setting (name and description aside) as canonical JSON."""
        settings = self.model_dump(mode="json", exclude={"name", "description"})
        canonical = json.dumps(settings, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def load_profile(name_or_path: str | Path = "standard") -> Profile:
    """Profile from Resources/Params/<name>.yaml or from a YAML file.

    Raises
    ------
    ProfileError
        If the file is absent or not YAML, or a key is unknown, missing, of the wrong type or out of range.
    """
    path = Path(name_or_path)
    if path.suffix not in {".yaml", ".yml"}:
        path = params_path(str(name_or_path))
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        shipped = sorted(p.stem for p in params_path("standard").parent.glob("*.yaml"))
        raise ProfileError(
            f"No profile '{name_or_path}'", f"one of {', '.join(shipped)}, or the path of a .yaml file", "check the name"
        ) from None
    except OSError as error:
        raise ProfileError(
            f"Profile {path.name[:80]} cannot be read ({error.strerror})", "a YAML file that you may read", "check the path"
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise ProfileError(f"Profile {path.name} is not YAML ({error})", "a YAML mapping", "mend the file") from None
    try:
        return Profile.model_validate(settings)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise ProfileError(
            f"Profile {path.name}: {faults}", "the keys of Resources/Params/standard.yaml", "mend these keys"
        ) from None
