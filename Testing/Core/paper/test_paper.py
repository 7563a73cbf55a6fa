"""The study's tables and figures: all there, marked DEMO, their numbers those of the results, no patient named."""

import csv
import re
from dataclasses import replace

import numpy as np
import pytest
from OPRadiomicsLib.profile import load_profile
from OPRadiomicsTrainingLib.reports.captions import captioned_table, captions
from OPRadiomicsTrainingLib.reports.checklists import TO_COMPLETE, answer_checklists
from OPRadiomicsTrainingLib.reports.document import document_html, write_document
from OPRadiomicsTrainingLib.reports.documents import evaluation_document, fit_document
from OPRadiomicsTrainingLib.reports.facts import fit_facts
from OPRadiomicsTrainingLib.reports.figures import curves, overview
from OPRadiomicsTrainingLib.reports.figures.flow import Flow
from OPRadiomicsTrainingLib.reports.formats import p_value, with_interval
from OPRadiomicsTrainingLib.reports.paper import flow_of, paper_document
from OPRadiomicsTrainingLib.reports.tables import (
    baseline_table,
    calibration_table,
    delong_table,
    explanation_table,
    performance_table,
    regression_table,
    steps_table,
    subgroup_table,
)


@pytest.fixture(scope="module")
def a_document(a_fit, an_evaluation):
    acquisition = captioned_table("table1", ("Centre", "TR / ms"), (("A", "726"), ("B", "583")))
    return paper_document(a_fit, an_evaluation, load_profile("standard"), acquisition=acquisition)


@pytest.fixture(scope="module")
def a_folder(a_document, tmp_path_factory):
    folder = tmp_path_factory.mktemp("paper")
    write_document(a_document, folder)
    return folder


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_five_tables_six_figures_and_a_report_are_written(a_folder):
    assert all((a_folder / "tables" / f"table{n}.csv").is_file() for n in range(1, 6))
    for n in range(1, 7):
        assert (a_folder / "figures" / f"figure{n}.png").read_bytes().startswith(b"\x89PNG")
    assert (a_folder / "report.html").is_file()


def test_the_report_is_one_file_and_marked_demo(a_folder):
    text = (a_folder / "report.html").read_text(encoding="utf-8")
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert 'src="data:image/png;base64,' in text
    assert text.count("DEMO") > 10
    assert "Research use only" in text


def test_no_case_is_named_anywhere(a_folder):
    for path in [*a_folder.rglob("*.csv"), a_folder / "report.html"]:
        assert not re.search(r"\bsim0\d{4}\b", path.read_text(encoding="utf-8")), path.name


def test_every_caption_stands_in_english_and_chinese():
    for name, caption in captions().items():
        assert re.search("[A-Za-z]{4}", caption["en"]), name
        assert re.search("[\u4e00-\u9fff]{2}", caption["zh"]), name


def test_table_2_counts_the_patients_of_each_class(a_folder, a_study):
    male = next(row for row in rows_of(a_folder / "tables" / "table2.csv") if row["Variable"].startswith("Sex"))
    rows = np.arange(100)
    well = rows[~a_study.osteoporosis[:100]]
    cell = next(value for name, value in male.items() if name.startswith("training: NOP"))
    assert cell.startswith(f"{int(a_study.male[well].sum())} (")


@pytest.mark.parametrize(("variable", "row"), [("bmi", "BMI, kg/m²"), ("diabetes", "Diabetes")])
def test_a_variable_that_is_known_of_one_class_only_has_no_test_in_table_2(a_study, variable, row):
    values = np.where(a_study.osteoporosis, getattr(a_study, variable), np.nan)
    table = baseline_table(replace(a_study, **{variable: values}), {"training": np.arange(100)})
    _, well, ill, statistic, p = next(cells for cells in table.rows if cells[0] == row)
    assert (well, statistic, p) == ("–", "–", "–")
    assert "(" in ill


def test_table_4_prints_the_evaluations_numbers(a_folder, an_evaluation):
    rows = rows_of(a_folder / "tables" / "table4.csv")
    assert len(rows) == 9
    external = an_evaluation.of("external")[0].models["combined"].auc
    row = next(row for row in rows if (row["Model"], row["Set"]) == ("Combined", "external"))
    assert row["AUC (95 % CI)"] == f"{external.auc:.3f} ({external.lower:.3f}–{external.upper:.3f})"


