"""`opradiomics simulate`: a demo study as DICOM or as the extension ships it, or a cohort."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from OPRadiomicsLib.arguments import number_between, whole_number
from OPRadiomicsLib.errors import Cancelled, OutputError, StudyError
from OPRadiomicsLib.outcome import Outcome, served

if TYPE_CHECKING:
    from OPRadiomicsLib.types import Progress

    from .study import SimulatedStudy


def add_simulate_command(subparsers: Any) -> None:
    """Register `simulate`; called through the entry point opradiomics.commands."""
    parser = subparsers.add_parser(
        "simulate",
        help="simulated lumbar MR studies, as DICOM or NIfTI",
        description="Simulated lumbar MR: one study, or with --cohort many cases, each with its truth (of one: --cohort 1).",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the study or the cohort is written")
    parser.add_argument(
        "--seed", type=whole_number(0), default=1, help="decides everything that is random (default: %(default)s)"
    )
    parser.add_argument(
        "--centre", choices=("A", "B"), help="of one study, or of all of a cohort; A: 3 T, B: 1.5 T (default: A)"
    )
    parser.add_argument(
        "--cohort", type=whole_number(1), metavar="N", help="simulate N cases; a stopped run goes on where it stopped"
    )
    parser.add_argument("--centres", metavar="A:961,B:134", help="how many cases of a cohort each centre gives")
    parser.add_argument(
        "--demo-study", action="store_true", help="one study as the extension ships it: three NRRD files and demo.json"
    )
    parser.add_argument(
        "--readers",
        type=Path,
        metavar="TABLE",
        help="masks by two readers of a simulated cohort's cases (columns case, study), or of all in the cohort's FOLDER",
    )
    parser.add_argument("--picture", action="store_true", help="of one study: its sequences with the true bodies, picture.png")
    parser.add_argument("--format", choices=("dicom", "nifti"), default="dicom", help="of the images (default: dicom)")
    parser.add_argument(
        "--signal-strength",
        type=number_between(0, 2),
        default=1.0,
        metavar="X",
        help="0 to 2: how strongly the images follow BMD, age and sex; 0: not at all (default: 1)",
    )
    parser.add_argument(
        "--motion-mm",
        type=number_between(0, 20),
        default=0.0,
        metavar="MM",
        help="0 to 20: SD of the patient's shift between sequences (default: 0)",
    )
    parser.add_argument(
        "--motion-deg",
        type=number_between(0, 20),
        default=0.0,
        metavar="DEG",
        help="0 to 20: SD of the patient's turn between sequences (default: 0)",
    )
    parser.add_argument("--rare", action="store_true", help="much that is rare, often: levels, deformity, Modic change ...")
    parser.add_argument("--stir", action="store_true", help="suppress fat by inversion (STIR) instead of by its frequency")
    parser.set_defaults(**served(simulate))


def simulate(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    """Write one study, a cohort, or readers' masks of a cohort."""
    from .anatomy import DEFAULT_VARIETY, WIDE_VARIETY
    from .study import Options

    options = Options(
        motion_sd_mm=arguments.motion_mm,
        motion_sd_deg=arguments.motion_deg,
        short_tau=arguments.stir,
        variety=WIDE_VARIETY if arguments.rare else DEFAULT_VARIETY,
    )
    _require_options_that_fit(arguments)
    if arguments.readers is not None:
        return _simulate_readers(arguments, progress)
    if arguments.cohort is None:
        return _simulate_one(arguments, options)
    return _simulate_many(arguments, options, progress)


def _require_options_that_fit(arguments: argparse.Namespace) -> None:
    """Refuse what would be ignored."""
    if sum((arguments.cohort is not None, arguments.demo_study, arguments.readers is not None)) > 1:
        raise StudyError("Two of --cohort, --demo-study and --readers", "one of them", "leave the others out")
    if arguments.format == "nifti" and (arguments.demo_study or arguments.readers is not None):
        raise StudyError(
            "--format nifti with --demo-study or --readers, whose format is fixed", "a study or a cohort", "leave it out"
        )
    if arguments.centres is not None and arguments.centre is not None:
        raise StudyError("--centre with --centres", "one of them", "leave --centre out: --centres names them")
    if arguments.centres is not None and arguments.cohort is None:
        raise StudyError("--centres without --cohort", "how many cases there are in all", "add --cohort N, or give --centre")
    if arguments.picture and (arguments.cohort is not None or arguments.readers is not None):
        raise StudyError("--picture with --cohort or --readers", "one study", "leave it out; `segment --picture` shows a case")
    if arguments.readers is not None and (of_images := _given_for_images(arguments)):
        raise StudyError(
            f"--readers with {', '.join(of_images)}",
            "a cohort whose images are there",
            "give them where the cohort is simulated",
        )


