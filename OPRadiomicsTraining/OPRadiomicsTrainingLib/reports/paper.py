"""A study's report, fit and evaluation together, with the tables and figures that stand in its paper.

Figure 1 flow of patients, 2 feature selection, 3 ROC curves, 4 calibration, 5 decision curves, 6 radar plots and explanation.
Table 1 acquisition, 2 baseline, 3 clinical regression, 4 performance, 5 DeLong.
"""

from __future__ import annotations

from collections.abc import Mapping

from OPRadiomicsLib.profile import Profile

from ..cohort.cohort import Cohort
from ..evaluation.patient_sets import test_sets
from ..evaluation.results import Evaluation
from ..fitting.fit import FitResult
from .captions import captioned_picture
from .checklists import answer_checklists
from .document import Document, Table
from .documents import (
    evaluation_figures,
    evaluation_summary,
    evaluation_tables,
    fit_notes,
    fit_performance_table,
    fit_settings_facts,
    optimism_tables,
    selection_figure,
    signature_facts,
    signature_table,
    software_facts,
    three_class_tables,
)
from .facts import common_facts, evaluation_facts, fit_facts, profile_facts
from .figures.flow import Flow, flow_picture
from .tables import baseline_table, regression_table, steps_table


def paper_document(
    result: FitResult,
    evaluation: Evaluation,
    profile: Profile,
    *,
    acquisition: Table | None = None,
    agreement: Table | None = None,
    hashes: Mapping[str, str] | None = None,
) -> Document:
    """The whole study.

    Parameters
    ----------
    acquisition
        Table 1, where the headers are known.
    agreement
        What the reader study kept, where there was one.
    """
    signature, cohort = result.signature, result.cohort
    sets = {"training": result.rows, **test_sets(cohort)}
    facts = {
        **profile_facts(profile),
        **common_facts(signature),
        **fit_facts(result),
        **evaluation_facts(evaluation),
        **cohort_facts(cohort),
        **({"acquisition": "Table 1."} if acquisition is not None else {}),
        **({"readers": agreement.note, "reliability": agreement.note} if agreement is not None and agreement.note else {}),
        "flow": "Figure 1.",
    }
    return Document(
        title=f"Study report: {signature.name}",
        demo=signature.demo,
        summary=evaluation_summary(evaluation),
        notes=(*fit_notes(result), *evaluation.notes),
        tables=(
            *(() if acquisition is None else (acquisition,)),
            baseline_table(cohort, sets),
            regression_table(result.stages.clinical),
            *evaluation_tables(evaluation),
            *(() if agreement is None else (agreement,)),
            steps_table(result.steps),
            fit_performance_table(result),
            *optimism_tables(result),
            signature_table(result),
            *three_class_tables(result),
        ),
        pictures=(
            captioned_picture("figure1", flow_picture(flow_of(result), demo=signature.demo)),
            selection_figure(result),
            *evaluation_figures(evaluation),
        ),
        facts=(*signature_facts(signature), *fit_settings_facts(result, hashes or {}), *software_facts()),
        checklists=answer_checklists(facts),
    )


def flow_of(result: FitResult) -> Flow:
    """Listed, excluded, and the sets with their numbers of patients and of osteoporosis."""
    cohort = result.cohort
    sets = {"training": result.rows, **test_sets(cohort)}
    counts = {name: (len(rows), int(cohort.osteoporosis[rows].sum())) for name, rows in sets.items()}
    return Flow(len(cohort.cases) + sum(cohort.excluded.values()), dict(cohort.excluded), counts)


def cohort_facts(cohort: Cohort) -> dict[str, str]:
    """What the table itself says of centres and exclusions."""
    facts = {}
    if cohort.centres:
        counts = ", ".join(f"{name} {cohort.centres.count(name)}" for name in sorted(set(cohort.centres)))
        facts["centres"] = f"{len(set(cohort.centres))} centres; patients: {counts}."
    if cohort.excluded:
        facts["exclusions"] = "; ".join(f"{reason}: {count}" for reason, count in cohort.excluded.items()) + "."
    return facts
