"""What goes on from a project: the cohort's table for features and fit, and image with mask pairs for training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from OPRadiomicsLib.files import all_or_nothing, held_alone, patiently, write_text
from OPRadiomicsLib.io.tables import csv_of_records, path_from

from .cases import CLINICAL
from .flow import FINAL_STATES, State, current
from .folder import Project, ProjectError
from .worklist import WorkItem, list_work

if TYPE_CHECKING:
    from OPRadiomicsLib.types import Mask, Volume

COHORT_TABLE: Final = "cohort.csv"
FEATURES_FOLDER: Final = "features"
"""Where the panel lets `opradiomics cohort` write: the exported table then names each case's features."""

TRAINING_SET: Final = "own"
"""First word of the names of exported training images; `opradiomics train segmentation --set own` takes them."""

DRAWN_STATES: Final = (State.DONE, State.REVIEWED, State.DISPUTED, State.ARBITRATED)


_FILLED: Final = ("study", "mask", "features")
"""Columns of the cohort's table that say where a case's files lie."""


def read_clinical(project: Project) -> dict[str, dict[str, Any]]:
    """Rows of clinical.csv by case; empty cells left out, none where there is no such table.

    Raises
    ------
    ProjectError
        If it lacks the column case, names cases that the project does not hold, or one twice, or has a column that the
        exported table fills.
    StudyError
        As `OPRadiomicsLib.io.read_table`.
    """
    from OPRadiomicsLib.io import read_table

    if not project.clinical_table.is_file():
        return {}
    table = read_table(project.clinical_table)
    names = [str(cell) for cell in table.column("case")] if "case" in table.columns else []
    unknown = [name for name in names if not (project.images / name).is_dir()]
    if not names or unknown or len(set(names)) < len(names):
        listed = f"cases not in the project: {', '.join(unknown[:8])}" if unknown else "the column case absent, or a case twice"
        raise ProjectError(
            f"clinical.csv: {listed}", "a column case with names such as sub-0001, each once", "correct the table"
        )
    if own := [name for name in _FILLED if name in table.columns]:
        raise ProjectError(
            f"clinical.csv has a column {own[0]}", f"no column {', '.join(_FILLED)}: the project fills these", "rename it"
        )
    return {
        str(row["case"]): {name: cell for name, cell in row.items() if name != "case" and cell != ""} for row in table.records()
    }


def write_cohort_table(project: Project, out: Path | None = None) -> Path:
    """Write the cohort as `opradiomics check`, `cohort`, `split` and `fit` read it.

    A row a case: what came with its images, over that what clinical.csv says, its mask where it is in one of `DRAWN_STATES`,
    and its features where `FEATURES_FOLDER` holds them. Cases without such a mask get the network's there.

    Parameters
    ----------
    out
        Default: cohort.csv in the project.

    Raises
    ------
    ProjectError
        If there is no case, or from `read_clinical`.
    OutputError
        If it can't be written.
    """
    target = out or project.folder / COHORT_TABLE
    clinical = read_clinical(project)
    items = list_work(project)
    if not items:
        raise ProjectError("No case to export", "cases in the project", "add some")
    rows = [_row(project, item, clinical.get(item.name, {}), target.parent) for item in items]
    columns = [
        name for name in dict.fromkeys(name for row in rows for name in row) if any(row.get(name, "") != "" for row in rows)
    ]
    return write_text(target, csv_of_records(columns, rows))


def _row(project: Project, item: WorkItem, clinical: Mapping[str, Any], home: Path) -> dict[str, Any]:
    case = item.case
    age = "" if case.age is None else f"{case.age:g}"
    own: dict[str, Any] = {"age": age, "sex": case.sex, "centre": case.centre, "scanner": case.scanner, "kinds": case.kinds}
    known = {**own, **case.clinical, **clinical}
    mask = current(item.versions) if item.state in DRAWN_STATES else None
    features = project.folder / FEATURES_FOLDER / "cases" / case.name / "features.csv"
    return {
        "case": case.name,
        "study": path_from(case.folder, home),
        **{name: known.get(name, "") for name in CLINICAL},
        **{name: cell for name, cell in known.items() if name not in CLINICAL},
        "mask": "" if mask is None else path_from(mask.path, home),
        "features": path_from(features, home) if features.is_file() else "",
    }


def export_training(
    project: Project, out: Path, cases: Sequence[str] = (), *, states: Sequence[State] = FINAL_STATES
) -> tuple[str, ...]:
    """Write <set>_<case>_img.nii.gz and _lab.nii.gz of each case, as `opradiomics train segmentation --data` reads them.

    The labels are L1, L2 and L3 alone, which readers answer for; training leaves the space beyond them out of the loss. What an
    earlier export left of other cases goes.

    Parameters
    ----------
    cases
        By name; all in one of ``states`` where none is named.

    Returns
    -------
    tuple of str
        The cases.

    Raises
    ------
    ProjectError
        If a named case has no such mask, or none has.
    OutputError, MaskError, GeometryError
        If they can't be written, another process exports to ``out``, or a mask lacks a level or is not on its image's grid.
    """
    from OPRadiomicsLib.io import read_mask, read_volume, write_mask, write_volume
    from OPRadiomicsLib.levels import STUDY_LEVELS

    ready = {item.name: item for item in list_work(project) if item.state in states}
    chosen = list(cases) or list(ready)
    absent = [name for name in chosen if name not in ready]
    if absent or not chosen:
        raise ProjectError(
            f"{', '.join(absent) or 'No case'} without a mask that is {' or '.join(states)}",
            "cases with such a mask",
            "review them first, or allow masks that only one reader drew",
        )
    names = [f"{TRAINING_SET}_{name}_{kind}.nii.gz" for name in chosen for kind in ("img", "lab")]
    with held_alone(out.parent / f".{out.name}.in-use", f"An export to {out.name}"):
        with all_or_nothing(out) as folder:
            for name in chosen:
                mask = current(ready[name].versions)
                assert mask is not None
                image = read_volume(ready[name].case.reference)
                bodies = only_levels(read_mask(mask.path, image), STUDY_LEVELS)
                image, bodies = in_sagittal_order(image, bodies)
                write_volume(image, folder / f"{TRAINING_SET}_{name}_img.nii.gz")
                write_mask(bodies, folder / f"{TRAINING_SET}_{name}_lab.nii.gz", all_levels=True)
        for path in out.glob(f"{TRAINING_SET}_*_*.nii.gz"):
            if path.name not in names:
                patiently(path.unlink)
    return tuple(chosen)


def in_sagittal_order(image: Volume, mask: Mask) -> tuple[Volume, Mask]:
    """Image and mask with slices left-right, rows head to foot and columns from anterior to posterior; no voxel moves.

    Training reads arrays in this order, which is the canonical one.
    """
    from OPRadiomicsLib.geometry import reoriented

    return reoriented(image), reoriented(mask)


def only_levels(mask: Mask, levels: Sequence[str]) -> Mask:
    """The mask with these levels alone."""
    import numpy as np
    from OPRadiomicsLib.levels import LABEL_OF_LEVEL

    return replace(mask, labels=np.where(np.isin(mask.labels, [LABEL_OF_LEVEL[one] for one in levels]), mask.labels, 0))
