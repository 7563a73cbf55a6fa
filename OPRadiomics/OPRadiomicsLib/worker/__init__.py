"""One warm process for the heavy work: JSON lines in, JSON lines out."""
