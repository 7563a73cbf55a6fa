"""LASSO paths and their cross-validation against R's glmnet, their own optimality conditions, and degenerate columns."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from OPRadiomicsLib.errors import FeatureError, ModelError, StudyError
from OPRadiomicsTrainingLib.statistics.folds import stratified_folds
from OPRadiomicsTrainingLib.statistics.logistic import fit_logistic
from OPRadiomicsTrainingLib.statistics.penalised import (
    cross_validate_lasso,
    cross_validate_logistic_lasso,
    lasso_path,
    logistic_lasso_path,
    penalty_grid,
)


@pytest.fixture(scope="module")
def a_lasso_table(golden_table):
    table = golden_table("lasso")
    return table[:, 2:], table[:, 0] == 1, table[:, 1]


def _folds(fold):
    return [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in np.unique(fold)]


def _collinear(seed, n=90, p=30, noise=0.1):
    """Features that share five factors, as radiomic ones do, on scales from 0.01 to 100."""
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(n, 5))
    columns = (factors @ rng.normal(size=(5, p)) + noise * rng.normal(size=(n, p))) * np.geomspace(0.01, 100, p) + 3
    return columns, rng.random(n) < 1 / (1 + np.exp(-factors[:, 0]))


def _same(found, expected, columns, tolerance):
    """Coefficients are compared per standard deviation of their column."""
    sds = columns.std(axis=0)
    np.testing.assert_allclose(found.coefficients * sds, np.array(expected["coefficients"]) * sds, atol=tolerance)
    np.testing.assert_allclose(found.scores(columns), _scores(expected, columns), atol=10 * tolerance)


def _scores(expected, columns):
    return columns @ np.array(expected["coefficients"]).T + expected["intercepts"]


def test_gaussian_path_equals_glmnet_to_1e_6(reference, a_lasso_table):
    columns, ill, _ = a_lasso_table
    expected = reference["lasso"]["gaussian"]
    _same(lasso_path(columns, ill, np.array(expected["lambda"])), expected, columns, 1e-6)


def test_gaussian_cross_validation_equals_glmnet_to_1e_6(reference, a_lasso_table):
    columns, ill, fold = a_lasso_table
    expected = reference["lasso"]["gaussian"]
    found = cross_validate_lasso(columns, ill, np.array(expected["lambda"]), _folds(fold))
    np.testing.assert_allclose(found.errors, expected["errors"], atol=1e-6)
    np.testing.assert_allclose(found.standard_errors, expected["standard_errors"], atol=1e-6)
    assert (found.lambda_min, found.lambda_1se) == pytest.approx((expected["lambda_min"], expected["lambda_1se"]), rel=1e-12)


def test_binomial_path_and_cross_validation_equal_glmnet_to_1e_4(reference, a_lasso_table):
    columns, ill, fold = a_lasso_table
    expected = reference["lasso"]["binomial"]
    found = cross_validate_logistic_lasso(columns, ill, np.array(expected["lambda"]), _folds(fold))
    _same(found.path, expected, columns, 1e-4)
    np.testing.assert_allclose(found.errors, expected["errors"], atol=1e-4)
    np.testing.assert_allclose(found.standard_errors, expected["standard_errors"], atol=1e-4)
    assert (found.lambda_min, found.lambda_1se) == pytest.approx((expected["lambda_min"], expected["lambda_1se"]), rel=1e-12)


def test_the_grid_starts_where_glmnet_starts(reference, a_lasso_table):
    columns, ill, _ = a_lasso_table
    grid = penalty_grid(columns, ill)
    assert grid[0] == pytest.approx(reference["lasso"]["largest_gaussian"], rel=1e-10)
    assert grid[-1] == pytest.approx(1e-4 * grid[0], rel=1e-10)


def _gradients(found, columns, residual):
    standardised = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    return standardised.T @ residual / len(columns), found.coefficients.T * columns.std(axis=0)[:, None]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000), st.sampled_from([(90, 30), (40, 60)]), st.booleans())
def test_optimality_conditions_hold_on_the_whole_path(seed, shape, logistic):
    """Pull of the residual: the penalty where a coefficient is not 0, no more elsewhere. 1e-12 linear, 1e-8 logistic."""
    columns, ill = _collinear(seed, *shape)
    penalties = penalty_grid(columns, ill, 20, 0.05)
    found = (logistic_lasso_path if logistic else lasso_path)(columns, ill, penalties)
    scores = found.scores(columns)
    residual = ill[:, None] - (1 / (1 + np.exp(-scores)) if logistic else scores)
    pull, coefficients = _gradients(found, columns, residual)
    tolerance = 1e-8 if logistic else 1e-12
    inside = coefficients != 0
    np.testing.assert_allclose(pull[inside], (penalties * np.sign(coefficients))[inside], atol=tolerance)
    assert (np.abs(pull) <= penalties + tolerance).all()
    np.testing.assert_allclose(residual.mean(axis=0), 0.0, atol=tolerance)


@pytest.mark.parametrize("path", [lasso_path, logistic_lasso_path])
def test_the_largest_penalty_leaves_no_column_and_the_next_takes_one(path):
    columns, ill = _collinear(1)
    largest = penalty_grid(columns, ill)[0]
    found = path(columns, ill, largest * np.array([1.0, 0.99]))
    assert np.count_nonzero(found.coefficients, axis=1).tolist() == [0, 1]


@pytest.mark.parametrize("path", [lasso_path, logistic_lasso_path])
def test_units_of_a_column_do_not_matter(path):
    columns, ill = _collinear(2)
    penalties = penalty_grid(columns, ill, 10, 0.05)
    scale, shift = np.geomspace(1e-3, 1e3, columns.shape[1]), np.arange(columns.shape[1])
    before, after = path(columns, ill, penalties), path(columns * scale + shift, ill, penalties)
    np.testing.assert_allclose(after.scores(columns * scale + shift), before.scores(columns), atol=1e-7)


@pytest.mark.parametrize("path", [lasso_path, logistic_lasso_path])
def test_constant_and_duplicated_columns_change_no_score(path):
    columns, ill = _collinear(3)
    more = np.column_stack((columns, np.full(len(ill), 0.1 + 0.2), columns[:, :4]))
    penalties = penalty_grid(columns, ill, 15, 0.02)
    before, after = path(columns, ill, penalties), path(more, ill, penalties)
    np.testing.assert_allclose(after.scores(more), before.scores(columns), atol=1e-7)
    assert not after.coefficients[:, columns.shape[1]].any()


def test_a_column_constant_in_one_fold_alone_is_left_out_there():
    columns, ill = _collinear(4)
    columns[:, 0] = 0.0
    columns[3, 0] = 1.0
    found = cross_validate_lasso(
        columns, ill, penalty_grid(columns, ill, 20), stratified_folds(ill, 9, np.random.default_rng(0))
    )
    assert np.isfinite(found.errors).all()


def test_folds_from_gram_matrices_equal_folds_fitted_one_by_one_to_1e_10():
    columns, ill = _collinear(5)
    columns[:, 1] += 1e4
    folds = stratified_folds(ill, 5, np.random.default_rng(1))
    penalties = penalty_grid(columns, ill, 20, 0.01)
    found = cross_validate_lasso(columns, ill, penalties, folds)
    by_hand = [
        ((ill[test][:, None] - lasso_path(columns[train], ill[train], penalties).scores(columns[test])) ** 2).mean(axis=0)
        for train, test in folds
    ]
    np.testing.assert_allclose(found.errors, np.average(by_hand, axis=0, weights=[len(test) for _, test in folds]), atol=1e-10)


def test_two_runs_are_equal_to_the_last_bit():
    columns, ill = _collinear(6)
    penalties = penalty_grid(columns, ill, 20)
    for path in (lasso_path, logistic_lasso_path):
        first, second = path(columns, ill, penalties[:10]), path(columns, ill, penalties[:10])
        np.testing.assert_array_equal(first.coefficients, second.coefficients)


def test_the_rule_of_one_standard_error_never_takes_a_smaller_penalty():
    columns, ill = _collinear(7)
    penalties = penalty_grid(columns, ill, 30)
    found = cross_validate_lasso(columns, ill, penalties, stratified_folds(ill, 5, np.random.default_rng(2)))
    assert found.lambda_1se >= found.lambda_min
    intercept, coefficients = found.at(found.lambda_1se)
    alone = lasso_path(columns, ill, np.array([found.lambda_1se]))
    np.testing.assert_allclose(columns @ coefficients + intercept, alone.scores(columns)[:, 0], atol=1e-9)


def test_an_outlier_with_an_extreme_logit_is_not_taken_for_separation():
    """One patient 100 standard deviations out; without penalty it is the maximum of the likelihood, to 1e-6."""
    rng = np.random.default_rng(7)
    columns = rng.normal(size=(200, 1))
    ill = rng.random(200) < 1 / (1 + np.exp(-columns[:, 0]))
    columns, ill = np.vstack((columns, [[100.0]])), np.append(ill, True)
    penalties = np.array([0.01, 1e-4, 0.0])
    path = logistic_lasso_path(columns, ill, penalties)
    assert np.abs(path.scores(columns)).max() > 30
    expected = fit_logistic(columns, ill).coefficients
    np.testing.assert_allclose(np.r_[path.intercepts[-1], path.coefficients[-1]], expected, rtol=1e-6)


def test_separated_classes_have_a_solution_at_a_small_penalty_too():
    """Logits lie beyond 30. Optimal to 0.1 %: the gradient is the penalty where the coefficient is not 0."""
    columns = np.linspace(-1.0, 1.0, 40)[:, None]
    ill = columns[:, 0] > 0
    path = logistic_lasso_path(columns, ill, np.array([1e-3, 1e-6]))
    logits = path.scores(columns)
    assert np.abs(logits).max(axis=0).min() > 30
    scaled = (columns[:, 0] - columns.mean()) / columns.std()
    pull = scaled @ (ill[:, None] - 1 / (1 + np.exp(-logits))) / 40
    np.testing.assert_allclose(pull, path.penalties, rtol=1e-3)


def test_separated_classes_without_penalty_are_an_error():
    columns = np.linspace(-1, 1, 40)[:, None]
    with pytest.raises(ModelError, match="separate"):
        logistic_lasso_path(columns, columns[:, 0] > 0, np.array([0.0]))


def test_columns_that_never_vary_are_an_error():
    with pytest.raises(ModelError, match="No column"):
        penalty_grid(np.ones((10, 3)), np.arange(10) < 5)


def test_a_column_that_is_not_finite_is_an_error():
    columns, ill = _collinear(8)
    columns[4, 2] = np.nan
    for call in (penalty_grid, lambda c, i: lasso_path(c, i, np.ones(1)), lambda c, i: logistic_lasso_path(c, i, np.ones(1))):
        with pytest.raises(FeatureError, match="1 columns"):
            call(columns, ill)


@pytest.mark.parametrize("validate", [cross_validate_lasso, cross_validate_logistic_lasso])
def test_folds_that_drop_a_row_are_an_error(validate):
    columns, ill = _collinear(9)
    with pytest.raises(StudyError, match="A fold of 59 training and 30 test rows, out of 90"):
        validate(columns, ill, np.ones(1), [(np.arange(31, 90), np.arange(30))])


def test_more_columns_than_rows_down_to_a_thousandth_of_the_largest_penalty():
    """Optimality to 1e-12 where as many columns are in as there are rows, duplicates among them."""
    columns, ill = _collinear(10, 40, 60, noise=0.02)
    columns = np.column_stack((columns, columns[:, :10] * 2))
    penalties = penalty_grid(columns, ill, 40, 1e-3)
    found = lasso_path(columns, ill, penalties)
    pull, _ = _gradients(found, columns, ill[:, None] - found.scores(columns))
    assert np.count_nonzero(found.coefficients[-1]) > 15
    assert (np.abs(pull) <= penalties + 1e-12).all()
