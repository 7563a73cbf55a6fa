"""A prediction kept in the scene: prediction.json as a text node, its figures as tables, and a digest of its inputs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import vtk

TEXT: Final = "OPRadiomics.Result"
PROBABILITIES: Final = "OPRadiomics.Probabilities"
CONTRIBUTIONS: Final = "OPRadiomics.Contributions"
INPUTS: Final = "OPRadiomics.InputsDigest"
"""Attribute of the text node."""

_ROLES: Final = (TEXT, PROBABILITIES, CONTRIBUTIONS)
_ALWAYS: Final = 1  # vtkMRMLTextNode::CreateStorageNodeAlways
_UTF8: Final = 6  # VTK_ENCODING_UTF_8


@dataclass(frozen=True)
class StoredResult:
    """prediction.json as text, and the digest of what it was predicted from."""

    text: str
    inputs_digest: str

    @property
    def content(self) -> dict[str, Any]:
        """The parsed prediction.json."""
        parsed: dict[str, Any] = json.loads(self.text)
        return parsed


def store_result(scene: Any, owner: Any, text: str, inputs_digest: str) -> Any:
    """Keep a prediction with the node that owns it, in place of an earlier one; returns the vtkMRMLTextNode.

    Parameters
    ----------
    scene
        vtkMRMLScene that gets the text node and two table nodes: probabilities, and SHAP contributions.
    owner
        The study's segmentation node or parameter node, which gets references to them.
    text
        prediction.json.
    inputs_digest
        Of what it was predicted from, taken when it was asked for; `gui.study` makes it.

    Raises
    ------
    ValueError
        If the text is no prediction.json; an earlier result then stays.
    """
    tables = _tables(text)
    forget_result(owner)
    node = scene.AddNewNodeByClass("vtkMRMLTextNode", f"{owner.GetName()} prediction.json")
    node.SetForceCreateStorageNode(_ALWAYS)
    node.SetEncoding(_UTF8)
    node.SetText(text)
    node.SetAttribute("mimetype", "application/json")
    node.SetAttribute(INPUTS, inputs_digest)
    owner.SetNodeReferenceID(TEXT, node.GetID())
    for role, name, rows in zip((PROBABILITIES, CONTRIBUTIONS), ("probabilities", "contributions"), tables, strict=True):
        owner.SetNodeReferenceID(role, _add_table(scene, f"{owner.GetName()} {name}", rows).GetID())
    return node


def result_of(owner: Any) -> StoredResult | None:
    """The result kept with a node, or None."""
    node = owner.GetNodeReference(TEXT)
    return None if node is None else StoredResult(node.GetText() or "", node.GetAttribute(INPUTS) or "")


def is_stale(owner: Any, inputs_digest: str) -> bool:
    """Whether there is a result that was made from other inputs than these."""
    result = result_of(owner)
    return result is not None and result.inputs_digest != inputs_digest


def forget_result(owner: Any) -> None:
    """Remove a result and its tables from the scene, if there are any."""
    for role in _ROLES:
        node = owner.GetNodeReference(role)
        if node is not None:
            owner.RemoveNodeReferenceIDs(role)
            node.GetScene().RemoveNode(node)


Row = dict[str, str | float]


def _tables(text: str) -> tuple[list[Row], list[Row]]:
    """Rows for the two tables; the published formula stands last."""
    try:
        content = json.loads(text)
        named = dict(content["models"])
        if content.get("published_clinical"):
            named["published clinical"] = content["published_clinical"]
        probabilities = [_probability(name, model) for name, model in named.items()]
        contributions = [
            {
                "model": name,
                "predictor": term["name"],
                **{key: float(term[key]) for key in ("value", "reference", "shap", "share")},
            }
            for name, model in named.items()
            for term in model["contributions"]
        ]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"This text is no prediction.json ({type(error).__name__})") from None
    return probabilities, contributions


def _probability(name: str, model: Mapping[str, Any]) -> Row:
    interval = model["interval_95"] if isinstance(model["interval_95"], list) else (math.nan, math.nan)
    threshold = model["threshold"]
    return {
        "model": name,
        "probability": float(model["probability"]),
        "interval_95_low": float(interval[0]),
        "interval_95_high": float(interval[1]),
        "threshold": float(threshold) if isinstance(threshold, (int, float)) else math.nan,
        "osteoporosis": {True: "yes", False: "no"}.get(model["osteoporosis"], "not published"),
    }


def _add_table(scene: Any, name: str, rows: Sequence[Row]) -> Any:
    node = scene.AddNewNodeByClass("vtkMRMLTableNode", name)
    node.SetUseColumnTitleAsColumnHeader(True)
    for key in rows[0] if rows else ():
        values = [row[key] for row in rows]
        column = vtk.vtkDoubleArray() if isinstance(values[0], float) else vtk.vtkStringArray()
        column.SetName(key)
        for value in values:
            column.InsertNextValue(value)
        node.AddColumn(column)
    return node
