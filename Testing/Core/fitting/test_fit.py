"""fit_signature: reproducible, blind to test rows, honest about its protocol, and its decisions on record."""

import re
from dataclasses import replace

import numpy as np
import pytest
from OPRadiomicsLib import workflow
from OPRadiomicsLib.errors import Cancelled, ClinicalDataError, FeatureError, ModelError, StudyError
from OPRadiomicsLib.models.extrapolation import squared_distance
from OPRadiomicsLib.models.prediction import predict
from OPRadiomicsLib.profile import load_profile
from OPRadiomicsLib.segmentation.review import Reviewed
from OPRadiomicsLib.study import Study
from OPRadiomicsLib.types import Clinical, FeatureVector, Mask, Role, Volume
from OPRadiomicsTrainingLib.cohort.cohort import read_cohort
from OPRadiomicsTrainingLib.evaluation.apply import apply_signature
from OPRadiomicsTrainingLib.fitting.comparison import make_classifier
from OPRadiomicsTrainingLib.fitting.fit import fit_signature
from OPRadiomicsTrainingLib.fitting.record import (
    FIT_FILE,
    PREDICTIONS_FILE,
    read_fit_record,
    read_training_predictions,
    training_predictions,
    write_fit,
)
from OPRadiomicsTrainingLib.fitting.settings import CLASSIFIERS, FitSettings, SelectionSettings
from OPRadiomicsTrainingLib.statistics.hypotheses import welch

QUICK = FitSettings(SelectionSettings(lasso_folds=4, folds=3), tune=4, clinical=("age", "sex"), demo=True)
PROFILE = load_profile("standard")
NOTHING = Mask(np.zeros((2, 2, 2), np.uint8), np.eye(4))


def with_split(cohort, training=120):
    return replace(cohort, splits=("train",) * training + ("test",) * (len(cohort.cases) - training))


@pytest.fixture(scope="module")
def a_fit(a_cohort):
    return fit_signature(with_split(a_cohort), PROFILE, QUICK)


def test_equal_input_gives_an_equal_signature_to_the_last_bit(a_fit, a_cohort):
    assert fit_signature(with_split(a_cohort), PROFILE, QUICK).signature.sha256 == a_fit.signature.sha256


def test_no_test_patient_changes_the_signature(a_fit, a_cohort, simulate_cohort):
    foreign = simulate_cohort(seed=77)
    mixed = replace(
        a_cohort,
        ages=np.r_[a_cohort.ages[:120], foreign.ages[120:]],
        osteoporosis=np.r_[a_cohort.osteoporosis[:120], ~a_cohort.osteoporosis[120:]],
        features=np.vstack((a_cohort.features[:120], foreign.features[120:])),
    )
    assert fit_signature(with_split(mixed), PROFILE, QUICK).signature.sha256 == a_fit.signature.sha256


@pytest.mark.parametrize(("protocol", "name"), [("nested", "training (out of fold)"), ("paper", "training (apparent)")])
def test_recorded_predictions_are_read_back_as_they_were_and_know_what_they_are(a_cohort, tmp_path, protocol, name):
    fit = fit_signature(with_split(a_cohort), PROFILE, replace(QUICK, protocol=protocol, tune=0))
    write_fit(fit, tmp_path, {})
    read, here = read_training_predictions(tmp_path), training_predictions(fit)
    assert read.name == here.name == name
    for model, logits in here.logits.items():
        np.testing.assert_array_equal(read.logits[model], logits)
    np.testing.assert_array_equal(read.ill, here.ill)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (FIT_FILE, "[]"),
        (FIT_FILE, "{"),
        (PREDICTIONS_FILE, ""),
        (PREDICTIONS_FILE, "fold,age\n1,70\n"),
        (PREDICTIONS_FILE, "age\nx\n"),
    ],
)
def test_a_record_that_cannot_be_read_is_named_with_the_remedy(a_fit, tmp_path, name, content):
    (tmp_path / name).write_text(content)
    with pytest.raises(ModelError, match=rf"{re.escape(name)} cannot be read .*fit again"):
        read_fit_record(tmp_path, a_fit.signature) if name == FIT_FILE else read_training_predictions(tmp_path)


def test_a_feature_that_is_the_same_in_all_training_patients_is_left_out_and_said(a_fit, a_cohort):
    stuck = replace(
        a_cohort,
        feature_names=("T1WI_original_firstorder_Minimum", *a_cohort.feature_names),
        features=np.column_stack((np.zeros(len(a_cohort.cases)), a_cohort.features)),
    )
    fit = fit_signature(with_split(stuck), PROFILE, QUICK)
    note = "1 features are the same in all training patients and were left out, first T1WI_original_firstorder_Minimum"
    assert note in fit.notes
    for model, logits in a_fit.predictions.items():
        np.testing.assert_array_equal(fit.predictions[model], logits)


