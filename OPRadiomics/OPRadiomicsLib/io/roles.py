"""Which sequence of the study a series is: the rules as tables, and the verdict with its reason in words.

The header's numbers (TR, TE, TI, fat-suppression tags, orientation) speak first; the description confirms, or decides where
they are absent. Contradiction refuses the role: nothing is preferred silently.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..types import USUAL_KIND, Role, SeriesRef

LOCALISER_SLICES = 10
"""A series of several planes with at most so many slices in this one is a localiser."""

MINIMUM_SLICES = 5
"""Fewer are a localiser or a fragment: the study's stacks hold about 17 slices of 3.3 mm."""


@dataclass(frozen=True)
class Timing:
    """Ranges, in ms, that make a spin echo's weighting; ``ti_ms`` None asks nothing of the inversion time."""

    weighting: str
    name: str
    tr_ms: tuple[float, float]
    te_ms: tuple[float, float]
    ti_ms: tuple[float, float] | None = None
    fat_suppressed: bool = False


TIMINGS = (
    # Inversion first: fat is nulled at TI = T1(fat) x ln 2, about 160 ms at 1.5 T and 220 ms at 3 T (Bernstein, King, Zhou,
    # Handbook of MRI Pulse Sequences, 2004, ch. 14); T1 FLAIR inverts at 600 to 1100 ms. The study (TR / TE): T1WI
    # 583-726 / 10, T2WI 3614-4563 / 123, FS-T2WI 2682-5184 / 43-71.
    Timing("T2", "STIR", (1500, 20000), (5, 250), (80, 300), fat_suppressed=True),
    Timing("T1", "T1 FLAIR", (1200, 4000), (0, 60), (500, 1500)),
    Timing("T1", "T1 spin echo", (150, 1300), (0, 35)),
    Timing("T2", "T2 spin echo", (1500, 20000), (60, 250)),
    Timing("PD", "proton-density or intermediate spin echo", (1500, 20000), (0, 60)),
)
INTERMEDIATE_TE_MS = 30.0
"""A fat-suppressed series of long TR counts as FS-T2WI from this TE on (the study's centre B: 5184 / 43)."""

