"""Folds partition the patients, in the cohort's ratio."""

import numpy as np
import pytest
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsTrainingLib.statistics.folds import stratified_folds


def test_folds_partition_the_patients_and_keep_the_classes_to_one():
    ill = np.arange(103) < 47
    folds = stratified_folds(ill, 10, np.random.default_rng(0))
    assert sorted(np.concatenate([test for _, test in folds]).tolist()) == list(range(103))
    for train, test in folds:
        assert not set(train.tolist()) & set(test.tolist())
        assert ill[test].sum() in (4, 5)
        assert len(test) in (10, 11)


def test_fewer_patients_than_folds_is_an_error():
    with pytest.raises(StudyError, match="4 patients in the smaller class, 5 folds"):
        stratified_folds(np.arange(30) < 4, 5, np.random.default_rng(0))


def test_every_row_of_a_patient_lies_in_one_fold():
    rng = np.random.default_rng(3)
    patients = rng.choice(60, 90)
    ill = patients % 3 == 0
    for train, test in stratified_folds(ill, 5, rng, patients):
        assert not set(patients[train]) & set(patients[test])
        assert 0 < ill[test].sum() < len(test)


def test_rows_of_different_patients_fold_as_without_their_names():
    ill = np.arange(40) % 2 == 0
    named = stratified_folds(ill, 4, np.random.default_rng(1), np.arange(100, 140))
    for one, other in zip(stratified_folds(ill, 4, np.random.default_rng(1)), named, strict=True):
        np.testing.assert_array_equal(one[1], other[1])
