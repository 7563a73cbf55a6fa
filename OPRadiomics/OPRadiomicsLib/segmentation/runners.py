"""Two ways to run one network: ONNX Runtime, and torch where it is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Literal

import numpy as np
import numpy.typing as npt

from ..errors import MissingDependencyError, ModelError
from .bundle import SegmentationModel

Floats = npt.NDArray[np.float32]
Backend = Literal["auto", "onnxruntime", "torch"]
Runner = Callable[[Floats], Floats]
"""Images (n, 3, rows, columns), multiples of 16, to logits (n, 5, rows, columns)."""


def make_runner(model: SegmentationModel, backend: Backend = "auto", threads: int | None = None) -> Runner:
    """The network as a function; "auto" takes ONNX Runtime where it is installed.

    Parameters
    ----------
    threads
        Of this network alone; None leaves it to the backend.

    Raises
    ------
    MissingDependencyError
        If the backend asked for, or with "auto" both, are not installed.
    ModelError
        If the backend cannot read the model file.
    """
    for name in ("onnxruntime", "torch") if backend == "auto" else (backend,):
        if find_spec(name) is not None:
            return _onnx_runner(model, threads) if name == "onnxruntime" else _torch_runner(model, threads)
    wanted = "onnxruntime or torch" if backend == "auto" else backend
    raise MissingDependencyError(
        f"{wanted} is not installed", f"{wanted} to run the network", f"pip install {wanted.split()[0]}"
    )


def _onnx_runner(model: SegmentationModel, threads: int | None) -> Runner:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads or 0
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = ort.InferenceSession(str(model.onnx_path), options, providers=["CPUExecutionProvider"])
    except (ort.capi.onnxruntime_pybind11_state.Fail, ort.capi.onnxruntime_pybind11_state.InvalidProtobuf) as error:
        raise ModelError(
            f"ONNX Runtime cannot read {model.name} ({str(error).splitlines()[0]})",
            "an ONNX model",
            "install the package again",
        ) from None

    def run(images: Floats) -> Floats:
        logits: Floats = session.run(["logits"], {"images": images})[0]
        return logits

    return run


def _torch_runner(model: SegmentationModel, threads: int | None) -> Runner:
    import torch
    from safetensors.torch import load_file

    from .network import DeepLabV3Plus

    network = DeepLabV3Plus()
    network.load_state_dict(load_file(model.weights_path))
    network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def run(images: Floats) -> Floats:
        with torch.inference_mode(), _torch_threads(threads):
            tensor = torch.from_numpy(images).contiguous(memory_format=torch.channels_last)
            logits: Floats = network(tensor).contiguous().numpy()
        return logits

    return run


@contextmanager
def _torch_threads(threads: int | None) -> Iterator[None]:
    """Torch's thread count is global: set it for one call and put it back."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(threads or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
