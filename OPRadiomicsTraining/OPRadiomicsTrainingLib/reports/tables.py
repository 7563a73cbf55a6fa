"""The study's tables 2 to 5 from results (table 1, acquisition, comes from the images' headers)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..cohort.cohort import Cohort
from ..evaluation.results import Evaluation, ModelResult, SetResult
from ..fitting.clinical import ClinicalChoice, ClinicalRow, clinical_table
from ..fitting.fit import Steps
from ..fitting.optimism import ProcedureOptimism
from ..fitting.three_classes import CLASS_NAMES, ThreeClasses
from ..statistics.arrays import Flags, FloatTable, Indices
from ..statistics.estimate import wilson
from ..statistics.hypotheses import chi_square, mann_whitney, quartiles
from ..statistics.roc import delong
from .captions import captioned_table
from .document import Table
from .formats import (
    ABSENT,
    count_percent,
    number,
    p_value,
    percent_interval,
    predictor_name,
    with_interval,
)

CONTINUOUS = ("age", "bmi")


def baseline_table(cohort: Cohort, sets: Mapping[str, Indices]) -> Table:
    """Table 2: patients without and with osteoporosis in each set, Mann-Whitney U and chi-square (Yates)."""
    header = ["Variable"]
    for name, rows in sets.items():
        ill = cohort.osteoporosis[rows]
        header += [f"{name}: NOP (n = {int((~ill).sum())})", f"OP (n = {int(ill.sum())})", "U / χ²", "P"]
    names = list(dict.fromkeys(name for rows in sets.values() for name in clinical_table(cohort, rows)))
    body = [
        (predictor_name(name) + _unit(name), *(cell for rows in sets.values() for cell in _baseline(cohort, rows, name)))
        for name in names
    ]
    return captioned_table(
        "table2",
        tuple(header),
        tuple(body),
        "A value that is not recorded leaves the patient out of that row.",
    )


def _unit(name: str) -> str:
    return {"age": ", years", "bmi": ", kg/m²"}.get(name, "")


def _baseline(cohort: Cohort, rows: Indices, name: str) -> tuple[str, str, str, str]:
    table = clinical_table(cohort, rows)
    if name not in table:
        return ABSENT, ABSENT, ABSENT, ABSENT
    known = np.isfinite(table[name])
    values, ill = table[name][known], cohort.osteoporosis[rows][known]
    return _continuous(values, ill) if name in CONTINUOUS else _yes_no(values, ill)


def _continuous(values: FloatTable, ill: Flags) -> tuple[str, str, str, str]:
    groups = (values[~ill], values[ill])
    cells = [_quartiles(group) for group in groups]
    if not all(map(len, groups)):
        return cells[0], cells[1], ABSENT, ABSENT
    test = mann_whitney(*groups)
    return cells[0], cells[1], number(test.u, 1), p_value(test.p)


def _quartiles(values: FloatTable) -> str:
    if not len(values):
        return ABSENT
    found = quartiles(values)
    return f"{found.median:.1f} ({found.iqr:.1f})"


def _yes_no(values: FloatTable, ill: Flags) -> tuple[str, str, str, str]:
    counts = [(int(values[group].sum()), int(group.sum())) for group in (~ill, ill)]
    cells = [count_percent(yes, n) for yes, n in counts]
    table = np.array([[yes, n - yes] for yes, n in counts])
    if not (table.sum(axis=0).all() and table.sum(axis=1).all()):
        return cells[0], cells[1], ABSENT, ABSENT
    test = chi_square(table)
    return cells[0], cells[1], number(test.statistic, 3), p_value(test.p)


def regression_table(clinical: ClinicalChoice) -> Table:
    """Table 3: odds ratios of the clinical variables, one at a time and together."""
    together = {row.predictor: row for row in clinical.multivariable}
    rows = [
        (predictor_name(row.predictor), str(row.n), *_odds(row), *_odds(together.get(row.predictor)))
        for row in clinical.univariable
    ]
    return captioned_table(
        "table3",
        ("Variable", "n", "OR (95 % CI)", "Z", "P", "Multivariable OR (95 % CI)", "Z", "P"),
        tuple(rows),
        "; ".join(clinical.notes),
    )


def _odds(row: ClinicalRow | None) -> tuple[str, str, str]:
    if row is None or row.ratio is None:
        return ABSENT if row is None else row.fault, ABSENT, ABSENT
    ratio = row.ratio.odds_ratio
    return with_interval(ratio.value, ratio.lower, ratio.upper, digits=2), number(row.ratio.z), p_value(row.ratio.p)


def performance_table(evaluation: Evaluation) -> Table:
    """Table 4: discrimination and classification of each model on each set."""
    rows = [
        (name.capitalize(), one.name, *_performance(model)) for one in evaluation.sets for name, model in one.models.items()
    ]
    return captioned_table(
        "table4",
        (
            "Model",
            "Set",
            "AUC (95 % CI)",
            "Bootstrap 95 % CI",
            "Threshold",
            "Sensitivity / %",
            "Specificity / %",
            "Accuracy / %",
            "Precision / %",
            "F1 / %",
        ),
        tuple(rows),
    )


def _performance(model: ModelResult) -> tuple[str, ...]:
    at = model.classification
    return (
        with_interval(model.auc.auc, model.auc.lower, model.auc.upper),
        f"{model.bootstrap.lower:.3f}–{model.bootstrap.upper:.3f}",
        number(model.threshold),
        *(percent_interval(metric) for metric in (at.sensitivity, at.specificity, at.accuracy, at.precision, at.f1)),
    )


def delong_table(evaluation: Evaluation) -> Table:
    """Table 5: DeLong's tests between models."""
    rows = [
        (
            one.name,
            f"{pair.first} – {pair.second}",
            with_interval(pair.test.difference.value, pair.test.difference.lower, pair.test.difference.upper),
            number(pair.test.z),
            p_value(pair.test.p),
        )
        for one in evaluation.sets
        for pair in one.comparisons
    ]
    return captioned_table(
        "table5",
        ("Set", "Models", "Difference of AUC (95 % CI)", "Z", "P"),
        tuple(rows),
    )


