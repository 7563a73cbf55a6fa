"""Features as a table: one row a region, so that the rows of many cases stack into a cohort."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .files import write_text
from .io.tables import csv_text
from .types import FeatureVector


def write_features(regions: Mapping[str, FeatureVector], path: Path, *, slice_mm: float) -> Path:
    """Write CSV with the columns region, profile_hash, engine, slice_mm and one a feature; values in full precision.

    Parameters
    ----------
    regions
        Region ("L1-L3", "L1", ...) to its features; all hold the same names.
    slice_mm
        `study.Study.slice_mm` of the images.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    first = next(iter(regions.values()))
    spacing = f"{slice_mm:.4g}"
    rows = ((region, one.profile_hash, one.engine, spacing, *one.values.tolist()) for region, one in regions.items())
    return write_text(path, csv_text(("region", "profile_hash", "engine", "slice_mm", *first.names), rows))