_NOT = r"(?:\b(?:ohne|non?|w/?o|without|sans|sin|senza|sem|pre|nativ\w*|not)[\s_.\-]*|[不无無未非])"
_TIRM = r"(?<![a-z])(?<!t1 )(?<!t1)tirm(?![a-z])(?!.*dark)"
"""Siemens' name of STIR, except for "t1_tirm" and "dark-fluid", which null CSF."""
_SEPARATED = r"(?:dixon|dix|ideal|flex|lava|wfi|wfs)\w*"
"""Water-fat separations of Siemens, Philips and GE, of United Imaging (WFI) and Canon (WFS)."""
_SEPARATION = _SEPARATED + r"[\s:.\-]*(?:.*[\s:.\-])?"
WORDS: dict[str, str] = {
    # Text as `text_of` gives it: lower case, without accents, full-width forms made narrow, underscores made blanks.
    "T1": r"(?<![\d.])(?<!repea)(?<!par)t1(?![\d*]|\s*-\s*[tl]\d|\s*map|rho)",
    "T2": r"(?<![\d.])(?<!repea)(?<!par)t2(?![\d*]|\s*-\s*[tl]\d|\s*star|\s*map|_?\*)|stir|" + _TIRM,
    "PD": r"(?<![a-z])(?:pd|dp)w?i?(?![a-z])|proton|densidad|質子|质子|プロトン",
    "fat suppression": (
        r"(?<![a-z])fs(?![a-z])|(?<![a-z])fs(?=t[12])|(?<=t[12])w?i?[_\s-]?fs(?![a-z])"  # fs, fst2, t2fs; never fse
        rf"|{_TIRM}|fat[\s_-]*(?:sat|sup|nul)|\bfatsat|stir|spair|spir(?!al)|\bchess\b|\bpasta\b|\bproset\b|\bwats\b"
        r"|fett[\s_-]*(?:gesatt|satt|unterdr|supp)|fettges|(?:sat\w*|supp?r\w*)[\s_-]*(?:de[\s_]*)?(?:la[\s_]*)?(?:graisse|grasa|gordura)"
        r"|(?:satgra|satgrasa|supgrasa)|(?:soppress\w*|satur\w*)[\s_-]*(?:del[\s_]*)?(?:grasso|adipe)"
        r"|[压抑壓]脂|脂肪?(?:抑|饱和|飽和)|подавл\w*[\s_]*жир|жироподавл|지방[\s_]*억제"
    ),
    "inversion": rf"\bstir\b|{_TIRM}",
    "water image": rf"^water\b|{_SEPARATION}(?:w|water|wasser|eau|agua|acqua|水)(?:$|\s)",
    "fat image": rf"^fat\s*:|{_SEPARATION}(?:f|fat|fett|graisse|grasa|脂)(?:$|\s)",
    "opposed phase": rf"out[\s_-]*(?:of[\s_-]*)?ph|opp(?:osed)?[\s_-]*ph|{_SEPARATED}.*[\s_](?:opp|op|out)$",
    "localiser": (
        r"locali[sz]|(?<![a-z])loc(?![a-z])|scout|survey|pilot|\b3[\s-]?p(?:l|lane)\w*|ubersicht|reperage|localizador|localizzat"
        r"|定位|位置決め|локал|로컬"
    ),
    "contrast agent": (
        r"(?<![a-z])ga?d(?![a-z])|gado|(?<![a-z])post(?:[\s_+-]*(?:ga?d|c\b|con|km|inj)|(?![a-z]|[\s-]*(?:op|surg|sat)))"
        r"|\+\s*(?:c|gd|km|k)(?![a-z0-9])|\bc\s?\+"
        r"|(?<![a-z])ce(?![a-z])|(?<![a-z])km(?![a-z])|contrast|kontrast|contrasto|(?<![a-z])mdc(?![a-z])|增强|增強|造影"
    ),
    "reformat": (
        r"(?<![a-z])(?:mpr|mip|minip|reformat\w*|reconstru\w*|(?<!air )(?<!dl )recon(?!\s*dl))(?![a-z])"  # not "AIR Recon DL"
        r"|重建|多平面|compos|stitch|mobiview|拼接"
    ),
    "synthetic": r"\bsymri|\bmagic\b|synthetic|\bsynth?\s*t[12]",
    "diffusion": r"(?<![a-z])(?:dwi|dti|adc|diff|diffusion|resolve|ivim)(?![a-z])|弥散|扩散|拡散|diffus",
    "myelography": r"myelo|(?<![a-z])(?:mrm|myur)(?![a-z])|脊髓水成像|水成像|ミエロ",
    "mapping": r"t[12][\s_]*map|\bt1rho|relaxometr|fat[\s_]*fraction|\bpdff|q-?dixon|t2\s*(?:\*|star)",
    "other region": (
        r"cervic|(?<![a-z])[ct][\s_-]?spine|(?<![a-z])(?:hws|bws)(?![a-z])|thora[ck]|dorsal|brain|(?<![a-z])head(?![a-z])|hirn|kopf|"
        r"颈|頸|胸|颅|頭部|шейн|грудн"
    ),
    "whole spine": r"(?:whole|total|entire|full|ganze)[\s-]*(?:spine|ws|wirbels)|全脊[柱椎]",
    "lumbar": r"lumb|(?<![a-z])l[\s_-]?spine|(?<![a-z])lws(?![a-z])|lws|腰|поясн|요추",
}

