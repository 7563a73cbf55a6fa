"""Run everything in this folder inside a real 3D Slicer, and end it with exit status 0 or 1.

::

    Slicer --no-splash --additional-module-paths OPRadiomics OPRadiomicsTraining --python-script Testing/Slicer/run.py

Screenshots of each step go to the folder that the environment variable OPR_SHOTS names. OPR_TESTS chooses a test file
("test_flow").
"""

import os
import sys
import traceback
import unittest
from pathlib import Path

import qt
import slicer

FOLDER = Path(__file__).resolve().parent if "__file__" in globals() else Path(sys.argv[0]).resolve().parent


def run():
    """All tests of the folder; the exit status."""
    sys.path.insert(0, str(FOLDER))
    pattern = os.environ.get("OPR_TESTS", "test_*") + ".py"
    suite = unittest.defaultTestLoader.discover(str(FOLDER), pattern=pattern, top_level_dir=str(FOLDER))
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
    return 0 if result.wasSuccessful() and result.testsRun else 1


def main():
    """Run, whatever happens, and end Slicer with the status."""
    status = 1
    try:
        status = run()
    except Exception:  # noqa: BLE001  (whatever it was, Slicer must end with a status)
        traceback.print_exc()
    sys.stdout.flush()
    slicer.util.exit(status)


qt.QTimer.singleShot(0, main)
