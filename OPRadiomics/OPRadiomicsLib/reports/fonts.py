"""A font for pictures in Chinese: matplotlib brings none, so one of the computer's own is sought."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .strings import ENGLISH

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CHINESE_FONTS: Final = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "STHeiti",
    "Arial Unicode MS",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Droid Sans Fallback",
    "Noto Sans CJK JP",
)
"""Sans-serif fonts of Windows, macOS and Linux, the best first; the last is the name of a Noto collection's first face."""

LATIN_FONT: Final = "DejaVu Sans"
"""matplotlib's own, which draws what is not Chinese, and everything in English."""

_CHINESE_FROM: Final = 0x2E80
"""First code point of the East Asian blocks."""


def drawable(strings: Mapping[str, str]) -> Mapping[str, str]:
    """The words that pictures can show on this computer: ``strings``, or English where no font has all their characters."""
    return strings if not _chinese(*strings.values()) or chinese_font(strings) is not None else ENGLISH


def use_font(figure: Figure, strings: Mapping[str, str]) -> None:
    """Let the Chinese texts of a figure fall back to the Chinese font, in bold only where it has that."""
    from matplotlib.text import Text

    font = chinese_font(strings) if _chinese(*strings.values()) else None
    if font is None:
        return
    for text in figure.findobj(Text):
        if _chinese(text.get_text()):
            text.set_fontfamily([LATIN_FONT, font])
            if not _has_bold(font):
                text.set_fontweight("normal")


def chinese_font(strings: Mapping[str, str]) -> str | None:
    """Name of the first installed font of `CHINESE_FONTS` that has all the characters of ``strings``; None without one."""
    from matplotlib.font_manager import fontManager

    installed = {entry.name: entry.fname for entry in reversed(fontManager.ttflist) if Path(entry.fname).is_file()}
    needed = _chinese(*strings.values())
    return next((name for name in CHINESE_FONTS if name in installed and needed <= _characters(installed[name])), None)


def _chinese(*texts: str) -> frozenset[int]:
    """Code points of the Chinese characters in the texts."""
    return frozenset(ord(character) for text in texts for character in text if ord(character) >= _CHINESE_FROM)


def _has_bold(font: str) -> bool:
    from matplotlib.font_manager import fontManager

    return any(entry.name == font and entry.weight in {"bold", 700} for entry in fontManager.ttflist)


@lru_cache(maxsize=len(CHINESE_FONTS))
def _characters(path: str) -> frozenset[int]:
    from matplotlib.font_manager import get_font

    return frozenset(get_font(path).get_charmap())
