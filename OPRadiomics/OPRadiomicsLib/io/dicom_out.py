"""A result of `predict` as DICOM: one SEG a sequence and one SR, filed with the examination that it came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ParamSpec, TypeVar

from ..errors import MissingDependencyError, StudyError
from ..types import Mask, Progress, Role, SeriesRef, no_progress
from .dicom_seg_out import Drawn, Identity, build_segmentation
from .dicom_sources import DicomSource, open_source
from .dicom_sr_out import build_report
from .headers import silent_about_patients
from .masks import read_mask_in_any_order
from .prediction_file import PredictionFile, read_prediction

REPORT_FILE = "SR.dcm"
SERIES_NUMBER: Mapping[Role, int] = {Role.T1WI: 9001, Role.T2WI: 9002, Role.FST2WI: 9003}
REPORT_SERIES_NUMBER = 9004

P = ParamSpec("P")
Made = TypeVar("Made")


def segmentation_file(role: Role) -> str:
    """Name of a sequence's SEG file."""
    return f"SEG_{role}.dcm"


EXPORTED = (*(segmentation_file(role) for role in Role), REPORT_FILE)
"""Every file that an export can write."""


def mask_path(result: Path, role: Role) -> Path:
    """The bodies that `predict` wrote for a sequence."""
    return result / "masks" / f"{role}_bodies.nii.gz"


def roles_of_result(result: Path) -> tuple[Role, ...]:
    """Sequences that a result has masks of.

    Raises
    ------
    StudyError
        If it has none.
    """
    roles = tuple(role for role in Role if mask_path(result, role).is_file())
    if not roles:
        raise StudyError(
            f"'{result.name}' holds no masks/<sequence>_bodies.nii.gz",
            "the folder that `predict` wrote",
            "check the path, or predict first",
        )
    return roles


def require_highdicom() -> None:
    """Raise `MissingDependencyError` unless highdicom is installed."""
    try:
        import highdicom  # noqa: F401
    except ImportError:
        raise MissingDependencyError(
            "DICOM output, and highdicom is not installed", "the package highdicom", "pip install highdicom"
        ) from None


def write_dicom_result(
    result: Path, series: Mapping[Role, SeriesRef], folder: Path, progress: Progress = no_progress
) -> tuple[Path, ...]:
    """Write SEG_<sequence>.dcm of each series given, and SR.dcm.

    Parameters
    ----------
    result
        Folder that `predict` wrote: prediction.json and masks.
    series
        The DICOM series that each mask lies on.
    folder
        An existing folder; the caller sees to it that it is kept only when whole (`files.all_or_nothing`).

    Returns
    -------
    tuple of Path
        The files, in ``folder``.

    Raises
    ------
    MissingDependencyError
        If highdicom is not installed.
    GeometryError
        If a mask does not lie on its series' voxels, or as `read_volume`.
    MaskError, StudyError
        If a mask, prediction.json or a header cannot be used.
    """
    require_highdicom()
    with silent_about_patients():
        prediction = read_prediction(result / "prediction.json")
        sources: dict[Role, DicomSource] = {}
        masks: dict[Role, Mask] = {}
        for count, (role, one) in enumerate(series.items()):
            progress(f"{role}: reading images and mask", 0.8 * count / len(series))
            sources[role] = open_source(one)
            masks[role] = read_mask_in_any_order(mask_path(result, role), sources[role].grid)
        return _write(prediction, sources, masks, folder, progress)


def _write(
    prediction: PredictionFile,
    sources: Mapping[Role, DicomSource],
    masks: Mapping[Role, Mask],
    folder: Path,
    progress: Progress,
) -> tuple[Path, ...]:
    from pydicom.uid import generate_uid

    reference = next(role for role in Role if role in sources)
    drawn = Drawn.of(prediction.segmentation, bool(prediction.accepted_by), reference)
    tracking = {level: str(generate_uid()) for mask in masks.values() for level in mask.levels}
    segmentations = {}
    for role, source in sources.items():
        progress(f"{role}: building the segmentation", 0.8)
        identity = Identity.new(SERIES_NUMBER[role])
        segmentations[role] = _built(
            build_segmentation, source, masks[role], role, drawn=drawn, tracking=tracking, identity=identity
        )
    progress("Building the report", 0.9)
    evidence = [header for source in sources.values() for header in source.headers]
    identity = Identity.new(REPORT_SERIES_NUMBER)
    report = _built(
        build_report, prediction, segmentations, masks, evidence=evidence, drawn=drawn, tracking=tracking, identity=identity
    )
    written = {folder / segmentation_file(role): one for role, one in segmentations.items()} | {folder / REPORT_FILE: report}
    for path, made in written.items():
        _built(made.save_as, path, enforce_file_format=True)
    return tuple(written)


def _built(build: Callable[P, Made], *given: P.args, **named: P.kwargs) -> Made:
    """What ``build`` makes; an error of the libraries, whose message may quote the header, is told without its message."""
    try:
        return build(*given, **named)
    except (ValueError, TypeError, AttributeError, KeyError, NotImplementedError) as error:
        raise StudyError(
            f"The images' header cannot be carried over into a new object ({type(error).__name__})",
            "images whose header follows the DICOM standard",
            "export the original series",
        ) from None
