"""Simulated lumbar MR: anatomy from parameters, signal from tissue constants, acquisition through k-space."""

from typing import Final

MANUFACTURER: Final = "OPRadiomics simulator"
"""In the headers of simulated studies, by which a project tells them from real ones."""