def calibration_table(evaluation: Evaluation) -> Table:
    """Calibration slope, intercept and Brier score."""
    rows = [
        (
            name.capitalize(),
            one.name,
            with_interval(c.slope.value, c.slope.lower, c.slope.upper),
            with_interval(c.in_the_large.value, c.in_the_large.lower, c.in_the_large.upper),
            number(c.brier),
            number(c.scaled_brier),
            number(model.shift) if model.shift else ABSENT,
        )
        for one in evaluation.sets
        for name, model in one.models.items()
        for c in (model.calibration,)
    ]
    return captioned_table(
        "calibration",
        ("Model", "Set", "Slope (95 % CI)", "In the large (95 % CI)", "Brier", "Scaled Brier", "Intercept moved by"),
        tuple(rows),
    )


def subgroup_table(evaluation: Evaluation) -> Table:
    """AUC by sex and age, with DeLong's test for independent samples."""
    rows = [row for one in evaluation.sets for row in _subgroups(one)]
    return captioned_table(
        "subgroups",
        ("Set", "Model", "Group", "n", "AUC (95 % CI)", "Group", "n", "AUC (95 % CI)", "Z", "P"),
        tuple(rows),
    )


def _subgroups(one: SetResult) -> list[tuple[str, ...]]:
    rows = []
    for found in one.subgroups:
        cells: list[str] = [one.name, str(found.model).capitalize()]
        for place in (0, 1):
            n, ill = found.counts[place]
            area = found.areas[place] if found.areas else None
            cells += [found.labels[place], f"{n}/{ill}"]
            cells.append(ABSENT if area is None else with_interval(area.auc, area.lower, area.upper))
        cells += [ABSENT, ABSENT] if found.test is None else [number(found.test.z), p_value(found.test.p)]
        rows.append(tuple(cells))
    return rows


def explanation_table(evaluation: Evaluation) -> Table:
    """Shares of mean |SHAP| and point-biserial correlations of the combined model's predictors."""
    rows = []
    for one in evaluation.sets:
        if one.explanation is None:
            continue
        for predictor, share in one.explanation.shares.items():
            r = one.explanation.correlations.get(predictor)
            cells = (ABSENT, ABSENT) if r is None else (with_interval(r.r.value, r.r.lower, r.r.upper), p_value(r.p))
            rows.append((one.name, predictor_name(predictor), f"{100 * share:.1f}", *cells))
        rows += [
            (one.name, f"all {group}", f"{100 * share:.1f}", ABSENT, ABSENT)
            for group, share in one.explanation.sequence_shares.items()
        ]
    return captioned_table(
        "explanation",
        ("Set", "Predictor", "Share / %", "r (95 % CI)", "P"),
        tuple(rows),
    )


def steps_table(steps: Sequence[Steps]) -> Table:
    """Features left after each step; a dash where nobody has looked whether they are reproducible."""
    counts = {s.role: (s.extracted, s.reproducible, s.distinct, s.after_t_test, s.after_lasso) for s in steps}
    return captioned_table(
        "selection",
        ("Sequence", "Extracted", "Reproducible (ICC)", "Not repeated", "t test", "LASSO"),
        tuple((str(role), *(ABSENT if n is None else str(n) for n in left)) for role, left in counts.items()),
    )


def classes_table(three: ThreeClasses) -> Table:
    """Predicted against true class of the three-class model."""
    rows = []
    for name, counts in zip(CLASS_NAMES, three.confusion, strict=True):
        right = wilson(int(counts[CLASS_NAMES.index(name)]), int(counts.sum()))
        rows.append((name, *(str(count) for count in counts), percent_interval(right)))
    abnormal, severe = (delong(three.probabilities[:, first:].sum(axis=1), three.truth >= first) for first in (1, 2))
    note = (
        f"AUC: osteoporosis against the rest {with_interval(severe.auc, severe.lower, severe.upper)}, osteopenia or "
        f"osteoporosis against normal {with_interval(abnormal.auc, abnormal.lower, abnormal.upper)}."
    )
    header = ("True class", *(f"Predicted {name}" for name in CLASS_NAMES), "Right / % (95 % CI)")
    return captioned_table("classes", header, tuple(rows), note)


def optimism_table(found: ProcedureOptimism) -> Table:
    """Measures on the training patients, corrected for optimism by bootstrap."""
    rows = tuple(
        (row.model.capitalize(), row.metric, *(number(value) for value in (row.apparent, row.optimism, row.corrected)))
        for row in found.rows
    )
    left_out = f" ({found.failed} more could not be fitted and are left out)" if found.failed else ""
    note = (
        f"{found.replicates - found.failed} bootstrap samples{left_out}. Where many features were chosen from, some optimism "
        "stays: believe out-of-fold predictions and test sets first."
    )
    return captioned_table("optimism", ("Model", "Measure", "Apparent", "Optimism", "Corrected"), rows, note)


def coefficients_table(features: Sequence[tuple[str, float, float | None]]) -> Table:
    """Selected features, their coefficients on z-scores, and in how many folds they were chosen."""
    return captioned_table(
        "features",
        ("Feature", "Coefficient", "Chosen in folds"),
        tuple((name, f"{c:+.5f}", ABSENT if share is None else f"{100 * share:.0f} %") for name, c, share in features),
    )
