"""Two real processes train together over gloo, as torchrun starts them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from OPRadiomicsLib.errors import StudyError

torch = pytest.importorskip("torch")

from OPRadiomicsTrainingLib.segmentation.parallel import Group  # noqa: E402

PROGRAM = """
import sys
from pathlib import Path
import numpy as np, torch
from OPRadiomicsLib.segmentation.network import DeepLabV3Plus
from OPRadiomicsTrainingLib.segmentation import parallel, samples, train
from OPRadiomicsTrainingLib.segmentation.settings import TrainingSettings
from OPRadiomicsTrainingLib.segmentation.cases import TrainingCase
from safetensors.torch import save_file

def case(name):
    image = np.full((3, 96, 80), 40, np.uint8)
    image[:, 30:60, 25:55] = 160
    body = np.where(image > 100, 80, -80).astype(np.int8)
    known = np.array([True, True, False, False, False])
    return TrainingCase(name, image, body, np.zeros_like(image), np.full_like(image, 255), known, (3.3, 1, 1))

out = Path(sys.argv[1])
torch.set_num_threads(1)
settings = TrainingSettings(epochs=2, batches_per_epoch=2, batch_size=4)
torch.manual_seed(0)
network = DeepLabV3Plus(width=0.25, aspp=8)
with parallel.joined("cpu") as group:
    cases = samples.Cases((case("chu_1"), case("spider_1")), (), ())
    trainer = train.train(cases, out / "run", settings, network=network, group=group)
    weights = {name: tensor.contiguous() for name, tensor in trainer.averaged().state_dict().items()}
    save_file(weights, out / f"rank{group.rank}.safetensors")
"""


def _train_on_two(folder: Path) -> list[dict[str, torch.Tensor]]:
    from safetensors.torch import load_file

    folder.mkdir()
    program = folder / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", str(program), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return [load_file(folder / f"rank{rank}.safetensors") for rank in (0, 1)]


def test_two_processes_end_with_one_network_and_a_second_run_with_the_same_bits(tmp_path):
    first, second = _train_on_two(tmp_path / "a")
    again, _ = _train_on_two(tmp_path / "b")
    for name, tensor in first.items():
        assert torch.equal(tensor, second[name]), name
        assert torch.equal(tensor, again[name]), name
    assert (tmp_path / "a" / "run" / "curves.csv").read_text().count("loss") == 2  # written once, not by both


def test_each_process_learns_its_own_places_of_a_batch():
    places = [list(Group(rank, 4).places(8)) for rank in range(4)]
    assert sorted(place for own in places for place in own) == list(range(8))
    with pytest.raises(StudyError, match="8 samples on 3 processes"):
        Group(0, 3).places(8)
