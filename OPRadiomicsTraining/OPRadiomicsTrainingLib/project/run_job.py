"""A job's own process: `python run_job.py PROJECT JOB`, started by its path, since PythonSlicer sets the module path itself."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> int:
    """Run one job; the exit status is 0 where it is done."""
    training = Path(__file__).resolve().parents[2]
    for folder in (training, training.parent / "OPRadiomics"):  # a source tree; in a built extension both are the same folder
        if folder.is_dir() and str(folder) not in sys.path:
            sys.path.append(str(folder))
    from OPRadiomicsLib.cli import keep_libraries_single_threaded
    from OPRadiomicsLib.processes import speak_utf8

    from OPRadiomicsTrainingLib.commands import register
    from OPRadiomicsTrainingLib.project.folder import open_project
    from OPRadiomicsTrainingLib.project.jobs import JobState, run_job

    keep_libraries_single_threaded()
    speak_utf8()
    register()
    return 0 if run_job(open_project(sys.argv[1]), sys.argv[2], own_process=True).state is JobState.DONE else 1


if __name__ == "__main__":
    # Its own folder would otherwise stand first, and hide modules of the same names.
    sys.path[:] = [one for one in sys.path if Path(one or ".").resolve() != Path(__file__).resolve().parent]
    sys.exit(main())
