"""Small pictures of the cases: the middle sagittal slice, with a mask's outline; made once, kept in the project's folder.

::

    images/sub-0001/.thumbnail.png     made when the case was added
    .thumbnails/sub-0001_v003.png      with the outline of version 3; a cache like .index.json
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import numpy as np
from OPRadiomicsLib.files import write_bytes
from OPRadiomicsLib.regions import edge_of
from OPRadiomicsLib.types import Mask, Volume

from .cases import Case
from .folder import Project
from .versions import Version

PIXELS: Final = 96
FOLDER: Final = ".thumbnails"
OUTLINE: Final = (255, 166, 0)


def thumbnail(volume: Volume, mask: Mask | None = None) -> bytes:
    """PNG of the middle sagittal slice, head up, at most about `PIXELS` high; with the mask's outline where there is one.

    Parameters
    ----------
    mask
        On the volume's grid. The slice is then the middle one of those that it cuts.
    """
    from OPRadiomicsLib.segmentation.sagittal import sagittal_order
    from PIL import Image

    order = sagittal_order(volume)
    planes = order.apply(volume.array)
    labels = order.apply(mask.labels) if mask is not None else np.zeros((len(planes), 1, 1), np.uint8)
    cut = np.flatnonzero(labels.any(axis=(1, 2)))
    chosen = int(cut[len(cut) // 2]) if cut.size else len(planes) // 2
    plane = planes[chosen]
    step = max(1, round(max(plane.shape) / PIXELS))
    low, high = np.percentile(plane, (1, 99.5))
    grey = np.clip((plane[::step, ::step] - low) / max(float(high - low), 1e-6), 0, 1)
    picture = np.repeat((255 * grey).astype(np.uint8)[..., None], 3, axis=2)
    if cut.size:
        picture[edge_of(labels[chosen, ::step, ::step])] = OUTLINE
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, format="PNG")
    return stream.getvalue()


def outlined_path(project: Project, version: Version) -> Path:
    """Where the picture with a version's outline lies, made or not yet."""
    return project.folder / FOLDER / f"{version.case}_v{version.number:03d}.png"


def make_outlined(project: Project, case: Case, version: Version) -> Path:
    """Make the picture with a version's outline.

    Raises
    ------
    StudyError, MaskError, GeometryError
        If image or mask can't be read.
    OutputError
        If it can't be written.
    """
    from OPRadiomicsLib.io import read_mask, read_volume

    volume = read_volume(case.reference)
    mask = read_mask(version.path, volume, levels=(), allow_empty=True)
    return write_bytes(outlined_path(project, version), thumbnail(volume, mask))