def test_table_5_holds_three_tests_a_set(a_folder):
    rows = rows_of(a_folder / "tables" / "table5.csv")
    assert [row["Set"] for row in rows].count("external") == 3
    assert len(rows) == 9


def test_the_flow_adds_up(a_fit):
    flow = flow_of(a_fit)
    assert isinstance(flow, Flow)
    assert (flow.listed, flow.included) == (205, 200)
    assert sum(n for n, _ in flow.sets.values()) == flow.included


def test_fit_and_evaluation_have_reports_of_their_own(a_fit, an_evaluation):
    fitted = document_html(fit_document(a_fit, load_profile("standard"), {"table": "0" * 64}))
    assert "svm" in fitted
    assert "not exported" in fitted
    assert "0" * 64 in fitted
    assert "figure5" in document_html(evaluation_document(an_evaluation, None, {}))


def test_checklists_answer_what_is_known_and_leave_the_rest_to_the_author(a_document):
    names = [one.name for one in a_document.checklists]
    assert names == ["CLEAR", "TRIPOD+AI", "METRICS"]
    assert [len(one.answers) for one in a_document.checklists] == [58, 52, 30]
    for one in a_document.checklists:
        assert 0 < one.filled < len(one.answers)
        assert "doi" in one.citation


def answer(document, checklist, number):
    (one,) = [one for one in document.checklists if one.name == checklist]
    return next(item.text for item in one.answers if item.number == number)


def test_testing_is_of_the_test_sets_alone_and_the_training_patients_count_as_participants(a_document):
    assert "training" not in answer(a_document, "CLEAR", "38")
    assert "external (n = 50" in answer(a_document, "CLEAR", "38")
    assert "training (out of fold) (n = 100" in answer(a_document, "TRIPOD+AI", "21")


def test_class_balance_tells_how_it_was_handled(a_document):
    assert "no resampling" in answer(a_document, "CLEAR", "30")
    assert "no resampling" in answer(a_document, "TRIPOD+AI", "13")


def test_predictors_that_were_given_are_not_said_to_be_chosen_by_p(a_fit, an_evaluation):
    profile = load_profile("standard")
    given = replace(a_fit, settings=replace(a_fit.settings, clinical=("age", "sex")))
    assert "by univariable P < 0.05" in answer(paper_document(a_fit, an_evaluation, profile), "CLEAR", "17")
    assert answer(paper_document(given, an_evaluation, profile), "CLEAR", "17").count("given beforehand") == 1


def test_the_item_on_missing_values_tells_of_these_alone(a_fit):
    clinical = replace(a_fit.stages.clinical, decided=("drinking left out of the clinical model: one value",), missing=())
    complete = replace(a_fit, stages=replace(a_fit.stages, clinical=clinical))
    assert fit_facts(complete)["missing"] == "No clinical value that a model needs is missing in training."
    filled = replace(a_fit, stages=replace(a_fit.stages, clinical=replace(clinical, missing=("age not recorded in 2",))))
    assert fit_facts(filled)["missing"] == "age not recorded in 2"


def test_without_subgroups_fairness_is_the_authors_to_answer(a_fit, an_evaluation):
    without = replace(an_evaluation, settings=replace(an_evaluation.settings, subgroups=""))
    document = paper_document(a_fit, without, load_profile("standard"))
    assert answer(document, "TRIPOD+AI", "14") == TO_COMPLETE
    assert "AUC by" not in answer(document, "CLEAR", "47")


def test_an_item_without_a_fact_stays_open():
    open_items = [answer.open for one in answer_checklists({}) for answer in one.answers]
    assert all(open_items)


@pytest.mark.parametrize(("p", "said"), [(0.0004, "< 0.001"), (0.0123, "0.012"), (1.0, "1.000"), (float("nan"), "–")])
def test_p_values_as_papers_print_them(p, said):
    assert p_value(p) == said


def test_an_undefined_number_is_a_dash():
    assert with_interval(float("nan"), 0.0, 1.0) == "–"


