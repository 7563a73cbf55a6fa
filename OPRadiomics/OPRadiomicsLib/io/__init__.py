"""Images, masks and results from and to disk.

Heavy packages (SimpleITK, pydicom, highdicom) are imported at the point of use.
"""

from .demographics import contradicted, read_demographics
from .index import index_dicom
from .masks import STUDY_LABEL, read_mask, require_levels, study_labels, write_mask, write_study_masks
from .output import IMAGE_SUFFIXES, require_image_suffix, require_writable
from .selection import OPTION_OF_ROLE, describe_series, number_of, only_series, select_series
from .tables import Table, read_table
from .volumes import read_volume, require_one_examination, require_sagittal, write_volume

__all__ = [
    "IMAGE_SUFFIXES",
    "OPTION_OF_ROLE",
    "STUDY_LABEL",
    "Table",
    "contradicted",
    "describe_series",
    "index_dicom",
    "number_of",
    "only_series",
    "read_demographics",
    "read_mask",
    "read_table",
    "read_volume",
    "require_image_suffix",
    "require_levels",
    "require_one_examination",
    "require_sagittal",
    "require_writable",
    "select_series",
    "study_labels",
    "write_mask",
    "write_study_masks",
    "write_volume",
]
