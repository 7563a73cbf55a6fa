"""Three ways to run one network: ONNX Runtime in 8-bit integers or in floats, and torch where it is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np
import numpy.typing as npt

from ..errors import MissingDependencyError, ModelError
from .bundle import INT8_FILE, WEIGHTS_FILE, SegmentationModel

if TYPE_CHECKING:
    from .network import DeepLabV3Plus

Floats = npt.NDArray[np.float32]
Backend = Literal["auto", "int8", "onnxruntime", "torch"]
Usable = Literal["int8", "onnxruntime", "torch"]
Runner = Callable[[Floats], Floats]
"""Images (n, 3, rows, columns), multiples of 16, to logits (n, 5, rows, columns)."""

_AGAIN: Final = "install the package again, or export the network again"

PACKAGE_OF: Final = {"int8": "onnxruntime", "onnxruntime": "onnxruntime", "torch": "torch"}


def choose_backend(model: SegmentationModel, backend: Backend = "auto") -> Usable:
    """The backend itself, or for "auto" the first that works: 8-bit integers where the bundle has them, floats, torch.

    Raises
    ------
    MissingDependencyError
        If the package of the backend asked for, or with "auto" both packages, are not installed.
    ModelError
        If there is no such backend, or 8-bit integers are asked for and the bundle has none.
    """
    if backend not in get_args(Backend):
        raise ModelError(f"Backend '{backend}'", f"one of {', '.join(get_args(Backend))}", "choose one of them")
    if backend == "int8" and not model.has_int8:
        raise ModelError(
            f"Bundle {model.name} without {INT8_FILE}",
            "an 8-bit graph for the backend 'int8'",
            "choose another backend, or make one: opradiomics train int8 FOLDER",
        )
    if backend != "auto":
        _require(PACKAGE_OF[backend])
        return backend
    if find_spec("onnxruntime") is not None:
        return "int8" if model.has_int8 else "onnxruntime"
    _require("torch", wanted="onnxruntime or torch")
    return "torch"


def _require(package: str, wanted: str = "") -> None:
    if find_spec(package) is None:
        wanted = wanted or package
        raise MissingDependencyError(
            f"{wanted} is not installed", f"{wanted} to run the network", f"pip install {wanted.split()[0]}"
        )


@lru_cache(maxsize=2)
def make_runner(model: SegmentationModel, backend: Backend = "auto", threads: int | None = None) -> Runner:
    """The network as a function; kept, so that a second patient doesn't load it again.

    Parameters
    ----------
    backend
        As `choose_backend`.
    threads
        Of this network alone; None leaves it to the backend.

    Raises
    ------
    MissingDependencyError, ModelError
        As `choose_backend`, or if the backend cannot read the model file or run what it holds.
    """
    chosen = choose_backend(model, backend)
    if chosen == "torch":
        return _torch_runner(model, threads)
    return onnx_runner(model.name, model.int8_path if chosen == "int8" else model.onnx_path, threads)


def onnx_runner(name: str, path: Path, threads: int | None) -> Runner:
    """A graph in ONNX Runtime; errors as `make_runner`."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads or 0
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    kinds = ort.capi.onnxruntime_pybind11_state
    refusals = (kinds.Fail, kinds.InvalidArgument, kinds.InvalidGraph, kinds.InvalidProtobuf, kinds.NoSuchFile)
    try:
        session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

        def run(images: Floats) -> Floats:
            logits: Floats = session.run(["logits"], {"images": images})[0]
            return logits

        shape = run(np.zeros((1, 3, 32, 32), np.float32)).shape
        if shape != (1, 5, 32, 32):
            raise ValueError(f"logits of shape {shape}")
    except (*refusals, kinds.NotImplemented, kinds.RuntimeException, ValueError) as error:
        raise ModelError(
            f"ONNX Runtime cannot read or run {path.name} of {name} ({str(error).splitlines()[0]})",
            "an ONNX graph from images (n, 3, rows, columns) to logits (n, 5, rows, columns)",
            _AGAIN,
        ) from None
    return run


def torch_network(model: SegmentationModel) -> DeepLabV3Plus:
    """A bundle's network in torch.

    Raises
    ------
    ModelError
        If the bundle lists no weights, or they are not this network's.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from .network import DeepLabV3Plus

    if not model.has_weights:
        raise ModelError(f"Bundle {model.name} without {WEIGHTS_FILE} in its checksums", "the weights for torch", _AGAIN)
    network = DeepLabV3Plus()
    try:
        network.load_state_dict(load_file(model.weights_path))
    except (OSError, SafetensorError, RuntimeError) as error:
        raise ModelError(
            f"torch cannot read {WEIGHTS_FILE} of {model.name} ({str(error).splitlines()[0]})",
            "the weights of this network",
            _AGAIN,
        ) from None
    return network


def _torch_runner(model: SegmentationModel, threads: int | None) -> Runner:
    import torch

    network = torch_network(model)
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
