"""From the series of an examination to the study's three sequences: one for each role, or an error that says how to choose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ..errors import StudyError
from ..types import Role, SeriesRef
from .index import endings_of
from .roles import Verdict, judge, times_of

OPTION_OF_ROLE: Mapping[Role, str] = {
    Role.T1WI: "--t1-series",
    Role.T2WI: "--t2-series",
    Role.FST2WI: "--fst2-series",
}
"""Command-line options that name a series by number, number.part or UID."""


def select_series(
    index: Sequence[SeriesRef],
    *,
    choices: Mapping[Role, str] | None = None,
    allow_missing: bool = False,
    roles: Sequence[Role] = tuple(Role),
) -> dict[Role, SeriesRef]:
    """Give each role its series.

    Parameters
    ----------
    index
        Series of one examination, from `index_dicom`.
    choices
        Series that the user names: its number, number.part ("5.2" where one series holds several stacks), its
        SeriesInstanceUID, or "..." and the UID's ending. A choice overrules weighting, contrast agent and derivation, not
        modality, plane or number of slices.
    allow_missing
        Return what there is where a role has no series; at least one must be there. Ambiguity stays an error.

    roles
        Those that need a series; the others' candidates may be several.

    Returns
    -------
    dict
        Role to SeriesRef, with ``role`` and ``reason`` filled in, in the order of `Role`.

    Raises
    ------
    StudyError
        If there is no sagittal MR stack, a role has no series or several, or a choice names none, several or an unusable one.
        The message lists the candidates with number, description, slices, TR and TE.
    """
    _require_sagittal_mr(index)
    verdicts = [(series, judge(series)) for series in index]
    chosen = {role: _chosen(index, role, name) for role, name in (choices or {}).items()}
    _require_different(chosen)
    taken = {_identity(series) for series in chosen.values()}
    found: dict[Role, SeriesRef] = {}
    for role in roles:
        if role in chosen:
            found[role] = chosen[role]
            continue
        candidates = [(series, v) for series, v in verdicts if v.role is role and _identity(series) not in taken]
        if len(candidates) > 1:
            raise _ambiguous(role, [series for series, _ in candidates])
        for series, verdict in candidates:
            found[role] = replace(series, role=role, reason=verdict.reason)
    _require_roles(found, roles, verdicts, allow_missing)
    return found


def only_series(index: Sequence[SeriesRef]) -> SeriesRef:
    """The one stack of images in a folder, of whatever sequence.

    Parameters
    ----------
    index
        From `index_dicom`.

    Raises
    ------
    StudyError
        If there is no MR image, or several stacks; the message lists them.
    """
    images = [one for one in index if one.acquisition.get("kind") == "image" and one.acquisition.get("modality") == "MR"]
    if len(images) != 1:
        raise StudyError(
            f"{len(images)} MR series in the folder: {_listed(images)}" if images else "No MR series in the folder",
            "the folder of one series",
            "name the folder that holds this series alone, or convert the series to NIfTI",
        )
    return images[0]


def describe_series(series: SeriesRef) -> str:
    """One line for lists: series 5 'T2 TSE sag', 17 slices sagittal, TR 3614 / TE 123 ms; of stations, how far up each lies."""
    acquisition = series.acquisition
    height_mm = acquisition.get("height_mm")
    facts = (
        f"{acquisition.get('slices', '?')} slices {acquisition.get('plane', '')}".strip(),
        times_of(series),
        f"centred at S {height_mm:+.0f} mm" if isinstance(height_mm, float) else "",
    )
    return f"series {number_of(series)} '{series.description}', {', '.join(fact for fact in facts if fact)}"


def number_of(series: SeriesRef) -> str:
    """SeriesNumber as the user names it, with the part where the series holds several stacks: "5" or "5.2"."""
    number = series.acquisition.get("series_number")
    name = "without number" if number is None else str(number)
    parts = series.acquisition.get("parts", 1)
    return f"{name}.{series.acquisition.get('part')}" if parts != 1 else name


def _identity(series: SeriesRef) -> tuple[str, object]:
    return series.series_uid, series.acquisition.get("part", 1)


def _listed(series: Iterable[SeriesRef]) -> str:
    return "; ".join(describe_series(one) for one in series)


def _require_sagittal_mr(index: Sequence[SeriesRef]) -> None:
    images = [series for series in index if series.acquisition.get("kind") == "image"]
    mr = [series for series in images if series.acquisition.get("modality") == "MR"]
    if not mr:
        modalities = sorted({str(series.acquisition.get("modality") or "not given") for series in index})
        raise StudyError(
            f"No MR series among {len(index)} series (modalities: {', '.join(modalities)})",
            "a lumbar MRI study with sagittal T1WI, T2WI and FS-T2WI",
            "check that this is the MRI examination",
        )
    reasons = {judge(series).reason for series in mr}
    if reasons == {"localiser"}:
        raise StudyError(f"Only localisers: {_listed(mr)}", "sagittal T1WI, T2WI and FS-T2WI", "export the whole examination")
    if all(series.acquisition.get("plane") != "sagittal" for series in mr):
        raise StudyError(f"No sagittal series: {_listed(mr)}", "sagittal T1WI, T2WI and FS-T2WI", "export the sagittal series")


def _chosen(index: Sequence[SeriesRef], role: Role, name: str) -> SeriesRef:
    option = OPTION_OF_ROLE[role]
    matching = [series for series in index if name in (number_of(series), series.series_uid)]
    matching = matching or [series for series in index if name == str(series.acquisition.get("series_number"))]
    if name.startswith("..."):
        matching = [series for series in index if series.series_uid.endswith(name.lstrip("."))]
    if not matching:
        raise StudyError(
            f"{option} {name}: no such series",
            f"the number or UID of one of: {_listed(index)}",
            f"name one of them with {option}",
        )
    judged = [(series, judge(series)) for series in matching]
    usable = [pair for pair in judged if not pair[1].unusable]
    if not usable:
        reasons = "; ".join(f"{describe_series(series)}: {verdict.reason}" for series, verdict in judged)
        raise StudyError(
            f"{option} {name} cannot serve as {role}: {reasons}", "a sagittal MR stack", f"choose another with {option}"
        )
    of_role = [pair for pair in usable if pair[1].role is role]
    usable = of_role if len(of_role) == 1 else usable
    if len(usable) > 1:
        raise _ambiguous(role, [series for series, _ in usable])
    return _with_choice(usable[0][0], usable[0][1], role)


def _with_choice(series: SeriesRef, verdict: Verdict, role: Role) -> SeriesRef:
    if verdict.role is role:
        reason = f"chosen by the user: {verdict.reason}"
    else:
        reason = f"chosen by the user, although judged {verdict.role or 'unfit'} ({verdict.reason})"
    return replace(series, role=role, reason=reason)


def _require_different(chosen: Mapping[Role, SeriesRef]) -> None:
    seen: dict[tuple[str, object], Role] = {}
    for role, series in chosen.items():
        other = seen.setdefault(_identity(series), role)
        if other is not role:
            raise StudyError(
                f"One series chosen for both {other} and {role}: {describe_series(series)}",
                "a different series for each sequence",
                f"change {OPTION_OF_ROLE[other]} or {OPTION_OF_ROLE[role]}",
            )


def _ambiguous(role: Role, candidates: Sequence[SeriesRef]) -> StudyError:
    option, names = OPTION_OF_ROLE[role], _names(candidates)
    listed = (
        f"{describe_series(series)}, UID {name}" if name.startswith("...") else describe_series(series)
        for series, name in zip(candidates, names, strict=True)
    )
    return StudyError(
        f"{len(candidates)} candidates for {role}: {'; '.join(listed)}",
        f"one {role} series",
        f"name the right one by its number or UID, for instance {option} {names[0]}, or take the others out of the folder",
    )


def _names(candidates: Sequence[SeriesRef]) -> list[str]:
    """What `select_series` knows each by: its number; where one has none or two have the same, the UID's ending."""
    numbers, uids = [number_of(series) for series in candidates], [series.series_uid for series in candidates]
    numbered = all(series.acquisition.get("series_number") is not None for series in candidates)
    if (numbered and len(set(numbers)) == len(numbers)) or len(set(uids)) < len(uids):
        return numbers
    ends = endings_of(uids)
    return [ends[uid] for uid in uids]


def _require_roles(
    found: Mapping[Role, SeriesRef],
    roles: Sequence[Role],
    verdicts: Sequence[tuple[SeriesRef, Verdict]],
    allow_missing: bool,
) -> None:
    missing = [role for role in roles if role not in found]
    if not missing or (allow_missing and found):
        return
    others = [f"{describe_series(series)}: {verdict.reason}" for series, verdict in verdicts if verdict.role is None]
    options = ", ".join(f"{OPTION_OF_ROLE[role]} for {role}" for role in missing)
    lacking = f"Missing: {', '.join(missing)}"
    remedy = f"name the series ({options})"
    raise StudyError(
        f"{lacking}. Not taken: {' | '.join(others)}" if others else lacking,
        f"sagittal {', '.join(roles)}",
        f"{remedy}, or go without with --allow-missing (masks, features and the clinical model only)"
        if len(roles) > 1
        else remedy,
    )