def _given_for_images(arguments: argparse.Namespace) -> list[str]:
    """Options that decide images, where they are other than usual."""
    options = {
        "--centre": arguments.centre is not None,
        "--signal-strength": arguments.signal_strength != 1,
        "--motion-mm": arguments.motion_mm > 0,
        "--motion-deg": arguments.motion_deg > 0,
        "--rare": arguments.rare,
        "--stir": arguments.stir,
    }
    return [name for name, given in options.items() if given]


def _simulate_one(arguments: argparse.Namespace, options: Any) -> Outcome:
    import numpy as np
    from OPRadiomicsLib.files import all_or_nothing, write_bytes

    from .cohort import write_images
    from .demo_study import write_demo_study
    from .patients import sample_patient
    from .study import simulate_study

    if not arguments.demo_study:  # whose files have the same names whatever the study
        _require_empty(arguments.out)
    centre = arguments.centre or "A"
    patient = sample_patient(np.random.default_rng(arguments.seed), centre)
    study = simulate_study(
        patient,
        seed=arguments.seed,
        centre=centre,
        signal_strength=arguments.signal_strength,
        options=options,
    )
    with all_or_nothing(arguments.out) as scratch:
        if arguments.demo_study:
            write_demo_study(study, scratch)
        else:
            write_images(study, scratch, arguments.format)
        if arguments.picture:
            write_bytes(scratch / "picture.png", _picture(study))
    who = f"age {patient.age}, {'M' if patient.male else 'F'}, BMD {patient.bmd:.0f} mg/cm3"
    return Outcome((f"Simulated study {arguments.seed} in {arguments.out}: {who}",), (arguments.out,))


def _require_empty(out: Path) -> None:
    """Raise `OutputError` where a study would mix with files that are there."""
    if out.is_dir() and any(not path.name.startswith(".") for path in out.iterdir()):
        raise OutputError(f"{out} holds files", "an empty or a new folder", "choose another --out, or empty that one first")


def _picture(study: SimulatedStudy) -> bytes:
    """The true bodies follow the patient, who may have moved between the sequences."""
    from dataclasses import replace

    from OPRadiomicsLib.reports.mask_pictures import sequences_picture
    from OPRadiomicsLib.reports.strings import ENGLISH

    strings = {**ENGLISH, "demo": "SIMULATED", "demo_note": "computed images of no real patient."}
    bodies = {role: replace(study.bodies, affine=moved @ study.bodies.affine) for role, moved in study.motion.items()}
    return sequences_picture(study.volumes, bodies, demo=True, strings=strings)


def _simulate_readers(arguments: argparse.Namespace, progress: Progress) -> Outcome:
    from .reading_study import simulate_readings

    table = simulate_readings(arguments.readers, arguments.out, arguments.seed, progress=progress)
    return Outcome((str(table), f"Next: opradiomics icc {arguments.out} -o FOLDER"), (table,))


def _simulate_many(arguments: argparse.Namespace, options: Any, progress: Progress) -> Outcome:
    import time

    from .cohort import CohortPlan, simulate_cohort

    plan = CohortPlan(
        centres=parse_centres(arguments.centres, arguments.cohort, arguments.centre or "A"),
        seed=arguments.seed,
        format=arguments.format,
        signal_strength=arguments.signal_strength,
        options=options,
    )
    began = time.perf_counter()
    try:
        table = simulate_cohort(plan, arguments.out, progress=progress)
    except (Cancelled, KeyboardInterrupt):
        raise Cancelled("finished cases are kept; the same command goes on from there") from None
    return Outcome((f"{table} ({time.perf_counter() - began:.0f} s)",), (table,))


def parse_centres(text: str | None, total: int, otherwise: str = "A") -> dict[str, int]:
    """Patients by centre from "A:961,B:134"; all of one centre where nothing is said.

    Raises
    ------
    StudyError
        If the text cannot be read, or its numbers don't add up to ``total``.
    """
    if text is None:
        return {otherwise: total}
    centres: dict[str, int] = {}
    for part in text.split(","):
        name, _, count = part.partition(":")
        if name not in {"A", "B"} or not count.isdecimal():
            raise StudyError(f"Centres '{text}'", "such as A:961,B:134", "name centre A or B and a whole number for each")
        centres[name] = centres.get(name, 0) + int(count)
    if sum(centres.values()) != total:
        raise StudyError(
            f"Centres '{text}', {sum(centres.values())} patients in all", f"{total}, as --cohort says", "change one of the two"
        )
    return centres
