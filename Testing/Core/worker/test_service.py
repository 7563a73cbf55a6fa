"""The worker process itself, over its real pipes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from OPRadiomicsLib import io
from OPRadiomicsLib.types import Volume

SCRIPT = Path(__file__).resolve().parents[3] / "OPRadiomics" / "OPRadiomicsLib" / "worker" / "__main__.py"


class Client:
    """A parent process that speaks the protocol."""

    def __init__(self, folder: Path, *program: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *(program or [str(SCRIPT)])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=folder,
            encoding="utf-8",
        )

    def send(self, line: object) -> None:
        text = line if isinstance(line, bytes) else (line if isinstance(line, str) else json.dumps(line)).encode()
        assert self.process.stdin is not None
        self.process.stdin.buffer.write(text + b"\n")
        self.process.stdin.buffer.flush()

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def last_answer(self) -> dict[str, Any]:
        """The next answer that isn't progress."""
        while (answer := self.answer())["event"] == "progress":
            pass
        return answer


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Client]:
    client = Client(tmp_path)
    yield client
    client.process.kill()
    client.process.communicate()


@pytest.fixture
def images(tmp_path: Path) -> dict[str, str]:
    """A sagittal image and a mask of three blocks on it."""
    affine = np.array([[0, 0, -3.3, 20], [0.9, 0, 0, -40], [0, -0.9, 0, 60], [0, 0, 0, 1.0]])
    rng = np.random.default_rng(0)
    image = io.write_volume(Volume(rng.uniform(1, 100, (12, 96, 96)), affine), tmp_path / "image.nii.gz")
    labels = np.zeros((12, 96, 96), np.uint8)
    for number, top in enumerate((10, 38, 66), start=1):
        labels[3:9, top : top + 20, 30:60] = number
    import SimpleITK as sitk

    mask = sitk.GetImageFromArray(labels)
    mask.CopyInformation(sitk.ReadImage(str(image)))
    sitk.WriteImage(mask, str(tmp_path / "mask.nii.gz"))
    return {"image": str(image), "mask": str(tmp_path / "mask.nii.gz")}


def propagate(images: dict[str, str], out: str) -> list[str]:
    return ["propagate", images["mask"], "--from", images["image"], "--onto", images["image"], "-o", out]


def test_two_requests_are_answered_in_order_by_one_process(worker: Client, images: dict[str, str], tmp_path: Path) -> None:
    for number in (1, 2):
        worker.send({"id": number, "arguments": propagate(images, str(tmp_path / f"out{number}.nii.gz"))})
    first, second = worker.last_answer(), worker.last_answer()
    assert [(one["id"], one["event"]) for one in (first, second)] == [(1, "done"), (2, "done")]
    assert [Path(one["files"][0]).is_file() for one in (first, second)] == [True, True]


MALFORMED = [
    "no json",
    "[]",
    "{}",
    '{"id": 1}',
    '{"id": 1, "arguments": 3}',
    '"text"',
    b"\xff\xfe",
    "[" * 200_000,
    '{"id": NaN}',
]


@pytest.mark.parametrize("line", MALFORMED, ids=lambda line: repr(line[:16]))
def test_a_malformed_line_is_refused_and_the_next_one_served(
    line: str | bytes, worker: Client, images: dict[str, str], tmp_path: Path
) -> None:
    worker.send(line)
    assert worker.last_answer()["event"] == "refused"
    worker.send({"id": 2, "arguments": propagate(images, str(tmp_path / "out.nii.gz"))})
    assert worker.last_answer()["event"] == "done"


def test_a_path_that_is_no_text_is_refused_and_the_next_one_served(
    worker: Client, images: dict[str, str], tmp_path: Path
) -> None:
    worker.send(b'{"id": 1, "arguments": ["segment", "/nowhere/\\udcff.nii", "-o", "/nowhere/x.nii.gz"]}')
    assert worker.last_answer()["event"] == "refused"
    worker.send({"id": 2, "arguments": propagate(images, str(tmp_path / "out.nii.gz"))})
    assert worker.last_answer()["event"] == "done"


