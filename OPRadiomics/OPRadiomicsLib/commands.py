"""What each command does once its arguments are parsed: read, call the workflow, write all results or none.

The command line and the worker both call these; they differ in how they show progress and the outcome.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from . import io, workflow
from .console import Clock, result_lines, warning_lines
from .errors import ModelError, StudyError
from .features import warm_up
from .features_table import write_features
from .files import all_or_nothing, write_bytes
from .json_files import write_json
from .levels import STUDY_LEVELS, UNION
from .models.clinical import exclusion_warnings, validate_clinical
from .models.extrapolation import other_kinds
from .models.signature import Signature
from .models.signature_file import load_signature
from .options import (
    dicom_places,
    given_kinds,
    image_files,
    remove_earlier_results,
    require_apart,
    require_consistent,
    require_dicom_places,
    require_no_series_named,
    require_place,
    require_result_folder,
    require_unread,
    require_worker_count,
)
from .outcome import Outcome
from .profile import Profile, load_profile
from .progress import part
from .reports.report import write_report
from .reports.strings import LANGUAGES
from .segmentation.review import Reviewed, read_review
from .study import Study, open_files, open_study
from .types import Clinical, Mask, Progress, Role, Segmentation, SeriesRef, Volume

if TYPE_CHECKING:
    from .segmentation.bundle import SegmentationModel


def predict(options: argparse.Namespace, progress: Progress) -> Outcome:
    """A study to report.html, prediction.json, masks, features.csv and pictures."""
    clock = Clock()
    out = options.out
    require_consistent(options)
    require_result_folder(out, options)
    exclusions = exclusion_warnings(options.exclusion)
    signature = _signature(options.signature)
    profile = _profile_of(signature)
    study = _open(options, progress)
    clinical = _clinical(options, study)
    clock.lap("reading")
    reviewed = _bodies(options, study, part(progress, 0.1, 0.3))
    clock.lap("segmentation")
    warm_up(options.engine, part(progress, 0.3, 0.4))
    clock.lap("feature engine")
    analysis = workflow.analyse(
        study,
        reviewed.mask,
        profile,
        corrected=_corrected(options, study),
        register=options.register,
        engine=options.engine,
        progress=part(progress, 0.4, 0.9),
    )
    clock.lap("preprocessing and features")
    result = workflow.conclude(
        study,
        analysis,
        reviewed,
        signature=signature,
        clinical=clinical,
        profile=profile,
        warnings=(*study.doubts_about_patient(clinical.age, clinical.male), *exclusions),
        timings_s=clock.laps_s,
    )
    progress("Writing the report", 0.95)
    with all_or_nothing(out) as folder:
        write_report(result, folder, LANGUAGES[options.language])
        io.write_study_masks(analysis.bodies, analysis.marrow, folder / "masks")
        write_features({UNION: analysis.features}, folder / "features.csv", slice_mm=study.slice_mm)
        names = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    written = tuple(out / name for name in names)
    remove_earlier_results(out, written)
    progress("Done", 1.0)
    return Outcome(result_lines(result, out, options.language), written)


def segment(options: argparse.Namespace, progress: Progress) -> Outcome:
    """Vertebral bodies on one image: a label map, and beside it a JSON and, if asked for, a picture."""
    from .reports.mask_pictures import levels_picture
    from .segmentation.blemishes import blemishes
    from .segmentation.quality import describe

    description, picture = (options.out.with_name(f"{_stem(options.out)}.{kind}") for kind in ("json", "png"))
    places = (options.out, description, *((picture,) if options.picture else ()))
    io.require_image_suffix(options.out)
    for place in places:
        require_place(place, options)
    volume = _one_volume(options)
    draft = _segmentation(options, volume, progress)
    draft = replace(draft, warnings=(*draft.warnings, *blemishes(volume)))
    replaced = options.out.is_file() and description.is_file()
    with all_or_nothing(options.out.parent, options.out.name) as folder:
        io.write_mask(draft.mask, folder / options.out.name, all_levels=options.all_levels)
        write_json(describe(draft), folder / description.name)
        if options.picture:
            write_bytes(folder / picture.name, levels_picture(volume, draft.mask, strings=LANGUAGES["en"]))
    if replaced:
        remove_earlier_results(options.out.parent, places, (picture.name,))
    return Outcome((_mask_line(draft.mask, options), *warning_lines(draft.warnings)), places)


def propagate(options: argparse.Namespace, progress: Progress) -> Outcome:
    """A mask from one sequence onto another's grid."""
    from .segmentation.propagation import describe_propagation
    from .segmentation.propagation import propagate as carry

    description = options.out.with_name(f"{_stem(options.out)}.json")
    io.require_image_suffix(options.out)
    require_place(options.out, options)
    require_place(description, options)
    progress("Reading", 0.0)
    source, onto = _image(options.source), _image(options.onto)
    mask = io.read_mask(options.mask, source)
    progress("Propagating", 0.3)
    found = carry(mask, source, onto, register=options.register)
    with all_or_nothing(options.out.parent, options.out.name) as folder:
        io.write_mask(found.mask, folder / options.out.name, all_levels=options.all_levels)
        write_json(describe_propagation(found), folder / description.name)
    progress("Done", 1.0)
    return Outcome((_mask_line(found.mask, options), *warning_lines(found.warnings)), (options.out, description))


