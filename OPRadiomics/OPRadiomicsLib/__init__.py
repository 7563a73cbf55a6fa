"""OPRadiomics core: from a lumbar MRI study to an explained probability of osteoporosis, with or without 3D Slicer."""

__version__ = "0.1.0"
