"""Small images, masks and cases that the tests of a project share, also in the processes that they start."""

from __future__ import annotations

import json

import numpy as np
from OPRadiomicsLib.types import Mask, Volume
from OPRadiomicsTrainingLib.project.folder import Project

AFFINE = np.array([[0, 0, 4.0, -8], [1.0, 0, 0, -20], [0, -1.0, 0, 40], [0, 0, 0, 1]])
"""Sagittal: k to the left, j to the feet, i to posterior."""
SEQUENCES = ["T1WI", "T2WI", "FS-T2WI"]


def small_volume(seed: int = 0) -> Volume:
    return Volume(np.random.default_rng(seed).uniform(0, 100, (5, 60, 40)).astype(np.float32), AFFINE)


def small_mask(shift: int = 0) -> Mask:
    labels = np.zeros((5, 60, 40), np.uint8)
    for number, label in enumerate((20, 21, 22)):
        labels[1:4, 5 + 15 * number : 15 + 15 * number, 10 + shift : 30 + shift] = label
    return Mask(labels, AFFINE)


def add_bare_case(project: Project, name: str, **content: object) -> None:
    folder = project.images / name
    folder.mkdir()
    text = json.dumps({"case": name, "sequences": ["T1WI"], "age": 70.0, "sex": "F", **content})
    (folder / "case.json").write_text(text, encoding="utf-8")
