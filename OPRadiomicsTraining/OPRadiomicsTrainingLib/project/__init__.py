"""A department's own cases on disk: images, every reading of them, who works on what, and what ICC, fit and training take."""
