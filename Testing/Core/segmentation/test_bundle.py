"""A bundle is used only as it was released."""

import json

import pytest
from OPRadiomicsLib.errors import ModelError
from OPRadiomicsLib.files import sha256_of
from OPRadiomicsLib.segmentation import load_segmentation_model
from OPRadiomicsLib.segmentation.bundle import CHECKSUMS, INPUT_FORMAT, METADATA_FILE, ONNX_FILE


@pytest.fixture
def bundle(tmp_path):
    """A bundle whose network is a stand-in: loading checks files, it doesn't run them."""
    for name in (ONNX_FILE, METADATA_FILE):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / ONNX_FILE).write_bytes(b"graph")
    settings = {"input_format": INPUT_FORMAT, "neighbour_mm": 3.3, "threshold": 0.5}
    (tmp_path / METADATA_FILE).write_text(json.dumps({"name": "n", "version": "1", "opradiomics": settings}))
    _sign(tmp_path)
    return tmp_path


def _sign(folder):
    lines = [f"{sha256_of(folder / name)}  {name}\n" for name in (ONNX_FILE, METADATA_FILE)]
    (folder / CHECKSUMS).write_text("".join(lines))


def test_an_untouched_bundle_loads(bundle):
    model = load_segmentation_model(bundle)
    assert (model.name, model.threshold) == ("n", 0.5)


def test_one_changed_byte_is_refused_with_both_checksums(bundle):
    (bundle / ONNX_FILE).write_bytes(b"grapf")
    with pytest.raises(ModelError, match="SHA-256") as caught:
        load_segmentation_model(bundle)
    assert sha256_of(bundle / ONNX_FILE)[:16] in caught.value.found
    assert "SHA256SUMS" in caught.value.expected


def test_a_missing_file_is_named(bundle):
    (bundle / ONNX_FILE).unlink()
    with pytest.raises(ModelError, match=r"model\.onnx"):
        load_segmentation_model(bundle)


def test_an_unlisted_graph_is_refused(bundle):
    (bundle / CHECKSUMS).write_text(f"{sha256_of(bundle / METADATA_FILE)}  {METADATA_FILE}\n")
    with pytest.raises(ModelError, match=r"model\.onnx"):
        load_segmentation_model(bundle)


def test_a_bundle_of_another_input_format_is_refused(bundle):
    metadata = json.loads((bundle / METADATA_FILE).read_text())
    metadata["opradiomics"]["input_format"] = "axial"
    (bundle / METADATA_FILE).write_text(json.dumps(metadata))
    _sign(bundle)
    with pytest.raises(ModelError, match="axial"):
        load_segmentation_model(bundle)


def test_an_unknown_name_is_refused():
    with pytest.raises(ModelError, match="no-such-model"):
        load_segmentation_model("no-such-model")


@pytest.mark.parametrize(
    ("key", "value"),
    [("threshold", float("nan")), ("threshold", 0), ("threshold", 1), ("neighbour_mm", 0), ("neighbour_mm", float("inf"))],
)
def test_settings_that_would_empty_every_mask_are_refused(bundle, key, value):
    metadata = json.loads((bundle / METADATA_FILE).read_text())
    metadata["opradiomics"][key] = value
    (bundle / METADATA_FILE).write_text(json.dumps(metadata))
    _sign(bundle)
    with pytest.raises(ModelError, match=key):
        load_segmentation_model(bundle)


def test_checksums_that_are_no_text_and_impossible_paths_are_model_errors(bundle):
    (bundle / CHECKSUMS).write_bytes(b"\xff\xfe")
    with pytest.raises(ModelError, match="not UTF-8"):
        load_segmentation_model(bundle)
    with pytest.raises(ModelError, match="cannot be read"):
        load_segmentation_model("x" * 5000)
