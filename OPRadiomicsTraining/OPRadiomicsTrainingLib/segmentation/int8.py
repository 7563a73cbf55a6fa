"""The network in 8-bit integers: static quantisation by ONNX Runtime, calibrated on simulated images.

Activations are unsigned, weights signed and one scale a channel. Weights use seven of their eight bits, since the sum of two
full products overflows on processors without VNNI. The last convolution stays in floats: it costs next to nothing, and its
rounding would move the masks' border.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.errors import ModelError
from OPRadiomicsLib.files import all_or_nothing
from OPRadiomicsLib.regions import dice
from OPRadiomicsLib.segmentation.bundle import INT8_FILE, METADATA_FILE, SegmentationModel, load_segmentation_model
from OPRadiomicsLib.segmentation.inference import BODY, network_input
from OPRadiomicsLib.segmentation.runners import Runner, make_runner, onnx_runner
from OPRadiomicsLib.segmentation.sagittal import sagittal_order

from .export import write_checksums, write_metadata

Floats = npt.NDArray[np.float32]

CALIBRATION_SEEDS = (501, 502, 503)
CHECK_SEED = 504
EVERY = 4
"""Of a study's slices, the two outermost left out: neighbours hold nearly the same values."""
AGREEMENT = 0.98
"""Least Dice of "body" between integers and floats, on images that did not calibrate."""


def add_int8(folder: Path, calibration: Sequence[Floats] | None = None, check: Sequence[Floats] | None = None) -> float:
    """Make models/model.int8.onnx of a bundle's graph; metadata and checksums tell of it.

    Parameters
    ----------
    folder
        A bundle. One that has 8-bit integers gets new ones.
    calibration, check
        Network inputs, each (n, 3, rows, columns), that set the scales, and that the result is compared on; by default
        simulated studies.

    Returns
    -------
    float
        Dice of "body" between integers and floats on ``check``.

    Raises
    ------
    ModelError
        If the bundle is no bundle, or integers and floats agree by less than 0.98; the bundle is then as it was.
    OutputError
        If the folder cannot be written.
    """
    if not folder.is_dir():
        raise ModelError(f"No folder '{folder}'", "the folder of a bundle, whose files change", "give its path")
    model = load_segmentation_model(folder)
    origin = (
        f"simulated studies of the seeds {', '.join(map(str, CALIBRATION_SEEDS))}" if calibration is None else "other images"
    )
    with all_or_nothing(folder) as scratch:
        calibration = _simulated_inputs(CALIBRATION_SEEDS, model.neighbour_mm) if calibration is None else calibration
        check = _simulated_inputs((CHECK_SEED,), model.neighbour_mm) if check is None else check
        made = scratch / INT8_FILE
        made.parent.mkdir()
        _quantise(model.onnx_path, made, calibration)
        agreement = body_agreement(model, made, check)
        if agreement < AGREEMENT:
            raise ModelError(
                f"8-bit integers and floats agree by a Dice of {agreement:.3f}",
                f"at least {AGREEMENT}",
                "use the bundle with its floats",
            )
    _describe(folder, agreement, origin)
    write_checksums(folder)
    return agreement


def _simulated_inputs(seeds: Sequence[int], neighbour_mm: float) -> list[Floats]:
    from OPRadiomicsTrainingLib.simulation.patients import sample_patient
    from OPRadiomicsTrainingLib.simulation.study import simulate_study

    inputs = []
    for seed in seeds:
        study = simulate_study(sample_patient(np.random.default_rng(seed)), seed=seed)
        for volume in study.volumes.values():
            order = sagittal_order(volume)
            prepared = network_input(order.apply(volume.array).astype(np.float32), order, neighbour_mm)
            inputs.append(prepared.images(slice(2, -2, EVERY)))
    return inputs


def _quantise(graph: Path, made: Path, calibration: Sequence[Floats]) -> None:
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quant_pre_process, quantize_static

    class Images(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self._left = ({"images": one[None]} for images in calibration for one in images)

        def get_next(self) -> dict[str, Floats] | None:
            return next(self._left, None)

    simplified = made.with_name("simplified.onnx")
    quant_pre_process(str(graph), str(simplified), skip_symbolic_shape=True)
    quantize_static(
        str(simplified),
        str(made),
        Images(),
        quant_format=QuantFormat.QDQ,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        nodes_to_exclude=_head(simplified),
    )
    simplified.unlink()


def _head(graph: Path) -> list[str]:
    """Names of the last convolution and of what enlarges its logits."""
    import onnx

    nodes = onnx.load(graph).graph.node
    last = max(number for number, node in enumerate(nodes) if node.op_type == "Conv")
    return [node.name for node in nodes[last:]]


def body_agreement(model: SegmentationModel, int8_graph: Path, images: Sequence[Floats]) -> float:
    """Dice of the class "body" between a graph and the bundle's own in floats.

    Raises
    ------
    ModelError
        If neither finds any.
    """

    def bodies(run: Runner) -> npt.NDArray[np.bool_]:
        return np.concatenate([(run(batch).argmax(axis=1) == BODY).ravel() for batch in images])

    agreement = dice(bodies(make_runner(model, "onnxruntime")), bodies(onnx_runner(model.name, int8_graph, None)))
    if math.isnan(agreement):
        raise ModelError(
            "No body found in a simulated study", "a network that finds some, to compare integers on", "train longer"
        )
    return agreement


def _describe(folder: Path, agreement: float, calibrated_on: str) -> None:
    import onnxruntime as ort

    metadata: dict[str, Any] = json.loads((folder / METADATA_FILE).read_text(encoding="utf-8"))
    metadata["opradiomics"]["int8"] = {
        "file": INT8_FILE,
        "made_with": f"onnxruntime {ort.__version__}",
        "calibrated_on": calibrated_on,
        "body_dice_with_floats": round(agreement, 4),
    }
    write_metadata(folder, metadata)
