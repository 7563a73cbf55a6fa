"""A complete small case: three bodies in a bright canal, a DEMO signature, predictions for a woman of 71."""

import dataclasses

import numpy as np
import pytest
from OPRadiomicsLib.models.prediction import predict
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
from OPRadiomicsLib.models.signature_file import load_signature
from OPRadiomicsLib.profile import load_profile
from OPRadiomicsLib.reports.case import CaseResult
from OPRadiomicsLib.types import Clinical, FeatureVector, LevelQuality, Mask, Role, Volume

SCORES = tuple(f"radscore_{role}" for role in Role)
# Sagittal, 1 mm in plane, 3.3 mm apart: k to the left, j to inferior, i to posterior.
AFFINE = np.array([[0, 0, 3.3, -13], [1, 0, 0, -20], [0, -1, 0, 30], [0, 0, 0, 1]], dtype=float)


def _bodies():
    labels = np.zeros((9, 90, 60), dtype=np.uint8)
    for place, label in enumerate((20, 21, 22)):
        labels[2:7, 8 + 26 * place : 28 + 26 * place, 15:41] = label
    return labels


def _model(predictors, means):
    size = len(predictors) + 1
    return LogisticModel(
        predictors=predictors,
        means=means,
        sds=(1.0,) * len(predictors),
        coefficients=tuple(0.08 * (-1) ** place for place in range(len(predictors))),
        intercept=0.1,
        covariance=tuple(tuple(0.02 * (i == j) for j in range(size)) for i in range(size)),
        threshold=0.5,
        reference=means,
        reference_kind="training",
        out_of_fold=ClassQuantiles(
            levels=(0.0, 0.5, 1.0), without_osteoporosis=(-2.0, -0.5, 1.0), with_osteoporosis=(-1.0, 0.5, 2.0)
        ),
    )


def _signature(profile):
    every, means = ("age", "sex", *SCORES), (68.0, 0.4, 0.5, 0.5, 0.5)
    return Signature(
        name="test-signature",
        version="1",
        kind="fitted",
        demo=True,
        provenance=Provenance(
            trained_on="simulated patients", n_training=10, n_osteoporosis=5, validation="none", citation="none"
        ),
        profile=ProfileReference(name=profile.name, hash=profile.hash),
        radscores=tuple(
            Radscore(
                sequence=role.value,
                features=(f"{role}_original_firstorder_Mean",),
                means=(100.0,),
                sds=(10.0,),
                coefficients=(0.2,),
                intercept=0.5,
            )
            for role in Role
        ),
        models=Models(
            clinical=_model(every[:2], means[:2]), radiomics=_model(SCORES, means[2:]), combined=_model(every, means)
        ),
        training=Training(
            predictors=every,
            means=means,
            covariance=tuple(tuple(1.0 * (i == j) for j in range(5)) for i in range(5)),
            quantile_levels=(0.0, 0.01, 0.5, 0.99, 1.0),
            quantiles=((40.0, 45.0, 68.0, 90.0, 95.0), (0.0, 0.0, 0.0, 1.0, 1.0), *((-1.0, -0.5, 0.5, 1.5, 2.0),) * 3),
            squared_distance_limit=20.0,
        ),
    )


@pytest.fixture(scope="session")
def a_case():
    profile = load_profile("standard")
    signature = _signature(profile)
    labels = _bodies()
    noise = np.random.default_rng(1).normal(size=labels.shape)
    image = (80 + 40 * (labels > 0) + 5 * noise).astype(np.float32)
    mask = Mask(labels, AFFINE)
    inner = np.zeros_like(labels)
    inner[3:6, :, 18:38] = labels[3:6, :, 18:38]
    clinical = Clinical(71.0, False, 23.4)
    names = tuple(f"{role}_original_firstorder_Mean" for role in Role)
    features = FeatureVector(names, [110.0, 95.0, 100.0], profile.hash, "engine 1", {"T1WI_original": 31})
    return CaseResult(
        volumes={role: Volume(image, AFFINE) for role in Role},
        bodies=dict.fromkeys(Role, mask),
        marrow=dict.fromkeys(Role, Mask(inner, AFFINE)),
        clinical=clinical,
        profile=profile,
        signature=signature,
        predictions=predict(signature, features, clinical),
        published=predict(load_signature("published-clinical"), None, clinical)[0],
        features=features,
        quality=(LevelQuality("L1", 30.2, 0.99), LevelQuality("L2", 31.0, 0.61, ("Edge <uncertain> on slice 4.",))),
        warnings=("Confirm the levels: S1 is out of view.",),
        timings_s={"segment": 2.5},
        series_notes={Role.T1WI: "short TR and TE"},
        segmentation_model="lumbar-bodies 1",
        software={"Python": "3.11"},
    )


@pytest.fixture(scope="session")
def a_case_without_demo(a_case):
    signature = a_case.signature.model_copy(update={"demo": False})
    predictions = predict(signature, a_case.features, a_case.clinical)
    return dataclasses.replace(a_case, signature=signature, predictions=predictions)


@pytest.fixture(scope="session")
def a_partial_case(a_case):
    """T1WI alone: no features, the clinical model only."""
    return dataclasses.replace(
        a_case,
        volumes={Role.T1WI: a_case.volumes[Role.T1WI]},
        bodies={Role.T1WI: a_case.bodies[Role.T1WI]},
        marrow={},
        features=None,
        predictions=predict(a_case.signature, None, a_case.clinical),
    )
