"""`opradiomics icc`: readings of the same cases to ICC, Dice, Bland-Altman limits and the list of features to keep."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from OPRadiomicsLib.arguments import seed_number, whole_number
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.outcome import Outcome, served

if TYPE_CHECKING:
    from OPRadiomicsLib.profile import Profile
    from OPRadiomicsLib.types import Progress

    from .comparison import Comparison, Ratings
    from .masks import LevelAgreement
    from .readings import ReaderStudy


def add_icc_command(subparsers: Any) -> None:
    """Register `icc`; called through the entry point opradiomics.commands."""
    parser = subparsers.add_parser(
        "icc",
        help="agreement of readers: ICC of every feature, Dice, volumes; the features to keep",
        description="Inter- and intra-observer agreement. Readings are named A (reader A's first mask), B (reader B's revision "
        "of it), A2 (A again), B_alone (B without seeing A's).",
    )
    parser.add_argument(
        "source",
        type=Path,
        nargs="?",
        help="table with the columns case, study and a mask for each reading; or folder of cases with readings/A.nii.gz, ...",
    )
    parser.add_argument("-o", "--out", type=Path, required=True, help="result folder; with --draw the table to write")
    parser.add_argument(
        "--draw", type=whole_number(2), metavar="N", help="draw N cases of a cohort table for the readers, and stop"
    )
    parser.add_argument("--seed", type=seed_number, default=1, help="of --draw (default: %(default)s)")
    parser.add_argument(
        "--table", action="append", metavar="NAME=TABLE", help="ready features of one reading, instead of masks; repeat it"
    )
    parser.add_argument("--network", action="store_true", help="the network reads too, and is compared with B")
    parser.add_argument(
        "--design",
        choices=("revision", "independent"),
        default="revision",
        help="which second reading decides: B, who revised A's mask (the study), or B_alone (default: %(default)s)",
    )
    parser.add_argument("--compare", action="append", metavar="NAME=FIRST,SECOND", help="other comparisons instead; repeat it")
    parser.add_argument("--threshold", type=float, default=0.75, help="features above it are kept (default: %(default)s)")
    parser.add_argument(
        "--by", choices=("estimate", "lower"), default="estimate", help="the ICC or its lower 95 %% bound (default: estimate)"
    )
    parser.add_argument("--profile", default="standard", help="that makes the features (default: %(default)s)")
    parser.add_argument("--workers", type=whole_number(0), help="processes; 0: one case after another (default: one a core)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="a running Dask scheduler")
    parser.add_argument("--simulated", action="store_true", help="mark the report: readers or images are simulated")
    parser.set_defaults(**served(icc))


def icc(options: argparse.Namespace, progress: Progress) -> Outcome:
    """Draw cases; or extract, compare, write all results or none, and say what came out."""
    from OPRadiomicsLib.io.output import require_writable

    _require_no_idle_option(options)
    _require_one_source(options)
    if options.draw is not None:
        return _draw(options)
    from .comparison import copy_warnings, feature_agreement, network_warnings, size_warnings, with_cases
    from .results import Report, write_results

    require_writable(options.out)
    study = _reader_study(options)
    comparisons, ratings, levels, warnings = _ratings(options, study, progress)
    comparisons, left_out = with_cases(comparisons, ratings)
    levels = tuple(row for row in levels if row.comparison in {one.key for one in comparisons})
    agreement = feature_agreement(ratings, comparisons, threshold=options.threshold, bound=options.by)
    warnings = (*warnings, *left_out, *copy_warnings(agreement), *size_warnings(agreement), *network_warnings(agreement))
    simulated = options.simulated or (study is not None and study.simulated)
    progress("Writing the report", 0.95)
    write_results(Report(agreement, levels, warnings, simulated), options.out)
    progress("Done", 1.0)
    kept, report = options.out / "kept_features.txt", options.out / "report.html"
    lines = (
        f"{agreement.kept.sum()} of {len(agreement.kept)} features kept",
        *(f"{one.title}: {agreement.cases(one)} cases{'' if one.decides else ', informs only'}" for one in comparisons),
        *(f"warning: {line}" for line in warnings),
        f"Features to keep: {kept}",
        f"Report: {report}",
    )
    return Outcome(lines, (kept, report))


def _require_one_source(options: argparse.Namespace) -> None:
    if (options.source is None) == (not options.table):
        raise StudyError(
            "Both SOURCE and --table were given" if options.table else "No readings were given",
            "a table or folder of readings, or --table for each reading",
            "see opradiomics icc --help",
        )


def _require_no_idle_option(options: argparse.Namespace) -> None:
    """Refuse what would be ignored."""
    given = {
        "--table": bool(options.table),
        "--network": options.network,
        "--design": options.design != "revision",
        "--compare": bool(options.compare),
        "--threshold": options.threshold != 0.75,
        "--by": options.by != "estimate",
        "--profile": options.profile != "standard",
        "--workers": options.workers is not None,
        "--scheduler": options.scheduler is not None,
        "--simulated": options.simulated,
        "--draw": options.draw is not None,
    }
    idle_beside = {"--draw": [*given][:-1], "--table": ["--network", "--workers", "--scheduler"], "--compare": ["--design"]}
    for other, names in idle_beside.items():
        idle = [name for name in names if given[name]]
        if given[other] and idle:
            raise StudyError(f"{idle[0]} with {other}", "options that take effect", "leave one of the two out")
    if options.seed != 1 and not given["--draw"]:
        raise StudyError("--seed without --draw", "options that take effect", "leave --seed out, or add --draw")


def _draw(options: argparse.Namespace) -> Outcome:
    from .readings import draw_cases

    cases = draw_cases(options.source, options.draw, options.seed, options.out)
    lines = (
        f"{options.out}: {len(cases)} cases, seed {options.seed}",
        "Next: a column for each reading (A, B, A2) with the path of its mask, then opradiomics icc on this table.",
    )
    return Outcome(lines, (options.out,))


def _reader_study(options: argparse.Namespace) -> ReaderStudy | None:
    """The readings' masks; None where features of each reading are given ready."""
    from .readings import read_reader_study

    if options.table:
        return None
    study = read_reader_study(options.source)
    return study.with_network() if options.network else study