def marrow(options: argparse.Namespace, progress: Progress) -> Outcome:
    """The region that the features describe, on the image that the bodies were drawn on."""
    io.require_image_suffix(options.out)
    require_place(options.out, options)
    profile = load_profile(options.profile)
    progress("Reading", 0.0)
    bodies = io.read_mask(options.mask, _image(options.image))
    progress("Taking the marrow region", 0.3)
    io.write_mask(workflow.marrow_as_stored(bodies, profile), options.out)
    progress("Done", 1.0)
    return Outcome((f"{options.out}: marrow region, profile {profile.name} {profile.hash}",), (options.out,))


def features(options: argparse.Namespace, progress: Progress) -> Outcome:
    """386 features for each sequence of a study, one row a region."""
    require_consistent(options)
    require_place(options.out, options)
    profile = load_profile(options.profile)
    study = _open(options, progress)
    reviewed = _bodies(options, study, part(progress, 0.1, 0.3))
    analysis = workflow.analyse(
        study,
        reviewed.mask,
        profile,
        corrected=_corrected(options, study),
        register=options.register,
        per_level=options.per_level,
        engine=options.engine,
        progress=part(progress, 0.3, 1.0),
    )
    write_features({UNION: analysis.features, **analysis.by_level}, options.out, slice_mm=study.slice_mm)
    kinds = other_kinds((), study.kinds)
    warnings = (*study.warnings, *kinds, *reviewed.warnings, *analysis.warnings, *analysis.features.warnings)
    line = f"{options.out}: {len(analysis.features.names)} features, profile {profile.name} {profile.hash}"
    return Outcome((line, *warning_lines(warnings)), (options.out,))


def cohort(options: argparse.Namespace, progress: Progress) -> Outcome:
    """Every case of a cohort to one table of features, and with a signature to predictions and reports."""
    from .cohort import SAME_IMAGES, CohortSettings, list_cases, run_cohort

    require_worker_count(options)
    require_apart(options.out, options.cases)
    listed = list_cases(options.cases)
    signature = None if options.signature is None else _signature(options.signature)
    settings = CohortSettings(
        profile=_cohort_profile(options.profile, signature),
        model=_network(options),
        signature=signature,
        register=options.register,
        allow_missing=options.allow_missing,
        per_level=options.per_level,
        engine=options.engine,
        language=options.language,
    )
    workers = (os.cpu_count() or 1) if options.workers is None else options.workers
    result = run_cohort(listed.cases, settings, options.out, workers=workers, scheduler=options.scheduler, progress=progress)
    lines = (
        f"{result.finished} of {len(listed.cases)} cases finished, {result.kept} of them by an earlier run",
        *warning_lines(listed.notes),
        *warning_lines(f"case {other} has {SAME_IMAGES} {first}" for first, other in result.twins),
        *warning_lines(f"failed: {one.case}, {one.stage}: {one.found}" for one in result.failures),
        *(str(path) for path in result.tables.values()),
    )
    return Outcome(lines, tuple(result.tables.values()))


