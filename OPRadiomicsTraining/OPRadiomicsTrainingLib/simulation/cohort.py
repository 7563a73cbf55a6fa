"""A simulated cohort on disk: written case by case, taken up again where it stopped."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from OPRadiomicsLib.errors import OutputError, StudyError
from OPRadiomicsLib.files import all_or_nothing, write_text
from OPRadiomicsLib.io.tables import csv_of_records
from OPRadiomicsLib.json_files import read_json
from OPRadiomicsLib.types import Progress, Role, Volume, no_progress

from .patients import sample_patient
from .study import DEFAULT_OPTIONS, Options, SimulatedStudy, simulate_study

Format = Literal["dicom", "nifti"]

COLUMNS = ("case", "study", "centre", "age", "sex", "label", "bmd", "bmi", "diabetes", "smoking", "drinking", "seed")
"""study: folder of the images, from the table's place; sex: male 1, female 0; label: osteoporosis (BMD < 80 mg/cm3) 1;
yes/no variables 1 and 0."""

TABLE_NAME = "cohort.csv"

BYTES_PER_CASE = {"dicom": 12_000_000, "nifti": 12_000_000}
"""Upper estimate, with the truth, at the study's geometry."""


@dataclass(frozen=True)
class CohortPlan:
    """What a cohort is made of; equal plans give equal files.

    ``centres`` maps a centre's name to its number of patients; ``truth`` adds the bodies, tissues and the coil's field as
    NIfTI beside the images.
    """

    centres: Mapping[str, int]
    seed: int = 1
    format: Format = "dicom"
    signal_strength: float = 1.0
    truth: bool = True
    options: Options = field(default=DEFAULT_OPTIONS)

    def cases(self) -> list[tuple[str, str, int]]:
        """Name, centre and seed of every case, in order."""
        listed = [centre for centre, count in sorted(self.centres.items()) for _ in range(count)]
        children = np.random.SeedSequence(self.seed).generate_state(len(listed))
        return [(f"case_{n:04d}", centre, int(s)) for n, (centre, s) in enumerate(zip(listed, children, strict=True), 1)]


def simulate_cohort(plan: CohortPlan, out: Path, *, progress: Progress = no_progress) -> Path:
    """Simulate every case of a plan into its own folder, then write cohort.csv.

    A case's folder appears when it is whole; cases that are there already are kept, so that a stopped run goes on.

    Parameters
    ----------
    plan
        What to simulate.
    out
        Folder of case_0001, case_0002, ..., cohort.json (the plan) and cohort.csv.

    Returns
    -------
    Path
        cohort.csv.

    Raises
    ------
    OutputError
        If the folder holds another plan's cohort, cannot be written, or the disk has no room.
    StudyError
        If a centre is unknown, or a case.json that is there already is damaged.
    """
    _require_room(plan, out, sum(plan.centres.values()) - sum(1 for _ in out.glob("case_*/case.json")))
    _claim(plan, out)
    cases = plan.cases()
    missing = [case for case in cases if not (out / case[0] / "case.json").exists()]
    for number, (name, centre, seed) in enumerate(missing):
        done = len(cases) - len(missing) + number
        progress(f"{name}: centre {centre}, {done + 1} of {len(cases)}", done / len(cases))
        write_case(_simulate(plan, centre, seed), out / name, plan, name)
    table = _write_table(out, [name for name, _, _ in cases])
    progress(f"{len(cases)} cases in {out}", 1.0)
    return table


def _simulate(plan: CohortPlan, centre: str, seed: int) -> SimulatedStudy:
    patient = sample_patient(np.random.default_rng(seed), centre)
    return simulate_study(patient, seed=seed, centre=centre, signal_strength=plan.signal_strength, options=plan.options)


def write_case(study: SimulatedStudy, folder: Path, plan: CohortPlan, name: str) -> None:
    """Images, truth and case.json of one study; case.json comes last, so that it proves the rest.

    It holds the case's row of cohort.csv and, as ``rare``, what is rare in its anatomy: `rare_findings`.
    """
    with all_or_nothing(folder) as scratch:
        write_images(study, scratch / "dicom" if plan.format == "dicom" else scratch, plan.format)
        if plan.truth:
            _write_truth(study, scratch / "truth")
    write_text(folder / "case.json", json.dumps({**_row(name, study, plan), "rare": rare_findings(study)}, indent=2) + "\n")


