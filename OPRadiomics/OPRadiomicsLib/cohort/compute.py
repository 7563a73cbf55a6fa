"""One case from its study folder to its result folder, or to a recorded failure."""

from __future__ import annotations

import dataclasses
import json
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from .. import io, workflow
from ..errors import Cancelled, ClinicalDataError, OPRadiomicsError, OutputError, StudyError
from ..features_table import write_features
from ..files import all_or_nothing, patiently, write_text
from ..levels import UNION
from ..models.clinical import parse_age, parse_male, validate_clinical
from ..models.extrapolation import other_kinds
from ..options import remove_earlier_results
from ..progress import part
from ..segmentation.review import Reviewed
from ..study import Study, open_files, open_study
from ..types import KINDS_SEPARATOR, Clinical, Prediction, Progress, Role
from .case import FINISHED, Case, CohortSettings, Failure, failure_of, key_of, read_finished


@dataclass
class _Stage:
    """What is being done, for the record of a failure."""

    name: str = "reading"


def run_case(case: Case, settings: CohortSettings, folder: Path, progress: Progress) -> Failure | None:
    """Compute one case into ``folder``, all of it or nothing. A failure is returned, not raised: the other cases go on.

    Raises
    ------
    Cancelled
        If ``progress`` raises it; nothing half-written stays.
    OutputError
        If the folder can't be written: then no other case's can.
    """
    stage = _Stage()
    try:
        _compute(case, settings, folder, stage, progress)
    except (OutputError, Cancelled):
        raise
    except OPRadiomicsError as error:
        return failure_of(case.name, stage.name, error, case.study)
    except Exception as error:  # noqa: BLE001  (the boundary: one case's fault must not end the others)
        return _fault(case, stage, error)
    return None


def _fault(case: Case, stage: _Stage, error: Exception) -> Failure:
    """A fault of the software by its places; the exception's own message may hold a path or a name."""
    frames = traceback.extract_tb(error.__traceback__)
    places = ", ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames[-3:]))
    found = f"{type(error).__name__} at {places}"
    return Failure(case.name, stage.name, "fault of the software", found, "a result or a message", "report these places")


def open_case(folder: Path, *, series: Mapping[Role, str] | None = None, allow_missing: bool, progress: Progress) -> Study:
    """A study folder: image files named T1WI, T2WI and FS-T2WI where it holds any, else DICOM, with ``series`` that are named.

    Raises
    ------
    StudyError, GeometryError
        If the folder can't be read, and as `study.open_files` and `study.open_study`.
    """
    try:
        files = {role: path for role in Role for path in (_image_of(role, folder),) if path is not None}
    except OSError as error:
        raise StudyError(
            f"The study's folder cannot be read ({error.strerror})",
            "a folder that you may read",
            "check permissions and the medium",
        ) from None
    missing = [role for role in Role if role not in files]
    if files and missing and not allow_missing:
        raise StudyError(
            f"Missing: {', '.join(missing)}",
            "an image file of each sequence, such as T1WI.nii.gz, in the study's folder",
            "add them, or go without with --allow-missing",
        )
    if files and series:
        raise StudyError(
            f"Series named for {', '.join(series)} of a study of image files",
            "series of a DICOM study",
            "leave the cells empty",
        )
    if files:
        return open_files(files, allow_missing=allow_missing)
    return open_study(folder, choices=series, allow_missing=allow_missing, progress=progress)


def _image_of(role: Role, folder: Path) -> Path | None:
    found = [folder / f"{role}{ending}" for ending in io.IMAGE_SUFFIXES if (folder / f"{role}{ending}").is_file()]
    if len(found) > 1:
        raise StudyError(
            f"{len(found)} images named {role} ({', '.join(path.suffix for path in found)})", "one", "keep one of them"
        )
    return found[0] if found else None


