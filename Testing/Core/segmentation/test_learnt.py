"""No image that a network has learnt tests it, or one that goes on from it, also when other images have gone since."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")

from OPRadiomicsLib.errors import ModelError
from OPRadiomicsLib.segmentation.network import DeepLabV3Plus
from OPRadiomicsTrainingLib.segmentation import record, samples, train_command
from OPRadiomicsTrainingLib.segmentation.cases import TrainingCase
from OPRadiomicsTrainingLib.segmentation.compare import BODIES, ComparedCase, NetworkComparison, known_as
from OPRadiomicsTrainingLib.segmentation.export import export_bundle
from OPRadiomicsTrainingLib.segmentation.learnt import LEARNT_FILE, NOTHING_LEARNT, Learnt
from OPRadiomicsTrainingLib.segmentation.settings import TrainingSettings


def a_case(number: int, name: str = "") -> TrainingCase:
    image = np.random.default_rng(number).integers(0, 255, (3, 8, 9), np.uint8)
    empty = np.zeros(image.shape, np.uint8)
    return TrainingCase(
        name or f"own_{number:02d}", image, empty.astype(np.int8), empty, empty, np.ones(5, bool), (3.3, 1.0, 1.0)
    )


def gathered(folder: Path, numbers: range | list[int], learnt: Learnt = NOTHING_LEARNT) -> samples.Cases:
    for number in numbers:
        a_case(number).save(folder)
    return samples.gather_cases(folder, None, TrainingSettings(), learnt)


def a_bundle(folder: Path, learnt: Learnt | None, trained_on: list[str]) -> Path:
    network = DeepLabV3Plus(width=0.25, aspp=8).eval()
    export_bundle(network, folder, name=folder.name, version="0", provenance={"trained_on": trained_on}, learnt=learnt)
    return folder


def names(cases: tuple[TrainingCase, ...]) -> set[str]:
    return {case.name for case in cases}


def test_images_that_have_gone_make_no_test_case_of_a_learnt_one(tmp_path: Path) -> None:
    first = gathered(tmp_path / "first", range(12))
    left = sorted(int(name[-2:]) for name in names(first.real))
    new = list(range(12, 15))
    assert names(gathered(tmp_path / "left", [*left, *new]).validation) & names(first.real), "by the images alone"
    held_out = gathered(tmp_path / "again", [*left, *new], Learnt.of(first.real)).validation
    assert names(held_out), "one at least is held out"
    assert names(held_out) <= {f"own_{number:02d}" for number in new}


def test_where_all_images_were_learnt_none_is_held_out(tmp_path: Path) -> None:
    cases = gathered(tmp_path, range(6), Learnt.of(a_case(number) for number in range(6)))
    assert (len(cases.real), cases.validation) == (6, ())


def test_never_more_than_half_is_held_out_where_much_was_learnt(tmp_path: Path) -> None:
    cases = gathered(tmp_path, range(6), Learnt.of(a_case(number) for number in range(4)))
    assert 1 <= len(cases.validation) <= 2


def test_an_image_is_known_by_what_it_shows() -> None:
    learnt = Learnt.of([a_case(1), a_case(2)])
    assert learnt.holds(a_case(1, "other_name"))
    assert not learnt.holds(a_case(3, "own_01"))
    relabelled = replace(a_case(1), body=np.ones((3, 8, 9), np.int8))
    assert learnt.holds(relabelled)


def test_a_bundle_tells_what_it_and_those_before_it_have_learnt(tmp_path: Path) -> None:
    learnt = Learnt.of([a_case(1)]) | Learnt.of([a_case(2)]) | Learnt(unrecorded=frozenset({"spider"}))
    found = Learnt.by(a_bundle(tmp_path / "net", learnt, ["own"]))
    assert found == learnt
    assert [found.holds(a_case(number)) for number in (1, 2, 3)] == [True, True, False]
    assert found.may_hold(a_case(3, "spider_3")) and not found.may_hold(a_case(3))


def test_a_bundle_says_neither_names_nor_digests_that_other_bundles_share(tmp_path: Path) -> None:
    texts = []
    for number in (2, 3):
        bundle = a_bundle(tmp_path / f"net{number}", Learnt.of([a_case(1, "own_MUELLER"), a_case(number)]), ["own"])
        texts.append((bundle / LEARNT_FILE).read_text())
    assert "MUELLER" not in texts[0]
    first, second = (set(json.loads(text)["learnt"][0]["images"]) for text in texts)
    assert not first & second, "image 1 is in both"


def test_the_record_can_be_deleted_before_a_bundle_is_given_away(tmp_path: Path) -> None:
    from OPRadiomicsLib.segmentation import load_segmentation_model

    bundle = a_bundle(tmp_path / "net", Learnt.of([a_case(1)]), ["own"])
    (bundle / LEARNT_FILE).unlink()
    load_segmentation_model(bundle)
    assert Learnt.by(bundle).may_hold(a_case(1))


def test_a_damaged_record_is_named(tmp_path: Path) -> None:
    bundle = a_bundle(tmp_path / "net", Learnt(), [])
    for content in ("{", "[]", '{"learnt": [{}], "unrecorded": []}'):
        (bundle / LEARNT_FILE).write_text(content)
        with pytest.raises(ModelError, match=r"learnt\.json of the bundle net cannot be read") as refused:
            Learnt.by(bundle)
        assert "may have been learnt" in refused.value.remedy


def test_the_network_that_ships_may_have_learnt_images_of_its_sets_alone() -> None:
    known = train_command._learnt_before("lumbar-bodies")
    assert known.may_hold(a_case(1, "chu_1")) and not known.may_hold(a_case(1))


def compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **options: Path | None) -> list[str]:
    """What is said of own_01 and own_02, held out; --compare and --start as given."""

    def both(new: Path, before: Path, cases: tuple[TrainingCase, ...], **_: object) -> NetworkComparison:
        return NetworkComparison("before", tuple(ComparedCase(case.name, {BODIES: 0.9}, {BODIES: 0.8}) for case in cases))

    monkeypatch.setattr("OPRadiomicsTrainingLib.segmentation.compare.compare_networks", both)
    asked = argparse.Namespace(**{"compare": None, "start": None, "data": None, "out": tmp_path, **options})
    cases = samples.Cases((a_case(3),), (), (a_case(1), a_case(2)))
    return train_command._compared(asked, cases, lambda *_: None)


def test_a_comparison_leaves_out_what_the_network_in_use_has_learnt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = compared(tmp_path, monkeypatch, compare=a_bundle(tmp_path / "net", Learnt.of([a_case(1)]), ["own"]))
    assert lines[1] == "Not compared, since before has learnt them: own_01"
    assert "own_01" not in (tmp_path / "comparison.csv").read_text()
    (line,) = compared(tmp_path, monkeypatch, compare=a_bundle(tmp_path / "all", Learnt.of([a_case(1), a_case(2)]), ["own"]))
    assert line == "Not compared: all has learnt every held-out case"


def test_a_network_without_a_record_is_doubted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = compared(tmp_path, monkeypatch, start=a_bundle(tmp_path / "net", None, ["own"]))
    assert lines[-1].startswith("No record tells whether a network has learnt own_01, own_02 before")
    assert len(compared(tmp_path, monkeypatch, start=a_bundle(tmp_path / "new", Learnt(), ["own"]))) == 2


def test_a_run_does_not_go_on_with_another_record_of_what_it_started_from_has_learnt(tmp_path: Path) -> None:
    """It decides what is held out, which must not change under a run."""
    record.begin(tmp_path, {})
    learnt = Learnt.of([a_case(1)])
    record.require_same_cases(tmp_path, [], learnt)
    record.require_same_cases(tmp_path, [], learnt)
    with pytest.raises(ModelError, match="another record of what --start has learnt"):
        record.require_same_cases(tmp_path, [], Learnt(unrecorded=frozenset({"own"})))


def test_networks_of_runs_whose_folders_all_bear_one_name_are_told_apart(tmp_path: Path) -> None:
    export_bundle(DeepLabV3Plus(width=0.25, aspp=8), tmp_path / "bundle", name="spine 2", version="0", provenance={})
    assert (known_as(tmp_path / "bundle"), known_as("lumbar-bodies")) == ("spine 2", "lumbar-bodies")