def test_another_seed_gives_another_signature(a_fit, a_cohort):
    other = fit_signature(with_split(a_cohort), PROFILE, replace(QUICK, seed=2))
    assert other.signature.sha256 != a_fit.signature.sha256


def test_the_clinical_module_predicts_what_the_evaluation_does_to_1e_12(a_fit, a_cohort):
    applied = apply_signature(a_fit.signature, a_cohort, np.array([3, 150]))
    for place, row in enumerate((3, 150)):
        features = FeatureVector(a_cohort.feature_names, a_cohort.features[row], PROFILE.hash)
        clinical = Clinical(float(a_cohort.ages[row]), bool(a_cohort.male[row]))
        for one in predict(a_fit.signature, features, clinical):
            assert one.logit == pytest.approx(applied.logits[one.model][place], abs=1e-12)


def test_thresholds_come_from_out_of_fold_predictions(a_fit):
    from OPRadiomicsTrainingLib.statistics.logistic import logistic
    from OPRadiomicsTrainingLib.statistics.roc import youden_threshold

    expected = youden_threshold(logistic(a_fit.nested.logits["combined"]), a_fit.ill)
    assert a_fit.signature.models.combined.threshold == pytest.approx(expected, abs=1e-15)


def test_a_given_threshold_is_the_models_threshold(a_cohort):
    fit = fit_signature(a_cohort, PROFILE, replace(QUICK, threshold=0.4, tune=0))
    assert {model.threshold for _, model in fit.signature.models.present()} == {0.4}


def test_protocol_paper_says_that_it_is_optimistic_and_states_more_than_nested(a_cohort, a_fit):
    from OPRadiomicsTrainingLib.statistics.roc import auc

    paper = fit_signature(with_split(a_cohort), PROFILE, replace(QUICK, protocol="paper"))
    assert "OPTIMISTIC" in paper.signature.provenance.validation
    assert "OPTIMISTIC" not in a_fit.signature.provenance.validation
    assert auc(paper.predictions["radiomics"], paper.ill) > auc(a_fit.predictions["radiomics"], a_fit.ill)


def test_features_left_per_step_never_rise(a_fit):
    for step in a_fit.steps:
        counts = (step.extracted, step.distinct, step.after_t_test, step.after_lasso)
        assert list(counts) == sorted(counts, reverse=True)
        assert (step.extracted, step.reproducible) == (12, None)


def test_stability_is_a_share_of_folds_for_every_feature_of_the_signature(a_fit):
    names = {name for radscore in a_fit.signature.radscores for name in radscore.features}
    assert set(a_fit.stability) == names
    assert {share * 3 for share in a_fit.stability.values()} <= {0.0, 1.0, 2.0, 3.0}


def test_a_repeated_feature_is_left_out_and_named(a_cohort):
    features = a_cohort.features.copy()
    features[:, 5] = 7.0 - 2.0 * features[:, 0]
    fit = fit_signature(replace(a_cohort, features=features), PROFILE, replace(QUICK, tune=0))
    assert a_cohort.feature_names[5] not in fit.cohort.feature_names
    assert any(a_cohort.feature_names[5] in note for note in fit.signature.provenance.notes)


def test_only_listed_features_enter(a_cohort):
    listed = tuple(name for name in a_cohort.feature_names if name.endswith(("F0", "F1", "F7")))
    fit = fit_signature(a_cohort, PROFILE, replace(QUICK, tune=0), features=listed)
    assert {name for radscore in fit.signature.radscores for name in radscore.features} <= set(listed)
    assert [step.reproducible for step in fit.steps] == [3, 3, 3]


def test_separated_classes_are_fitted_with_a_stated_ridge(a_cohort):
    features = a_cohort.features.copy()
    features[:, ::12] += 100.0 * a_cohort.osteoporosis[:, None]
    fit = fit_signature(replace(a_cohort, features=features), PROFILE, replace(QUICK, tune=0))
    assert any("separate" in note and "ridge penalty of 1" in note for note in fit.signature.provenance.notes)
    assert np.isfinite(fit.signature.models.combined.coefficients).all()


def test_cancel_stops_a_fit(a_cohort):
    def cancel(message, fraction):
        if fraction > 0.2:
            raise Cancelled

    with pytest.raises(Cancelled):
        fit_signature(a_cohort, PROFILE, QUICK, progress=cancel)


