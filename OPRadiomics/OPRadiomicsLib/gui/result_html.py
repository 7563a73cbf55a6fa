"""A prediction as rich text: probabilities, SHAP bars and warnings in tables that Qt draws crisply in light and dark style.

Qt's rich text knows tables, widths and background colours, and that is all the bars need; the text can be copied as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from slicer.i18n import tr as _

from ..reports.strings import percent, percents_apart
from .language import inWords

Content = Mapping[str, Any]

BAR = 120
"""Pixels of the longest bar to either side."""

SHORT_BAR = 40
"""In the table of probabilities, whose six columns have to stand side by side in a narrow panel."""

CELL = "<td style='white-space:nowrap; vertical-align:middle'>"
NUMBER = "<td align='right' style='vertical-align:middle; padding-left:8px'>"


@dataclass(frozen=True)
class Palette:
    """Colours as #rrggbb; text colours come from the widget."""

    towards: str = "#c0392b"
    away: str = "#2471a3"
    neutral: str = "#7f8c8d"
    rule: str = "#b2babb"
    warning: str = "#b9770e"


def resultHtml(content: Content, palette: Palette, stale: bool = False) -> str:
    """The whole result.

    Parameters
    ----------
    content
        prediction.json, parsed.
    palette
        Colours that are readable on the widget's background.
    stale
        Masks or entries have changed since.
    """
    parts = [_banners(content, palette, stale), _probabilities(content, palette)]
    models = content["models"]
    if models:
        explained = list(models)[-1]
        parts += [_shap(explained, models[explained], palette), _shares(models[explained], palette)]
    parts += [_amongTraining(content, palette), _published(content), _warnings(content, palette), _provenance(content)]
    return "".join(part for part in parts if part)


def resultText(content: Content) -> str:
    """The result as plain text, for the clipboard."""
    lines = [_("Probability of osteoporosis (QCT BMD below 80 mg/cm3)")]
    if content["demo"]:
        lines.append(_demoNotice())
    lines += [f"{_modelName(name)}: {_said(model)}" for name, model in content["models"].items()]
    if content.get("published_clinical"):
        lines.append(f"{_('Published clinical formula')}: {percent(content['published_clinical']['probability'])}")
    lines += [f"! {inWords(warning)}" for warning in content["warnings"]]
    return "\n".join([*lines, _use()]) + "\n"


def _demoNotice() -> str:
    """What prediction.json says in English, in the panel's language: no reader may miss it."""
    return _("DEMO: models fitted on simulated patients. These numbers say nothing about a real person.")


def _use() -> str:
    return _("Research use only, not for diagnosis.")


def _said(model: Content) -> str:
    interval = model["interval_95"]
    between = f" ({percent(interval[0])} - {percent(interval[1])})" if isinstance(interval, list) else ""
    return f"{percent(model['probability'])}{between}, {_class(model['osteoporosis'])}"


def _class(osteoporosis: object) -> str:
    if isinstance(osteoporosis, bool):
        return _("OP") if osteoporosis else _("no OP")
    return _("not published")


def _modelName(name: str) -> str:
    return {"clinical": _("Clinical"), "radiomics": _("Radiomics"), "combined": _("Combined")}.get(name, name)


def _banners(content: Content, palette: Palette, stale: bool) -> str:
    banners = []
    if stale:
        banners.append(_("Out of date: masks or entries have changed. Click 'Predict OP' again."))
    if content["demo"]:
        banners.append(_demoNotice())
    return "".join(f'<p style="color:{palette.warning}"><b>{escape(text)}</b></p>' for text in banners)


def _probabilities(content: Content, palette: Palette) -> str:
    head = "".join(
        f"<th align='left' style='white-space:nowrap'>{cell}</th>"
        for cell in (_("Model"), _("P(OP)"), "", _("95 % CI"), _("Threshold"), _("Class"))
    )
    rows = "".join(_probabilityRow(name, model, palette) for name, model in content["models"].items())
    return f"<table cellpadding='3'><tr>{head}</tr>{rows}</table>"


def _probabilityRow(name: str, model: Content, palette: Palette) -> str:
    interval, threshold = model["interval_95"], model["threshold"]
    colour = palette.towards if model["osteoporosis"] is True else palette.away
    between = f"{percent(interval[0])} – {percent(interval[1])}" if isinstance(interval, list) else _("not published")
    said, cut = percent(model["probability"]), _("not published")
    if isinstance(threshold, float):
        said, cut = percents_apart(model["probability"], threshold)
    cells = (
        f"<b>{escape(_modelName(name))}</b>",
        f"<b>{escape(said)}</b>",
        _bar(round(SHORT_BAR * model["probability"]), SHORT_BAR, colour, palette.rule),
        escape(between),
        escape(cut),
        escape(_class(model["osteoporosis"])),
    )
    return "<tr>" + "".join(f"{CELL}{cell}</td>" for cell in cells) + "</tr>"


def _bar(filled: int, whole: int, colour: str, rest: str) -> str:
    """A bar of ``filled`` of ``whole`` pixels."""
    filled = min(max(filled, 1), whole - 1)
    return (
        f"<table cellspacing='0' cellpadding='0'><tr><td width='{filled}' height='10' bgcolor='{colour}'></td>"
        f"<td width='{whole - filled}' bgcolor='{rest}'></td></tr></table>"
    )


