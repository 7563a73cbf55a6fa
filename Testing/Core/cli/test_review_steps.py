"""What a panel asks for between segmentation and prediction: alignment, marrow region, acceptance, exclusions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from OPRadiomicsLib import io
from OPRadiomicsLib.cli import main
from OPRadiomicsLib.types import Role

Refused = Callable[..., str]


@pytest.fixture
def review(tmp_path: Path) -> Path:
    levels = [
        {"level": level, "volume_ml": 30.0, "confidence": 0.9, "flags": [], "accepted_by": by}
        for level, by in (("L1", "AB"), ("L2", ""), ("L3", "AB"))
    ]
    path = tmp_path / "review.json"
    path.write_text(json.dumps({"origin": "model x", "levels": levels, "warnings": ["L2 is pale."]}))
    return path


def test_a_propagated_mask_has_its_alignment_beside_it(files: dict[Role, Path], truth_mask: Path, tmp_path: Path) -> None:
    out = tmp_path / "t2.nrrd"
    assert (
        main(["propagate", str(truth_mask), "--from", str(files[Role.T1WI]), "--onto", str(files[Role.T2WI]), "-o", str(out)])
        == 0
    )
    beside = json.loads((tmp_path / "t2.json").read_text())
    assert [one["level"] for one in beside["levels"]] == ["L1", "L2", "L3"]
    assert all(0 <= one["offset_mm"] < 8 and 0 <= one["similarity"] <= 1 for one in beside["levels"])
    assert beside["registered"] is False
    assert beside["transform_lps_mm"] == np.eye(4).tolist()


def test_the_marrow_region_lies_inside_the_bodies(files: dict[Role, Path], truth_mask: Path, tmp_path: Path) -> None:
    out = tmp_path / "marrow.nrrd"
    assert main(["marrow", str(truth_mask), "--on", str(files[Role.T1WI]), "-o", str(out)]) == 0
    image = io.read_volume(files[Role.T1WI])
    bodies, marrow = io.read_mask(truth_mask, image), io.read_mask(out, image)
    for level in ("L1", "L2", "L3"):
        assert not (marrow.of(level) & ~bodies.of(level)).any()
        assert 0.3 * bodies.of(level).sum() < marrow.of(level).sum() < bodies.of(level).sum()


def test_the_steps_after_segmentation_take_the_dicom_folder_of_a_series(
    dicom_study: Path, files: dict[Role, Path], truth_mask: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    t1, t2 = (str(next(dicom_study.glob(f"*_{name}"))) for name in ("Sag_T1_FSE", "Sag_T2_FSE"))
    made, expected = tmp_path / "from_dicom.nii.gz", tmp_path / "from_files.nii.gz"
    for places, out in (((t1, t2), made), ((str(files[Role.T1WI]), str(files[Role.T2WI])), expected)):
        assert main(["propagate", str(truth_mask), "--from", places[0], "--onto", places[1], "-o", str(out)]) == 0
    image = io.read_volume(files[Role.T2WI])
    for level in ("L1", "L2", "L3"):
        np.testing.assert_array_equal(io.read_mask(made, image).of(level), io.read_mask(expected, image).of(level))
    assert main(["marrow", str(made), "--on", t2, "-o", str(tmp_path / "marrow.nii.gz")]) == 0
    capsys.readouterr()
    assert main(["marrow", str(made), "--on", str(dicom_study), "-o", str(tmp_path / "again.nii.gz")]) == 2
    assert "Sag T2" in (said := capsys.readouterr().err)
    assert "Expected: the folder of one series" in said
    assert not (tmp_path / "again.nii.gz").exists()


def test_acceptance_and_exclusions_reach_the_prediction(
    files: dict[Role, Path], truth_mask: Path, review: Path, tmp_path: Path
) -> None:
    images = [word for option, role in (("--t1", Role.T1WI), ("--t2", Role.T2WI)) for word in (option, str(files[role]))]
    arguments = ["predict", *images, "--allow-missing", "--mask", str(truth_mask), "--age", "71", "--sex", "F"]
    out = tmp_path / "out"
    assert main([*arguments, "--review", str(review), "--exclusion", "fracture", "--out", str(out)]) == 0
    said = json.loads((out / "prediction.json").read_text())
    assert said["segmentation"] == "model x, reviewed by AB"
    assert {one["level"]: one["accepted_by"] for one in said["levels"]} == {"L1": "AB", "L2": "", "L3": "AB"}
    warnings = set(said["warnings"])
    assert {"L2 is pale.", "No reader has accepted L2."} <= warnings
    assert "The study left such patients out: previous lumbar fracture." in warnings
    assert not any("network's own" in warning for warning in warnings)


def test_a_review_without_a_mask_is_refused(files: dict[Role, Path], review: Path, refused: Refused) -> None:
    assert "--review" in refused(
        "predict", "--t1", files[Role.T1WI], "--allow-missing", "--age", "71", "--sex", "F", "--review", review
    )


def test_an_unknown_exclusion_is_refused(files: dict[Role, Path], refused: Refused) -> None:
    arguments = ("--t1", files[Role.T1WI], "--allow-missing", "--age", "71", "--sex", "F", "--exclusion", "flu")
    assert "'flu'" in refused("predict", *arguments)
