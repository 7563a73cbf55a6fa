"""Probabilities against hand-computed points; what is refused; what is warned of."""

import dataclasses
import math

import numpy as np
import pytest
from OPRadiomicsLib.errors import ClinicalDataError, FeatureError, ModelError
from OPRadiomicsLib.models.extrapolation import outside_training
from OPRadiomicsLib.models.prediction import predict, probability, radscores
from OPRadiomicsLib.models.signature_file import load_signature
from OPRadiomicsLib.types import Clinical, FeatureVector


def _with(features, **changes):
    values = features.as_dict() | changes
    return FeatureVector(tuple(values), list(values.values()), features.profile_hash, grey_levels=features.grey_levels)


# logit = -6.178 - 0.885 x sex + 0.097 x age, worked out by hand.
@pytest.mark.parametrize(
    ("age", "male", "logit"),
    [(71.0, False, 0.709), (71.0, True, -0.176), (60.0, False, -0.358), (50.0, True, -2.213), (90.0, False, 2.552)],
)
def test_published_formula_at_hand_computed_points_to_1e_12(age, male, logit):
    (prediction,) = predict(load_signature("published-clinical"), None, Clinical(age, male))
    assert prediction.logit == pytest.approx(logit, abs=1e-12)
    assert prediction.probability == pytest.approx(1 / (1 + math.exp(-logit)), abs=1e-12)


def test_published_formula_shows_its_probability_alone():
    (prediction,) = predict(load_signature("published-clinical"), None, Clinical(71.0, False))
    assert (prediction.interval, prediction.threshold, prediction.osteoporosis) == (None, None, None)
    assert prediction.approximate
    assert not prediction.demo
    assert any("55 %" in warning for warning in prediction.warnings)
    assert {term.name: term.reference for term in prediction.contributions} == {"sex": 0.40, "age": 69.0}


def test_models_come_in_the_order_of_the_study(a_signature, some_features, a_woman_of_71):
    names = [prediction.model for prediction in predict(a_signature, some_features, a_woman_of_71)]
    assert names == ["clinical", "radiomics", "combined"]


def test_without_features_only_the_clinical_model_answers(a_signature, a_woman_of_71):
    assert [prediction.model for prediction in predict(a_signature, None, a_woman_of_71)] == ["clinical"]


def test_without_features_a_signature_of_radiomics_alone_is_an_error(a_signature, a_woman_of_71):
    models = a_signature.models.model_copy(update={"clinical": None})
    with pytest.raises(ModelError, match="no clinical model"):
        predict(a_signature.model_copy(update={"models": models}), None, a_woman_of_71)


def test_radscores_by_hand(a_signature, some_features):
    scores = radscores(a_signature, some_features)
    # 0.5 + 0.3 x (110 - 100) / 20 - 0.2 x (2.5 - 2) / 0.5, and so on.
    expected = {"radscore_T1WI": 0.45, "radscore_T2WI": 0.55, "radscore_FS-T2WI": 0.5}
    assert scores == pytest.approx(expected, abs=1e-15)


def test_clinical_logit_and_delta_interval_by_hand(a_signature, a_woman_of_71):
    prediction = predict(a_signature, None, a_woman_of_71)[0]
    age, sex = 3.0 / 9.0, -0.4 / 0.49
    assert prediction.logit == pytest.approx(-0.25 + 0.5 * age + 0.1 * sex, abs=1e-15)
    row = (1.0, age, sex)
    variance = sum((0.04 if i == j else 0.01) * a * b for i, a in enumerate(row) for j, b in enumerate(row))
    half_width = 1.959963984540054 * math.sqrt(variance)
    expected = tuple(1 / (1 + math.exp(-(prediction.logit + sign * half_width))) for sign in (-1, 1))
    assert prediction.interval == pytest.approx(expected, abs=1e-14)


def test_replicates_of_the_same_normal_law_give_the_delta_interval(a_signature, a_woman_of_71):
    """Percentiles of 200 000 draws: agreement within 0.003 of probability, some six standard errors."""
    clinical = a_signature.models.clinical
    draws = np.random.default_rng(1).multivariate_normal(
        (clinical.intercept, *clinical.coefficients), clinical.covariance, size=200_000
    )
    drawn = clinical.model_copy(update={"covariance": None, "replicates": tuple(map(tuple, draws.tolist()))})
    models = a_signature.models.model_copy(update={"clinical": drawn})
    bootstrap = predict(a_signature.model_copy(update={"models": models}), None, a_woman_of_71)[0]
    assert bootstrap.interval == pytest.approx(predict(a_signature, None, a_woman_of_71)[0].interval, abs=0.003)


def test_class_is_probability_at_or_above_the_threshold(a_signature, some_features, a_woman_of_71):
    for prediction in predict(a_signature, some_features, a_woman_of_71):
        assert prediction.osteoporosis is (prediction.probability >= prediction.threshold)


def test_demo_mark_and_provenance_travel_with_each_prediction(a_signature, some_features, a_woman_of_71):
    for prediction in predict(a_signature, some_features, a_woman_of_71):
        assert prediction.demo
        assert prediction.provenance["sha256"] == a_signature.sha256
        assert "Research use only" in prediction.provenance["use"]


def test_features_of_another_profile_are_refused(a_signature, some_features, a_woman_of_71):
    foreign = dataclasses.replace(some_features, profile_hash="f" * 16)
    with pytest.raises(ModelError, match="ffffffffffffffff") as error:
        predict(a_signature, foreign, a_woman_of_71)
    assert "0123456789abcdef" in error.value.expected


