"""Intensities of DICOM files as archives send them; the truth is what was stored before it was turned, padded or compressed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.io.dicom_pixels import read_pixels
from OPRadiomicsLib.io.index import index_dicom
from OPRadiomicsLib.io.volumes import read_volume
from OPRadiomicsLib.types import Volume
from pydicom.uid import JPEGLSLossless, RLELossless

PYDICOM_FILES = Path(pydicom.__file__).parent / "data" / "test_files"
Edit = Callable[[pydicom.Dataset], None]


def _edited(folder: Path, edit: Edit) -> Volume:
    for path in folder.rglob("IM_*"):
        dataset = pydicom.dcmread(path)
        edit(dataset)
        dataset.save_as(path)
    return read_volume(index_dicom(folder)[0])


def _stored(dataset: pydicom.Dataset, values: np.ndarray, **tags: Any) -> None:
    dataset.PixelData = np.ascontiguousarray(values).tobytes()
    for keyword, value in tags.items():
        setattr(dataset, keyword, value)


def _uncompressed(_dataset: pydicom.Dataset) -> None:
    pass


def _jpeg_ls(dataset: pydicom.Dataset) -> None:
    pytest.importorskip("jpeg_ls")
    dataset.compress(JPEGLSLossless, generate_instance_uid=False)


def _rle(dataset: pydicom.Dataset) -> None:
    dataset.compress(RLELossless, generate_instance_uid=False)


packings = pytest.mark.parametrize("pack", [_uncompressed, _jpeg_ls, _rle])


@pytest.mark.parametrize(
    "name", ["MR_small_jp2klossless.dcm", "MR_small_jpeg_ls_lossless.dcm", "MR_small_RLE.dcm", "MR_small_bigendian.dcm"]
)
def test_compressed_files_give_the_pixels_of_the_plain_one(name: str) -> None:
    """Exactly: the compression is lossless."""
    np.testing.assert_array_equal(read_pixels(PYDICOM_FILES / name), read_pixels(PYDICOM_FILES / "MR_small.dcm"))


@packings
@pytest.mark.parametrize(("bits", "signed"), [(16, False), (12, False), (16, True), (12, True)])
def test_monochrome_1_is_turned_round(write_study: Any, make_stack: Any, pack: Edit, bits: int, signed: bool) -> None:
    """Exactly, slope and intercept included: bright is bright again."""
    stack = make_stack(slope=0.5, intercept=-3.0)
    lowest, highest = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)

    def edit(dataset: pydicom.Dataset) -> None:
        values = dataset.pixel_array.astype(int) // 2 + (lowest if signed else 0)
        inverted = (highest + lowest - values).astype("<i2" if signed else "<u2")
        tags = {"PhotometricInterpretation": "MONOCHROME1", "PixelRepresentation": int(signed)}
        _stored(dataset, inverted, BitsStored=bits, HighBit=bits - 1, **tags)
        pack(dataset)

    volume = _edited(write_study(stack), edit)
    np.testing.assert_array_equal(volume.array, (stack.array.astype(int) // 2 + (lowest if signed else 0)) * 0.5 - 3.0)


@packings
def test_twelve_signed_bits_keep_their_sign(write_study: Any, make_stack: Any, pack: Edit) -> None:
    stack = make_stack()

    def edit(dataset: pydicom.Dataset) -> None:
        values = (dataset.pixel_array.astype(int) // 2 - 700).astype("<i2")
        _stored(dataset, values, PixelRepresentation=1, BitsStored=12, HighBit=11)
        pack(dataset)

    np.testing.assert_array_equal(_edited(write_study(stack), edit).array, stack.array.astype(int) // 2 - 700)


@packings
def test_each_slice_has_its_own_slope(write_study: Any, make_stack: Any, pack: Edit) -> None:
    """Philips scales slice by slice; exact in single precision, as the slopes are powers of 2."""
    stack = make_stack()

    def edit(dataset: pydicom.Dataset) -> None:
        dataset.RescaleSlope = 2.0 ** ((dataset.InstanceNumber % 4) - 2)
        dataset.RescaleIntercept = 0
        pack(dataset)

    folder = write_study(stack)
    volume = _edited(folder, edit)
    numbers = [pydicom.dcmread(path).InstanceNumber for path in index_dicom(folder)[0].files]
    slopes = np.array([2.0 ** ((number % 4) - 2) for number in numbers])
    np.testing.assert_array_equal(volume.array, stack.array * slopes[:, None, None])


@pytest.mark.parametrize(
    ("padding", "limit", "inverted", "dark"),
    [
        (-32768, -32768, False, 0),
        (0, 0, False, 0),
        (65535, 65535, False, None),
        (65535, 65533, False, None),
        (-4000, -4000, True, None),
    ],
)
def test_padding_pixels_are_dark(
    write_study: Any, make_stack: Any, *, padding: int, limit: int, inverted: bool, dark: int | None
) -> None:
    """0, or the darkest other one of the slice (None): -32768 or 65535 beside 50 to 3050 would leave a normalised image two
    grey levels."""
    stack = make_stack()
    signed = padding < 0

    def edit(dataset: pydicom.Dataset) -> None:
        values = dataset.pixel_array.astype(int) + 50
        values = -1 - values if inverted else values
        values[:, :10], values[:, 10:12] = padding, limit
        _stored(dataset, values.astype("<i2" if signed else "<u2"), PixelRepresentation=int(signed))
        dataset.PhotometricInterpretation = "MONOCHROME1" if inverted else "MONOCHROME2"
        dataset.add_new(0x00280120, "SS" if signed else "US", padding)
        if limit != padding:
            dataset.add_new(0x00280121, "US", limit)

    volume = _edited(write_study(stack), edit)
    expected = stack.array.astype(np.float32) + 50
    expected[..., :12] = expected[..., 12:].min(axis=(1, 2))[:, None, None] if dark is None else dark
    np.testing.assert_array_equal(volume.array, expected)


@packings
def test_a_multi_frame_file_may_be_compressed_and_turned_round(
    tmp_path: Path, make_stack: Any, write_enhanced_stack: Any, pack: Edit
) -> None:
    stack = make_stack(slope=2.0, intercept=-5.0)
    path = tmp_path / "multi"
    write_enhanced_stack(stack, path)
    dataset = pydicom.dcmread(path)
    _stored(dataset, 65535 - dataset.pixel_array, PhotometricInterpretation="MONOCHROME1")
    pack(dataset)
    dataset.save_as(path)
    volume = read_volume(index_dicom(tmp_path)[0])
    np.testing.assert_array_equal(volume.array, stack.array * 2.0 - 5.0)
    np.testing.assert_allclose(volume.affine, stack.affine, atol=1e-5)


@pytest.mark.parametrize("syntax", [("dcmcjpeg", "+e1"), ("dcmcjpeg", "+el"), ("dcmconv", "+td"), ("dcmconv", "+tb")])
def test_what_another_software_packed_comes_back_exactly(write_study: Any, make_stack: Any, syntax: tuple[str, str]) -> None:
    """JPEG lossless of both kinds, deflated, big endian, by DCMTK."""
    if shutil.which(syntax[0]) is None:
        pytest.skip(f"{syntax[0]} (Debian's dcmtk) is not installed")
    stack = make_stack(slope=0.25, intercept=-3.0)
    folder = write_study(stack)
    for path in list(folder.rglob("IM_*")):
        subprocess.run([*syntax, str(path), str(path)], check=True)
    np.testing.assert_array_equal(read_volume(index_dicom(folder)[0]).array, stack.array * 0.25 - 3.0)


@pytest.mark.parametrize(("bits", "option", "lossy"), [(8, "+eb", True), (12, "+ee", True), (12, "+e1", False)])
def test_a_syntax_that_always_loses_is_known_without_its_attribute(
    write_study: Any, make_stack: Any, bits: int, option: str, lossy: bool
) -> None:
    """JPEG baseline, extended and lossless, by DCMTK, of a gateway that sets no LossyImageCompression."""
    if shutil.which("dcmcjpeg") is None:
        pytest.skip("dcmcjpeg (Debian's dcmtk) is not installed")
    folder = write_study(make_stack())

    def fewer_bits(dataset: pydicom.Dataset) -> None:
        values = (dataset.pixel_array >> (12 - bits)).astype("<u1" if bits == 8 else "<u2")
        allocated = values.dtype.itemsize * 8
        _stored(dataset, values, BitsAllocated=allocated, BitsStored=bits, HighBit=bits - 1)
        dataset["PixelData"].VR = "OB" if bits == 8 else "OW"

    reference = _edited(folder, fewer_bits).array
    for path in list(folder.rglob("IM_*")):
        subprocess.run(["dcmcjpeg", option, str(path), str(path)], check=True)
        dataset = pydicom.dcmread(path)
        dataset.pop("LossyImageCompression", None)
        dataset.save_as(path)
    (series,) = index_dicom(folder)
    assert series.acquisition["lossy"] is lossy
    assert np.array_equal(read_volume(series).array, reference) is not lossy


@pytest.mark.parametrize("pack", [_jpeg_ls, _rle])
def test_a_compressed_file_that_ends_early_is_called_damaged(
    write_study: Any, make_stack: Any, pack: Edit, capfd: pytest.CaptureFixture[str]
) -> None:
    """And no warning prints its path, which may bear a patient's name."""
    folder = write_study(make_stack(), folder="Mustermann")
    _edited(folder, pack)
    victim = sorted(folder.rglob("IM_*"))[3]
    victim.write_bytes(victim.read_bytes()[:-300])
    with (
        pytest.warns(UserWarning, match="End of file") as warned,
        pytest.raises(StudyError, match=f"'{victim.name}' .* is damaged: it ends within its pixel data"),
    ):
        read_volume(index_dicom(folder)[0])
    assert "Mustermann" not in "".join(str(one.message) for one in warned) + "".join(capfd.readouterr())


