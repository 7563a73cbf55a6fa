"""Evaluation on test sets: thresholds from training, no training patient among them, numbers equal to their definitions."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from feature_cohort import simulate_feature_cohort
from OPRadiomicsLib.errors import FeatureError, StudyError
from OPRadiomicsLib.models.prediction import predict
from OPRadiomicsLib.profile import load_profile
from OPRadiomicsLib.types import Clinical
from OPRadiomicsTrainingLib.evaluation.apply import apply_signature
from OPRadiomicsTrainingLib.evaluation.evaluate import evaluate
from OPRadiomicsTrainingLib.evaluation.recalibration import recalibrated
from OPRadiomicsTrainingLib.evaluation.record import evaluation_record
from OPRadiomicsTrainingLib.evaluation.results import EvaluationSettings
from OPRadiomicsTrainingLib.evaluation.subgroups import parse_subgroups
from OPRadiomicsTrainingLib.fitting.fit import fit_signature
from OPRadiomicsTrainingLib.fitting.record import training_predictions
from OPRadiomicsTrainingLib.fitting.second_stage import columns_of
from OPRadiomicsTrainingLib.fitting.seen import Seen
from OPRadiomicsTrainingLib.fitting.settings import FitSettings, SelectionSettings
from OPRadiomicsTrainingLib.statistics.calibration import anchor, recalibrated_intercept
from sklearn.metrics import brier_score_loss, f1_score, roc_auc_score

QUICK = EvaluationSettings(bootstrap=50)


@pytest.fixture(scope="module")
def an_evaluation(a_study, a_fit):
    return evaluate(a_fit.signature, a_study, QUICK, training=training_predictions(a_fit))


def test_sets_come_training_internal_external(an_evaluation):
    assert [(one.kind, len(one.ill)) for one in an_evaluation.sets] == [
        ("training", 200),
        ("internal", 100),
        ("external", 100),
    ]


def test_a_set_is_external_where_its_name_begins_with_ext_and_not_where_it_holds_it(a_study, a_fit):
    splits = ("train",) * 200 + ("Ext-B",) * 100 + ("next_test",) * 100
    found = evaluate(a_fit.signature, replace(a_study, splits=splits), QUICK)
    assert [(one.name, one.kind) for one in found.sets] == [("next_test", "internal"), ("Ext-B", "external")]


def test_metrics_equal_sklearn_to_1e_12(an_evaluation):
    for one in an_evaluation.sets:
        for model in one.models.values():
            positive = model.probabilities >= model.threshold
            assert model.auc.auc == pytest.approx(roc_auc_score(one.ill, model.probabilities), abs=1e-12)
            assert model.classification.f1.value == pytest.approx(f1_score(one.ill, positive), abs=1e-12)
            assert model.calibration.brier == pytest.approx(brier_score_loss(one.ill, model.probabilities), abs=1e-12)


def test_every_set_is_judged_at_the_threshold_of_the_training(an_evaluation, a_fit):
    for one in an_evaluation.sets:
        for name, model in one.models.items():
            assert model.threshold == getattr(a_fit.signature.models, name).threshold


def test_a_given_threshold_rules_every_model(a_study, a_fit):
    found = evaluate(a_fit.signature, a_study, replace(QUICK, threshold=0.3))
    assert {model.threshold for one in found.sets for model in one.models.values()} == {0.3}


def test_every_pair_of_models_is_compared_once(an_evaluation):
    pairs = [(pair.first, pair.second) for pair in an_evaluation.sets[1].comparisons]
    assert pairs == [("clinical", "radiomics"), ("clinical", "combined"), ("radiomics", "combined")]


def test_equal_input_gives_equal_numbers(a_study, a_fit, an_evaluation):
    again = evaluate(a_fit.signature, a_study, QUICK, training=training_predictions(a_fit))
    assert evaluation_record(again, {}) == evaluation_record(an_evaluation, {})


def test_the_record_is_plain_json(an_evaluation):
    text = json.dumps(evaluation_record(an_evaluation, {}), allow_nan=False)
    assert json.loads(text)["sets"]["external"]["patients"] == 100


def test_one_training_patient_among_the_test_patients_is_an_error(a_study, a_fit):
    with pytest.raises(StudyError, match="1 patients of the set 'external' were training patients"):
        evaluate(a_fit.signature, a_study, QUICK, seen=(Seen.of(a_study, np.array([350]), "training"),))


def test_a_signature_of_one_department_is_evaluated_on_the_other_whose_patients_bear_the_same_pseudonyms(a_study, a_fit):
    other = simulate_feature_cohort({"B": 200}, 12, features=20)
    assert other.cases == a_study.cases[:200]
    found = evaluate(a_fit.signature, other, QUICK, seen=(Seen.of(a_study, a_fit.rows, "training"),))
    assert len(found.of("external")[0].ill) == 200
    assert any("200 patients bear the pseudonym of a training patient" in note for note in found.notes)


def test_a_table_of_training_patients_only_is_an_error(a_study, a_fit):
    with pytest.raises(StudyError, match="training patients only"):
        evaluate(a_fit.signature, replace(a_study, splits=("train",) * 400), QUICK)


def test_a_set_with_one_class_is_named(a_study, a_fit):
    splits = np.array(a_study.splits, dtype=object)
    splits[200:300] = np.where(a_study.osteoporosis[200:300], "train", "test")
    with pytest.raises(StudyError, match="'test' holds 0 patients with"):
        evaluate(a_fit.signature, replace(a_study, splits=tuple(splits)), QUICK)


def test_a_set_that_cannot_name_the_folder_of_its_signature_is_refused(a_study, a_fit):
    splits = tuple(split.replace("test", "../test") for split in a_study.splits)
    with pytest.raises(StudyError, match=r"named '\.\./test'"):
        evaluate(a_fit.signature, replace(a_study, splits=splits), replace(QUICK, recalibrate_intercept=True))


def test_a_feature_that_the_table_lacks_is_named(a_study, a_fit):
    name = a_fit.signature.radscores[0].features[0]
    kept = [column for column in a_study.feature_names if column != name]
    places = [a_study.feature_names.index(column) for column in kept]
    poorer = replace(a_study, feature_names=tuple(kept), features=a_study.features[:, places])
    with pytest.raises(FeatureError, match=name):
        evaluate(a_fit.signature, poorer, QUICK)


def test_a_moved_intercept_makes_the_mean_probability_true_to_1e_9_and_keeps_the_auc(a_study, a_fit, an_evaluation):
    moved = evaluate(a_fit.signature, a_study, replace(QUICK, recalibrate_intercept=True))
    before, after = an_evaluation.of("external")[0], moved.of("external")[0]
    for name, model in after.models.items():
        assert model.probabilities.mean() == pytest.approx(after.ill.mean(), abs=1e-9)
        assert model.auc == before.models[name].auc
        assert model.shift != 0.0
    shifts = {str(name): model.shift for name, model in after.models.items()}
    signature = recalibrated(a_fit.signature, shifts, "100 patients")
    again = evaluate(signature, a_study, QUICK).of("external")[0]
    for name, model in again.models.items():
        np.testing.assert_allclose(model.probabilities, after.models[name].probabilities, atol=1e-12)
    assert "recalibrated" in signature.version
    assert "100 patients" in signature.provenance.notes[-1]


def test_subgroups_divide_all_patients_and_their_areas_are_their_own(an_evaluation, a_study):
    external = an_evaluation.of("external")[0]
    for found in external.subgroups:
        assert sum(n for n, _ in found.counts) == 100
    men = next(found for found in external.subgroups if found.labels[0] == "men" and found.model == "combined")
    rows = a_study.male[300:]
    expected = roc_auc_score(external.ill[rows], external.models["combined"].probabilities[rows])
    assert men.areas[0].auc == pytest.approx(expected, abs=1e-12)


def test_a_subgroup_too_small_for_a_test_is_left_open(a_study, a_fit):
    found = evaluate(a_fit.signature, a_study, replace(QUICK, subgroups="age:94"))
    assert all(one.areas is None and one.test is None for one in found.sets[0].subgroups)


@pytest.mark.parametrize("text", ["weight", "age", "age:old", "age:²", "sex:1"])
def test_a_subgroup_that_is_not_known_is_an_error(text):
    with pytest.raises(StudyError, match="age:70"):
        parse_subgroups(text)


def test_a_set_whose_classes_the_predictions_separate_has_no_slope_and_says_so(a_study, a_fit, an_evaluation):
    """Three patients of each class, those with the highest and the lowest predictions."""
    external = an_evaluation.of("external")[0]
    order = np.argsort(external.models["combined"].probabilities)
    ill, well = [row for row in order[::-1] if external.ill[row]][:3], [row for row in order if not external.ill[row]][:3]
    splits = np.array(["train"] * 400, dtype=object)
    splits[300 + np.array([*ill, *well])] = "external"
    found = evaluate(a_fit.signature, replace(a_study, splits=tuple(splits)), QUICK)
    assert np.isnan(found.sets[0].models["combined"].calibration.slope.value)
    assert 0.0 <= found.sets[0].models["combined"].calibration.brier < 0.25
    assert any("no calibration slope" in note and "combined" in note for note in found.notes)


def test_a_set_whose_predictions_are_all_alike_has_no_slope_and_is_not_said_to_be_separated(a_study):
    """The clinical model looks at sex alone, and the external centre sent women."""
    fit = fit_signature(
        a_study, load_profile("standard"), FitSettings(SelectionSettings(lasso_folds=4, folds=3), tune=0, clinical=("sex",))
    )
    found = evaluate(fit.signature, replace(a_study, male=a_study.male & (np.arange(400) < 300)), QUICK)
    assert any("no calibration slope of clinical: predictions are all alike, or" in note for note in found.notes)


def test_the_training_patients_are_never_recalibrated(a_study, a_fit):
    settings = replace(QUICK, recalibrate_intercept=True)
    found = evaluate(a_fit.signature, a_study, settings, training=training_predictions(a_fit))
    assert {model.shift for model in found.sets[0].models.values()} == {0.0}


def test_who_is_as_old_as_the_cut_belongs_to_the_older():
    (by_age,) = parse_subgroups("age:70")
    assert by_age.first(np.array([69.9, 70.0, 70.1]), np.zeros(3, dtype=bool)).tolist() == [False, True, True]


def test_the_notes_say_who_was_left_out_and_that_few_patients_are_imprecise(a_study, a_fit):
    ages = a_study.ages.copy()
    ages[[310, 320]] = np.nan
    found = evaluate(a_fit.signature, replace(a_study, ages=ages), QUICK)
    external = found.of("external")[0]
    assert (external.left_out, len(external.ill)) == (2, 98)
    assert any("external: 2 patients left out" in note for note in found.notes)
    assert any("external" in note and "imprecise" in note for note in found.notes)


def test_a_signature_without_a_threshold_takes_the_sets_own_and_says_that_this_is_optimistic(a_study, a_fit):
    models = {name: model.model_copy(update={"threshold": None}) for name, model in a_fit.signature.models.present()}
    bare = a_fit.signature.model_copy(update={"models": a_fit.signature.models.model_copy(update=models)})
    notes = evaluate(bare, a_study, QUICK).notes
    assert sum("Youden's of this very set was taken, which is optimistic" in note for note in notes) == 2
    assert not any("optimistic" in note for note in evaluate(bare, a_study, replace(QUICK, threshold=0.5)).notes)


def test_a_recalibrated_signature_drops_the_distributions_of_the_old_logits(a_fit):
    moved = recalibrated(a_fit.signature, {"combined": 0.5}, "100 patients")
    assert all(model.out_of_fold is None for _, model in moved.models.present())


def test_the_interval_of_a_recalibrated_model_covers_the_new_intercept_s_uncertainty_or_warns(a_study, a_fit):
    """Of 12 patients, whose share of osteoporosis is uncertain by more than the whole intercept was in training."""
    fewer = replace(a_study, splits=("train",) * 388 + ("external",) * 12)
    applied = apply_signature(a_fit.signature, fewer, np.arange(388, 400))
    logits = applied.logits["clinical"]
    shift = recalibrated_intercept(logits, fewer.osteoporosis[388:])
    patient = Clinical(71.0, False)

    def width(signature):
        (found,) = predict(signature, None, patient)
        low, high = (math.log(p / (1 - p)) for p in found.interval)
        return high - low, any("recalibrated on 12 patients: the interval leaves out" in text for text in found.warnings)

    moved = recalibrated(a_fit.signature, {"clinical": shift.value}, "12 patients")
    assert (shift.upper - shift.lower) / (2 * 1.96) > 2 * moved.models.clinical.covariance[0][0] ** 0.5
    assert width(moved)[1]
    held = anchor(columns_of(applied.table, moved.models.clinical.predictors), logits + shift.value)
    covered = recalibrated(a_fit.signature, {"clinical": shift.value}, "12 patients", {"clinical": held})
    assert width(covered)[0] > shift.upper - shift.lower > width(moved)[0]
    assert not width(covered)[1]
    result = evaluate(a_fit.signature, fewer, replace(QUICK, recalibrate_intercept=True)).of("external")[0].models["clinical"]
    np.testing.assert_allclose(result.held.centre, held.centre)


@pytest.mark.parametrize("names", [("Centre", "centre"), ("b 1", "b-1")])
def test_sets_whose_signatures_would_share_a_folder_are_refused(a_study, a_fit, names):
    """On Windows and macOS capitals tell no folders apart."""
    tests = iter(names * len(a_study.splits))
    splits = tuple(split if split == "train" else next(tests) for split in a_study.splits)
    with pytest.raises(StudyError, match=f"A set is named '{names[0]}'"):
        evaluate(a_fit.signature, replace(a_study, splits=splits), replace(QUICK, recalibrate_intercept=True))


def test_a_test_set_in_which_osteoporosis_goes_with_youth_is_said(a_fit, a_study):
    in_test = np.array(a_study.splits) == "test"
    younger = replace(a_study, ages=np.where(in_test, a_study.ages - 20.0 * a_study.osteoporosis, a_study.ages))
    (note,) = [note for note in evaluate(a_fit.signature, younger, QUICK).notes if "may be inverted" in note]
    assert note.startswith("test: patients with osteoporosis are the younger ones")
    assert not any("may be inverted" in note for note in evaluate(a_fit.signature, a_study, QUICK).notes)
