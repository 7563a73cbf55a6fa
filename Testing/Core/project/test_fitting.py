"""What would end a fit after hours is said before it starts; the commands are those that the command line takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.worker.service import parse_command
from OPRadiomicsTrainingLib.cohort.faults import CohortTableError
from OPRadiomicsTrainingLib.project.fitting import FitPlan, commands_to_fit
from OPRadiomicsTrainingLib.project.folder import Project, ProjectError
from small_project import SEQUENCES, add_bare_case

PLAN = FitPlan("own", tune=4, folds=4, lasso_folds=3)
CASES = 14


@pytest.fixture
def cohort(project: Project) -> Project:
    """Fourteen cases of all sequences, each second one with osteoporosis."""
    for number in range(1, CASES + 1):
        add_bare_case(project, f"sub-{number:04d}", sequences=SEQUENCES)
    _write_clinical(project, [f"{number % 2}" for number in range(1, CASES + 1)])
    return project


def _write_clinical(project: Project, cells: list[str], columns: str = "label") -> None:
    rows = "".join(f"sub-{number:04d},{cell}\n" for number, cell in enumerate(cells, 1))
    project.clinical_table.write_text(f"case,{columns}\n{rows}")


def _words(commands: list[list[str]]) -> list[str]:
    for command in commands:
        parse_command(command)
    return [command[0] for command in commands]


def test_a_fit_exports_extracts_and_fits_and_evaluates_the_test_patients_where_there_are_some(cohort: Project) -> None:
    commands = commands_to_fit(cohort, PLAN)
    assert _words(commands) == ["project", "cohort", "project", "fit"]
    assert "--simulated" not in commands[-1] and "--features" not in commands[-1]
    _write_clinical(cohort, [f"{number % 2},{'train' if number < 13 else 'test'}" for number in range(CASES)], "label,split")
    add_bare_case(cohort, "sub-0015", sequences=SEQUENCES, simulated=True, clinical={"label": "0", "split": "test"})
    commands = commands_to_fit(cohort, FitPlan("own", "paper", folds=4, lasso_folds=3, features=Path("kept_features.txt")))
    assert _words(commands) == ["project", "cohort", "project", "fit", "evaluate"]
    assert "--simulated" in commands[3] and "--features" in commands[3]


def test_a_patient_without_all_sequences_is_named_unless_the_table_leaves_the_patient_out(cohort: Project) -> None:
    add_bare_case(cohort, "sub-0015")
    labels = [str(number % 2) for number in range(1, CASES + 2)]
    _write_clinical(cohort, labels)
    with pytest.raises(ProjectError, match="Without T2WI or FS-T2WI: sub-0015"):
        commands_to_fit(cohort, PLAN)
    _write_clinical(
        cohort, [f"{label},{'' if place < CASES else 'no T2WI'}" for place, label in enumerate(labels)], "label,exclusion"
    )
    assert _words(commands_to_fit(cohort, PLAN))[-1] == "fit"


def test_too_few_patients_for_the_folds_are_refused_and_folds_that_would_do_are_told(cohort: Project) -> None:
    with pytest.raises(StudyError, match="7 training patients in the smaller class") as caught:
        commands_to_fit(cohort, FitPlan("own"))
    assert "--folds 4 --lasso-folds 3" in caught.value.remedy
    _write_clinical(cohort, [f"{number % 2},test" for number in range(CASES)], "label,split")
    with pytest.raises(StudyError, match="0 rows of the split 'train'"):
        commands_to_fit(cohort, PLAN)


def test_faults_of_the_table_and_a_taken_name_are_refused(cohort: Project) -> None:
    (cohort.models / "signatures" / "taken").mkdir(parents=True)
    for name in ("", "a/b", "taken", "a:b", "taken ", "aux.2026"):
        with pytest.raises(ProjectError, match="A fit named"):
            commands_to_fit(cohort, FitPlan(name, folds=4, lasso_folds=3))
    _write_clinical(cohort, ["7"] * CASES)
    with pytest.raises(CohortTableError, match="14 faults"):
        commands_to_fit(cohort, PLAN)
