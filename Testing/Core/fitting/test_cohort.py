"""A cohort's table is read exactly, and each fault is an error that names its case or column."""

import numpy as np
import pytest
from OPRadiomicsLib.errors import ClinicalDataError, FeatureError, StudyError
from OPRadiomicsLib.types import Role
from OPRadiomicsTrainingLib.cohort.cohort import read_cohort

HASH = "0123456789abcdef"


def test_a_table_is_read_back_exactly(a_table, a_cohort):
    read = read_cohort(a_table(), HASH)
    np.testing.assert_array_equal(read.features, a_cohort.features)
    np.testing.assert_array_equal(read.ages, a_cohort.ages)
    np.testing.assert_array_equal(read.male, a_cohort.male)
    np.testing.assert_array_equal(read.osteoporosis, a_cohort.osteoporosis)
    assert (read.cases, read.feature_names) == (a_cohort.cases, a_cohort.feature_names)


def test_a_sequence_gets_its_own_columns_and_t2_none_of_fs_t2(a_cohort):
    assert len(a_cohort.names(Role.T2WI)) == 12
    np.testing.assert_array_equal(a_cohort.columns(Role.T2WI), a_cohort.features[:, 12:24])


@pytest.mark.parametrize(
    ("edit", "error", "named"),
    [
        (lambda header, rows: header.__setitem__(1, "years"), StudyError, "age"),
        (lambda header, rows: rows.clear(), StudyError, "0 rows"),
        (lambda header, rows: rows[3].__setitem__(0, "sim0000"), StudyError, "sim0000 stands 2 times"),
        (lambda header, rows: rows[3].__setitem__(1, "852"), ClinicalDataError, r"sim0003.*months|sim0003"),
        (lambda header, rows: rows[3].__setitem__(2, "2"), ClinicalDataError, "sim0003"),
        (lambda header, rows: rows[3].__setitem__(3, "-2.5"), StudyError, "label '-2.5'"),
        (lambda header, rows: [row.__setitem__(3, "0") for row in rows], StudyError, "one class only"),
        (lambda header, rows: rows[3].__setitem__(5, "nan"), FeatureError, r"T1WI_original_firstorder_F1 of case sim0003"),
        (lambda header, rows: rows[3].__setitem__(5, ""), FeatureError, "sim0003"),
        (lambda header, rows: rows[3].pop(), FeatureError, "sim0003"),
        (lambda header, rows: [row.__setitem__(5, "1.5") for row in rows], FeatureError, "same in all patients"),
        (lambda header, rows: header.__setitem__(5, header[4]), FeatureError, "stands twice"),
        (
            lambda header, rows: header.__setitem__(slice(28, 40), [f"DWI_{n}" for n in range(12)]),
            FeatureError,
            "12 columns of no known sequence, first 'DWI_0'",
        ),
        (
            lambda header, rows: [row.__delitem__(slice(28, 40)) for row in [header, *rows]],
            FeatureError,
            "No feature of FS-T2WI",
        ),
    ],
)
def test_faults_are_named(a_table, edit, error, named):
    with pytest.raises(error, match=named):
        read_cohort(a_table(edit), HASH)


def test_features_of_another_profile_are_refused(a_table):
    def foreign(header, rows):
        header.append("profile_hash")
        for number, row in enumerate(rows):
            row.append("f" * 16 if number == 7 else HASH)

    with pytest.raises(FeatureError, match="ffffffffffffffff"):
        read_cohort(a_table(foreign), HASH)


def test_a_table_that_is_absent_is_an_error(tmp_path):
    with pytest.raises(StudyError, match="cannot be read"):
        read_cohort(tmp_path / "none.csv", HASH)