def test_progress_rises_to_one(a_cohort):
    said = []
    fit_signature(a_cohort, PROFILE, replace(QUICK, tune=0), progress=lambda message, fraction: said.append(fraction))
    assert said[-1] == 1.0
    assert all(0.0 <= fraction <= 1.0 for fraction in said)


@pytest.mark.parametrize("classes", ["one", "few"])
def test_one_class_or_fewer_patients_than_folds_is_an_error(a_cohort, classes):
    ill = np.flatnonzero(a_cohort.osteoporosis)[: {"one": 0, "few": 2}[classes]]
    splits = np.full(len(a_cohort.cases), "test", dtype=object)
    splits[np.flatnonzero(~a_cohort.osteoporosis)[:40]] = "train"
    splits[ill] = "train"
    with pytest.raises(StudyError, match=r"train|folds"):
        fit_signature(replace(a_cohort, splits=tuple(splits)), PROFILE, QUICK)


def test_no_selected_feature_is_an_error(a_cohort):
    noise = np.random.default_rng(0).normal(size=a_cohort.features.shape)
    strict = replace(QUICK, tune=0, selection=replace(QUICK.selection, p_limit=1e-6))
    with pytest.raises(FeatureError, match="associated with the label"):
        fit_signature(replace(a_cohort, features=noise), PROFILE, strict)


@pytest.mark.parametrize(
    ("t_test", "fdr", "family", "rule"), [("student", True, "logistic", "1se"), ("welch", False, "gaussian", "1se")]
)
def test_every_choice_of_the_selection_fits_and_is_recorded(a_cohort, t_test, fdr, family, rule):
    selection = replace(QUICK.selection, t_test=t_test, fdr=fdr, lasso=family, rule=rule)
    notes = " ".join(fit_signature(a_cohort, PROFILE, replace(QUICK, selection=selection, tune=0)).signature.provenance.notes)
    assert t_test.capitalize() in notes
    assert ("adjusted P" in notes) == fdr
    assert f"{family} LASSO at lambda.{rule}" in notes


def test_a_given_predictor_that_does_not_vary_is_refused_before_the_work(a_cohort):
    """Women alone among the training patients; the test patients' men don't help."""
    women = replace(with_split(a_cohort), male=np.arange(len(a_cohort.cases)) >= 120)
    with pytest.raises(ClinicalDataError, match="sex is the same in all training patients"):
        fit_signature(women, PROFILE, QUICK, progress=None)


def test_a_predictor_that_follows_from_the_others_is_refused_before_the_work_given_or_chosen(a_cohort):
    """The women are those with diabetes."""
    men = replace(a_cohort, diabetes=1.0 - a_cohort.male)
    for settings in (replace(QUICK, clinical=("age", "sex", "diabetes")), replace(QUICK, clinical=None, clinical_p=1.0)):
        with pytest.raises(ClinicalDataError, match="diabetes is the same in all training patients, or follows from"):
            fit_signature(men, PROFILE, settings, progress=None)


def test_too_few_patients_for_lassos_folds_inside_the_folds_is_said_before_the_work(a_cohort):
    """30 of the smaller class: a fifth of them and a fifth of the rest leave 19, fewer than 20 folds."""
    few = with_split(a_cohort, 60)
    settings = replace(QUICK, selection=replace(QUICK.selection, folds=5, lasso_folds=20))
    with pytest.raises(StudyError, match="19 of them are left inside two levels of 5 folds"):
        fit_signature(few, PROFILE, settings, progress=None)


def test_the_remedy_for_a_small_cohort_names_folds_that_work(a_cohort):
    """6 of each class: 2, 3 and 5 folds leave too few somewhere inside, 4 do not."""
    few = with_split(a_cohort, 12)
    assert few.osteoporosis[:12].sum() == 6
    for folds in (2, 3, 5):
        settings = replace(QUICK, selection=replace(QUICK.selection, folds=folds, lasso_folds=3))
        with pytest.raises(StudyError) as caught:
            fit_signature(few, PROFILE, settings, progress=None)
        assert "--folds 4 --lasso-folds 3" in caught.value.remedy


def warnings_of(signature, *, scanner="", masks="", kinds=()):
    """What a prediction by the clinical model alone says of its images' scanner and kinds and of the origin of its masks."""
    features = FeatureVector(("T1WI_original_firstorder_Mean",), np.zeros(1), PROFILE.hash)
    study, analysis = (
        Study({Role.T1WI: Volume(np.zeros((2, 2, 2)), np.eye(4))}, scanner=scanner, kinds=kinds),
        workflow.Analysis({}, {}, features),
    )
    settings = {"signature": signature, "clinical": Clinical(70.0, False), "profile": PROFILE}
    case = workflow.conclude(study, analysis, Reviewed(NOTHING, masks), **settings)
    return [text for text in case.warnings if text.startswith(("Scanner", "Masks", "FS-T2WI", "T1WI"))]


