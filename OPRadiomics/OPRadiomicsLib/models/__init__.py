"""Signatures as JSON, logistic prediction, and its exact explanation."""
