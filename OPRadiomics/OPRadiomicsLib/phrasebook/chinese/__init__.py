"""Simplified Chinese, in the terms of the study's own paper and of the panel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .errors import PHRASES as ERRORS
from .image_errors import PHRASES as IMAGE_ERRORS
from .images import PHRASES as IMAGES
from .masks import PHRASES as MASKS
from .progress import PHRASES as PROGRESS
from .results import PHRASES as RESULTS
from .table_errors import PHRASES as TABLE_ERRORS

PHRASES: Final[Mapping[str, str]] = {**IMAGES, **MASKS, **RESULTS, **PROGRESS, **IMAGE_ERRORS, **ERRORS, **TABLE_ERRORS}
