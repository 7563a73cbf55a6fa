"""Training side of OPRadiomics: simulation, segmentation training, ICC, selection, fitting, evaluation."""