def test_a_compressed_multi_frame_file_of_too_few_frames_is_damage(
    tmp_path: Path, make_stack: Any, write_enhanced_stack: Any
) -> None:
    """pydicom's decoder ends such a file with StopIteration, which a pool of threads turns into another error."""
    path = tmp_path / "multi"
    write_enhanced_stack(make_stack(), path)
    dataset = pydicom.dcmread(path)
    _rle(dataset)
    dataset.save_as(path)
    item, end = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0" + bytes(4)
    header, pixels = path.read_bytes().split(b"\xe0\x7f\x10\x00")
    length, *frames = pixels.split(item)
    path.write_bytes(header + b"\xe0\x7f\x10\x00" + item.join([length, *frames[:4]]) + end)
    with pytest.raises(StudyError, match=r"'multi' .* is damaged: its pixels cannot be decoded"):
        read_volume(index_dicom(tmp_path)[0])


def test_pixels_that_cannot_be_decompressed_name_their_compression(write_study: Any, make_stack: Any) -> None:
    folder = write_study(make_stack())
    _edited(folder, _jpeg_ls)
    victim = sorted(folder.rglob("IM_*"))[3]
    victim.write_bytes(victim.read_bytes().replace(b"\xff\xf7", b"\xff\x00", 1))  # JPEG-LS's start of frame
    with pytest.raises(StudyError, match=f"'{victim.name}' .*compressed as 'JPEG-LS.*cannot be decoded") as caught:
        read_volume(index_dicom(folder)[0])
    assert "uncompressed" in caught.value.remedy
