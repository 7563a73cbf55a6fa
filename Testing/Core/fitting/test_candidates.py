"""The list of reproducible features, and features that repeat each other."""

from dataclasses import replace

import numpy as np
import pytest
from OPRadiomicsLib.errors import FeatureError
from OPRadiomicsTrainingLib.fitting.candidates import drop_constant, drop_duplicates, keep_features, read_kept_features


def test_comments_and_blank_lines_are_no_features(tmp_path):
    path = tmp_path / "kept.txt"
    path.write_text("# 2 of 3 features\n\nT1WI_a\nT2WI_b\n", encoding="utf-8")
    assert read_kept_features(path) == ("T1WI_a", "T2WI_b")


@pytest.mark.parametrize("text", ["# none\n", "T1WI_a\nT1WI_a\n", None])
def test_an_empty_repeated_or_absent_list_is_an_error(tmp_path, text):
    path = tmp_path / "kept.txt"
    if text is not None:
        path.write_text(text)
    with pytest.raises(FeatureError, match=r"kept\.txt"):
        read_kept_features(path)


def test_features_keep_the_tables_order(a_cohort):
    names = a_cohort.feature_names
    kept = keep_features(a_cohort, (names[30], names[2], names[14]))
    assert kept.feature_names == (names[2], names[14], names[30])
    np.testing.assert_array_equal(kept.features, a_cohort.features[:, [2, 14, 30]])


def test_a_listed_feature_that_the_table_lacks_is_named(a_cohort):
    with pytest.raises(FeatureError, match="first T1WI_other"):
        keep_features(a_cohort, (*a_cohort.feature_names, "T1WI_other"))


def test_a_list_that_empties_a_sequence_is_an_error(a_cohort):
    with pytest.raises(FeatureError, match="No listed feature of FS-T2WI"):
        keep_features(a_cohort, a_cohort.feature_names[:24])


def test_what_is_the_same_in_all_training_patients_goes_and_a_sequence_of_nothing_else_is_an_error(a_cohort):
    features = a_cohort.features.copy()
    features[:, 5] = 0.0
    features[:100, 14] = 7.0
    kept, dropped = drop_constant(replace(a_cohort, features=features), np.arange(100))
    assert dropped == (a_cohort.feature_names[5], a_cohort.feature_names[14])
    assert len(kept.feature_names) == 34
    assert drop_constant(a_cohort, np.arange(100)) == (a_cohort, ())
    features[:, :12] = 0.0
    with pytest.raises(FeatureError, match="Every feature of T1WI is the same"):
        drop_constant(replace(a_cohort, features=features), np.arange(100))


def test_scaled_and_flipped_repeats_go_and_the_first_stays(a_cohort):
    features = a_cohort.features.copy()
    features[:, 3] = 1e-3 * features[:, 1]
    features[:, 14] = 5.0 - features[:, 13]
    kept, dropped = drop_duplicates(replace(a_cohort, features=features), np.arange(100))
    assert dropped == (a_cohort.feature_names[3], a_cohort.feature_names[14])
    assert len(kept.feature_names) == 34


def test_correlation_of_0_9999_is_no_repeat(a_cohort):
    features = a_cohort.features.copy()
    features[:, 3] = features[:, 1] + 0.01 * features[:, 1].std() * np.random.default_rng(0).normal(size=len(features))
    assert drop_duplicates(replace(a_cohort, features=features), np.arange(100))[1] == ()
