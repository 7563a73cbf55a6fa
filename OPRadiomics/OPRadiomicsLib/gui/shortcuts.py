"""Keys that a panel answers for as long as it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import qt
import slicer


class Shortcuts:
    """Keys of the main window that belong to one panel; a text field that has the focus takes what is typed first."""

    def __init__(self) -> None:
        self._shortcuts: list[Any] = []

    def __len__(self) -> int:
        return len(self._shortcuts)

    def install(self, actions: Mapping[str, Callable[[], Any]]) -> None:
        """Answer these keys, and no others any more."""
        self.remove()
        for key, action in actions.items():
            shortcut = qt.QShortcut(slicer.util.mainWindow())
            shortcut.setKey(qt.QKeySequence(key))
            shortcut.connect("activated()", action)
            self._shortcuts.append(shortcut)

    def remove(self) -> None:
        """Answer no key: another panel is shown."""
        for shortcut in self._shortcuts:
            shortcut.disconnect("activated()")
            shortcut.setParent(None)
            shortcut.deleteLater()
        self._shortcuts.clear()