def export(options: argparse.Namespace, progress: Progress) -> Outcome:
    """A result as DICOM: a SEG for each sequence, and an SR."""
    from .io import dicom_out
    from .io.headers import silent_about_patients

    dicom_out.require_highdicom()
    roles = dicom_out.roles_of_result(options.result)
    require_dicom_places(options, roles)
    require_result_folder(options.out, options, dicom_out.EXPORTED)
    with silent_about_patients():
        series = _series_to_export(options, roles, part(progress, 0.0, 0.2))
        require_unread(
            (options.out / name for name in dicom_out.EXPORTED), (path for one in series.values() for path in one.files)
        )
        with all_or_nothing(options.out) as folder:
            made = dicom_out.write_dicom_result(options.result, series, folder, part(progress, 0.2, 1.0))
            names = [path.name for path in made]
    written = tuple(options.out / name for name in names)
    remove_earlier_results(options.out, written, dicom_out.EXPORTED)
    progress("Done", 1.0)
    notes = warning_lines(_other_than_their_headers_say(series))
    return Outcome((*(str(path) for path in written), *notes, "These files name the patient, as the images do."), written)


def _other_than_their_headers_say(series: Mapping[Role, SeriesRef]) -> Iterator[str]:
    """A sentence for each series whose header says another sequence: on one grid, masks fit exchanged series just as well."""
    from .io.roles import judge

    for role, one in series.items():
        verdict = judge(one)
        if verdict.role is not None and verdict.role is not role:
            yield f"{role} is {io.describe_series(one)}, by its header {verdict.role} ({verdict.reason})."


def _series_to_export(options: argparse.Namespace, roles: tuple[Role, ...], progress: Progress) -> dict[Role, SeriesRef]:
    from .io.dicom_sources import sources_by_role, sources_of_study

    places = dicom_places(options)
    if places:
        return sources_by_role(places, progress)
    return sources_of_study(options.study, roles, choices=_choices(options), study_uid=options.study_uid, progress=progress)


def _choices(options: argparse.Namespace) -> dict[Role, str]:
    """Series that the user names."""
    named = {Role.T1WI: options.t1_series, Role.T2WI: options.t2_series, Role.FST2WI: options.fst2_series}
    return {role: name for role, name in named.items() if name is not None}


def _cohort_profile(name: str | None, signature: Signature | None) -> Profile:
    """The profile that was named, or the signature's, which then must be the same."""
    if signature is None:
        return load_profile("standard" if name is None else name)
    profile = _profile_of(signature)
    if name is not None and load_profile(name).hash != profile.hash:
        raise ModelError(
            f"Profile '{name}' with another hash than the signature's ({profile.hash})",
            f"the profile that signature '{signature.name}' was fitted with",
            "leave --profile out",
        )
    return profile


def _signature(name: str) -> Signature:
    if not name.strip():
        raise ModelError(
            "--signature without a name", "a shipped or installed name, or a folder", "leave it out for the demo signature"
        )
    return load_signature(name)


def _profile_of(signature: Signature) -> Profile:
    """The profile that the signature was fitted with, proved by its hash; `standard` for one without Radscores."""
    if signature.profile is None:
        return load_profile("standard")
    profile = load_profile(signature.profile.name)
    if profile.hash != signature.profile.hash:
        raise ModelError(
            f"Profile '{profile.name}' of this version has hash {profile.hash}",
            f"{signature.profile.hash}, with which signature '{signature.name}' was fitted",
            "use the software version that the signature came with, or fit the signature again",
        )
    return profile