def _ratings(
    options: argparse.Namespace, study: ReaderStudy | None, progress: Progress
) -> tuple[tuple[Comparison, ...], Ratings, tuple[LevelAgreement, ...], tuple[str, ...]]:
    """Comparisons, features by reading, agreement of the masks, and warnings."""
    from OPRadiomicsLib.profile import load_profile

    from .extraction import read_ratings

    profile = load_profile(options.profile)
    if study is None:
        tables = dict(_named(text) for text in options.table)
        return _comparisons(options, list(tables)), read_ratings(tables, profile.hash), (), ()
    return _extracted(options, study, profile, progress)


def _extracted(
    options: argparse.Namespace, study: ReaderStudy, profile: Profile, progress: Progress
) -> tuple[tuple[Comparison, ...], Ratings, tuple[LevelAgreement, ...], tuple[str, ...]]:
    import os

    from OPRadiomicsLib.cohort import settings_of
    from OPRadiomicsLib.progress import part

    from .extraction import extract_readings
    from .masks import mask_agreement, numbering_warnings

    comparisons = _comparisons(options, list(study.masks))
    extracted = extract_readings(
        study,
        settings_of(profile),
        options.out / "extraction",
        workers=(os.cpu_count() or 1) if options.workers is None and options.scheduler is None else options.workers or 0,
        scheduler=options.scheduler,
        progress=part(progress, 0.0, 0.9),
    )
    progress("Comparing the masks", 0.9)
    levels = mask_agreement(extracted.masks, extracted.ratings.cases, comparisons)
    failed = (f"not read: {one.case}, {one.stage}: {one.found}" for one in extracted.failures)
    warnings = (*failed, *numbering_warnings(levels))
    return comparisons, extracted.ratings, levels, warnings


def _comparisons(options: argparse.Namespace, readings: list[str]) -> tuple[Comparison, ...]:
    """What is compared; proved before the work to be possible."""
    from .comparison import parse_comparison, require_readings, require_threshold, standard_comparisons

    require_threshold(options.threshold)
    if not options.compare:
        return standard_comparisons(readings, options.design)
    found = tuple(parse_comparison(text) for text in options.compare)
    require_readings(found, readings)
    return found


def _named(text: str) -> tuple[str, Path]:
    name, _, path = text.partition("=")
    if not name or not path:
        raise StudyError(f"--table '{text}'", "NAME=TABLE", "such as --table A=first.csv")
    return name, Path(path)
