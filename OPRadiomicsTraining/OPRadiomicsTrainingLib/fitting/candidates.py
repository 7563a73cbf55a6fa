"""Which features a fit may choose from: a list from the ICC study, those that vary, and one of those that say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from OPRadiomicsLib.errors import FeatureError
from OPRadiomicsLib.types import Role

from ..cohort.cohort import Cohort
from ..statistics.arrays import FloatTable, Indices


def read_kept_features(path: Path) -> tuple[str, ...]:
    """Names of features, one a line; blank lines and those that begin with # are skipped.

    Raises
    ------
    FeatureError
        If the file cannot be read, holds no name, or one twice.
    """
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise FeatureError(f"List of features {path.name} cannot be read ({error})", "a text file", "check the path") from None
    names = tuple(line for line in lines if line and not line.startswith("#"))
    if not names or len(set(names)) != len(names):
        found = "no name" if not names else "a name twice"
        raise FeatureError(f"List of features {path.name} holds {found}", "one feature a line", "make it with opradiomics icc")
    return names


def keep_features(cohort: Cohort, names: Sequence[str]) -> Cohort:
    """The cohort with these features only, in the table's order.

    Raises
    ------
    FeatureError
        If the table lacks one of them, or a sequence is left without any.
    """
    known = set(cohort.feature_names)
    absent = [name for name in names if name not in known]
    if absent:
        raise FeatureError(
            f"{len(absent)} of {len(names)} listed features are not in the table, first {absent[0]}",
            "features of this table",
            "make the list from features of the same profile",
        )
    wanted = set(names)
    empty = [str(role) for role in Role if not wanted & set(cohort.names(role))]
    if empty:
        raise FeatureError(
            f"No listed feature of {', '.join(empty)}",
            "reproducible features of all three sequences",
            "check the readers' masks on this sequence, or lower the ICC's threshold",
        )
    return _columns(cohort, np.array([name in wanted for name in cohort.feature_names]))


def drop_constant(cohort: Cohort, rows: Indices) -> tuple[Cohort, tuple[str, ...]]:
    """The cohort without features that are the same in all these rows, and their names.

    A small cohort has some: the minimum is 0 wherever the normalisation cuts off below.

    Raises
    ------
    FeatureError
        If no feature of a sequence varies.
    """
    varies = np.ptp(cohort.features[rows], axis=0) > 0.0
    names = tuple(name for name, kept in zip(cohort.feature_names, varies, strict=True) if not kept)
    stuck = [str(role) for role in Role if set(cohort.names(role)) <= set(names)]
    if stuck:
        raise FeatureError(
            f"Every feature of {', '.join(stuck)} is the same in all training patients",
            "features that vary",
            "check the images and the profile (one grey level makes texture constant)",
        )
    return (_columns(cohort, varies), names) if names else (cohort, ())


def drop_duplicates(cohort: Cohort, rows: Indices) -> tuple[Cohort, tuple[str, ...]]:
    """The cohort without features that repeat an earlier one of their sequence, up to scale and sign, and their names.

    LASSO could not choose between them: which one it takes would depend on rounding.
    """
    dropped = {name for role in Role for name in _repeats(cohort.names(role), cohort.columns(role)[rows])}
    names = tuple(name for name in cohort.feature_names if name in dropped)
    if not names:
        return cohort, ()
    return _columns(cohort, np.array([name not in dropped for name in cohort.feature_names])), names


def _repeats(names: tuple[str, ...], columns: FloatTable) -> list[str]:
    sds = columns.std(axis=0)
    standardised = (columns - columns.mean(axis=0)) / np.where(sds > 0.0, sds, 1.0)
    standardised *= np.where(standardised[np.abs(standardised).argmax(axis=0), np.arange(len(names))] < 0.0, -1.0, 1.0)
    seen: set[bytes] = set()
    repeats = []
    for name, column in zip(names, np.round(standardised, 9).T + 0.0, strict=True):
        key = column.tobytes()
        if key in seen:
            repeats.append(name)
        seen.add(key)
    return repeats


def _columns(cohort: Cohort, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Cohort:
    names = tuple(name for name, wanted in zip(cohort.feature_names, kept, strict=True) if wanted)
    return replace(cohort, feature_names=names, features=cohort.features[:, kept])
