"""From a trained network to a bundle folder that the clinical side reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from OPRadiomicsLib.errors import ModelError
from OPRadiomicsLib.files import all_or_nothing, sha256_of, write_text
from OPRadiomicsLib.segmentation.bundle import (
    CHECKSUMS,
    INPUT_FORMAT,
    INT8_FILE,
    METADATA_FILE,
    ONNX_FILE,
    WEIGHTS_FILE,
)

from .cases import NEIGHBOUR_MM

if TYPE_CHECKING:
    from OPRadiomicsLib.segmentation.network import DeepLabV3Plus

    from .learnt import Learnt

OPSET = 17
AGREEMENT = 1e-3
"""Largest difference of logits between torch and ONNX Runtime that an export may show."""
THRESHOLD = 0.5
"""Probability of "body" above which a voxel belongs to one."""


def export_bundle(
    network: DeepLabV3Plus,
    folder: Path,
    *,
    name: str,
    version: str,
    provenance: Mapping[str, object],
    learnt: Learnt | None = None,
) -> float:
    """Write weights, ONNX graph, metadata and checksums; gives the largest logit difference of the two backends.

    Parameters
    ----------
    provenance
        What it was trained on and how; goes into the metadata as it is.
    learnt
        The images; None where nobody kept them.

    Raises
    ------
    ModelError
        If ONNX Runtime and torch disagree by more than 1e-3 on random images of two sizes; the folder is then as it was.
    """
    network = network.eval().cpu()
    with all_or_nothing(folder) as made:
        for path in (ONNX_FILE, METADATA_FILE):
            (made / path).parent.mkdir()
        _write_weights(network, made / WEIGHTS_FILE)
        _write_onnx(network, made / ONNX_FILE)
        difference = onnx_difference(network, made / ONNX_FILE)
        if difference > AGREEMENT:
            raise ModelError(
                f"Logits of ONNX Runtime and torch {difference:.1e} apart", f"at most {AGREEMENT}", "check the versions"
            )
        write_metadata(made, _metadata(name, version, provenance))
        if learnt is not None:
            learnt.save(made)
        write_checksums(made)
    (folder / INT8_FILE).unlink(missing_ok=True)  # of an earlier network, listed no more
    return difference


def write_checksums(folder: Path) -> None:
    """List the SHA-256 of weights, graphs and metadata in SHA256SUMS."""
    files = [WEIGHTS_FILE, ONNX_FILE, *([INT8_FILE] if (folder / INT8_FILE).exists() else []), METADATA_FILE]
    write_text(folder / CHECKSUMS, "".join(f"{sha256_of(folder / file)}  {file}\n" for file in files))


def write_metadata(folder: Path, content: Mapping[str, object]) -> None:
    """Write a bundle's metadata, whole or not at all."""
    write_text(folder / METADATA_FILE, json.dumps(content, indent=2) + "\n")


def _write_weights(network: DeepLabV3Plus, path: Path) -> None:
    from safetensors.torch import save_file

    save_file({name: tensor.contiguous() for name, tensor in network.state_dict().items()}, path)
    path.chmod(0o644)  # safetensors makes files that only their owner can read


def _write_onnx(network: DeepLabV3Plus, path: Path) -> None:
    """TorchScript-based export: it folds batch normalisation into the convolutions."""
    import torch

    dynamic = {0: "n", 2: "rows", 3: "columns"}
    network.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    torch.onnx.export(
        network,
        (torch.zeros(1, 3, 64, 64),),
        str(path),
        input_names=["images"],
        output_names=["logits"],
        dynamic_axes={"images": dynamic, "logits": dynamic},
        opset_version=OPSET,
        dynamo=False,
    )


def onnx_difference(network: DeepLabV3Plus, path: Path) -> float:
    """Largest difference of logits between torch and ONNX Runtime on two random batches."""
    import onnxruntime as ort
    import torch

    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    largest = 0.0
    for shape in ((1, 3, 64, 96), (2, 3, 160, 128)):
        images = np.random.default_rng(0).normal(size=shape).astype(np.float32)
        with torch.inference_mode():
            expected = network(torch.from_numpy(images)).numpy()
        largest = max(largest, float(np.abs(session.run(None, {"images": images})[0] - expected).max()))
    return largest


def _metadata(name: str, version: str, provenance: Mapping[str, object]) -> dict[str, object]:
    """MONAI bundle metadata (schema of monai.bundle), plus what this software needs."""
    import monai
    import torch

    classes = {"0": "background", "1": "vertebral body", "2": "sacrum", "3": "spinal canal", "4": "intervertebral disc"}
    return {
        "name": name,
        "version": version,
        "changelog": {version: "exported from training"},
        "monai_version": monai.__version__,
        "pytorch_version": torch.__version__.split("+")[0],
        "numpy_version": np.__version__,
        "task": "Segmentation of vertebral bodies, sacrum, canal and discs in sagittal lumbar MRI",
        "description": "DeepLabv3+ with MobileNetV2, three neighbouring sagittal slices as channels",
        "authors": "OPRadiomics contributors",
        "copyright": "Apache-2.0",
        "intended_use": "research use only",
        "data_type": "nifti",
        "network_data_format": {
            "inputs": {
                "image": {
                    "type": "image",
                    "format": "magnitude",
                    "modality": "MR",
                    "num_channels": 3,
                    "spatial_shape": ["16*n", "16*n"],
                    "dtype": "float32",
                    "value_range": [-4, 4],
                    "is_patch_data": False,
                    "channel_def": {"0": "slice before", "1": "slice", "2": "slice after"},
                }
            },
            "outputs": {
                "pred": {
                    "type": "logits",
                    "format": "segmentation",
                    "num_channels": 5,
                    "spatial_shape": ["16*n", "16*n"],
                    "dtype": "float32",
                    "value_range": [],
                    "is_patch_data": False,
                    "channel_def": classes,
                }
            },
        },
        "opradiomics": {"input_format": INPUT_FORMAT, "neighbour_mm": NEIGHBOUR_MM, "threshold": THRESHOLD, **provenance},
    }