def _open(options: argparse.Namespace, progress: Progress) -> Study:
    files = image_files(options)
    if files:
        study = open_files(files, allow_missing=options.allow_missing)
    else:
        study = open_study(
            options.study,
            choices=_choices(options),
            study_uid=options.study_uid,
            allow_missing=options.allow_missing,
            progress=part(progress, 0.0, 0.1),
        )
    return replace(study, scanner=study.scanner or options.scanner or "", kinds=study.kinds or given_kinds(options))


def _clinical(options: argparse.Namespace, study: Study) -> Clinical:
    return validate_clinical(
        study.age if options.age is None else options.age,
        study.sex if options.sex is None else options.sex,
        bmi=options.bmi,
        diabetes=options.diabetes,
        smoking=options.smoking,
        drinking=options.drinking,
    )


def _bodies(options: argparse.Namespace, study: Study, progress: Progress) -> Reviewed:
    """The command line's reviewer takes the draft as it is, and says so."""
    volume = study.volumes[study.reference]
    if options.mask is not None:
        mask = io.read_mask(options.mask, volume)
        if options.review is not None:
            return Reviewed.by_reader(mask, read_review(options.review))
        return Reviewed.given(mask)
    return Reviewed.draft(_segmentation(options, volume, progress))


def _segmentation(options: argparse.Namespace, volume: Volume, progress: Progress) -> Segmentation:
    from .segmentation.inference import GRID_MM, SCALES_MM
    from .segmentation.inference import segment as segment_volume

    model = _network(options)
    scales_mm = (GRID_MM,) if options.single_scale else SCALES_MM
    found = segment_volume(volume, model, backend=options.backend, shift=options.shift, scales_mm=scales_mm, progress=progress)
    if not found.mask.levels:
        raise StudyError(
            "No vertebral body was found in the image",
            "a sagittal MR image of the lumbar spine",
            "look at the image; if it is one, draw L1, L2 and L3 by hand",
        )
    return found


def _network(options: argparse.Namespace) -> SegmentationModel:
    from .segmentation.bundle import load_segmentation_model

    return load_segmentation_model() if options.model is None else load_segmentation_model(options.model)


def _corrected(options: argparse.Namespace, study: Study) -> dict[Role, Mask]:
    paths = {Role.T2WI: options.mask_t2, Role.FST2WI: options.mask_fst2}
    given = {role: path for role, path in paths.items() if path is not None}
    for role in given:
        if role not in study.volumes:
            raise StudyError(f"A mask on {role} without that sequence", f"{role} among the images", "leave the mask out")
    return {role: io.read_mask(path, study.volumes[role]) for role, path in given.items()}


def _one_volume(options: argparse.Namespace) -> Volume:
    if options.image.is_dir():
        choices = {} if options.t1_series is None else {Role.T1WI: options.t1_series}
        index = io.index_dicom(options.image, study_uid=options.study_uid)
        return io.read_volume(io.select_series(index, choices=choices, roles=(Role.T1WI,))[Role.T1WI])
    require_no_series_named(options)
    volume = io.read_volume(options.image)
    io.require_sagittal(volume, options.image.name)
    return volume


def _image(place: Path) -> Volume:
    """A file, or the one series of a DICOM folder."""
    return io.read_volume(io.only_series(io.index_dicom(place)) if place.is_dir() else place)


def _mask_line(mask: Mask, options: argparse.Namespace) -> str:
    """The file, and the levels that were written into it."""
    levels = mask.levels if options.all_levels else [level for level in mask.levels if level in STUDY_LEVELS]
    return f"{options.out}: {', '.join(levels)}"


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz").rsplit(".", 1)[0]
