"""Radiomic features: one interface, two engines (PyRadiomics as the reference, and a native one that equals it)."""

from .extract import extract, extract_levels, feature_names, join_sequences, warm_up

__all__ = ["extract", "extract_levels", "feature_names", "join_sequences", "warm_up"]
