"""ComBat against R's sva, and what it must do on centres whose shift and stretch are known."""

import numpy as np
import pytest
from OPRadiomicsLib.errors import FeatureError
from OPRadiomicsTrainingLib.statistics.combat import fit_combat


@pytest.fixture(scope="module")
def a_multicentre_table(golden_table):
    table = golden_table("combat")
    return table[:, 3:], np.array([f"centre {int(number)}" for number in table[:, 0]]), table[:, 1:3]


def _two_centres(seed, counts=(400, 300), p=40):
    """Features of one law; centre B adds 2 and doubles the spread."""
    rng = np.random.default_rng(seed)
    centres = np.repeat(["A", "B"], counts)
    features = rng.normal(size=(sum(counts), p))
    return np.where((centres == "B")[:, None], 2 + 2 * features, features), centres


def test_harmonised_features_equal_sva_to_1e_8(reference, a_multicentre_table):
    features, centres, covariates = a_multicentre_table
    plain = fit_combat(features, centres).apply(features, centres)
    np.testing.assert_allclose(plain, reference["combat"]["plain"], atol=1e-8)
    kept = fit_combat(features, centres, covariates).apply(features, centres, covariates)
    np.testing.assert_allclose(kept, reference["combat"]["with_covariates"], atol=1e-8)


def test_shift_and_stretch_of_a_centre_go_also_from_new_patients():
    combat = fit_combat(*_two_centres(1))
    features, centres = _two_centres(2)
    harmonised = combat.apply(features, centres)
    a, b = harmonised[centres == "A"], harmonised[centres == "B"]
    # 400 and 300 patients: standard error of a difference of means 0.11 SD at most, of a ratio of SD 0.06.
    assert np.abs(a.mean(axis=0) - b.mean(axis=0)).max() < 0.6
    assert np.abs(np.log(a.std(axis=0) / b.std(axis=0))).max() < 0.25
    assert np.abs(features[centres == "A"].mean(axis=0) - features[centres == "B"].mean(axis=0)).min() > 1.5


def test_rows_are_harmonised_one_by_one():
    """No other patient of the call changes a patient's features."""
    combat = fit_combat(*_two_centres(3))
    features, centres = _two_centres(4)
    np.testing.assert_array_equal(combat.apply(features, centres)[7:8], combat.apply(features[7:8], centres[7:8]))


def test_a_covariates_effect_is_kept_where_centres_differ_in_it():
    rng = np.random.default_rng(5)
    centres = np.repeat(["A", "B"], 300)
    age = rng.normal(np.where(centres == "A", 60, 75), 5.0)
    features = 0.1 * age[:, None] + rng.normal(size=(600, 20)) + 3.0 * (centres == "B")[:, None]
    kept = fit_combat(features, centres, age[:, None]).apply(features, centres, age[:, None])
    lost = fit_combat(features, centres).apply(features, centres)
    slopes = [np.polyfit(age, values, 1)[0].mean() for values in (kept, lost)]
    assert slopes[0] == pytest.approx(0.1, abs=0.01)
    assert slopes[1] < 0.05


def test_units_of_a_feature_do_not_matter(a_multicentre_table):
    features, centres, _ = a_multicentre_table
    scale = np.geomspace(1e-3, 1e3, features.shape[1])
    plain = fit_combat(features, centres).apply(features, centres)
    np.testing.assert_allclose(fit_combat(features * scale, centres).apply(features * scale, centres) / scale, plain, rtol=1e-8)


def test_an_unknown_centre_is_an_error_that_names_it():
    combat = fit_combat(*_two_centres(6))
    with pytest.raises(FeatureError, match="Patients of C, which ComBat was not fitted on"):
        combat.apply(np.zeros((1, 40)), np.array(["C"]))


def test_one_centre_or_a_small_one_is_an_error():
    features, centres = _two_centres(7, counts=(10, 2))
    with pytest.raises(FeatureError, match=r"B \(2\)"):
        fit_combat(features, centres)
    with pytest.raises(FeatureError, match="1 centres"):
        fit_combat(features[:10], centres[:10])


def test_a_feature_that_one_centre_does_not_vary_is_an_error():
    features, centres = _two_centres(8, counts=(10, 10))
    features[centres == "B", 3] = 1.0
    with pytest.raises(FeatureError, match="first column 3"):
        fit_combat(features, centres)


def test_a_covariate_that_is_the_centre_is_an_error():
    features, centres = _two_centres(9, counts=(10, 10))
    with pytest.raises(FeatureError, match="combination of the centres"):
        fit_combat(features, centres, (centres == "B")[:, None])


def test_missing_covariates_are_an_error():
    features, centres = _two_centres(10, counts=(10, 10))
    combat = fit_combat(features, centres, np.arange(20.0)[:, None])
    with pytest.raises(FeatureError, match=r"\(20, 0\)"):
        combat.apply(features, centres)
