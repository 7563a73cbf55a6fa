"""Osteopenia as a third class: by BMD, in the signature, the same probabilities there and in the fit."""

from dataclasses import replace

import numpy as np
import pytest
from feature_cohort import simulate_feature_cohort
from OPRadiomicsLib.errors import ClinicalDataError, StudyError
from OPRadiomicsLib.models.prediction import predict
from OPRadiomicsLib.models.signature_file import load_signature, save_signature
from OPRadiomicsLib.profile import load_profile
from OPRadiomicsLib.types import Clinical, FeatureVector
from OPRadiomicsTrainingLib.evaluation.recalibration import recalibrated
from OPRadiomicsTrainingLib.fitting.fit import fit_signature
from OPRadiomicsTrainingLib.fitting.settings import FitSettings, SelectionSettings
from OPRadiomicsTrainingLib.fitting.three_classes import bmd_classes
from OPRadiomicsTrainingLib.reports.tables import classes_table

SETTINGS = FitSettings(SelectionSettings(lasso_folds=4, folds=3), tune=0, classes=3, demo=True)
PROFILE = load_profile("standard")


@pytest.fixture(scope="module")
def a_cohort_with_bmd():
    return simulate_feature_cohort({"A": 300}, 5, features=12)


@pytest.fixture(scope="module")
def a_fit(a_cohort_with_bmd):
    return fit_signature(a_cohort_with_bmd, PROFILE, SETTINGS)


def test_classes_are_those_of_the_bmd(a_cohort_with_bmd):
    bmd = a_cohort_with_bmd.bmd.copy()
    bmd[a_cohort_with_bmd.osteoporosis] = 79.9
    bmd[~a_cohort_with_bmd.osteoporosis] = 120.0
    bmd[np.flatnonzero(~a_cohort_with_bmd.osteoporosis)[0]] = 120.1
    found = bmd_classes(replace(a_cohort_with_bmd, bmd=bmd), np.arange(300))
    assert (found[a_cohort_with_bmd.osteoporosis] == 2).all()
    assert sorted(found[~a_cohort_with_bmd.osteoporosis])[:2] == [0, 1]


def test_out_of_fold_probabilities_add_up_and_rank_bmd(a_fit, a_cohort_with_bmd):
    probabilities = a_fit.three_classes.probabilities
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, atol=1e-12)
    assert np.corrcoef(probabilities[:, 2] - probabilities[:, 0], a_cohort_with_bmd.bmd)[0, 1] < -0.3
    assert a_fit.three_classes.confusion.sum() == 300


def test_the_signature_carries_the_model_and_predicts_with_it(a_fit, a_cohort_with_bmd, tmp_path):
    save_signature(a_fit.signature, tmp_path)
    signature = load_signature(tmp_path)
    assert signature.sha256 == a_fit.signature.sha256
    cohort = a_cohort_with_bmd
    features = FeatureVector(cohort.feature_names, cohort.features[4], PROFILE.hash)
    clinical = Clinical(float(cohort.ages[4]), bool(cohort.male[4]), smoking=bool(cohort.smoking[4]))
    found = predict(signature, features, clinical)[-1].class_probabilities
    assert list(found) == ["normal", "osteopenia", "osteoporosis"]
    assert sum(found.values()) == pytest.approx(1.0, abs=1e-12)
    assert predict(signature, features, clinical)[0].class_probabilities == {}


def test_a_signature_without_it_keeps_its_checksum(a_cohort_with_bmd):
    two = fit_signature(a_cohort_with_bmd, PROFILE, replace(SETTINGS, classes=2)).signature
    assert "ordinal" not in two.content()


def test_a_recalibrated_signature_leaves_the_model_out_and_says_so(a_fit):
    """Moved by 2 on the logit, the combined model's probability would stand beside classes that know nothing of it."""
    moved = recalibrated(a_fit.signature, {"combined": 2.0}, "80 patients")
    assert a_fit.signature.ordinal is not None
    assert moved.ordinal is None
    assert "ordinal model, which was not recalibrated, is left out" in moved.provenance.notes[-1]


@pytest.mark.parametrize("fault", ["absent", "missing", "contradicting"])
def test_bmd_that_is_absent_or_contradicts_the_label_is_an_error(a_cohort_with_bmd, fault):
    bmd = a_cohort_with_bmd.bmd.copy()
    bmd[7] = np.nan if fault == "missing" else 200.0 - bmd[7]
    cohort = replace(a_cohort_with_bmd, bmd=None if fault == "absent" else bmd)
    with pytest.raises(ClinicalDataError, match="BMD"):
        fit_signature(cohort, PROFILE, SETTINGS)


def test_a_class_of_too_few_patients_is_an_error_before_the_work(a_cohort_with_bmd):
    bmd = np.where(a_cohort_with_bmd.osteoporosis, 60.0, 100.0)
    bmd[np.flatnonzero(~a_cohort_with_bmd.osteoporosis)[:5]] = 130.0
    with pytest.raises(StudyError, match="normal 5"):
        fit_signature(replace(a_cohort_with_bmd, bmd=bmd), PROFILE, SETTINGS)


def test_a_fold_s_probabilities_do_not_depend_on_its_own_patients_classes(a_fit, a_cohort_with_bmd):
    """Normal and osteopenia change places in the first fold, whose labels stay as they are."""
    own = (a_fit.nested.fold == 0) & ~a_cohort_with_bmd.osteoporosis
    bmd = np.where(own, np.where(a_cohort_with_bmd.bmd > 120.0, 100.0, 140.0), a_cohort_with_bmd.bmd)
    other = fit_signature(replace(a_cohort_with_bmd, bmd=bmd), PROFILE, SETTINGS).three_classes
    first = a_fit.nested.fold == 0
    np.testing.assert_array_equal(other.probabilities[first], a_fit.three_classes.probabilities[first])
    assert (other.probabilities[~first] != a_fit.three_classes.probabilities[~first]).any()


def test_the_table_of_classes_counts_who_was_right(a_fit):
    table = classes_table(a_fit.three_classes)
    for place, row in enumerate(table.rows):
        truth = a_fit.three_classes.truth == place
        right = (a_fit.three_classes.probabilities.argmax(axis=1) == place) & truth
        assert sum(int(cell) for cell in row[1:4]) == truth.sum()
        assert row[4].startswith(f"{100 * right.sum() / truth.sum():.1f} (")
