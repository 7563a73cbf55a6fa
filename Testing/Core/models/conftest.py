"""A small fitted signature whose numbers are simple enough to check by hand."""

import pytest
from OPRadiomicsLib.models.signature import (
    ClassQuantiles,
    LogisticModel,
    Models,
    ProfileReference,
    Provenance,
    Radscore,
    Signature,
    Training,
)
from OPRadiomicsLib.types import Clinical, FeatureVector

PROFILE_HASH = "0123456789abcdef"
SEQUENCES = ("T1WI", "T2WI", "FS-T2WI")
LEVELS = (0.0, 0.01, 0.5, 0.99, 1.0)


def _radscore(sequence):
    return Radscore(
        sequence=sequence,
        features=(f"{sequence}_original_firstorder_Mean", f"{sequence}_original_glcm_Contrast"),
        means=(100.0, 2.0),
        sds=(20.0, 0.5),
        coefficients=(0.3, -0.2),
        intercept=0.5,
    )


def _model(predictors, means, sds):
    size = len(predictors) + 1
    return LogisticModel(
        predictors=predictors,
        means=means,
        sds=sds,
        coefficients=tuple(0.5 - 0.4 * i for i in range(len(predictors))),
        intercept=-0.25,
        covariance=tuple(tuple((0.04 if i == j else 0.01) for j in range(size)) for i in range(size)),
        threshold=0.5,
        reference=means,
        reference_kind="training",
        mean_abs_shap=(0.1,) * len(predictors),
        out_of_fold=ClassQuantiles(
            levels=(0.0, 0.5, 1.0), without_osteoporosis=(-3.0, -0.5, 1.0), with_osteoporosis=(-1.0, 0.5, 3.0)
        ),
    )


@pytest.fixture
def a_signature():
    scores = tuple(f"radscore_{sequence}" for sequence in SEQUENCES)
    every = ("age", "sex", *scores)
    rows = ((45.0, 48.0, 68.0, 88.0, 92.0), (0.0, 0.0, 0.0, 1.0, 1.0), *((-0.5, -0.3, 0.5, 1.3, 1.5),) * 3)
    return Signature(
        name="test",
        version="1",
        kind="fitted",
        demo=True,
        provenance=Provenance(
            trained_on="nobody: numbers for a test", n_training=10, n_osteoporosis=5, validation="none", citation="none"
        ),
        profile=ProfileReference(name="standard", hash=PROFILE_HASH),
        radscores=tuple(_radscore(sequence) for sequence in SEQUENCES),
        models=Models(
            clinical=_model(("age", "sex"), (68.0, 0.4), (9.0, 0.49)),
            radiomics=_model(scores, (0.5,) * 3, (0.3,) * 3),
            combined=_model(every, (68.0, 0.4, 0.5, 0.5, 0.5), (9.0, 0.49, 0.3, 0.3, 0.3)),
        ),
        training=Training(
            predictors=every,
            means=(68.0, 0.4, 0.5, 0.5, 0.5),
            covariance=tuple(
                tuple(variance if i == j else 0.0 for j in range(5))
                for i, variance in enumerate((81.0, 0.24, 0.09, 0.09, 0.09))
            ),
            quantile_levels=LEVELS,
            quantiles=rows,
            squared_distance_limit=15.0,
        ),
    )


@pytest.fixture
def some_features():
    names = [name for sequence in SEQUENCES for name in _radscore(sequence).features]
    return FeatureVector(
        tuple(names),
        [110.0, 2.5, 90.0, 1.5, 100.0, 2.0],
        PROFILE_HASH,
        grey_levels={f"{sequence}_original": 30 for sequence in SEQUENCES},
    )


@pytest.fixture
def a_woman_of_71():
    return Clinical(age=71.0, male=False)
