"""Templates of sentences: English with named fields to another language with the same fields.

``"{level}: {flag:said}"`` stands for any sentence "L2: ...". A field passes as it is, and holds no semicolon before a blank
except between quotation marks; one with a kind is

- ``{name:said}``, a sentence, several between semicolons, or none, said in turn;
- ``{name:items}``, what is listed between semicolons, each begun by a quoted name or a series, said in turn;
- ``{name:bars}``, sentences between bars, said in turn;
- ``{name:list}``, words between commas and "and", said in turn;
- ``{name:number}`` or ``{name:word}``, which holds no blank.

Names such as ``level`` or ``role`` hold what `_SHAPES` says, whatever their kind: that keeps templates apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

FIELD: Final = re.compile(r"\{(\w+)(?::(said|items|bars|list|number|word))?\}")

_SHAPES: Final = {
    "said": ".*?",
    "items": ".+?",
    "bars": ".+?",
    "list": ".+?",
    "number": r"[-+<>]?\d[\d.e+-]*",
    "word": r"[^\s,;]+",
    "level": r"[TLS]\d{1,2}",
    "role": "T1WI|T2WI|FS-T2WI",
    "times": r"TR \d+ / TE \d+(?: / TI \d+)? ms",
    "series": r"series (?:without number|\S+) '.*?', .+?",
    "predictor": r"[\w-]+(?: Radscore)?",
    "levels": r"[TLS]\d{1,2}(?:(?:, | and )[TLS]\d{1,2})*",
    "undefined": "-?(?:nan|inf)",
    "package": r"[\w.-]+(?: or [\w.-]+)?",
    "case": "[^:]+",
    "numbered": r"without number|\S+",
    "stack": r"series (?:without number|\S+) '.*?'",
    "facts": "(?:(?!, UID |: ).)+",
    "plane": "axial|coronal|sagittal|oblique|unknown",
    "method": "diffusion|mapping|myelography",
    "model": "clinical|radiomics|combined",
}
"""What a field of this name or kind holds."""

_PLAIN: Final = "(?:(?!; ).)+?"
_QUOTED: Final = ".+?"
_DEEPEST: Final = 12
"""Sentences in sentences; no text, whoever wrote it, makes an error of being shown."""
_SUBJECTS: Final = re.compile(rf"; (?=(?:{_SHAPES['role']}|{_SHAPES['level']}): )")
"""Sentences that begin with their sequence or level stand each for itself."""
_ITEMS: Final = re.compile(r"; (?='|series )")
_WORDS: Final = re.compile(r", | and ")


@dataclass(frozen=True)
class _Phrase:
    sentence: re.Pattern[str]
    kinds: Mapping[str, str]
    said: str


class Phrasebook:
    """Says sentences by templates; of several that fit, the one with the most words of its own.

    Parameters
    ----------
    phrases
        Templates in English, each with its translation, whose fields are named without their kind.
    """

    def __init__(self, phrases: Mapping[str, str]) -> None:
        closest = sorted(phrases.items(), key=lambda pair: -len(FIELD.sub("", pair[0])))
        self._phrases = [_Phrase(pattern_of(english), kinds_of(english), said) for english, said in closest]

    def say(self, sentence: str, depth: int = 0) -> str:
        """The sentence's translation; what has no template, or lies deeper in others than any does, stays as it is."""
        if depth > _DEEPEST:
            return sentence
        subjects = _SUBJECTS.split(sentence)
        if len(subjects) > 1:
            return "；".join(self.say(one, depth + 1) for one in subjects)
        for phrase in self._phrases:
            if found := phrase.sentence.fullmatch(sentence):
                fields = {
                    name: self._say_field(text, phrase.kinds[name], depth + 1) for name, text in found.groupdict().items()
                }
                return phrase.said.format(**fields)
        parts = sentence.split("; ")
        said = [self.say(part, depth + 1) for part in parts] if len(parts) > 1 else parts
        return sentence if said == parts else "；".join(said)

    def _say_field(self, text: str, kind: str, depth: int) -> str:
        match kind:
            case "said":
                return self.say(text, depth)
            case "items":
                return "；".join(self.say(item, depth) for item in _ITEMS.split(text))
            case "bars":
                return " | ".join(self.say(part, depth) for part in text.split(" | "))
            case "list":
                return "、".join(self.say(word, depth) for word in _WORDS.split(text))
        return text


def kinds_of(template: str) -> dict[str, str]:
    """The kind of each field, "" for one that passes as it is."""
    return {found[1]: found[2] or "" for found in FIELD.finditer(template)}


def pattern_of(template: str) -> re.Pattern[str]:
    """Fits whole sentences, whose first letter may be a capital or not."""
    pattern, end = "", 0
    for found in FIELD.finditer(template):
        literal = template[end : found.start()]
        plain = _QUOTED if literal.endswith("'") else _PLAIN
        pattern += f"{re.escape(literal)}(?P<{found[1]}>{_SHAPES.get(found[1]) or _SHAPES.get(found[2], plain)})"
        end = found.end()
    pattern += re.escape(template[end:])
    return re.compile(f"(?i:{pattern[0]}){pattern[1:]}" if template[0].isalpha() else pattern, re.DOTALL)