DERIVED_TYPES = {
    "MPR": "a reformat",
    "REFORMATTED": "a reformat",
    "PROJECTION IMAGE": "a projection",
    "MIP": "a projection",
    "MNIP": "a projection",
    "SUBTRACT": "a subtraction",
    "SUBTRACTION": "a subtraction",
    "COMPOSED": "composed of several stations",
    "ADC": "a diffusion map",
    "TRACEW": "a diffusion image",
    "FA": "a diffusion map",
    "DIFFUSION": "a diffusion image",
    "T1 MAP": "a relaxation map",
    "T2 MAP": "a relaxation map",
    "T1_MAP": "a relaxation map",
    "T2_MAP": "a relaxation map",
    "P": "a phase image",
    "PHASE MAP": "a phase image",
    "R": "the real part of a complex image",
    "I": "the imaginary part of a complex image",
    "SYNTHETIC": "a synthetic image",
    "FF": "a fat-fraction map",
    "FAT_FRACTION": "a fat-fraction map",
}
WATER_TYPES = {"W", "WATER"}
FAT_TYPES = {"F", "FAT"}
OPPOSED_TYPES = {"OP", "OPP_PHASE", "OUT_PHASE", "OUTPHASE", "OPPOSED_PHASE"}
OTHER_SPINE = {"CSPINE", "CTSPINE", "TSPINE"}
"""BodyPartExamined (PS3.16 annex L) of another part of the spine; HEAD and others are too often a scanner's default."""
_NO_AGENT = {"", "no", "none", "n", "0", "false", "without", "n/a", "na", "nil", "-", "--", "无", "無", "なし"}
FAT_SCAN_OPTIONS = {"FS", "FATSAT", "FAT_SAT", "SPAIR", "SPIR", "STIR", "WE"}


@dataclass(frozen=True)
class Verdict:
    """Role of a series, or None; why; and whether the series cannot serve even when the user chooses it."""

    role: Role | None
    reason: str
    unusable: bool = False


def judge(series: SeriesRef) -> Verdict:
    """Role of one series by the tables above, with the reason in words that a radiologist can check."""
    applying = [(reason, unusable) for rule, unusable in _EXCLUSIONS if (reason := rule(series))]
    if applying:
        return Verdict(None, applying[0][0], any(unusable for _, unusable in applying))
    return _role_of(series)


def kind_of(role: Role, series: SeriesRef) -> str:
    """The kind of a sequence, on which features depend and which its role does not tell: "FS-T2WI: as the study's"."""
    return f"{role}: {unlike_the_study(series) or USUAL_KIND}"


def read_kind(text: str) -> str:
    """A kind that somebody typed, as `kind_of` writes it; "" where the text is not a sequence, a colon and its kind."""
    role, _, kind = (part.strip() for part in text.partition(":"))
    return f"{role}: {kind}" if role in list(Role) and kind else ""


def unlike_the_study(series: SeriesRef) -> str:
    """How a series differs in kind from the study's 2-D spin echoes with fat suppressed by its frequency; "" if it does not."""
    timing, text = _timing(series), text_of(series)
    fat, _ = _fat_suppression(series)
    selective = _tokens(series, "scan_options") & (FAT_SCAN_OPTIONS - {"STIR"})
    inverted = timing is not None and timing.fat_suppressed and "IR" in _tokens(series, "scanning_sequence") and not selective
    kinds = {
        "a 3-D acquisition": str(series.acquisition.get("acquisition_type", "")).upper() == "3D",
        "T1 FLAIR": timing is not None and timing.name == "T1 FLAIR",
        "fat suppressed by inversion (STIR)": bool(fat) and (inverted or bool(describes(text, "inversion"))),
        "the water image of a water-fat separation": bool(fat) and _is_water_image(series),
    }
    return ", ".join(kind for kind, applies in kinds.items() if applies)


def text_of(series: SeriesRef) -> str:
    """Description, protocol and sequence name, normalised for `describes`."""
    acquisition = series.acquisition
    parts = (series.description, acquisition.get("protocol", ""), acquisition.get("sequence_name", ""))
    return _normalised(" | ".join(str(part) for part in parts if part))


def description_of(series: SeriesRef) -> str:
    """Description alone where there is one: a protocol name may stand for the whole examination ("L-spine with contrast")."""
    return _normalised(series.description) or text_of(series)