def test_an_absent_feature_is_refused(a_signature, some_features, a_woman_of_71):
    fewer = FeatureVector(some_features.names[:-1], some_features.values[:-1], some_features.profile_hash)
    with pytest.raises(FeatureError, match="FS-T2WI_original_glcm_Contrast"):
        predict(a_signature, fewer, a_woman_of_71)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_feature_that_is_not_finite_is_refused(a_signature, some_features, a_woman_of_71, value):
    with pytest.raises(FeatureError, match="T2WI_original_glcm_Contrast"):
        predict(a_signature, _with(some_features, T2WI_original_glcm_Contrast=value), a_woman_of_71)


def test_texture_of_one_grey_level_is_refused(a_signature, some_features, a_woman_of_71):
    flat = dataclasses.replace(some_features, grey_levels={"T2WI_original": 1})
    with pytest.raises(FeatureError, match="single grey level"):
        predict(a_signature, flat, a_woman_of_71)


def test_one_grey_level_in_an_image_that_the_signature_does_not_use_is_no_obstacle(a_signature, some_features, a_woman_of_71):
    other = dataclasses.replace(some_features, grey_levels={"T2WI_log-sigma-3-0-mm-3D": 1})
    assert len(predict(a_signature, other, a_woman_of_71)) == 3


def test_a_clinical_variable_that_the_model_needs_must_be_recorded(a_signature, a_woman_of_71):
    clinical = a_signature.models.clinical.model_copy(update={"predictors": ("age", "bmi")})
    models = a_signature.models.model_copy(update={"clinical": clinical})
    with pytest.raises(ClinicalDataError, match="bmi is not recorded"):
        predict(a_signature.model_copy(update={"models": models}), None, a_woman_of_71)


def test_an_ordinary_patient_raises_no_warning(a_signature, some_features, a_woman_of_71):
    assert all(prediction.warnings == () for prediction in predict(a_signature, some_features, a_woman_of_71))


@pytest.mark.parametrize(("age", "said"), [(95.0, "beyond all training patients"), (90.0, "beyond 98 %")])
def test_an_age_beyond_training_is_warned_of(a_signature, age, said):
    (prediction,) = predict(a_signature, None, Clinical(age, False))
    assert any("Age" in warning and said in warning for warning in prediction.warnings)


def test_a_yes_that_few_training_patients_share_is_no_extrapolation(a_signature):
    """Diabetes in fewer than one in a hundred: quantiles 0, 0, 0, 0, 1."""
    training = a_signature.training.model_copy(
        update={
            "predictors": ("age", "diabetes", *a_signature.training.predictors[2:]),
            "quantiles": (a_signature.training.quantiles[0], (0.0, 0.0, 0.0, 0.0, 1.0), *a_signature.training.quantiles[2:]),
        }
    )
    assert outside_training(training, {"age": 70.0, "diabetes": 1.0}) == ()


def test_far_features_are_warned_of_by_name(a_signature, some_features, a_woman_of_71):
    clinical, radiomics, _ = predict(a_signature, _with(some_features, T1WI_original_firstorder_Mean=230.0), a_woman_of_71)
    assert any("T1WI_original_firstorder_Mean" in warning for warning in radiomics.warnings)
    assert clinical.warnings == ()


def test_an_unusual_combination_within_all_ranges_is_warned_of(a_signature, a_woman_of_71):
    """Each predictor lies within its 98 % range, the squared distance (about 16) beyond the limit of 15."""
    names = [name for radscore in a_signature.radscores for name in radscore.features]
    features = FeatureVector(tuple(names), [142.0, 2.0] * 3, a_signature.profile.hash)
    combined = predict(a_signature, features, Clinical(50.5, True))[2]
    (warning,) = combined.warnings
    assert "Unusual combination" in warning


@pytest.mark.parametrize("logit", [-800.0, -1e-9, 0.0, 1e-9, 800.0])
def test_probability_never_overflows(logit):
    assert 0.0 <= probability(logit) <= 1.0
    assert probability(logit) + probability(-logit) == pytest.approx(1.0, abs=1e-15)


def test_a_probability_at_the_threshold_is_osteoporosis(a_signature, a_woman_of_71):
    (found,) = predict(a_signature, None, a_woman_of_71)
    for threshold, said in ((found.probability, True), (math.nextafter(found.probability, 1.0), False)):
        clinical = a_signature.models.clinical.model_copy(update={"threshold": threshold})
        models = a_signature.models.model_copy(update={"clinical": clinical})
        (again,) = predict(a_signature.model_copy(update={"models": models}), None, a_woman_of_71)
        assert again.osteoporosis is said


def test_entropy_of_one_grey_level_is_refused_as_texture_is(a_signature, some_features, a_woman_of_71):
    name = "T2WI_original_firstorder_Entropy"
    radscores = tuple(
        one.model_copy(update={"features": (name, *one.features[1:])}) if one.sequence == "T2WI" else one
        for one in a_signature.radscores
    )
    names = tuple(name if old == "T2WI_original_firstorder_Mean" else old for old in some_features.names)
    flat = dataclasses.replace(some_features, names=names, grey_levels={"T2WI_original": 1})
    with pytest.raises(FeatureError, match="firstorder_Entropy comes from an image with a single grey level"):
        predict(a_signature.model_copy(update={"radscores": radscores}), flat, a_woman_of_71)


def test_a_percentile_runs_from_0_to_100(a_signature):
    assert [a_signature.training.percentile("age", age) for age in (20.0, 45.0, 68.0, 92.0)] == [0.0, 0.0, 50.0, 100.0]