def _shap(name: str, model: Content, palette: Palette) -> str:
    terms = sorted(model["contributions"], key=lambda term: -abs(term["shap"]))
    longest = max((abs(term["shap"]) for term in terms), default=0.0) or 1.0
    rows = "".join(
        f"<tr>{CELL}{escape(_predictor(term))}</td><td align='right'>{_half(-term['shap'], longest, palette.away, True)}</td>"
        f"<td>{_half(term['shap'], longest, palette.towards, False)}</td>"
        f"{NUMBER}{term['shap']:+.2f}</td>{NUMBER}{escape(percent(term['share']))}</td></tr>"
        for term in terms
    )
    heads = (_("Predictor"), _("← away"), _("towards OP →"), "SHAP", _("share"))
    sides = ("left", "right", "left", "right", "right")
    style = "style='white-space:nowrap; padding-left:8px'"
    head = "".join(f"<th align='{side}' {style}>{cell}</th>" for side, cell in zip(sides, heads, strict=True))
    note = _("base {base:+.2f} → logit {logit:+.2f}").format(base=model["base_logit"], logit=model["logit"])
    title = _("Why: SHAP values of the {model} model").format(model=_modelName(name))
    return f"<h4>{escape(title)} ({note})</h4><table cellpadding='2' cellspacing='0'><tr>{head}</tr>{rows}</table>"


def _half(value: float, longest: float, colour: str, leftwards: bool) -> str:
    """Bar of a positive value that starts at the middle line; nothing for a negative one."""
    pixels = round(BAR / 2 * max(value, 0.0) / longest)
    filled = f"<td width='{pixels}' height='10' bgcolor='{colour}'></td>" if pixels else ""
    empty = f"<td width='{max(BAR // 2 - pixels, 1)}'></td>"
    return f"<table cellspacing='0' cellpadding='0'><tr>{empty + filled if leftwards else filled + empty}</tr></table>"


def _predictor(term: Content) -> str:
    name, value = str(term["name"]), float(term["value"])
    if name == "age":
        return _("Age: {years:.0f} years").format(years=value)
    if name == "sex":
        return _("Sex: {sex}").format(sex=_("male") if value else _("female"))
    if name in {"diabetes", "smoking", "drinking"}:
        word = {"diabetes": _("Diabetes"), "smoking": _("Smoking"), "drinking": _("Drinking")}[name]
        return f"{word}: {_('yes') if value else _('no')}"
    if name.startswith("radscore_"):
        return _("{sequence} Radscore: {value:.3g}").format(sequence=name.removeprefix("radscore_"), value=value)
    return f"{name.upper()}: {value:.3g}"


def _shares(model: Content, palette: Palette) -> str:
    grouped: dict[str, float] = {}
    for term in model["contributions"]:
        name = str(term["name"])
        group = name.removeprefix("radscore_") if name.startswith("radscore_") else _("Clinical")
        grouped[group] = grouped.get(group, 0.0) + float(term["share"])
    if len(grouped) < 2:
        return ""
    rows = "".join(
        f"<tr>{CELL}{escape(name)}</td><td>{_bar(round(BAR * share), BAR, palette.neutral, palette.rule)}</td>"
        f"{NUMBER}{escape(percent(share))}</td></tr>"
        for name, share in grouped.items()
    )
    return f"<h4>{_('Share of each sequence in the sum of |SHAP|')}</h4><table cellpadding='2'>{rows}</table>"


def _amongTraining(content: Content, palette: Palette) -> str:
    places = content.get("among_training") or {}
    rows = "".join(
        f"<tr>{CELL}{escape(_predictor({'name': name, 'value': place['value']}))}</td>"
        f"<td>{_bar(round(BAR * place['percentile'] / 100), BAR, palette.neutral, palette.rule)}</td>"
        f"{NUMBER}{place['percentile']:.0f}</td>"
        f"<td>{'' if place['inside'] else _('outside their range')}</td></tr>"
        for name, place in places.items()
    )
    title = _("This patient among the training patients (percentile)")
    return f"<h4>{title}</h4><table cellpadding='2'>{rows}</table>" if rows else ""


def _published(content: Content) -> str:
    published = content.get("published_clinical")
    if not published:
        return ""
    text = _(
        "Published clinical formula (age and sex alone; another model, fitted on other patients, 55 % of whom had OP; "
        "interval and threshold not published): {probability}"
    ).format(probability=percent(published["probability"]))
    return f"<p>{escape(text)}</p>"


def _warnings(content: Content, palette: Palette) -> str:
    found: Sequence[str] = content["warnings"]
    if not found:
        return ""
    items = "".join(f"<li>{escape(inWords(warning))}</li>" for warning in found)
    return f"<h4 style='color:{palette.warning}'>{_('Warnings')}</h4><ul>{items}</ul>"


def _provenance(content: Content) -> str:
    signature = content["signature"]
    source = signature["provenance"]
    text = _("Model {name} {version}; trained on {trained}; validation: {validation}. {use}").format(
        name=signature["name"],
        version=signature["version"],
        trained=inWords(source["trained_on"]),
        validation=inWords(source["validation"]),
        use=_use(),
    )
    return f"<p><small>{escape(text)}</small></p>"
