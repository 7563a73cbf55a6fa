"""A prediction stays with its study through saving, and is known to be stale when its inputs changed."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from OPRadiomicsLib.models.prediction import predict
from OPRadiomicsLib.models.signature_file import load_signature
from OPRadiomicsLib.mrml.results import (
    CONTRIBUTIONS,
    PROBABILITIES,
    forget_result,
    is_stale,
    result_of,
    store_result,
)
from OPRadiomicsLib.mrml.segmentation import add_segmentation
from OPRadiomicsLib.mrml.volumes import add_volume
from OPRadiomicsLib.profile import load_profile
from OPRadiomicsLib.reports.case import CaseResult
from OPRadiomicsLib.reports.prediction_json import prediction_json
from OPRadiomicsLib.types import Clinical, FeatureVector, Mask, Role, Volume

WOMAN = Clinical(71.0, False)


@pytest.fixture(scope="module")
def text() -> str:
    """The shipped signature's answer for an average patient, as the worker writes it."""
    signature, profile = load_signature("demo-signature"), load_profile("standard")
    means = {name: mean for score in signature.radscores for name, mean in zip(score.features, score.means, strict=True)}
    levels = {f"{role}_{image}": 30 for role in Role for image in ("original", "log-sigma-1-0-mm-3D")}
    features = FeatureVector(tuple(means), np.array(list(means.values())), signature.profile.hash, "engine", levels)
    return prediction_json(
        CaseResult(
            volumes={},
            bodies={},
            marrow={},
            clinical=WOMAN,
            profile=profile,
            signature=signature,
            predictions=predict(signature, features, WOMAN),
            published=predict(load_signature("published-clinical"), None, WOMAN)[0],
            warnings=("Maske ungeprüft",),
        )
    )


def tables_of(owner: Any) -> tuple[Any, Any]:
    return owner.GetNodeReference(PROBABILITIES), owner.GetNodeReference(CONTRIBUTIONS)


def column(table: Any, name: str) -> list[Any]:
    values = table.GetTable().GetColumnByName(name)
    return [values.GetValue(n) for n in range(values.GetNumberOfValues())]


def test_the_text_is_kept_as_it_came(scene: Any, node: Any, text: str) -> None:
    store_result(scene, node, text, "digest")
    result = result_of(node)
    assert result is not None
    assert result.text == text
    assert result.content["clinical"]["age"] == 71.0


def test_tables_hold_the_figures_of_every_model(scene: Any, node: Any, text: str) -> None:
    store_result(scene, node, text, "digest")
    probabilities, contributions = tables_of(node)
    content = json.loads(text)
    assert column(probabilities, "model") == ["clinical", "radiomics", "combined", "published clinical"]
    assert column(probabilities, "probability")[2] == content["models"]["combined"]["probability"]
    assert column(probabilities, "interval_95_low")[2] == content["models"]["combined"]["interval_95"][0]
    assert np.isnan(column(probabilities, "threshold")[3])
    assert column(probabilities, "osteoporosis")[3] == "not published"
    combined = [
        shap
        for model, shap in zip(column(contributions, "model"), column(contributions, "shap"), strict=True)
        if model == "combined"
    ]
    model = content["models"]["combined"]
    assert sum(combined) + model["base_logit"] == pytest.approx(model["logit"])


def test_a_new_result_replaces_the_old_one(scene: Any, node: Any, text: str) -> None:
    store_result(scene, node, text, "old")
    store_result(scene, node, text, "new")
    assert result_of(node).inputs_digest == "new"
    assert scene.GetNumberOfNodesByClass("vtkMRMLTextNode") == 1
    assert scene.GetNumberOfNodesByClass("vtkMRMLTableNode") == 2


@pytest.mark.parametrize("wrong", ["", "{}", "[]", '{"models": {"combined": {}}}', "no json"])
def test_what_is_no_prediction_is_refused_and_loses_nothing(scene: Any, node: Any, text: str, wrong: str) -> None:
    store_result(scene, node, text, "digest")
    with pytest.raises(ValueError, match="no prediction"):
        store_result(scene, node, wrong, "digest")
    assert result_of(node).text == text


def test_a_forgotten_result_leaves_nothing(scene: Any, node: Any, text: str) -> None:
    store_result(scene, node, text, "digest")
    forget_result(node)
    assert result_of(node) is None
    assert tables_of(node) == (None, None)
    assert scene.GetNumberOfNodesByClass("vtkMRMLTableNode") == 0


def test_a_result_survives_saving(scene: Any, node: Any, text: str, reload: Any) -> None:
    store_result(scene, node, text, "digest")
    read = reload(scene).GetFirstNode("Bodies", "vtkMRMLSegmentationNode")
    assert result_of(read) == result_of(node)
    for one, other in zip(tables_of(read), tables_of(node), strict=True):
        assert one.GetNumberOfRows() == other.GetNumberOfRows() > 0
        np.testing.assert_allclose(
            [float(v) for v in column(one, "probability" if other is tables_of(node)[0] else "shap")],
            column(other, "probability" if other is tables_of(node)[0] else "shap"),
            rtol=1e-5,
        )


def test_a_parameter_node_can_own_a_result_and_refer_to_its_study(scene: Any, node: Any, text: str, reload: Any) -> None:
    parameters = scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode", "OPRadiomics")
    parameters.SetModuleName("OPRadiomics")
    parameters.SetParameter("age", "71")
    parameters.SetNodeReferenceID("bodies", node.GetID())
    store_result(scene, parameters, text, "digest")
    read = reload(scene).GetFirstNode("OPRadiomics", "vtkMRMLScriptedModuleNode")
    assert read.GetParameter("age") == "71"
    assert read.GetNodeReference("bodies").GetName() == "Bodies"
    assert result_of(read) == result_of(parameters)


def test_two_studies_keep_their_own_results(scene: Any, node: Any, mask: Mask, volume: Volume, text: str) -> None:
    other = add_segmentation(scene, mask, add_volume(scene, volume, "other"), "Bodies")
    store_result(scene, node, text, "one")
    assert result_of(other) is None
    store_result(scene, other, text, "two")
    assert (result_of(node).inputs_digest, result_of(other).inputs_digest) == ("one", "two")


def test_a_result_of_other_inputs_is_stale(scene: Any, node: Any, text: str) -> None:
    assert not is_stale(node, "digest")
    store_result(scene, node, text, "digest")
    assert not is_stale(node, "digest")
    assert is_stale(node, "another")
