"""Simulated lumbar MR: anatomy from parameters, signal from tissue constants, acquisition through k-space."""
