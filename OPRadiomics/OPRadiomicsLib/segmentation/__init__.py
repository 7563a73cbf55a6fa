"""From a sagittal image to numbered vertebral bodies, with what is known of their quality."""

from .bundle import SegmentationModel, load_segmentation_model
from .inference import segment
from .quality import describe

__all__ = ["SegmentationModel", "describe", "load_segmentation_model", "segment"]
