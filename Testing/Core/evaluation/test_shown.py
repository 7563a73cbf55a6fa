"""What the panel shows of a fit is what the fit wrote, with the curves of the predictions that it recorded."""

from __future__ import annotations

import numpy as np
import pytest
from OPRadiomicsLib.profile import load_profile
from OPRadiomicsTrainingLib.fitting.fit_command import write_results
from OPRadiomicsTrainingLib.reports.documents import training_evaluation
from OPRadiomicsTrainingLib.reports.shown import EVALUATION_FOLDER, curves_of, figures_of, tables_of


@pytest.fixture(scope="module")
def written(a_fit, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fit")
    write_results(a_fit, load_profile("standard"), folder, {"table": "0" * 64})
    return folder


def test_performance_and_curves_of_the_training_patients_are_out_of_fold(a_fit, written):
    evaluation = training_evaluation(a_fit)
    (one,) = evaluation.sets
    assert one.name == "training (out of fold)"
    assert {path.stem for path, _ in figures_of(written)} == {"figure2", "figure3", "figure4", "figure5"}
    shown = {table.name: table for table in tables_of(written)}
    area = one.models["combined"].auc
    row = next(row for row in shown["table4"].rows if row[0] == "Combined")
    assert row[1:3] == ("training (out of fold)", f"{area.auc:.3f} ({area.lower:.3f}–{area.upper:.3f})")
    coefficients = {row[0]: float(row[1]) for row in shown["features"].rows}
    expected = {n: c for r in a_fit.signature.radscores for n, c in zip(r.features, r.coefficients, strict=True)}
    assert coefficients == pytest.approx(expected, abs=5e-6)


def test_the_area_under_the_shown_roc_curve_is_the_reported_auc(a_fit, written):
    roc, calibrated, decided = curves_of(written)
    for name, model in training_evaluation(a_fit).sets[0].models.items():
        x, y = roc.lines[name]
        assert np.trapezoid(y, x) == pytest.approx(model.auc.auc, abs=1e-9)
        np.testing.assert_allclose(decided.lines[name][1], model.decision.model)
        predicted, observed = calibrated.lines[name]
        assert (np.diff(predicted) > 0).all() and ((observed >= 0) & (observed <= 1)).all()
    assert {"treat all", "treat none"} <= set(decided.lines)


def test_test_patients_follow_the_training_patients(written):
    home = written / EVALUATION_FOLDER
    for folder, name in (("tables", "table4.csv"), ("figures", "figure3.png")):
        (home / folder).mkdir(parents=True)
        (home / folder / name).write_bytes((written / folder / name).read_bytes())
    assert [(one.name, one.tested) for one in tables_of(written)][-1] == ("table4", True)
    assert [(path.stem, tested) for path, tested in figures_of(written)][-1] == ("figure3", True)


def test_what_macos_keeps_beside_each_file_of_a_shared_disk_is_not_shown(tmp_path):
    for name in ("tables/._a.csv", "figures/._a.png"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(b"\0\5\x16\7")
    assert (tables_of(tmp_path), figures_of(tmp_path)) == ((), ())


def test_a_folder_without_a_fit_shows_nothing(tmp_path):
    assert (tables_of(tmp_path), figures_of(tmp_path), curves_of(tmp_path)) == ((), (), ())