def _normalised(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFC", re.sub("[\u0300-\u036f]", "", decomposed)).replace("_", " ")


def describes(text: str, meaning: str) -> bool | None:
    """True where the text says it, False where it denies it ("non FS", "ohne KM", "不压脂"), None where it is silent."""
    pattern = f"(?:{WORDS[meaning]})"
    positive = re.sub(f"{_NOT}(?:{pattern})", " ", text)
    if re.search(pattern, positive):
        return True
    return False if positive != text else None


def _number(series: SeriesRef, key: str) -> float | None:
    value = series.acquisition.get(key)
    return float(value) if isinstance(value, (int, float)) else None


def _tokens(series: SeriesRef, key: str) -> set[str]:
    value: Any = series.acquisition.get(key, ())
    return {str(token).strip().upper() for token in value}


# --- what cannot serve at all, and what serves only by explicit choice: each rule gives a reason or "" ---


def _not_an_image(series: SeriesRef) -> str:
    kind = str(series.acquisition.get("kind", "image"))
    return "" if kind == "image" else kind


def _not_mr(series: SeriesRef) -> str:
    modality = str(series.acquisition.get("modality", ""))
    return "" if modality == "MR" else f"modality {modality or 'unknown'}, not MR"


def _localiser(series: SeriesRef) -> str:
    planes: Any = series.acquisition.get("planes_in_series", ())
    described = _tokens(series, "image_type") & {"LOCALIZER", "SCOUT"} or describes(description_of(series), "localiser")
    several = len(set(planes) - {"oblique", "unknown"}) > 1 and (_number(series, "slices") or 0) <= LOCALISER_SLICES
    return "localiser" if described or several else ""


def _not_sagittal(series: SeriesRef) -> str:
    plane = series.acquisition.get("plane", "unknown")
    return "" if plane == "sagittal" else f"{plane} plane, not sagittal"


def _too_few(series: SeriesRef) -> str:
    slices = _number(series, "slices") or 0
    return "" if slices >= MINIMUM_SLICES else f"{slices:.0f} slices, fewer than {MINIMUM_SLICES}"


def _derived(series: SeriesRef) -> str:
    types = _tokens(series, "image_type")
    named = [reason for token, reason in DERIVED_TYPES.items() if token in types]
    if named:
        return named[0]
    if {"DERIVED", "SECONDARY"} <= types and not types & WATER_TYPES:
        return "derived from other images (DERIVED, SECONDARY)"
    if describes(description_of(series), "synthetic"):
        return "a synthetic image, by its description"
    return "a reformat, by its description" if describes(description_of(series), "reformat") else ""


def _dixon_part(series: SeriesRef) -> str:
    types, text = _tokens(series, "image_type"), description_of(series)
    if (types & FAT_TYPES and not types & WATER_TYPES) or describes(text, "fat image"):
        return "fat image of a water-fat separation"
    return "opposed-phase image" if types & OPPOSED_TYPES or describes(text, "opposed phase") else ""


def _contrast(series: SeriesRef) -> str:
    agent = str(series.acquisition.get("contrast", "")).strip().casefold()
    given = agent not in _NO_AGENT and describes(agent, "contrast agent") is not False
    if given or describes(description_of(series), "contrast agent"):
        return "after contrast agent"
    return ""


def _other_method(series: SeriesRef) -> str:
    sequence, text = _tokens(series, "scanning_sequence"), description_of(series)
    for meaning in ("diffusion", "mapping", "myelography"):
        if describes(text, meaning):
            return f"{meaning}, by its description"
    if "EP" in sequence:
        return "echo-planar sequence"
    if "GR" in sequence and "SE" not in sequence:
        return "gradient echo; the study's sequences are spin echoes"
    return "TE above 250 ms: myelography" if (_number(series, "te_ms") or 0) > 250 else ""


def _other_region(series: SeriesRef) -> str:
    text, body_part = description_of(series), str(series.acquisition.get("body_part", "")).strip().upper()
    if describes(text, "lumbar"):
        return ""
    if describes(text, "other region"):
        return "another region, by its description"
    if describes(text, "whole spine"):
        return "the whole spine, by its description"
    return f"another region, by BodyPartExamined {body_part}" if body_part in OTHER_SPINE else ""


_EXCLUSIONS: tuple[tuple[Callable[[SeriesRef], str], bool], ...] = (
    # rule, whether it holds even against the user's choice; the first that applies gives the reason, any that applies holds
    (_not_an_image, True),
    (_not_mr, True),
    (_localiser, False),
    (_not_sagittal, True),
    (_too_few, True),
    (_dixon_part, False),
    (_derived, False),
    (_contrast, False),
    (_other_method, False),
    (_other_region, False),
)


# --- weighting and fat suppression ---


def _role_of(series: SeriesRef) -> Verdict:
    fat, fat_evidence = _fat_suppression(series)
    if fat is None:
        return Verdict(None, fat_evidence)
    weighting, evidence = _weighting(series, fat)
    if weighting is None:
        return Verdict(None, evidence)
    evidence = "; ".join(part for part in (evidence, fat_evidence) if part)
    if weighting == "PD":
        return Verdict(None, f"proton-density weighting ({evidence})")
    if weighting == "T1":
        return Verdict(None, f"T1 with fat suppression ({evidence})") if fat else Verdict(Role.T1WI, evidence)
    return Verdict(Role.FST2WI if fat else Role.T2WI, evidence)


def _fat_suppression(series: SeriesRef) -> tuple[bool | None, str]:
    """Whether fat is suppressed, and by what evidence; None and the contradiction where header and description disagree."""
    said = describes(description_of(series), "fat suppression")
    said = describes(text_of(series), "fat suppression") if said is None else said
    header = _fat_suppression_in_header(series)
    if header and said is False:
        return None, f"contradiction: {header}, but described as without fat suppression"
    if header or said:
        return True, f"fat suppression by {header or 'its description'}"
    return False, ""


def _fat_suppression_in_header(series: SeriesRef) -> str:
    if options := _tokens(series, "scan_options") & FAT_SCAN_OPTIONS:
        return f"ScanOptions {'/'.join(sorted(options))}"
    if str(series.acquisition.get("fat_selective", "")).upper().startswith("FAT"):
        return "SpectrallySelectedSuppression FAT"
    if _is_water_image(series):
        return "water image of a water-fat separation"
    timing = _timing(series)
    return "an inversion time that nulls fat" if timing is not None and timing.fat_suppressed else ""


def _is_water_image(series: SeriesRef) -> bool:
    return bool(_tokens(series, "image_type") & WATER_TYPES or describes(description_of(series), "water image"))


def _timing(series: SeriesRef) -> Timing | None:
    """First row of TIMINGS that fits; None where none fits, or TR or TE is absent (0 is how some archives write that)."""
    tr, te, ti = (_number(series, key) or 0.0 for key in ("tr_ms", "te_ms", "ti_ms"))
    for row in TIMINGS if tr and te else ():
        fits = row.tr_ms[0] <= tr <= row.tr_ms[1] and row.te_ms[0] <= te <= row.te_ms[1]
        if fits and (row.ti_ms is None or row.ti_ms[0] <= ti <= row.ti_ms[1]):
            return row
    return None


def times_of(series: SeriesRef) -> str:
    """TR, TE and TI in words, "" where TR or TE is absent."""
    tr, te, ti = (_number(series, key) or 0.0 for key in ("tr_ms", "te_ms", "ti_ms"))
    return f"TR {tr:.0f} / TE {te:.0f}" + f" / TI {ti:.0f}" * bool(ti) + " ms" if tr and te else ""


def _described_weighting(series: SeriesRef) -> str | None:
    """T1, T2 or PD where the description, or else the whole text, names exactly one."""
    for text in (description_of(series), text_of(series)):
        named = [weighting for weighting in ("T1", "T2", "PD") if describes(text, weighting)]
        if len(named) == 1:
            return named[0]
    return None


def _weighting(series: SeriesRef, fat: bool) -> tuple[str | None, str]:
    """Weighting and its evidence; None and the reason where there is none or it is contradictory."""
    described, timing, times = _described_weighting(series), _timing(series), times_of(series)
    said = f"described as {described}" if described else ""
    if not times:
        return described, f"weak evidence: {said}, no TR and TE in the header" if described else (
            "neither TR and TE nor a weighting in its description"
        )
    if timing is None:
        return None, f"{times} fits no sequence of the study{f', though {said}' if said else ''}"
    evidence = "; ".join(part for part in (f"{times} ({timing.name})", said) if part)
    te_ms = _number(series, "te_ms") or 0.0
    if timing.weighting == "PD" and te_ms >= INTERMEDIATE_TE_MS and described != "PD" and (fat or described == "T2"):
        weak = "" if fat and described else "weak evidence: short TE for a T2WI; "
        return "T2", weak + evidence
    if described is not None and described != timing.weighting:
        return None, f"contradiction: {said}, but {times} ({timing.name})"
    return timing.weighting, evidence