def rare_findings(study: SimulatedStudy) -> dict[str, Any]:
    """What is rare in the bodies in view.

    Returns
    -------
    dict
        ``lumbar_vertebrae`` (5 or 6), ``sacralised`` (the lowest of them), ``deformity`` (level to biconcave or wedge),
        ``modic`` (level to the type at the upper and the lower endplate, 0 for none), ``schmorl`` (level to whether the upper
        and the lower endplate has a node), ``haemangioma`` (levels).
    """
    anatomy, levels = study.anatomy, study.bodies.levels
    seen = [one for one in anatomy.vertebrae if one.level in levels]
    return {
        "lumbar_vertebrae": sum(one.level.startswith("L") for one in anatomy.vertebrae),
        "sacralised": anatomy.sacralised,
        "deformity": {one.level: one.deformity for one in seen if one.deformity},
        "modic": {one.level: one.modic for one in seen if any(one.modic)},
        "schmorl": {one.level: one.schmorl for one in seen if any(one.schmorl)},
        "haemangioma": [one.level for one in seen if one.haemangioma],
    }


def write_images(study: SimulatedStudy, folder: Path, form: Format) -> None:
    """The series of a study as DICOM, a folder each; or T1WI.nii.gz, T2WI.nii.gz and FS-T2WI.nii.gz."""
    from OPRadiomicsLib.io.volumes import write_volume

    from .dicom import write_dicom

    if form == "dicom":
        write_dicom(study, folder, np.random.default_rng(study.seed))
        return
    folder.mkdir(parents=True, exist_ok=True)
    for role, volume in study.volumes.items():
        write_volume(volume, folder / f"{role.value}.nii.gz")


def _write_truth(study: SimulatedStudy, folder: Path) -> None:
    import SimpleITK as sitk
    from OPRadiomicsLib.geometry import to_sitk
    from OPRadiomicsLib.io.masks import write_mask
    from OPRadiomicsLib.io.volumes import save_image, write_volume

    folder.mkdir(parents=True, exist_ok=True)
    write_mask(study.bodies, folder / "bodies.nii.gz", all_levels=True)
    tissues = sitk.GetImageFromArray(study.tissues)
    tissues.CopyInformation(to_sitk(study.bodies))
    save_image(tissues, folder / "tissues.nii.gz")
    # The coil lies still between the sequences: one field serves all three.
    field_volume = Volume(np.round(study.bias_log_fields[Role.T1WI], 3), study.bodies.affine)
    write_volume(field_volume, folder / "bias_log_field.nii.gz")
    motion = {role.value: matrix.tolist() for role, matrix in study.motion.items()}
    write_text(folder / "motion.json", json.dumps(motion, indent=2) + "\n")


def _row(name: str, study: SimulatedStudy, plan: CohortPlan) -> dict[str, Any]:
    patient = study.patient
    values = (
        name,
        f"{name}/dicom" if plan.format == "dicom" else name,
        patient.centre,
        patient.age,
        int(patient.male),
        int(patient.osteoporosis),
        math.floor(100 * patient.bmd) / 100,  # rounded up, 79.996 would be no osteoporosis
        patient.bmi,
        int(patient.diabetes),
        int(patient.smoking),
        int(patient.drinking),
        study.seed,
    )
    return dict(zip(COLUMNS, values, strict=True))


def _write_table(out: Path, names: list[str]) -> Path:
    return write_text(out / TABLE_NAME, csv_of_records(COLUMNS, (_read_row(out / name / "case.json") for name in names)))


def _read_row(path: Path) -> dict[str, Any]:
    try:
        return read_json(path, lambda row: {column: row[column] for column in COLUMNS})
    except ValueError as error:
        raise StudyError(
            f"{path.parent.name}/{path.name} is damaged ({error})",
            f"what the simulator wrote: {', '.join(COLUMNS)}",
            "remove it: the same command then simulates the case anew",
        ) from None


def _claim(plan: CohortPlan, out: Path) -> None:
    """Write the plan, or prove that the one already there is the same."""
    written = json.dumps(
        {
            "centres": dict(sorted(plan.centres.items())),
            "seed": plan.seed,
            "format": plan.format,
            "signal_strength": plan.signal_strength,
            "truth": plan.truth,
            "options": asdict(plan.options),
        },
        indent=2,
    )
    path = out / "cohort.json"
    if path.exists() and path.read_bytes().strip() != written.encode():
        raise OutputError(
            f"Folder '{out}' holds a cohort of another plan, or its cohort.json is damaged",
            "the plan of the cohort that is to be continued, or an empty folder",
            "choose another folder, or repeat the settings that cohort.json lists",
        )
    write_text(path, written + "\n")


def _require_room(plan: CohortPlan, out: Path, cases: int) -> None:
    import shutil

    there = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    needed, free = cases * BYTES_PER_CASE[plan.format], shutil.disk_usage(there).free
    if needed > free:
        raise OutputError(
            f"{_said(free)} free at '{out}'",
            f"about {_said(needed)} for {cases} cases",
            "choose another disk or simulate fewer cases",
        )


def _said(count: int) -> str:
    """Bytes as a person reads them."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
