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
