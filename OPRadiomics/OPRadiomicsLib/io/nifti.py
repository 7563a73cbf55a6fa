"""What ITK does not say of a NIfTI file: that it is cut short, holds NaN or infinity, or gives its voxels two sizes.

ITK's reader turns NaN and infinity into 0 and leaves the voxels behind a file's early end undefined, both silently; it takes
directions from the sform and spacings from pixdim, where other software takes both from the sform.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from ..errors import GeometryError, StudyError

SPACING_TOLERANCE = 0.01
"""Relative: over 300 mm, which an image of the lumbar spine is long, 3 mm."""

FLOAT_TYPES = {16: "f4", 64: "f8"}
"""Datatype codes of NIFTI_TYPE_FLOAT32 and FLOAT64 (nifti1.h)."""


def require_intact_nifti(path: Path) -> None:
    """Check a .nii or .nii.gz file of version 1 or 2 against its own header.

    Raises
    ------
    StudyError
        If it is no NIfTI file, shorter than its header announces, corrupt, or holds NaN or infinity.
    GeometryError
        If its sform and its pixdim give the voxels different sizes.
    """
    try:
        content = gzip.decompress(path.read_bytes()) if path.name.lower().endswith(".gz") else path.read_bytes()
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise _damaged(path, "its compressed data end early or are corrupt") from None
    except OSError as error:
        raise StudyError(
            f"File '{path.name[:80]}' cannot be read ({error.strerror})",
            "a file that you may read",
            "check permissions and the path",
        ) from None
    order, shape, datatype, bits, offset = _header(path, content)
    if min(shape, default=0) < 1 or bits < 1 or not len(content) >= offset >= 0:  # NaN compares false
        raise _damaged(path, f"its header announces {shape} voxels of {bits} bits from byte {offset}")
    announced = math.prod(shape) * bits // 8
    if len(content) - offset < announced:
        raise _damaged(path, f"{max(len(content) - int(offset), 0)} of {announced} bytes of voxels")
    _require_one_spacing(path, content, order)
    if datatype not in FLOAT_TYPES:
        return
    values = np.frombuffer(content, np.dtype(order + FLOAT_TYPES[datatype]), math.prod(shape), int(offset))
    broken = int(np.count_nonzero(~np.isfinite(values)))
    if broken:
        raise StudyError(
            f"NaN or infinity in {broken} voxels of file '{path.name}'",
            "finite intensities",
            "convert the image again from the original DICOM",
        )


def _header(path: Path, content: bytes) -> tuple[str, tuple[int, ...], int, int, float]:
    """Byte order, dimensions, datatype, bits a voxel and offset of the voxels (nifti1.h, nifti2.h)."""
    for order in "<>":
        size = struct.unpack(order + "i", content[:4])[0] if len(content) >= 352 else 0
        if size == 348:
            dim = struct.unpack_from(order + "8h", content, 40)
            datatype, bits = struct.unpack_from(order + "2h", content, 70)
            offset = struct.unpack_from(order + "f", content, 108)[0]
            return order, dim[1 : dim[0] + 1], datatype, bits, offset
        if size == 540:
            datatype, bits = struct.unpack_from(order + "2h", content, 12)
            dim = struct.unpack_from(order + "8q", content, 16)
            offset = struct.unpack_from(order + "q", content, 168)[0]
            return order, dim[1 : dim[0] + 1], datatype, bits, offset
    raise _damaged(path, "it has no NIfTI header")


def _require_one_spacing(path: Path, content: bytes, order: str) -> None:
    first = struct.unpack_from(order + "i", content)[0] == 348
    code = struct.unpack_from(order + ("h" if first else "i"), content, 254 if first else 348)[0]
    pixdim = np.array(struct.unpack_from(order + ("8f" if first else "8d"), content, 76 if first else 104)[1:4])
    rows = struct.unpack_from(order + ("12f" if first else "12d"), content, 280 if first else 400)
    of_sform = np.linalg.norm(np.reshape(rows, (3, 4))[:, :3], axis=0)
    if code > 0 and of_sform.all() and (np.abs(of_sform - pixdim) > SPACING_TOLERANCE * of_sform).any():
        one, other = (" x ".join(f"{mm:.3g}" for mm in sizes) for sizes in (pixdim, of_sform))
        raise GeometryError(
            f"File '{path.name}' says twice how large its voxels are: {one} mm (pixdim) and {other} mm (sform)",
            "one size",
            "convert it again from DICOM",
        )


def _damaged(path: Path, what: str) -> StudyError:
    return StudyError(
        f"File '{path.name}' ({path.stat().st_size} bytes) is damaged: {what}",
        "a complete NIfTI file",
        "copy or convert it again",
    )
