"""Features as a table: one row a region, so that the rows of many cases stack into a cohort."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from .files import write_text
from .types import FeatureVector


def write_features(regions: Mapping[str, FeatureVector], path: Path, *, slice_mm: float) -> Path:
    """Write CSV with the columns region, profile_hash, engine, slice_mm and one a feature; values in full precision.

    Parameters
    ----------
    regions
        Region ("L1-L3", "L1", ...) to its features; all hold the same names.
    slice_mm
        `workflow.Study.slice_mm` of the images.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    text = StringIO()
    table = csv.writer(text, lineterminator="\n")
    first = next(iter(regions.values()))
    table.writerow(("region", "profile_hash", "engine", "slice_mm", *first.names))
    for region, vector in regions.items():
        table.writerow((region, vector.profile_hash, vector.engine, f"{slice_mm:.4g}", *map(repr, vector.values.tolist())))
    return write_text(path, text.getvalue())
