"""`opradiomics paper`: fit and evaluate a two-centre cohort, and write the tables and figures of its paper."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..fitting.fit_command import add_fit_options


def add_paper_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register `paper`; called through the entry point opradiomics.commands."""
    parser = commands.add_parser(
        "paper", help="fit and evaluate a cohort with a split: signature, tables 1-5, figures 1-6, report, checklists"
    )
    parser.add_argument("table", type=Path, help="the cohort with its features and a split: train, and test sets")
    parser.add_argument("--out", type=Path, required=True, help="folder for report.html, tables, figures, signature.json")
    parser.add_argument("--acquisition", type=Path, metavar="FILE", help="table 1, as opradiomics harvest wrote it")
    parser.add_argument("--agreement", type=Path, metavar="FOLDER", help="result of opradiomics icc, for the report")
    parser.add_argument("--subgroups", default="sex,age:70", help="default: %(default)s")
    parser.add_argument("--recalibrate-intercept", action="store_true", help="on each test set")
    add_fit_options(parser)
    parser.set_defaults(run=run_paper)


def run_paper(options: argparse.Namespace) -> None:
    """Fit, evaluate, write all results or none, and say what came out."""
    from OPRadiomicsLib.console import printed_progress
    from OPRadiomicsLib.files import all_or_nothing
    from OPRadiomicsLib.io.output import require_writable
    from OPRadiomicsLib.json_files import write_json
    from OPRadiomicsLib.progress import part

    from ..evaluation.evaluate import evaluate
    from ..evaluation.patient_sets import require_test_sets
    from ..evaluation.record import evaluation_record
    from ..evaluation.results import EvaluationSettings
    from ..fitting.fit_command import read_and_fit, save_signatures, summary
    from ..fitting.record import training_predictions, write_fit
    from ..fitting.seen import Seen
    from .acquisition import read_acquisition, read_agreement
    from .document import write_document
    from .documents import evaluation_summary
    from .paper import paper_document

    require_writable(options.out)
    progress = printed_progress()
    settings = EvaluationSettings(
        subgroups=options.subgroups, recalibrate_intercept=options.recalibrate_intercept, seed=options.seed
    )
    acquisition = None if options.acquisition is None else read_acquisition(options.acquisition)
    agreement = None if options.agreement is None else read_agreement(options.agreement)
    result, profile, hashes = read_and_fit(options, part(progress, 0.0, 0.8), require_test_sets)
    evaluation = evaluate(
        result.signature,
        result.cohort,
        settings,
        by_centre=result.by_centre,
        training=training_predictions(result),
        seen=(Seen.of(result.cohort, result.rows, "training"),),
        progress=part(progress, 0.8, 0.9),
    )
    progress("Writing the report", 0.9)
    document = paper_document(result, evaluation, profile, acquisition=acquisition, agreement=agreement, hashes=hashes)
    with all_or_nothing(options.out) as folder:
        save_signatures(result.signatures, folder)
        write_fit(result, folder, hashes)
        write_json(evaluation_record(evaluation, hashes), folder / "evaluation.json")
        write_document(document, folder)
    progress("Done", 1.0)
    report = f"Report: {options.out / 'report.html'}"
    print("\n".join((*summary(result), *evaluation_summary(evaluation), *evaluation.notes, report)))
