"""What the core says of a case, in the reader's language: a finished English sentence goes in, the same in Chinese comes out.

The core itself speaks English alone (prediction.json, tables, logs); a report or a panel asks here when it shows a sentence.
"""

from __future__ import annotations

from functools import cache, lru_cache

from .phrases import Phrasebook


@lru_cache(maxsize=2048)  # a panel shows the same sentences several times a second
def say(sentence: str, language: str) -> str:
    """The sentence in a language, such as "zh" or "zh-CN"; in English where the language or the sentence is not known.

    Parameters
    ----------
    sentence
        As the core wrote it; also a list of sentences between semicolons.
    language
        ISO 639 code, with or without a region.
    """
    return _chinese().say(sentence) if language.startswith("zh") else sentence


@cache
def _chinese() -> Phrasebook:
    from .chinese import PHRASES

    return Phrasebook(PHRASES)