def _compute(case: Case, settings: CohortSettings, folder: Path, stage: _Stage, progress: Progress) -> None:
    key = key_of(case, settings)
    if read_finished(folder).get("key") == key:
        return  # another run did, since this one looked
    _begin_anew(folder)
    study = open_case(case.study, series=case.series, allow_missing=settings.allow_missing, progress=part(progress, 0.0, 0.1))
    clinical = None
    if settings.signature is not None:
        stage.name = "clinical variables"
        clinical = _clinical(case, study)
    stage.name = "masks"
    reviewed = _bodies(case, settings, study, part(progress, 0.1, 0.3))
    corrected = {role: io.read_mask(path, study.volumes[role]) for role, path in _corrected(case, study).items()}
    stage.name = "preprocessing and features"
    analysis = workflow.analyse(
        study,
        reviewed.mask,
        settings.profile,
        corrected=corrected,
        register=settings.register,
        per_level=settings.per_level,
        engine=settings.engine,
        progress=part(progress, 0.3, 0.9),
    )
    with all_or_nothing(folder) as scratch:
        stage.name = "prediction and report"
        doubts = study.doubts_about_patient(*_age_and_sex(case))
        predictions, warnings = _concluded(
            settings, study, reviewed, analysis, clinical=clinical, doubts=doubts, scratch=scratch
        )
        stage.name = "writing"
        io.write_study_masks(analysis.bodies, analysis.marrow, scratch / "masks")
        write_features({UNION: analysis.features, **analysis.by_level}, scratch / "features.csv", slice_mm=study.slice_mm)
        names = sorted(path.relative_to(scratch) for path in scratch.rglob("*") if path.is_file())
    remove_earlier_results(folder, [folder / name for name in names])
    proof = {
        "key": key,
        "masks": reviewed.mask.origin,
        "scanner": study.scanner,
        "kinds": KINDS_SEPARATOR.join(study.kinds),
        "digest": study.digest,
        "levels": [dataclasses.asdict(level) for level in reviewed.quality],
        "predictions": predictions,
        "warnings": list(dict.fromkeys(warnings)),
    }
    write_text(folder / FINISHED, json.dumps(proof, indent=1, ensure_ascii=False) + "\n")
    progress("Finished", 1.0)


def _begin_anew(folder: Path) -> None:
    try:
        patiently(partial((folder / FINISHED).unlink, missing_ok=True))
    except OSError as error:
        raise OutputError(
            f"{FINISHED} of an earlier run cannot be removed from {folder} ({error.strerror})",
            "a folder that this user may write",
            "change its permissions, or choose another output folder",
        ) from None


def _clinical(case: Case, study: Study) -> Clinical:
    given = dict(case.clinical)
    given.setdefault("age", study.age)
    given.setdefault("sex", study.sex)
    return validate_clinical(**given)


def _age_and_sex(case: Case) -> tuple[float | None, bool | None]:
    """As the table gives them; None where it doesn't, or nobody can read them, of which `check` tells."""
    age, male = None, None
    with suppress(ClinicalDataError):
        age = parse_age(case.clinical.get("age"))
    with suppress(ClinicalDataError):
        male = parse_male(case.clinical.get("sex"))
    return age, male


def _bodies(case: Case, settings: CohortSettings, study: Study, progress: Progress) -> Reviewed:
    volume = study.volumes[study.reference]
    if study.reference in case.masks:
        return Reviewed.given(io.read_mask(case.masks[study.reference], volume))
    from ..segmentation.inference import segment

    return Reviewed.draft(segment(volume, settings.model, progress=progress))


def _corrected(case: Case, study: Study) -> dict[Role, Path]:
    absent = [role for role in case.masks if role not in study.volumes]
    if absent:
        raise StudyError(
            f"A mask on {', '.join(absent)} without that sequence", "masks of sequences among the images", "leave the mask out"
        )
    return {role: path for role, path in case.masks.items() if role is not study.reference}


def _concluded(
    settings: CohortSettings,
    study: Study,
    reviewed: Reviewed,
    analysis: workflow.Analysis,
    *,
    clinical: Clinical | None,
    doubts: tuple[str, ...],
    scratch: Path,
) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """The predictions as rows, and every warning; the report goes into ``scratch``. Without a signature the warnings alone."""
    if settings.signature is None or clinical is None:
        kinds = other_kinds((), study.kinds)
        return [], (*study.warnings, *kinds, *doubts, *reviewed.warnings, *analysis.warnings, *analysis.features.warnings)
    from ..reports.report import write_report
    from ..reports.strings import LANGUAGES

    result = workflow.conclude(
        study,
        analysis,
        reviewed,
        signature=settings.signature,
        clinical=clinical,
        profile=settings.profile,
        warnings=doubts,
    )
    write_report(result, scratch, LANGUAGES[settings.language])
    return [_row(prediction, settings) for prediction in result.predictions], result.all_warnings


def _row(prediction: Prediction, settings: CohortSettings) -> dict[str, Any]:
    lower, upper = prediction.interval or (None, None)
    return {
        "signature": "" if settings.signature is None else f"{settings.signature.name} {settings.signature.version}",
        "demo": prediction.demo,
        "model": prediction.model,
        "probability": prediction.probability,
        "lower": lower,
        "upper": upper,
        "threshold": prediction.threshold,
        "osteoporosis": prediction.osteoporosis,
        **{f"radscore_{name}": value for name, value in prediction.radscores.items()},
    }
