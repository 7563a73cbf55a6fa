"""The training panel: Qt alone; what it does to a project is done by `OPRadiomicsTrainingLib.project`, which knows no Qt."""
