"""slicer-core has no slicer.i18n: a stand-in that translates nothing, so that the words of the panel can be tested."""

from __future__ import annotations

import sys
import types

stand_in = types.ModuleType("slicer.i18n")
stand_in.tr = lambda text: text  # type: ignore[attr-defined]
stand_in.translate = lambda context, text: text  # type: ignore[attr-defined]
sys.modules.setdefault("slicer.i18n", stand_in)
