"""Start it by its path, as OPRadiomicsLib/worker/__main__.py: ``PythonSlicer .../worker/__main__.py``."""

import sys
from pathlib import Path

TRAINING = Path(__file__).resolve().parents[2]
sys.path[0] = str(TRAINING)
sys.path.insert(1, str(TRAINING.parent / "OPRadiomics"))  # in a source tree; a built extension holds both in one folder

from OPRadiomicsLib.worker.service import main  # noqa: E402

from OPRadiomicsTrainingLib.commands import register  # noqa: E402

if __name__ == "__main__":
    register()
    main()