def test_scanners_of_the_cohort_s_table_warn_when_another_one_s_images_are_predicted(a_table, a_cohort):
    """Those of training patients alone are known to the signature."""
    known = ["GE MEDICAL SYSTEMS, SIGNA Architect, 3 T", "GE MEDICAL SYSTEMS, SIGNA Explorer, 1.5 T"]

    def with_scanners(header, rows):
        header += ["scanner", "split"]
        for number, row in enumerate(rows):
            training = number < 120
            row += [f'"{known[number % 2]}"' if training else '"Siemens, Vida, 3 T"', "train" if training else "test"]

    signature = fit_signature(read_cohort(a_table(with_scanners), PROFILE.hash), PROFILE, replace(QUICK, tune=0)).signature
    assert signature.provenance.scanners == tuple(known)
    assert warnings_of(signature, scanner=known[1]) == []
    (said,) = warnings_of(signature, scanner="Siemens, Vida, 3 T")
    assert "not among those of the training images" in said


def test_kinds_of_sequences_that_training_did_not_see_are_told(a_table, a_cohort):
    """As `cohort` writes them beside each row; one patient without them leaves the signature without."""
    usual, stir = "T1WI: as the study's", "FS-T2WI: fat suppressed by inversion (STIR)"

    def with_kinds(header, rows):
        header.append("kinds")
        for row in rows:
            row.append(f"{usual};{stir}")

    cohort = read_cohort(a_table(with_kinds), PROFILE.hash)
    signature = fit_signature(cohort, PROFILE, replace(QUICK, tune=0)).signature
    assert signature.provenance.kinds == (stir, usual)
    assert signature.content()["provenance"]["kinds"] == [stir, usual]
    assert warnings_of(signature, kinds=(usual, stir)) == []
    (said,) = warnings_of(signature, kinds=("FS-T2WI: as the study's",))
    assert "than in training (fat suppressed by inversion (STIR))" in said
    some = replace(cohort, kinds=("", *cohort.kinds[1:]))
    without = fit_signature(some, PROFILE, replace(QUICK, tune=0)).signature
    assert without.provenance.kinds == ()
    assert "kinds" not in without.content()["provenance"], "an older software reads the signature too"


def test_slices_that_lie_much_farther_apart_than_in_training_are_told(a_table):
    """As `cohort` writes their distance beside each row; one patient without it leaves the signature without."""

    def with_slices(header, rows):
        header.append("slice_mm")
        for number, row in enumerate(rows):
            row.append("3.3" if number % 2 else "4")

    def fitted(edit):
        return fit_signature(read_cohort(a_table(edit), PROFILE.hash), PROFILE, replace(QUICK, tune=0)).signature

    def said(signature, step_mm):
        study = Study({Role.T1WI: Volume(np.zeros((2, 2, 2)), np.diag([step_mm, 1, 1, 1]))})
        features = FeatureVector(("T1WI_original_firstorder_Mean",), np.zeros(1), PROFILE.hash)
        settings = {"signature": signature, "clinical": Clinical(70.0, False), "profile": PROFILE}
        case = workflow.conclude(study, workflow.Analysis({}, {}, features), Reviewed.given(NOTHING), **settings)
        return [text for text in case.warnings if text.startswith("Slices")]

    signature = fitted(with_slices)
    assert signature.provenance.slice_mm == (3.3, 4.0)
    assert said(signature, 2.7) == said(signature, 4.9) == []
    (sentence,) = said(signature, 6.6)
    assert sentence.startswith("Slices 6.6 mm apart, those of training 3.3 to 4 mm")
    assert said(signature, 1.0) != []

    def with_a_gap(header, rows):
        with_slices(header, rows)
        rows[0][-1] = ""

    assert fitted(with_a_gap).provenance.slice_mm is None
    assert "slice_mm" not in fitted(with_a_gap).content()["provenance"]  # as signatures that are older, and their checksum


