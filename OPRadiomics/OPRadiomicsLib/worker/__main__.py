"""Start the worker by its path, which serves any Python: ``PythonSlicer .../OPRadiomicsLib/worker/__main__.py``.

PythonSlicer sets PYTHONPATH itself, so ``-m`` would not find the package there. This folder, which Python puts first on the
path of a script, holds no name that hides a module of the standard library; the package's own folder would (types, io).
"""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[2])

from OPRadiomicsLib.worker.service import main  # noqa: E402

if __name__ == "__main__":
    main()
