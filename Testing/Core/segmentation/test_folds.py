"""Folds of a cross-validation and the average of their networks."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from OPRadiomicsLib.cli import main
from OPRadiomicsLib.errors import ModelError, StudyError

torch = pytest.importorskip("torch")
safe_open = pytest.importorskip("safetensors").safe_open

from OPRadiomicsLib.segmentation.network import DeepLabV3Plus  # noqa: E402
from OPRadiomicsTrainingLib.segmentation import folds, samples, train  # noqa: E402
from OPRadiomicsTrainingLib.segmentation.cases import TrainingCase  # noqa: E402
from OPRadiomicsTrainingLib.segmentation.export import export_bundle  # noqa: E402
from OPRadiomicsTrainingLib.segmentation.settings import TrainingSettings  # noqa: E402


def _case(name):
    """A bright block, another image for each name."""
    image = np.full((3, 96, 80), 40, np.uint8)
    image[:, 30:60, 25:55] = 150 + sum(map(ord, name)) % 100
    body = np.full(image.shape, -80, np.int8)
    body[:, 30:60, 25:55] = 80
    return TrainingCase(
        name,
        image,
        body,
        np.zeros_like(image),
        np.full_like(image, 255),
        np.array([True, True, False, False, False]),
        (3.3, 1, 1),
    )


@pytest.fixture
def tiny(monkeypatch):
    monkeypatch.setattr("OPRadiomicsLib.segmentation.network.DeepLabV3Plus", lambda: DeepLabV3Plus(width=0.25, aspp=8))
    cases = samples.Cases(tuple(_case(f"chu_{n}") for n in range(4)), (_case("sim_1_T1WI"),), ())
    return cases, TrainingSettings(epochs=1, batches_per_epoch=2, batch_size=2)


def test_each_real_case_is_held_out_once_and_copies_together():
    cases = [_case(f"chu_{n}") for n in range(7)] + [_case(f"spider_{n}") for n in range(3)]
    copy = replace(cases[1], name="chu_9")
    dealt = folds.split_folds([*cases, copy], 5)
    assert sorted(case.name for fold in dealt for case in fold) == sorted(case.name for case in [*cases, copy])
    (together,) = [fold for fold in dealt if copy in fold]
    assert cases[1] in together
    assert max(map(len, dealt)) <= 3


def test_more_folds_than_images_are_refused():
    with pytest.raises(StudyError, match="5 folds of 4"):
        folds.split_folds([*(_case(f"chu_{n}") for n in range(4)), replace(_case("chu_1"), name="chu_8")], 5)


def test_folds_go_on_from_those_that_held_out_the_same_cases(tiny, tmp_path):
    cases, settings = tiny
    cases = replace(cases, real=(*cases.real[:3], _case("chu_3 b")))
    first = folds.cross_validate(cases, tmp_path / "first", settings, 2, simulated_epochs=1)
    for number, network in enumerate(first.folds, start=1):
        bundle = folds.fold_folder(tmp_path / "first", number) / "bundle"
        export_bundle(network, bundle, name="f", version="0", provenance={})
    more = folds.cross_validate(cases, tmp_path / "more", settings, 2, simulated_epochs=1, earlier=tmp_path / "first")
    assert more.simulated is None
    learnt = samples.Cases(tuple(case for case in cases.real if case.name in {"chu_1", "chu_3 b"}), cases.simulated, ())
    own = replace(settings, seed=settings.seed + 1, learning_rate=folds.LATER_RATE * settings.learning_rate)
    direct = train.train(learnt, tmp_path / "direct", own, network=first.folds[0]).averaged()
    for name, tensor in direct.state_dict().items():
        assert torch.equal(tensor, more.folds[0].state_dict()[name]), name
    record = folds.fold_folder(tmp_path / "first", 2) / folds.HELD_OUT_FILE
    record.write_text("chu_0\n")
    with pytest.raises(ModelError, match="no fold 2 that held out the same 2 cases"):
        folds.cross_validate(cases, tmp_path / "other", settings, 2, simulated_epochs=1, earlier=tmp_path / "first")
    assert not (tmp_path / "other").exists()


def test_every_fold_starts_from_the_network_of_simulated_images(tiny, tmp_path):
    cases, settings = tiny
    found = folds.cross_validate(cases, tmp_path / "run", settings, 2, simulated_epochs=1)
    alone = train.train(samples.Cases((), cases.simulated, ()), tmp_path / "alone", settings).averaged()
    learnt = samples.Cases(tuple(case for case in cases.real if case.name in {"chu_0", "chu_2"}), cases.simulated, ())
    own = replace(settings, seed=settings.seed + 2, learning_rate=folds.LATER_RATE * settings.learning_rate)
    second = train.train(learnt, tmp_path / "second", own, network=alone).averaged()
    for network, expected in ((found.simulated, alone), (found.folds[1], second)):
        for name, tensor in expected.state_dict().items():
            assert torch.equal(tensor, network.state_dict()[name]), name


@pytest.mark.parametrize("option", ["--start", "--compare"])
def test_folds_go_with_no_network_that_has_learnt_their_cases(option, tmp_path, capsys):
    command = ["train", "segmentation", "--data", str(tmp_path), "--out", str(tmp_path / "run"), "--folds", "2"]
    assert main([*command, option, "lumbar-bodies"]) == 2
    assert f"--folds with {option}" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_folds_need_simulated_cases_to_begin_with(tmp_path, capsys):
    assert main(["train", "segmentation", "--data", str(tmp_path), "--out", str(tmp_path / "run"), "--folds", "2"]) == 2
    assert "give --simulated" in capsys.readouterr().err


def test_a_broken_cross_validation_ends_with_the_same_bits(tiny, tmp_path):
    cases, settings = tiny
    straight = folds.cross_validate(cases, tmp_path / "straight", settings, 2, simulated_epochs=1)

    class Stop(Exception):
        pass

    def stop(message, fraction):
        if fraction > 0.5:
            raise Stop

    with pytest.raises(Stop):
        folds.cross_validate(cases, tmp_path / "broken", settings, 2, simulated_epochs=1, progress=stop)
    resumed = folds.cross_validate(cases, tmp_path / "broken", settings, 2, simulated_epochs=1)
    for name, tensor in straight.average.state_dict().items():
        assert torch.equal(tensor, resumed.average.state_dict()[name]), name
    held_out = [(tmp_path / "straight" / f"fold_{n}" / folds.HELD_OUT_FILE).read_text().split() for n in (1, 2)]
    assert held_out == [["chu_0", "chu_2"], ["chu_1", "chu_3"]]


def test_a_fold_goes_on_more_slowly_than_the_network_that_it_starts_from(tiny, tmp_path):
    cases, settings = tiny
    folds.cross_validate(cases, tmp_path, settings, 2, simulated_epochs=1)
    rates = []
    for name in ("simulated", "fold_1", "fold_2"):
        with safe_open(tmp_path / name / train.CHECKPOINT_FILE, "pt") as file:
            rates.append(json.loads(file.metadata()["run"])["settings"]["learning_rate"])
    assert rates == [settings.learning_rate, *2 * [settings.learning_rate * folds.LATER_RATE]]


def test_progress_and_curves_tell_which_network_is_at_work(tiny, tmp_path):
    cases, settings = tiny
    said, drawn = [], []
    folds.cross_validate(
        cases, tmp_path, settings, 2, simulated_epochs=1, after_epoch=drawn.append, progress=lambda text, _: said.append(text)
    )
    assert said[0].startswith("Simulated images: ")
    assert said[-1].startswith("Fold 2 of 2: ")
    assert [path.name for path in drawn] == ["simulated", "fold_1", "fold_2"]


def test_the_average_lies_in_the_middle_and_leaves_the_networks_alone():
    networks = [DeepLabV3Plus(width=0.25, aspp=8) for _ in range(2)]
    before = networks[0].head.weight.detach().clone()
    average = folds.average_networks(networks)
    assert torch.allclose(average.head.weight, (networks[0].head.weight + networks[1].head.weight) / 2)
    assert torch.equal(networks[0].head.weight, before)
    assert average.at_half[0][1].num_batches_tracked.dtype == torch.int64