def test_masks_of_another_network_than_training_s_are_named(a_table):
    """As `features` and `cohort` write their origin beside each row."""
    own, other = (f"model mine {version}, SHA-256 {version[-1] * 64}, at 1 mm, int8" for version in ("1.0", "1.1"))

    def with_masks(header, rows):
        header.append("masks")
        for row in rows:
            row.append(f'"{own}"')

    signature = fit_signature(read_cohort(a_table(with_masks), PROFILE.hash), PROFILE, replace(QUICK, tune=0)).signature
    assert signature.provenance.masks == (own,)
    assert warnings_of(signature, masks=f"{own}, reviewed by AB") == []
    (said,) = warnings_of(signature, masks=other)
    assert "mine 1.1" in said


def test_scanners_that_are_not_recorded_for_all_are_not_named(a_cohort):
    some = replace(a_cohort, scanners=("GE", *[""] * (len(a_cohort.cases) - 1)))
    provenance = fit_signature(some, PROFILE, replace(QUICK, tune=0)).signature.provenance
    assert provenance.scanners == ()
    assert any("The scanner of 1 of 160 training patients is recorded" in note for note in provenance.notes)


def test_scalers_are_the_training_patients_means_and_sds(a_fit, a_cohort):
    """n - 1; yes and no stay as they are."""
    training = np.arange(120)
    for radscore in a_fit.signature.radscores:
        columns = a_cohort.features[np.ix_(training, [a_cohort.feature_names.index(name) for name in radscore.features])]
        np.testing.assert_allclose(radscore.means, columns.mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(radscore.sds, columns.std(axis=0, ddof=1), rtol=1e-12)
    clinical = a_fit.signature.models.clinical
    assert clinical.sds == pytest.approx((a_cohort.ages[:120].std(ddof=1), 1.0), rel=1e-12)
    assert clinical.means == pytest.approx((a_cohort.ages[:120].mean(), 0.0), rel=1e-12)


def test_the_distributions_in_the_signature_are_those_of_its_training_patients(a_fit):
    """Logits by class, out of fold; 1 % of the patients lie beyond the limit of distance, one or two of 120."""
    for name, model in a_fit.signature.models.present():
        logits = a_fit.nested.logits[name]
        for found, group in (
            (model.out_of_fold.with_osteoporosis, a_fit.ill),
            (model.out_of_fold.without_osteoporosis, ~a_fit.ill),
        ):
            assert (found[0], found[-1]) == (logits[group].min(), logits[group].max())
    training, table = a_fit.signature.training, a_fit.stages.table
    rows = np.column_stack([table[name] for name in training.predictors])
    beyond = [squared_distance(training, row) > training.squared_distance_limit for row in rows]
    assert 1 <= sum(beyond) <= 2


def test_steps_and_stability_are_counts_of_what_was_fitted(a_fit, a_cohort):
    selected = {radscore.sequence: radscore.features for radscore in a_fit.signature.radscores}
    for step in a_fit.steps:
        columns = a_cohort.columns(step.role)[:120]
        assert step.after_t_test == (welch(columns, a_fit.ill).p < a_fit.stages.tuned.p_limit).sum()
        assert step.after_lasso == len(selected.get(step.role, ()))
        for name in selected.get(step.role, ()):
            place = a_cohort.names(step.role).index(name)
            chosen = [place in fold.paths[step.role].score(fold.tuned.rule).columns for fold in a_fit.nested.stages]
            assert a_fit.stability[name] == pytest.approx(sum(chosen) / 3)


def test_a_feature_that_repeats_another_in_the_training_patients_alone_is_left_out(a_cohort):
    features = a_cohort.features.copy()
    features[:120, 5] = features[:120, 0]
    fit = fit_signature(with_split(replace(a_cohort, features=features)), PROFILE, replace(QUICK, tune=0))
    assert a_cohort.feature_names[5] not in fit.cohort.feature_names


def test_each_classifier_is_compared_under_its_own_name(a_cohort):
    fit = fit_signature(a_cohort, PROFILE, replace(QUICK, tune=0, compare=CLASSIFIERS))
    assert [other.name for other in fit.compared] == ["random-forest", "svm", "gradient-boosting"]
    kinds = [type(make_classifier(name, 1)).__name__ for name in CLASSIFIERS]
    assert kinds == ["RandomForestClassifier", "CalibratedClassifierCV", "GradientBoostingClassifier"]
    assert all(((other.probabilities >= 0.0) & (other.probabilities <= 1.0)).all() for other in fit.compared)


def test_a_label_that_seems_coded_the_other_way_is_said_in_the_signature(a_cohort):
    fit = fit_signature(replace(a_cohort, osteoporosis=~a_cohort.osteoporosis), PROFILE, replace(QUICK, tune=0))
    assert any(note.startswith("Patients with osteoporosis are the younger ones") for note in fit.signature.provenance.notes)
