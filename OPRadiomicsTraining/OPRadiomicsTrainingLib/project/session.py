"""One reader at one case for one step: claimed, kept as it grows, saved as a version, given back."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING

from . import claims, flow, recovery
from .cases import Case, case_named
from .exclusive import parse_initials
from .folder import Project
from .versions import Step, Version, save_version, versions_of

if TYPE_CHECKING:
    from OPRadiomicsLib.types import Mask


class Session:
    """A reader's work on one case; made by `begin`.

    Attributes
    ----------
    start
        The version to draw upon, None for the bare image.
    visible
        Versions that this reader may look at in this step.
    recovered
        A drawing of this reader and step that was not saved, or None.
    """

    def __init__(self, project: Project, case: Case, step: Step, claim: claims.Claim, versions: tuple[Version, ...]) -> None:
        self.project = project
        self.case = case
        self.step = step
        self.claim = claim
        self.start = flow.start_of(versions, step)
        self.visible = flow.visible(versions, step, claim.reader)
        self.recovered = next((one for one in recovery.kept(project, claim.reader, case.name) if one.task == step), None)

    @property
    def reader(self) -> str:
        return self.claim.reader

    def keep(self, mask: Mask) -> None:
        """Autosave; raises as `recovery.keep`."""
        recovery.keep(self.project, self.claim, mask, self.start)

    def save(
        self, mask: Mask, *, tool: str = "", note: str = "", dispute: bool = False, now: datetime | None = None
    ) -> Version:
        """Save the next version, remove the autosave, and give the case back.

        Parameters
        ----------
        dispute
            Of a review: ask for arbitration.

        Raises
        ------
        ClaimedError
            If the claim was broken; the drawing is then in the recovery folder.
        ProjectError
            If somebody else has changed the case meanwhile so that the step is not allowed any more.
        MaskError, OutputError
            As `save_version`; autosave and claim stay.
        """
        step = Step.DISPUTED if dispute and self.step is Step.REVIEWED else self.step
        version = save_version(
            self.project,
            self.case.name,
            step,
            self.reader,
            mask,
            parent=self.start,
            tool=tool,
            note=note,
            require=lambda: self._require_right(step, mask, now),
            now=now,
        )
        recovery.discard(self.project, self.case.name, self.reader, self.step)
        self.close()
        return version

    def _require_right(self, step: Step, mask: Mask, now: datetime | None) -> None:
        try:
            claims.require_held(self.project, self.claim)
            versions = versions_of(self.project, self.case.name)
            flow.require_allowed(versions, step, self.reader, interval_days=self.project.interval_days, now=now)
        except claims.ClaimedError:
            with suppress(claims.ClaimedError):
                self.keep(mask)
            raise

    def close(self) -> None:
        """Give the case back; an autosave stays for the next time."""
        claims.release(self.project, self.claim)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def begin(project: Project, case: str, step: Step, reader: str, *, now: datetime | None = None) -> Session:
    """Claim a case for a step.

    Raises
    ------
    ClaimedError
        If somebody works on it.
    ProjectError
        If there is no such case, or this reader may not take this step now; nothing is claimed then.
    """
    initials = parse_initials(reader)
    found = case_named(project, case)
    claim = claims.claim_case(project, case, initials, step)
    try:
        versions = versions_of(project, case)
        flow.require_allowed(versions, step, initials, interval_days=project.interval_days, now=now)
        return Session(project, found, step, claim, versions)
    except BaseException:
        claims.release(project, claim)
        raise
