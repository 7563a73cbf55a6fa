"""The study's Tables 2 and 3 from its own counts, to the printed digits; and what its Table 4 gets wrong.

Wang et al., Radiologic Practice 2026(4):453-459, DOI 10.13609/j.cnki.1000-0313.2026.04.016.
"""

import numpy as np
import pytest
from OPRadiomicsTrainingLib.statistics.classification import Confusion, metrics_of
from OPRadiomicsTrainingLib.statistics.hypotheses import chi_square, point_biserial
from OPRadiomicsTrainingLib.statistics.logistic import fit_logistic, odds_ratios

# Patients without and with osteoporosis.
SETS = {"training": (346, 422), "internal": (85, 108), "external": (57, 77)}

# Set, variable, yes among those without and with osteoporosis; chi-square and P as printed, None where only P < 0.001 is.
TABLE_2 = [
    ("training", "sex", 171, 136, 22.7, None),
    ("internal", "sex", 53, 31, 20.6, None),
    ("external", "sex", 28, 19, 7.6, 0.006),
    ("training", "smoking", 74, 67, 3.5, 0.062),
    ("internal", "smoking", 18, 15, 1.3, 0.253),
    ("external", "smoking", 9, 6, 1.4, 0.240),
    ("training", "drinking", 64, 59, 2.6, 0.110),
    ("internal", "drinking", 18, 14, 1.8, 0.184),
    ("external", "drinking", 9, 8, 0.4, 0.505),
    ("training", "diabetes", 70, 69, 1.7, 0.195),
    ("internal", "diabetes", 17, 22, 0.0, 1.000),
    ("external", "diabetes", 12, 20, 0.2, 0.649),
]

TABLE_3 = {
    "sex": (0.49, 0.36, 0.65, -4.811),
    "smoking": (0.69, 0.48, 1.00, -1.957),
    "drinking": (0.72, 0.49, 1.05, -1.693),
    "diabetes": (0.77, 0.53, 1.11, -1.388),
}

# Model, set: AUC with interval, then sensitivity, specificity, accuracy, precision, F1 in %.
TABLE_4 = {
    ("clinical", "internal"): (0.740, 0.720, 0.761, 63.4, 70.3, 67.4, 66.3, 71.2),
    ("clinical", "external"): (0.708, 0.678, 0.738, 55.8, 65.9, 61.9, 65.9, 67.9),
    ("radiomics", "internal"): (0.723, 0.696, 0.750, 59.7, 66.4, 63.7, 73.3, 68.8),
    ("radiomics", "external"): (0.666, 0.661, 0.670, 61.7, 67.8, 65.7, 67.8, 72.0),
    ("combined", "internal"): (0.806, 0.741, 0.864, 69.1, 69.6, 69.4, 69.6, 74.7),
    ("combined", "external"): (0.741, 0.655, 0.823, 60.0, 68.3, 64.9, 68.3, 70.4),
}


@pytest.mark.parametrize("row", TABLE_2, ids=lambda row: f"{row[0]} {row[1]}")
def test_chi_square_and_p_of_table_2_to_the_printed_digits(row):
    """With Yates' correction. The internal set's 193 patients have 192 values of diabetes: either class may lack one."""
    patients_of, variable, well, ill, printed, printed_p = row
    n_well, n_ill = SETS[patients_of]
    for missing in ((1, 0), (0, 1)) if (patients_of, variable) == ("internal", "diabetes") else ((0, 0),):
        found = chi_square([[well, ill], [n_well - missing[0] - well, n_ill - missing[1] - ill]])
        assert round(found.statistic, 1) == printed
        assert (round(found.p, 3) == printed_p) if printed_p is not None else (found.p < 0.001)


@pytest.mark.parametrize("variable", TABLE_3)
def test_univariable_rows_of_table_3_to_the_printed_digits(variable):
    """As the regression on the 768 patients."""
    row = _regression(variable)
    ratio = row.odds_ratio
    assert (round(ratio.value, 2), round(ratio.lower, 2), round(ratio.upper, 2), round(row.z, 3)) == TABLE_3[variable]