def test_an_interrupt_ends_the_process(worker: Client, images: dict[str, str], tmp_path: Path) -> None:
    worker.send({"id": 1, "arguments": propagate(images, str(tmp_path / "out.nii.gz"))})
    worker.last_answer()
    worker.process.send_signal(signal.SIGINT)
    assert worker.process.wait(timeout=60) == 0


def test_bad_input_comes_back_with_its_remedy(worker: Client, images: dict[str, str]) -> None:
    worker.send({"id": 7, "arguments": ["propagate", "absent.nii.gz", "--from", images["image"], "--onto", images["image"]]})
    missing_option = worker.last_answer()
    assert (missing_option["id"], missing_option["event"]) == (7, "refused")
    assert "-o" in missing_option["found"]
    worker.send({"id": 8, "arguments": ["features", "--t1", images["image"], "-o", "f.csv"]})
    missing_sequence = worker.last_answer()
    assert "T2WI" in missing_sequence["found"]
    assert "--allow-missing" in missing_sequence["remedy"]


def test_a_path_that_the_system_refuses_comes_back_with_its_remedy(worker: Client) -> None:
    worker.send({"id": 1, "arguments": ["segment", "y" * 300, "-o", "mask.nii.gz"]})
    last = worker.last_answer()
    assert last["event"] == "refused"
    assert "too long" in last["found"]


def test_cancel_stops_a_running_command_and_leaves_nothing(worker: Client, images: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "features.csv"
    command = ["features", "--t1", images["image"], "--mask", images["mask"], "--allow-missing", "-o", str(out)]
    worker.send({"id": 1, "arguments": command})
    while "bias" not in worker.answer().get("message", ""):
        pass
    worker.send({"id": 1, "cancel": True})
    assert worker.last_answer() == {"id": 1, "event": "cancelled"}
    assert not out.exists()


def test_cancel_takes_a_waiting_request_from_the_queue(worker: Client, images: dict[str, str], tmp_path: Path) -> None:
    worker.send({"id": 1, "arguments": propagate(images, str(tmp_path / "one.nii.gz"))})
    worker.send({"id": 2, "arguments": propagate(images, str(tmp_path / "two.nii.gz"))})
    worker.send({"id": 2, "cancel": True})
    events = {answer["id"]: answer["event"] for answer in (worker.last_answer(), worker.last_answer())}
    assert events == {1: "done", 2: "cancelled"}
    assert not (tmp_path / "two.nii.gz").exists()


def test_an_id_that_is_still_open_is_refused(worker: Client, images: dict[str, str], tmp_path: Path) -> None:
    request = {"id": 1, "arguments": propagate(images, str(tmp_path / "out.nii.gz"))}
    worker.send(request)
    worker.send(request)
    assert {worker.last_answer()["event"], worker.last_answer()["event"]} == {"refused", "done"}


def test_the_end_of_the_input_ends_the_process(worker: Client, images: dict[str, str]) -> None:
    worker.send(
        {"id": 1, "arguments": ["features", "--t1", images["image"], "--mask", images["mask"], "--allow-missing", "-o", "f"]}
    )
    worker.answer()
    assert worker.process.stdin is not None
    worker.process.stdin.close()
    assert worker.process.wait(timeout=60) == 0
    worker.process.stdin = None


WHAT_IS_STANDARD_INPUT = """
import os, stat, sys
sys.path.insert(0, sys.argv[1])
from OPRadiomicsLib.outcome import Outcome
from OPRadiomicsLib.worker import service
service.perform = lambda options, progress: Outcome((str(stat.S_ISFIFO(os.fstat(0).st_mode)),))
service.main()
"""


def test_no_library_finds_the_pipe_that_the_worker_waits_on(tmp_path: Path) -> None:
    """scipy's libraries look at standard input while they load: under Windows that waits until the next request comes."""
    worker = Client(tmp_path, "-c", WHAT_IS_STANDARD_INPUT, str(SCRIPT.parents[2]))
    worker.send({"id": 1, "arguments": ["segment", "image", "-o", "mask.nii.gz"]})
    assert worker.last_answer()["lines"] == ["False"]
    worker.process.communicate()
