"""The network's proposal for every new case, as a first version to draw upon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from OPRadiomicsLib.cohort import Failure
from OPRadiomicsLib.errors import OPRadiomicsError, OutputError
from OPRadiomicsLib.progress import part
from OPRadiomicsLib.types import Progress, no_progress

from .claims import ClaimedError
from .flow import State
from .folder import Project
from .session import begin
from .versions import NETWORK, Step, Version
from .worklist import WorkItem, list_work

if TYPE_CHECKING:
    from OPRadiomicsLib.segmentation.bundle import SegmentationModel


@dataclass(frozen=True, eq=False)
class Presegmented:
    """What the network drew, and where it could not."""

    versions: tuple[Version, ...]
    failures: tuple[Failure, ...] = ()


def presegment_new(project: Project, *, progress: Progress = no_progress) -> Presegmented:
    """Let the network in use draw new cases; claimed ones, and those that somebody drew, are passed over.

    Raises
    ------
    ModelError
        If the network can't be loaded.
    Cancelled
        If ``progress`` raises it; what was drawn stays.
    """
    from OPRadiomicsLib.installed import active_network
    from OPRadiomicsLib.segmentation.bundle import DEFAULT_MODEL, load_segmentation_model

    model = load_segmentation_model(active_network() or DEFAULT_MODEL)
    new = [one for one in list_work(project) if one.state is State.NEW and one.claim is None]
    versions: list[Version] = []
    failures: list[Failure] = []
    for number, item in enumerate(new):
        own = part(progress, number / len(new), (number + 1) / len(new))
        try:
            versions.append(_propose(project, item, model, own))
        except ClaimedError:
            continue
        except OutputError:
            raise
        except OPRadiomicsError as error:
            failures.append(Failure(item.name, "segmenting", type(error).__name__, error.found, error.expected, error.remedy))
    progress(f"{len(versions)} of {len(new)} cases", 1.0)
    return Presegmented(tuple(versions), tuple(failures))


def _propose(project: Project, item: WorkItem, model: SegmentationModel, progress: Progress) -> Version:
    from OPRadiomicsLib.io import read_volume
    from OPRadiomicsLib.segmentation.inference import segment

    progress(f"{item.name}: segmenting", 0.0)
    with begin(project, item.name, Step.PROPOSED, NETWORK) as session:
        draft = segment(read_volume(item.case.reference), model, progress=progress)
        return session.save(draft.mask, tool=f"{model.name} {model.version}", note="; ".join(draft.warnings))
