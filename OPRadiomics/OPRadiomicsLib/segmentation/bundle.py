"""The shipped network: a folder in MONAI bundle shape, checked before use.

<name>/configs/metadata.json   what it is, its input and output
models/model.onnx       for ONNX Runtime
models/model.int8.onnx  for ONNX Runtime in 8-bit integers; a bundle may lack it
models/model.safetensors  for torch
docs/README.md          model card
configs/learnt.json     salted digests of the images that it has learnt; a bundle may lack it
SHA256SUMS              checksums of the models and the metadata, as sha256sum -c reads them
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from ..errors import ModelError
from ..files import sha256_of
from ..json_files import read_json
from ..resources import model_folder, resources_folder, user_models_folder

CHECKSUMS = "SHA256SUMS"
ONNX_FILE = "models/model.onnx"
INT8_FILE = "models/model.int8.onnx"
WEIGHTS_FILE = "models/model.safetensors"
METADATA_FILE = "configs/metadata.json"
DEFAULT_MODEL = "lumbar-bodies"
INPUT_FORMAT = "sagittal-3-slices-1mm-local-zscore"
"""What this version's `standardise` and `inference` feed a network; a bundle made for another input is refused."""

_IDENTITY: Final = re.compile(r"model (.+?, SHA-256 [0-9a-f]{64})")


@dataclass(frozen=True)
class SegmentationModel:
    """A verified bundle.

    Parameters
    ----------
    name, version
        Which network; both travel with every mask made by it.
    folder
        The bundle.
    neighbour_mm
        Distance of the neighbouring slices that it was trained with.
    threshold
        Probability of "body" above which a voxel belongs to one.
    checksum
        SHA-256 of the list of checksums: it names these very files.
    has_int8, has_weights
        Whether the bundle holds an 8-bit graph, and torch's weights; what the checksums don't list doesn't count.
    """

    name: str
    version: str
    folder: Path
    neighbour_mm: float
    threshold: float
    checksum: str
    has_int8: bool = False
    has_weights: bool = False

    @property
    def identity(self) -> str:
        """Name, version and checksum, as `network_of` finds them in the origin of a mask."""
        return f"{self.name} {self.version}, SHA-256 {self.checksum}"

    @property
    def onnx_path(self) -> Path:
        return self.folder / ONNX_FILE

    @property
    def int8_path(self) -> Path:
        return self.folder / INT8_FILE

    @property
    def weights_path(self) -> Path:
        return self.folder / WEIGHTS_FILE


def network_of(origin: str) -> str:
    """`SegmentationModel.identity` of the network that drew a mask of this origin; "" where a reader or a file made it."""
    found = _IDENTITY.search(origin)
    return found[1] if found else ""


def load_segmentation_model(name_or_folder: str | Path = DEFAULT_MODEL) -> SegmentationModel:
    """Bundle of a shipped or installed name (`resources.model_folder`) or of a folder, its checksums verified.

    Raises
    ------
    ModelError
        If the folder or a file is absent, a checksum differs, or the metadata are not of this input format.
    """
    try:
        return _loaded(name_or_folder)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else f"{CHECKSUMS} is not UTF-8"
        raise ModelError(f"Segmentation bundle cannot be read ({why})", "a folder that you may read", _AGAIN) from None


def _loaded(name_or_folder: str | Path) -> SegmentationModel:
    folder = Path(name_or_folder)
    if not folder.is_dir():
        folder = model_folder(str(name_or_folder))
    if not (folder / CHECKSUMS).is_file():
        raise ModelError(
            f"No segmentation bundle '{name_or_folder}'",
            f"a folder that holds {CHECKSUMS}, {METADATA_FILE} and {ONNX_FILE}, or the name of a network: {_names()}",
            "check the name, or install the package again",
        )
    listed = _verify(folder)
    return replace(_from_metadata(folder), has_int8=INT8_FILE in listed, has_weights=WEIGHTS_FILE in listed)


def _names() -> str:
    """Of the networks that ship and of those that the user has installed."""
    homes = (resources_folder() / "Models", user_models_folder())
    return ", ".join(path.parent.name for home in homes for path in sorted(home.glob(f"*/{CHECKSUMS}"))) or "none is there"


def _verify(folder: Path) -> frozenset[str]:
    """Names of the files that are listed and are as listed."""
    listed: dict[str, str] = {}
    for line in (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines():
        digest, _, name = line.strip().partition("  ")
        listed[name] = digest
    missing = [name for name in (ONNX_FILE, METADATA_FILE) if name not in listed]
    if missing:
        raise ModelError(f"{folder.name}/{CHECKSUMS} without {', '.join(missing)}", "a line for each file", _AGAIN)
    for name, expected in listed.items():
        path = folder / name
        if not path.is_file():
            raise ModelError(f"Segmentation bundle {folder.name} without {name}", "every file that it lists", _AGAIN)
        found = sha256_of(path)
        if found != expected:
            raise ModelError(
                f"{folder.name}/{name} with SHA-256 {found[:16]}...", f"{expected[:16]}... as in {CHECKSUMS}", _AGAIN
            )
    return frozenset(listed)


_AGAIN = "the bundle is incomplete or was changed: install the package again, or export the network again"


def _from_metadata(folder: Path) -> SegmentationModel:
    def described(metadata: dict[str, Any]) -> tuple[SegmentationModel, str]:
        settings = metadata["opradiomics"]
        model = SegmentationModel(
            name=str(metadata["name"]),
            version=str(metadata["version"]),
            folder=folder,
            neighbour_mm=float(settings["neighbour_mm"]),
            threshold=float(settings["threshold"]),
            checksum=sha256_of(folder / CHECKSUMS),
        )
        if not (0 < model.threshold < 1 and 0 < model.neighbour_mm < math.inf):
            raise ValueError(f"threshold {model.threshold} or neighbour_mm {model.neighbour_mm}")
        return model, settings["input_format"]

    try:
        model, input_format = read_json(folder / METADATA_FILE, described)
    except ValueError as error:
        raise ModelError(
            f"{folder.name}/{METADATA_FILE} that lacks or misstates what it must say ({error})",
            "name, version and opradiomics.{input_format, neighbour_mm, threshold}",
            _AGAIN,
        ) from None
    if input_format != INPUT_FORMAT:
        raise ModelError(
            f"Bundle {folder.name} of input format '{input_format}'", INPUT_FORMAT, "update the package or the bundle"
        )
    return model
