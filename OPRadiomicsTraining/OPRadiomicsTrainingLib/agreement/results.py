"""What an ICC study writes: tables, the list that `fit --features` takes, pictures and a report; all or nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from OPRadiomicsLib import __version__
from OPRadiomicsLib.files import all_or_nothing
from OPRadiomicsLib.io.tables import csv_of_records
from OPRadiomicsLib.levels import STUDY_LEVELS
from OPRadiomicsLib.reports.templates import template
from OPRadiomicsLib.types import Role

from ..statistics.arrays import FloatTable
from ..statistics.intraclass import BlandAltman
from .comparison import Comparison, FeatureAgreement
from .masks import LevelAgreement, volume_limits
from .pictures import bland_altman_picture, dice_picture, heat_map, split_name
from .readings import READINGS

NOTE_ON_REVISION = (
    "Reader B revised reader A's mask, as in the study: the two agree better than independent readers do, and so do features."
)


@dataclass(frozen=True, eq=False)
class Report:
    """A finished reader study; ``levels`` is empty where ready feature tables were given instead of masks."""

    agreement: FeatureAgreement
    levels: tuple[LevelAgreement, ...] = ()
    warnings: tuple[str, ...] = ()
    simulated: bool = False


def write_results(report: Report, out: Path) -> tuple[Path, ...]:
    """Write icc.csv, summary.csv, kept_features.txt and .json, masks.csv, bland_altman.csv, pictures/*.png and report.html.

    Raises
    ------
    OutputError
        If ``out`` can't be written; then nothing is.
    """
    agreement = report.agreement
    pictures = {"icc": heat_map(agreement, simulated=report.simulated)}
    texts = {
        "icc.csv": _csv(icc_rows(agreement)),
        "summary.csv": _csv(summary_rows(agreement)),
        "kept_features.txt": kept_text(agreement),
        "kept_features.json": json.dumps(kept_content(agreement), indent=1) + "\n",
    }
    limits: Mapping[tuple[str, str], BlandAltman] = {}
    if report.levels:
        limits = volume_limits(report.levels, agreement.comparisons)
        pictures["dice"] = dice_picture(report.levels, agreement.comparisons, simulated=report.simulated)
        pictures["bland_altman"] = bland_altman_picture(
            report.levels, agreement.comparisons, limits, simulated=report.simulated
        )
        texts["masks.csv"] = _csv(vars(row) for row in report.levels)
        texts["bland_altman.csv"] = _csv(_limit_rows(limits))
    texts["report.html"] = _html(report, pictures, limits)
    with all_or_nothing(out) as folder:
        (folder / "pictures").mkdir()
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8", newline="")
        for name, content in pictures.items():
            (folder / "pictures" / f"{name}.png").write_bytes(content)
    return (*(out / name for name in texts), *(out / "pictures" / f"{name}.png" for name in pictures))


def icc_rows(agreement: FeatureAgreement) -> list[dict[str, Any]]:
    """A row for each feature: sequence, image, family, ICC and interval in each comparison, kept or not."""
    rows = []
    for number, name in enumerate(agreement.ratings.features):
        role, image, family = split_name(name)
        row: dict[str, Any] = {"feature": name, "sequence": role, "image": image, "family": family}
        for one in agreement.comparisons:
            found = agreement.found[one.key]
            row[f"{one.key}_icc"] = float(found.estimate[number])
            row[f"{one.key}_lower"] = float(found.lower[number])
            row[f"{one.key}_upper"] = float(found.upper[number])
        rows.append({**row, "kept": int(agreement.kept[number])})
    return rows


def summary_rows(agreement: FeatureAgreement) -> list[dict[str, Any]]:
    """A row for each comparison and sequence, then one a sequence for what is kept after all that decide."""
    rows = []
    roles = [role for role in Role if agreement.of_role(role).any()]
    for one in agreement.comparisons:
        for role in roles:
            values = agreement.judged(one.key)[agreement.of_role(role)]
            above = int((np.nan_to_num(values, nan=-np.inf) > agreement.threshold).sum())
            rows.append({**_summary(one, role, values), "cases": agreement.cases(one), "above_threshold": above})
    for role in roles:
        own = agreement.of_role(role)
        rows.append(
            {"comparison": "all that decide", "decides": 1, "cases": "", "sequence": str(role), "features": int(own.sum()),
             "above_threshold": int(agreement.kept[own].sum()), "median_icc": "", "undefined": ""}
        )  # fmt: skip
    return rows


def _summary(one: Comparison, role: Role, values: FloatTable) -> dict[str, Any]:
    defined = values[np.isfinite(values)]
    return {
        "comparison": one.title,
        "decides": int(one.decides),
        "cases": 0,
        "sequence": str(role),
        "features": len(values),
        "above_threshold": 0,
        "median_icc": float(np.median(defined)) if len(defined) else "",
        "undefined": int(np.isnan(values).sum()),
    }


def kept_content(agreement: FeatureAgreement) -> dict[str, Any]:
    """The features kept, and by which rule: everything that a fit must be able to state."""
    return {
        "features": list(agreement.kept_names()),
        "kept": int(agreement.kept.sum()),
        "of": len(agreement.kept),
        "rule": f"ICC(A,1), {agreement.bound}, above {agreement.threshold:g} in every comparison that decides",
        "comparisons": [
            {
                "key": one.key,
                "title": one.title,
                "readings": list(one.readings),
                "decides": one.decides,
                "cases": agreement.cases(one),
            }
            for one in agreement.comparisons
        ],
        "cases": max(agreement.cases(one) for one in agreement.comparisons if one.decides),
        "profile_hash": agreement.ratings.profile_hash,
        "software": __version__,
    }


def kept_text(agreement: FeatureAgreement) -> str:
    """The same as lines: what begins with # is for people, every other line is a feature."""
    content = kept_content(agreement)
    decided = "; ".join(f"{one.title}, {agreement.cases(one)} cases" for one in agreement.comparisons if one.decides)
    head = (
        f"# {content['kept']} of {content['of']} features: {content['rule']}",
        f"# {decided}; profile {content['profile_hash']}; opradiomics {__version__}",
    )
    return "\n".join((*head, *content["features"])) + "\n"


def _limit_rows(limits: Mapping[tuple[str, str], BlandAltman]) -> list[dict[str, Any]]:
    return [
        {
            "comparison": key,
            "level": level,
            "bias_ml": one.bias.value,
            "bias_lower": one.bias.lower,
            "bias_upper": one.bias.upper,
            "sd_ml": one.sd,
            "lower_limit_ml": one.lower_limit.value,
            "lower_limit_lower": one.lower_limit.lower,
            "lower_limit_upper": one.lower_limit.upper,
            "upper_limit_ml": one.upper_limit.value,
            "upper_limit_lower": one.upper_limit.lower,
            "upper_limit_upper": one.upper_limit.upper,
        }
        for (key, level), one in limits.items()
    ]


def dice_rows(levels: Sequence[LevelAgreement], comparisons: Sequence[Comparison]) -> list[dict[str, Any]]:
    """Median and range of Dice by comparison and level."""
    rows = []
    for one in comparisons:
        for level in STUDY_LEVELS:
            values = [row.dice for row in levels if (row.comparison, row.level) == (one.key, level)]
            rows.append(
                {"comparison": one.title, "level": level, "median": float(np.median(values)), "least": min(values),
                 "most": max(values)}
            )  # fmt: skip
    return rows


def _csv(rows: Iterable[Mapping[str, Any]]) -> str:
    listed = list(rows)
    return csv_of_records(list(listed[0]), listed)


def _html(report: Report, pictures: Mapping[str, bytes], limits: Mapping[tuple[str, str], BlandAltman]) -> str:
    agreement = report.agreement
    notes = [NOTE_ON_REVISION] if any(one.key == "inter" and one.decides for one in agreement.comparisons) else []
    return template("agreement.html.j2").render(
        pictures={name: base64.b64encode(content).decode("ascii") for name, content in pictures.items()},
        kept=kept_content(agreement),
        summary=summary_rows(agreement),
        comparisons=[
            (one.title, one.decides, ", ".join(f"{name} ({READINGS.get(name, 'a reading')})" for name in one.readings))
            for one in agreement.comparisons
        ],
        dice=dice_rows(report.levels, agreement.comparisons) if report.levels else [],
        limits=_limit_rows(limits),
        titles={one.key: one.title for one in agreement.comparisons},
        warnings=report.warnings,
        notes=notes,
        simulated=report.simulated,
    )
