"""`opradiomics fit`: a cohort's table to a signature, its record and a report."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from OPRadiomicsLib.arguments import seed_number
from OPRadiomicsLib.outcome import Outcome, served

from .settings import CLASSIFIERS, SEARCHED, FitSettings, SelectionSettings

if TYPE_CHECKING:
    from OPRadiomicsLib.models.signature import Signature
    from OPRadiomicsLib.profile import Profile
    from OPRadiomicsLib.types import Progress

    from ..cohort.cohort import Cohort
    from .fit import FitResult
    from .settings import Classifier


def add_fit_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register `fit`; called through the entry point opradiomics.commands."""
    parser = commands.add_parser("fit", help="fit the study's models on a cohort's table: signature, tables, report")
    parser.add_argument("table", type=Path, help="the cohort with its features; where it has a split, 'train' is fitted")
    parser.add_argument("--out", type=Path, required=True, help="folder for signature.json, fit.json, tables, figures, report")
    add_fit_options(parser)
    parser.set_defaults(**served(fit))


def add_fit_options(parser: argparse.ArgumentParser) -> None:
    """Every option that `settings_of` reads."""
    parser.add_argument(
        "--protocol",
        choices=("nested", "paper"),
        default="nested",
        help="nested: everything inside the fold; paper: selection once on the training set, optimistic (default: nested)",
    )
    parser.add_argument("--profile", default="standard", help="that made the features (default: %(default)s)")
    parser.add_argument("--name", help="of the signature (default: the folder's)")
    parser.add_argument("--simulated", action="store_true", help="the patients are simulated: mark everything DEMO")
    _add_selection(parser)
    _add_models(parser)


def _add_selection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--features", type=Path, metavar="FILE", help="the reproducible features, from opradiomics icc")
    parser.add_argument("--t-test", choices=("welch", "student"), default="welch", help="default: %(default)s")
    parser.add_argument("--p-limit", type=float, help="of the t test (default: tuned; 0.05 in protocol paper or with --tune 0)")
    parser.add_argument("--fdr", action="store_true", help="the limit holds for Benjamini and Hochberg's adjusted P")
    parser.add_argument("--lasso", choices=("gaussian", "logistic"), default="gaussian", help="default: %(default)s")
    parser.add_argument(
        "--lambda", dest="rule", choices=("min", "1se"), help="default: tuned; min in protocol paper or with --tune 0"
    )
    parser.add_argument("--seed", type=seed_number, default=1, help="of folds and optimisation (default: %(default)s)")
    parser.add_argument("--folds", type=int, default=5, help="of the cross-validations (default: %(default)s)")
    parser.add_argument("--lasso-folds", type=int, default=10, help="default: %(default)s")
    parser.add_argument("--combat", action="store_true", help="harmonise features between the training centres")


def _add_models(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tune",
        type=int,
        metavar="N",
        help="trials of Bayesian optimisation of what is not given of P limit, lambda and ridge penalty; 0: none (default: 20)",
    )
    parser.add_argument("--l2", type=float, help="ridge penalty of the logistic models (default: tuned; 0 with --tune 0)")
    parser.add_argument("--threshold", default="youden", help="youden, or a probability (default: %(default)s)")
    parser.add_argument("--clinical", metavar="age,sex", help="clinical predictors (default: those with univariable P < 0.05)")
    parser.add_argument(
        "--optimism",
        type=int,
        default=0,
        metavar="N",
        help="bootstrap samples that correct the training measures for optimism; 200 are usual, each takes as long as a fold "
        "(default: none)",
    )
    parser.add_argument("--compare", metavar=",".join(CLASSIFIERS), help="other classifiers, for the report")
    parser.add_argument("--classes", type=int, choices=(2, 3), default=2, help="3: also an ordinal model with osteopenia")


def fit(options: argparse.Namespace, progress: Progress) -> Outcome:
    """Read, fit, write all results or none, and say what came out."""
    from OPRadiomicsLib.io.output import require_writable
    from OPRadiomicsLib.progress import part

    require_writable(options.out)
    result, profile, hashes = read_and_fit(options, part(progress, 0.0, 0.95))
    progress("Writing the report", 0.95)
    write_results(result, profile, options.out, hashes)
    progress("Done", 1.0)
    report = options.out / "report.html"
    return Outcome((*summary(result), f"Report: {report}"), (report, options.out / "signature.json"))


