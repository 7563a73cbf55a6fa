"""Clinical variables: what is accepted, and which slips are caught with which remedy."""

import math

import numpy as np
import pytest
from OPRadiomicsLib.errors import ClinicalDataError
from OPRadiomicsLib.models.clinical import validate_clinical


@pytest.mark.parametrize("sex", ["M", "m", "male", "Male", " man ", "男", 1, "1", 1.0, np.int64(1), np.float64(1)])
def test_codings_of_men(sex):
    assert validate_clinical(71, sex).male is True


@pytest.mark.parametrize("sex", ["F", "female", "女", 0, "0", 0.0, np.int64(0)])
def test_codings_of_women(sex):
    assert validate_clinical(71, sex).male is False


@pytest.mark.parametrize("sex", ["O", "x", 2, -1, True, "M/F"])
def test_other_sex_codings_are_errors(sex):
    with pytest.raises(ClinicalDataError, match="Sex"):
        validate_clinical(71, sex)


def test_a_coding_with_one_and_two_is_explained():
    with pytest.raises(ClinicalDataError, match="coding with 1 and 2"):
        validate_clinical(71, 2)


@pytest.mark.parametrize("missing", [None, "", "  ", math.nan])
def test_missing_age_or_sex_is_an_error(missing):
    with pytest.raises(ClinicalDataError, match=r"Age is missing.*--age.*column age"):
        validate_clinical(missing, "F")
    with pytest.raises(ClinicalDataError, match=r"Sex is missing.*--sex.*column sex"):
        validate_clinical(71, missing)


@pytest.mark.parametrize("age", [-1, 0, 17.9, 110.1, 2000, math.inf, "seventy", "71,5", True])
def test_impossible_ages_are_errors(age):
    with pytest.raises(ClinicalDataError, match="Age"):
        validate_clinical(age, "F")


def test_an_age_in_months_is_caught():
    with pytest.raises(ClinicalDataError, match=r"months, give 71\.0"):
        validate_clinical(852, "F")


@pytest.mark.parametrize("age", [18, 110, "71", 70.5, np.float32(64)])
def test_ages_of_adults_pass_unchanged(age):
    assert validate_clinical(age, "F").age == float(age)


@pytest.mark.parametrize(
    ("bmi", "corrected"),
    [(24.2 / 1e4, "24.2"), (150 / 65**2, "25.0"), (242, "24.2")],
)
def test_bmi_in_other_units_is_caught(bmi, corrected):
    with pytest.raises(ClinicalDataError, match=f"give {corrected}"):
        validate_clinical(71, "F", bmi=bmi)


@pytest.mark.parametrize("bmi", [0, -24, 9.9, 80.1, "high"])
def test_impossible_bmi_is_an_error(bmi):
    with pytest.raises(ClinicalDataError, match="BMI"):
        validate_clinical(71, "F", bmi=bmi)


def test_yes_and_no_in_words_and_numbers():
    clinical = validate_clinical(71, "F", bmi="24.5", diabetes="yes", smoking=0, drinking=None)
    assert (clinical.bmi, clinical.diabetes, clinical.smoking, clinical.drinking) == (24.5, True, False, None)
    with pytest.raises(ClinicalDataError, match="Smoking 'often'"):
        validate_clinical(71, "F", smoking="often")
