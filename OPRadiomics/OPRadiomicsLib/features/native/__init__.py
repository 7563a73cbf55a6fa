"""Our own radiomics engine: the definitions of PyRadiomics 3.0.1 with numpy and numba, no compiler on the user's machine.

One copy of the discretised region serves all five texture matrices; Laplacian of Gaussian images are evaluated inside the
region's box only; diameters come from convex hulls; shape is computed once for sequences that share a region.
"""

from .native_engine import NativeEngine

__all__ = ["NativeEngine"]