def test_smoking_just_misses_the_multivariable_model():
    assert _regression("smoking").p == pytest.approx(0.0504, abs=5e-5)


def _regression(variable):
    (well, ill) = next((well, ill) for name, row, well, ill, *_ in TABLE_2 if (name, row) == ("training", variable))
    counts = (ill, well, 422 - ill, 346 - well)
    exposed, sick = np.repeat([1.0, 1.0, 0.0, 0.0], counts), np.repeat([True, False, True, False], counts)
    return odds_ratios(fit_logistic(exposed[:, None], sick), [variable])[0]


def test_the_printed_correlation_of_sex_fits_the_internal_test_set_only():
    """Printed: -0.34; phi is -0.175, -0.337 and -0.253 in the three sets."""
    found = {}
    for name, (n_well, n_ill) in SETS.items():
        well, ill = next((well, ill) for row, variable, well, ill, *_ in TABLE_2 if (row, variable) == (name, "sex"))
        counts = (ill, well, n_ill - ill, n_well - well)
        male, sick = np.repeat([1.0, 1.0, 0.0, 0.0], counts), np.repeat([True, False, True, False], counts)
        found[name] = round(point_biserial(sick, male).r.value, 3)
    assert found == {"training": -0.175, "internal": -0.337, "external": -0.253}


def _expected_metrics(model, patients_of):
    """Accuracy, precision, F1 in % that follow from the printed sensitivity and specificity and the numbers of patients."""
    _, _, _, sensitivity, specificity, *_ = TABLE_4[model, patients_of]
    n_well, n_ill = SETS[patients_of]
    tp, tn = sensitivity / 100 * n_ill, specificity / 100 * n_well
    fp, fn = n_well - tn, n_ill - tp
    return [100 * (tp + tn) / (n_well + n_ill), 100 * tp / (tp + fp), 100 * 2 * tp / (2 * tp + fp + fn)]


def test_table_4_precision_and_f1_follow_from_no_row_but_accuracy_from_some():
    """Worked out for the combined model, internal: precision 74.3 %, F1 71.6 %, where 69.6 % and 74.7 % are printed."""
    assert [round(value, 1) for value in _expected_metrics("combined", "internal")] == [69.3, 74.3, 71.6]
    off = {key: np.abs(np.array(TABLE_4[key][5:]) - _expected_metrics(*key)) for key in TABLE_4}
    # Precision, F1: nowhere both within what rounding of sensitivity and specificity could explain (0.1 points).
    assert all(max(distances[1:]) > 0.1 for distances in off.values())
    assert off["clinical", "internal"][0] == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize(("model", "patients_of"), TABLE_4)
def test_no_whole_number_of_patients_gives_a_row_of_table_4(model, patients_of):
    """Every split of the patients is tried: none has the five printed metrics together, to 0.1 points."""
    n_well, n_ill = SETS[patients_of]
    printed = TABLE_4[model, patients_of][3:]
    found = []
    for tp in range(n_ill + 1):
        if abs(100 * tp / n_ill - printed[0]) > 1.0:
            continue
        for tn in range(n_well + 1):
            metrics = metrics_of(Confusion(tp, n_well - tn, tn, n_ill - tp))
            values = [metrics.sensitivity, metrics.specificity, metrics.accuracy, metrics.precision, metrics.f1]
            found.append(max(abs(100 * value.value - wanted) for value, wanted in zip(values, printed, strict=True)))
    assert min(found) > 0.1


def test_the_printed_interval_of_the_external_radiomics_auc_is_far_too_narrow():
    """Hanley & McNeil (Radiology 1982) on 77 and 57 patients: 0.575 to 0.757; printed 0.661 to 0.670."""
    area, lower, upper = TABLE_4["radiomics", "external"][:3]
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    variance = (area * (1 - area) + 76 * (q1 - area**2) + 56 * (q2 - area**2)) / (77 * 57)
    expected = area - 1.959964 * variance**0.5, area + 1.959964 * variance**0.5
    assert [round(bound, 3) for bound in expected] == [0.575, 0.757]
    assert (upper - lower) < 0.1 * (expected[1] - expected[0])