def read_and_fit(
    options: argparse.Namespace, progress: Progress, prove: Callable[[Cohort], object] | None = None
) -> tuple[FitResult, Profile, dict[str, str]]:
    """The fit that the options ask for, its profile, and the SHA-256 of what was read.

    Parameters
    ----------
    prove
        Raises, before anything is fitted, where the cohort doesn't do for what follows the fit.
    """
    from OPRadiomicsLib.files import sha256_of
    from OPRadiomicsLib.profile import load_profile
    from OPRadiomicsLib.progress import part

    from ..cohort.cohort import read_cohort
    from .candidates import read_kept_features
    from .fit import fit_signature

    settings = settings_of(options)
    progress("Reading the table", 0.0)
    profile = load_profile(options.profile)
    features = None if options.features is None else read_kept_features(options.features)
    cohort = read_cohort(options.table, profile.hash)
    if prove is not None:
        prove(cohort)
    result = fit_signature(cohort, profile, settings, features=features, progress=part(progress, 0.02, 1.0))
    inputs = {"table": options.table, **({} if options.features is None else {"features": options.features})}
    return result, profile, {name: sha256_of(path) for name, path in inputs.items()}


def write_results(result: FitResult, profile: Profile, out: Path, hashes: dict[str, str]) -> None:
    """signature.json, its record, tables, figures and report, all or none."""
    from OPRadiomicsLib.files import all_or_nothing

    from ..reports.document import write_document
    from ..reports.documents import fit_document
    from .record import write_fit

    document = fit_document(result, profile, hashes)
    with all_or_nothing(out) as folder:
        save_signatures(result.signatures, folder)
        write_fit(result, folder, hashes)
        write_document(document, folder)


def save_signatures(signatures: Mapping[str, Signature], folder: Path) -> None:
    """The one under "" as signature.json; each of a centre's images (ComBat) as centres/NAME/signature.json."""
    from OPRadiomicsLib.models.signature_file import save_signature

    for centre, signature in signatures.items():
        save_signature(signature, folder / "centres" / centre if centre else folder)


def settings_of(options: argparse.Namespace) -> FitSettings:
    """The options as settings.

    Raises
    ------
    StudyError
        If an option's value has no meaning.
    """
    usual = FitSettings()
    selection = SelectionSettings(
        p_limit=usual.selection.p_limit if options.p_limit is None else options.p_limit,
        lasso_folds=options.lasso_folds,
        folds=options.folds,
        t_test=options.t_test,
        fdr=options.fdr,
        lasso=options.lasso,
        rule=options.rule or usual.selection.rule,
    )
    settings = FitSettings(
        selection=selection,
        protocol=options.protocol,
        l2=options.l2 or usual.l2,
        tune=options.tune or 0,
        fixed=tuple(name for name in SEARCHED if getattr(options, name) is not None),
        seed=options.seed,
        threshold=_threshold(options.threshold),
        classes=options.classes,
        compare=_classifiers(options.compare),
        clinical=None if options.clinical is None else tuple(options.clinical.split(",")),
        optimism=options.optimism,
        combat=options.combat,
        name=options.name or options.out.resolve().name,
        demo=options.simulated,
    )
    return replace(settings, tune=usual.tune) if options.tune is None and settings.searched else settings


def summary(result: FitResult) -> tuple[str, ...]:
    """What a person at a terminal is told."""
    provenance = result.signature.provenance
    return (*demo_lines(result.signature), f"{result.signature.name}: {provenance.validation}", *provenance.notes)


def demo_lines(signature: Signature) -> tuple[str, ...]:
    """What a person at a terminal is told before any number of a signature of simulated patients."""
    return ("DEMO: fitted on simulated patients; it says nothing about real ones",) if signature.demo else ()


def _threshold(text: str) -> float | None:
    from OPRadiomicsLib.errors import StudyError

    if text.strip().lower() == "youden":
        return None
    try:
        return float(text)
    except ValueError:
        raise StudyError(f"Threshold '{text}'", "youden, or a probability between 0 and 1", "give one of them") from None


def _classifiers(text: str | None) -> tuple[Classifier, ...]:
    from OPRadiomicsLib.errors import StudyError

    names = tuple(name.strip() for name in text.split(",")) if text else ()
    unknown = [name for name in names if name not in CLASSIFIERS]
    if unknown:
        raise StudyError(f"Classifier '{unknown[0]}'", f"some of {', '.join(CLASSIFIERS)}", "name them with commas between")
    return cast("tuple[Classifier, ...]", names)
