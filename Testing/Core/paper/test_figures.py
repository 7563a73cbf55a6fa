"""Nothing of a figure is cut off or lies over another word."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from OPRadiomicsTrainingLib.reports.figures import curves, selection


@pytest.fixture
def drawn(monkeypatch):
    """Draw a picture and return its figure, laid out, instead of the PNG."""
    for module in (curves, selection):
        monkeypatch.setattr(module, "finished", lambda figure, demo: figure)

    def draw(picture, subject):
        figure = picture(subject)
        figure.draw_without_rendering()
        return figure

    return draw


@pytest.mark.parametrize("picture", [curves.roc_picture, curves.calibration_picture, curves.decision_picture])
@pytest.mark.parametrize("count", [1, 3])
def test_the_axes_names_and_the_legends_lie_inside(drawn, an_evaluation, picture, count):
    figure = drawn(picture, replace(an_evaluation, sets=an_evaluation.sets[:count]))
    assert len(figure.axes) == count
    for axes in figure.axes:
        assert axes.yaxis.label.get_window_extent().x0 >= 0
        legend, panel = axes.get_legend().get_window_extent(), axes.get_window_extent()
        assert panel.x0 <= legend.x0 and legend.x1 <= panel.x1


def test_groups_of_few_patients_are_told_in_the_legends_title(drawn, an_evaluation, monkeypatch):
    monkeypatch.setattr(curves, "CURVE_PATIENTS", 1000)
    figure = drawn(curves.calibration_picture, an_evaluation)
    for axes in figure.axes:
        legend = axes.get_legend()
        assert "too few patients for a curve" in legend.get_title().get_text()
        assert legend.get_window_extent().x1 <= axes.get_window_extent().x1


def test_the_coefficients_ticks_do_not_run_into_each_other(drawn, a_fit):
    scores = {
        role: replace(score, coefficients=np.full_like(score.coefficients, -0.16))
        for role, score in a_fit.stages.scores.items()
    }
    figure = drawn(selection.selection_picture, replace(a_fit, stages=replace(a_fit.stages, scores=scores)))
    panels = [axes for axes in figure.axes if axes.get_title(loc="left").endswith("Radscore")]
    assert panels
    for axes in panels:
        boxes = [label.get_window_extent() for label in axes.get_xticklabels() if label.get_text()]
        assert all(left.x1 < right.x0 for left, right in pairwise(sorted(boxes, key=lambda box: box.x0)))


def test_a_sequence_without_a_feature_has_no_empty_axes(drawn, a_fit):
    paths = a_fit.stages.paths
    bare = {role: replace(path, path=None) if number == 0 else path for number, (role, path) in enumerate(paths.items())}
    figure = drawn(selection.selection_picture, replace(a_fit, stages=replace(a_fit.stages, paths=bare)))
    without = sum(path.path is None for path in bare.values())
    assert sum("no feature passed" in text.get_text() for axes in figure.axes for text in axes.texts) == without
    assert sum(not axes.axison for axes in figure.axes) == 3 * without
