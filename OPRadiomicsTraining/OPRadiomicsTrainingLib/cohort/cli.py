"""`opradiomics check`, `split` and `harvest`: a cohort's table proved, split, and described by its scanners."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from OPRadiomicsLib.arguments import seed_number


def add_check_command(subparsers: Any) -> None:
    """Register `check`; called through the entry point opradiomics.commands."""
    parser = subparsers.add_parser(
        "check",
        help="a cohort's table: all its faults at once, or the flow of patients",
        description="Columns: case, age, sex (M/F or male 1, female 0), label (osteoporosis 1) or bmd (QCT, mg/cm3); optional: "
        "patient, centre, split, exclusion, bmi, diabetes, smoking, drinking, mri_date, qct_date, treatment_date, study, mask, "
        "features, and features themselves (T1WI_...).",
    )
    parser.add_argument("table", type=Path, help=".csv, .xlsx or .parquet, a row a patient")
    parser.set_defaults(run=run_check)


def add_split_command(subparsers: Any) -> None:
    """Register `split`; called through the entry point opradiomics.commands."""
    parser = subparsers.add_parser("split", help="training, internal test and external validation set of a cohort's table")
    parser.add_argument("table", type=Path, help=".csv, .xlsx or .parquet, a row a patient")
    parser.add_argument("--by", default="label", help="same shares in both sets: label, sex, centre (default: %(default)s)")
    parser.add_argument("--ratio", default="8:2", help="training to test (default: %(default)s)")
    parser.add_argument("--seed", type=seed_number, default=1, help="default: %(default)s")
    parser.add_argument("--external", metavar="CENTRE", help="centre that is kept apart as the external validation set")
    parser.add_argument("--features", type=Path, metavar="TABLE", help="features.csv of opradiomics cohort, to join by case")
    parser.add_argument(
        "--failures",
        type=Path,
        metavar="TABLE",
        help="failures.csv of opradiomics cohort: these cases are excluded",
    )
    parser.add_argument("-o", "--out", type=Path, required=True, help="CSV to write: the table, its split, the features")
    parser.set_defaults(run=run_split)


def add_harvest_command(subparsers: Any) -> None:
    """Register `harvest`; called through the entry point opradiomics.commands."""
    parser = subparsers.add_parser("harvest", help="scanner and sequence parameters of a cohort from DICOM; no patient data")
    parser.add_argument("source", type=Path, help="folder of study folders, or table with the columns case, study, centre")
    parser.add_argument("-o", "--out", type=Path, required=True, help="CSV to write; summary and failures go beside it")
    parser.set_defaults(run=run_harvest)


def run_check(options: argparse.Namespace) -> None:
    """Say that the table is sound, or raise all its faults."""
    from .table import flow_lines, read_cohort_table

    print("\n".join(flow_lines(read_cohort_table(options.table))))


def run_split(options: argparse.Namespace) -> None:
    """Split, write and say how many went where."""
    from .failures import exclude_failures
    from .split import EXTERNAL, TEST, TRAIN, parse_ratio, split_cohort, write_split
    from .table import flow_lines, read_cohort_table

    share = parse_ratio(options.ratio)
    cohort = read_cohort_table(options.table)
    if options.failures is not None:
        cohort = exclude_failures(cohort, options.failures)
    by = tuple(name.strip() for name in options.by.split(","))
    splits = split_cohort(cohort, by=by, test_share=share, seed=options.seed, external=options.external)
    write_split(cohort, splits, options.out, options.features)
    print("\n".join(flow_lines(cohort)))
    for name in (TRAIN, TEST, EXTERNAL):
        own = [row for index, row in cohort.rows if splits[index] == name]
        ill = sum(row.osteoporosis is True for row in own)
        if own:
            print(f"{name}: {len(own)} patients, {ill} with osteoporosis ({ill / len(own):.0%})")
    print(options.out)


def run_harvest(options: argparse.Namespace) -> None:
    """Read headers, write the three tables, and say what failed."""
    from OPRadiomicsLib.console import printed_progress
    from OPRadiomicsLib.io.output import require_writable

    from .harvest import harvest, write_acquisition

    require_writable(options.out.parent)
    found = harvest(options.source, progress=printed_progress())
    for path in write_acquisition(found, options.out):
        print(path)
    for line in (*found.notes, *(f"{one.case}: {one.found}" for one in found.failures)):
        print(f"warning: {line}")
