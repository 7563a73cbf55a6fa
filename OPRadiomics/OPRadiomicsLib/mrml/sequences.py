"""Which volume of the scene is which sequence: by its DICOM header where one can be had, else by its name and geometry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import StudyError
from ..geometry import sagittal_axis
from ..io.demographics import contradicted, read_demographics
from ..io.headers import Frame, read_frames
from ..io.index import plane_of
from ..io.roles import Verdict, judge, kind_of
from ..io.volumes import THICK_SLICE_RATIO
from ..types import USUAL_KIND, Role, SeriesRef
from .geometry import affine_of_volume

FilesOf = Callable[[Any], Sequence[Path]]
"""The DICOM files that a volume node was loaded from, as far as Slicer's database knows them; () where it doesn't."""


@dataclass(frozen=True)
class Guess:
    """The volume node of a role, or None; and why, in words for the reader."""

    node: Any | None
    reason: str


def no_files(node: Any) -> Sequence[Path]:  # noqa: ARG001
    """Know no DICOM file."""
    return ()


def guess_roles(nodes: Sequence[Any], files_of: FilesOf = no_files) -> Mapping[Role, Guess]:
    """Give each role its volume where just one fits.

    Parameters
    ----------
    nodes
        vtkMRMLScalarVolumeNode of one study.
    files_of
        Gives a node's DICOM files; one is enough. Headers then decide, as in `io.select_series`.

    Returns
    -------
    mapping
        Every role, in the order of `Role`. Where none or several volumes fit, the node is None and the reason names them.
    """
    verdicts = [(node, judge_node(node, files_of)) for node in nodes]
    return {role: _guess(role, verdicts) for role in Role}


def contradiction(role: Role, node: Any, files_of: FilesOf = no_files) -> str:
    """Why a volume that was chosen for a role is another sequence, by its header or name; "" where nothing says so.

    The node's name, which may be a patient's, is not in it.
    """
    verdict = judge_node(node, files_of)
    if verdict.role in (None, role):
        return ""
    return f"{role}: the chosen image looks like {verdict.role} ({verdict.reason})"


def kind(role: Role, node: Any, files_of: FilesOf = no_files) -> str:
    """The kind of a volume, as `io.roles.kind_of`, by its header or, where it is not the study's, its name; "" if not known."""
    header = _header(node, files_of)
    found = kind_of(role, _series(node, header))
    return "" if header is None and found.endswith(USUAL_KIND) else found


def other_examination(role: Role, node: Any, t1wi: Any, files_of: FilesOf = no_files) -> str:
    """That a volume is of another examination than the T1WI, by DICOM headers; "" where not, or where one is not known."""
    first, second = (_examination(one, files_of) for one in (node, t1wi))
    differ = None not in (first, second) and first != second
    return f"{role}: the chosen image is of another examination than the T1WI" if differ else ""


def other_patient(t1wi: Any, age: float, male: bool | None, files_of: FilesOf = no_files) -> str:
    """That the T1WI's header gives another age or sex than were entered; "" where it does not, or one is not known.

    ``age`` in years, 0 where not entered; ``male`` None where not entered.
    """
    if _examination(t1wi, files_of) is None:
        return ""
    said_age, said_male = read_demographics(SeriesRef("", "", None, "", tuple(files_of(t1wi))))
    return contradicted(age if age > 0 else None, male, said_age, said_male)


def _examination(node: Any, files_of: FilesOf) -> tuple[str, ...] | None:
    header = _header(node, files_of)
    return (header.study_uid, *header.patient) if header is not None else None


def _header(node: Any, files_of: FilesOf) -> Frame | None:
    """Of the volume's first DICOM file; None where there is none, or it cannot be read."""
    try:
        return next((frame for path in files_of(node)[:1] for frame in read_frames(path)), None)
    except StudyError:
        return None


def judge_node(node: Any, files_of: FilesOf = no_files) -> Verdict:
    """Role of one volume, or None, with the reason: the rules of `io.roles`."""
    try:
        header = next((frame for path in files_of(node)[:1] for frame in read_frames(path)), None)
    except StudyError as error:
        verdict = judge(_series(node, None))
        return replace(verdict, reason=f"{verdict.reason}; its DICOM header was not read: {error.found}")
    return judge(_series(node, header))


def _series(node: Any, header: Frame | None) -> SeriesRef:
    """What the rules ask for: the header's values where there is one; name and geometry from the node."""
    plane, slices = _stack(node)
    attributes = dict(header.attributes) if header else {"modality": "MR"}
    return SeriesRef(
        series_uid=header.series_uid if header else "",
        study_uid=header.study_uid if header else "",
        frame_of_reference_uid=header.frame_of_reference_uid if header else None,
        description=str(attributes.get("description") or node.GetName() or "").strip(),
        files=(),
        acquisition={**attributes, "kind": "image", "plane": plane, "slices": slices},
    )


def _stack(node: Any) -> tuple[str, int]:
    """Plane of the slices, and their number: across the longest edge of the voxels, or left-right where edges are alike."""
    affine = affine_of_volume(node)
    edges = np.linalg.norm(affine[:3, :3], axis=0)
    thick = edges.max() / edges.min() >= THICK_SLICE_RATIO
    axis = int(np.argmax(edges)) if thick else sagittal_axis(affine)
    in_plane = np.delete((affine[:3, :3] / edges).T, axis, axis=0)
    image = node.GetImageData()
    return plane_of(in_plane), image.GetDimensions()[axis] if image is not None else 0


def _guess(role: Role, verdicts: Sequence[tuple[Any, Verdict]]) -> Guess:
    fitting = [(node, verdict.reason) for node, verdict in verdicts if verdict.role is role]
    if len(fitting) == 1:
        return Guess(*fitting[0])
    if fitting:
        names = "; ".join(f"'{node.GetName()}' ({reason})" for node, reason in fitting)
        return Guess(None, f"{len(fitting)} volumes could be {role}: {names}. Choose one")
    refused = "; ".join(f"'{node.GetName()}': {verdict.reason}" for node, verdict in verdicts if verdict.role is None)
    return Guess(None, f"no volume looks like {role} ({refused})" if refused else f"no volume looks like {role}")
