"""`opradiomics evaluate`: a signature on patients that it has not seen."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from OPRadiomicsLib.arguments import seed_number, whole_number
from OPRadiomicsLib.outcome import Outcome, served

if TYPE_CHECKING:
    from OPRadiomicsLib.models.signature import Signature
    from OPRadiomicsLib.types import Progress

    from ..cohort.cohort import Cohort
    from .results import Evaluation


def add_evaluate_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register `evaluate`; called through the entry point opradiomics.commands."""
    parser = commands.add_parser("evaluate", help="a signature on test patients: performance, calibration, tables, figures")
    parser.add_argument("signature", help="shipped name, folder or signature.json; what fit wrote beside it is used too")
    parser.add_argument("table", type=Path, help="the cohort; where it has a split, every set but 'train' is a test set")
    parser.add_argument("--out", type=Path, required=True, help="folder for report.html, tables, figures, evaluation.json")
    parser.add_argument("--threshold", type=float, help="a probability (default: the signature's, fixed on training)")
    parser.add_argument("--subgroups", default="sex,age:70", help="default: %(default)s")
    parser.add_argument(
        "--recalibrate-intercept",
        action="store_true",
        help="move the intercepts to each set's share of osteoporosis, and write the moved signature",
    )
    parser.add_argument(
        "--bootstrap", type=whole_number(1), default=2000, help="replicates of the AUC's interval (default: %(default)s)"
    )
    parser.add_argument("--seed", type=seed_number, default=1, help="of the bootstrap (default: %(default)s)")
    parser.set_defaults(**served(evaluate_signature))


def evaluate_signature(options: argparse.Namespace, progress: Progress) -> Outcome:
    """Read, evaluate, write all results or none, and say what came out."""
    from OPRadiomicsLib.files import sha256_of
    from OPRadiomicsLib.io.output import require_writable
    from OPRadiomicsLib.models.signature_file import load_signature
    from OPRadiomicsLib.profile import load_profile
    from OPRadiomicsLib.progress import part

    from ..cohort.cohort import read_cohort
    from ..fitting.fit_command import demo_lines
    from ..fitting.record import read_fit_record, read_training_predictions
    from ..fitting.seen import Seen
    from ..reports.documents import evaluation_summary
    from .evaluate import evaluate
    from .results import EvaluationSettings

    require_writable(options.out)
    settings = EvaluationSettings(
        threshold=options.threshold,
        subgroups=options.subgroups,
        recalibrate_intercept=options.recalibrate_intercept,
        bootstrap=options.bootstrap,
        seed=options.seed,
    )
    signature = load_signature(options.signature)
    beside = _folder(options.signature)
    record = read_fit_record(beside, signature)
    by_centre = _centre_signatures(beside, record) if record is not None else {}
    progress("Reading the table", 0.0)
    profile_hash = signature.profile.hash if signature.profile is not None else load_profile("standard").hash
    cohort = read_cohort(options.table, profile_hash)
    evaluation = evaluate(
        signature,
        cohort,
        settings,
        by_centre=by_centre,
        training=read_training_predictions(beside) if record is not None else None,
        seen=Seen.of_record(record) if record is not None else (),
        progress=part(progress, 0.1, 0.8),
    )
    progress("Writing the report", 0.9)
    hashes = {"table": sha256_of(options.table)}
    write_evaluation(evaluation, cohort, options.out, record=record, hashes=hashes, by_centre=by_centre)
    progress("Done", 1.0)
    report = options.out / "report.html"
    return Outcome((*demo_lines(signature), *evaluation_summary(evaluation), *evaluation.notes, f"Report: {report}"), (report,))


def write_evaluation(
    evaluation: Evaluation,
    cohort: Cohort,
    out: Path,
    *,
    record: dict[str, Any] | None,
    hashes: dict[str, str],
    by_centre: dict[str, Signature],
) -> None:
    """Report, tables, figures, evaluation.json and recalibrated signatures with their records, all or none."""
    from OPRadiomicsLib.files import all_or_nothing
    from OPRadiomicsLib.json_files import write_json

    from ..reports.document import write_document
    from ..reports.documents import evaluation_document
    from .recalibration import write_recalibrated
    from .record import evaluation_record

    document = evaluation_document(evaluation, record, hashes)
    with all_or_nothing(out) as folder:
        write_document(document, folder)
        write_json(evaluation_record(evaluation, hashes), folder / "evaluation.json")
        write_recalibrated(evaluation, cohort, folder, record=record, hashes=hashes, by_centre=by_centre)


def _centre_signatures(folder: Path, record: dict[str, Any]) -> dict[str, Signature]:
    """Signatures of single centres that a fit with ComBat wrote; another centre's would not do for one that is lost."""
    from OPRadiomicsLib.errors import ModelError
    from OPRadiomicsLib.models.signature_file import load_signature

    found = {path.parent.name: load_signature(path) for path in sorted(folder.glob("centres/*/signature.json"))}
    absent = [centre for centre in record.get("centres", ()) if centre not in found]
    if absent:
        raise ModelError(
            f"No signature of the centre {absent[0]}, which {folder.name}/fit.json names",
            "centres/NAME/signature.json of every centre of the fit",
            "copy the whole folder that fit wrote",
        )
    return found


def _folder(name: str) -> Path:
    from OPRadiomicsLib.resources import model_folder

    given = Path(name)
    if given.is_file():
        return given.parent
    return given if given.is_dir() else model_folder(given.name)