def test_no_dash_stands_before_a_minus_sign():
    assert with_interval(0.806, 0.741, 0.864) == "0.806 (0.741–0.864)"
    assert with_interval(-0.677, -1.288, -0.065) == "-0.677 (-1.288 to -0.065)"
    assert with_interval(0.04, -0.436, 0.515) == "0.040 (-0.436 to 0.515)"


def test_features_that_nobody_has_proved_reproducible_are_not_counted_so(a_fit):
    rows = steps_table(a_fit.steps).rows
    assert [row[2] for row in rows] == ["–"] * 3
    assert [row[2] for row in steps_table([replace(step, reproducible=7) for step in a_fit.steps]).rows] == ["7"] * 3


def test_every_cell_of_a_table_is_the_number_that_its_heading_names(a_fit, an_evaluation):
    """Of the last set and model: numbers that changed columns or signs would make another paper."""
    one = an_evaluation.of("external")[0]
    model, pair, found = one.models["combined"], one.comparisons[-1], one.explanation
    row = dict(zip((table := performance_table(an_evaluation)).header, table.rows[-1], strict=True))
    for name in ("Sensitivity", "Specificity", "Accuracy", "Precision", "F1"):
        assert row[f"{name} / %"].startswith(f"{100 * getattr(model.classification, name.lower()).value:.1f} (")
    row = dict(zip((table := delong_table(an_evaluation)).header, table.rows[-1], strict=True))
    assert (row["Models"], row["Z"]) == ("radiomics – combined", f"{pair.test.z:.3f}")
    row = dict(zip((table := calibration_table(an_evaluation)).header, table.rows[-1], strict=True))
    assert (row["Brier"], row["Scaled Brier"]) == (f"{model.calibration.brier:.3f}", f"{model.calibration.scaled_brier:.3f}")
    row = next(cells for cells in explanation_table(an_evaluation).rows if cells[:2] == ("external", "Age"))
    assert row[2] == f"{100 * found.shares['age']:.1f}"
    row, groups = subgroup_table(an_evaluation).rows[-1], one.subgroups[-1]
    assert [row[4], row[7]] == [with_interval(area.auc, area.lower, area.upper) for area in groups.areas]
    row, age = regression_table(a_fit.stages.clinical).rows[0], a_fit.stages.clinical.univariable[0].ratio
    assert (row[0], row[3]) == ("Age", f"{age.z:.3f}")


@pytest.mark.parametrize(("note", "said"), [("", TO_COMPLETE), ("ICC(A,1) above 0.75.", "ICC(A,1) above 0.75.")])
def test_readers_are_the_authors_to_describe_where_their_study_left_no_rule(a_fit, an_evaluation, note, said):
    agreement = captioned_table("agreement", ("Comparison",), (("A and B",),), note)
    document = paper_document(a_fit, an_evaluation, load_profile("standard"), agreement=agreement)
    assert answer(document, "TRIPOD+AI", "9c") == said


def test_every_set_has_its_panel_and_its_letter_however_many_there_are(an_evaluation, monkeypatch):
    """Beyond eight, the letters ended, and the other sets were left out."""
    panels = []
    monkeypatch.setattr(curves, "titled", lambda _, letter, title: panels.append(letter))
    many = replace(an_evaluation, sets=an_evaluation.sets[:1] * 28)
    monkeypatch.setattr(curves, "_roc", lambda *_: None)
    assert curves.roc_picture(many).startswith(b"\x89PNG")
    assert panels == [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "AA", "AB"]


def test_figure_6_shows_every_test_set(an_evaluation, monkeypatch):
    """A model that is tested in five centres has five radar plots, lettered on, above one explanation."""
    drawn = []
    monkeypatch.setattr(overview, "finished", lambda figure, demo: drawn.append(figure) or b"")
    *others, last = an_evaluation.sets
    overview.overview_picture(replace(an_evaluation, sets=(*others, *(replace(last, name=f"centre {n}") for n in range(5)))))
    titles = [axes.get_title("left") for axes in drawn[0].axes]
    radars = [axes for axes in drawn[0].axes if axes.name == "polar"]
    assert len(radars) >= 5
    assert [title[0] for title in titles] == list("ABCDEFGHIJ"[: len(titles)])
    boxes = [axes.get_position() for axes in drawn[0].axes]
    assert not any(one.overlaps(other) for at, one in enumerate(boxes) for other in boxes[:at])
