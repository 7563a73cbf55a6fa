"""What ITK does not say of a NIfTI file: that it is cut short, or holds NaN or infinity.

ITK's reader turns NaN and infinity into 0 and leaves the voxels behind a file's early end undefined, both silently.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from ..errors import StudyError

FLOAT_TYPES = {16: "f4", 64: "f8"}
"""Datatype codes of NIFTI_TYPE_FLOAT32 and FLOAT64 (nifti1.h)."""


def require_intact_nifti(path: Path) -> None:
    """Check a .nii or .nii.gz file of version 1 or 2 against its own header.

    Raises
    ------
    StudyError
        If it is no NIfTI file, shorter than its header announces, corrupt, or holds NaN or infinity.
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


def _damaged(path: Path, what: str) -> StudyError:
    return StudyError(
        f"File '{path.name}' ({path.stat().st_size} bytes) is damaged: {what}",
        "a complete NIfTI file",
        "copy or convert it again",
    )
