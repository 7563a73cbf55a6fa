"""What the tests in a real Slicer share: the module's widget, waiting with a living event loop, screenshots."""

import os
import time
import unittest
from pathlib import Path

import qt
import slicer
from OPRadiomicsLib.gui import layout
from OPRadiomicsLib.types import Role

SHOTS = os.environ.get("OPR_SHOTS", "")


def until(condition, seconds=240.0):
    """Let the event loop run until the condition holds."""
    ends = time.monotonic() + seconds
    while not condition():
        slicer.app.processEvents()
        time.sleep(0.005)
        if time.monotonic() > ends:
            raise AssertionError(f"not within {seconds:g} s: {condition}")


def settle(seconds=0.6):
    """Let timers and redraws happen."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        slicer.app.processEvents()
        time.sleep(0.005)


def shot(name, widget=None):
    """A picture of the main window or of one widget, where OPR_SHOTS names a folder."""
    if not SHOTS:
        return
    settle(0.5)
    Path(SHOTS).mkdir(parents=True, exist_ok=True)
    slicer.util.forceRenderAllViews()
    settle(0.3)
    (widget or slicer.util.mainWindow()).grab().save(str(Path(SHOTS) / f"{name}.png"))


def press(key):
    """The key's shortcut; fails where none answers it, or two, of which Qt would call neither."""
    found = [one for one in slicer.util.mainWindow().findChildren(qt.QShortcut) if one.key.toString() == key]
    assert len(found) == 1, f"{key} is answered {len(found)} times"
    found[0].activated()
    slicer.app.processEvents()


class SlicerTest(unittest.TestCase):
    """What the tests of both panels share."""

    def clear(self):
        """An empty scene, in a window that has room for the panel."""
        slicer.util.mainWindow().resize(1880, 1140)
        slicer.mrmlScene.Clear(0)

    def assertSlicesStep(self, distance):
        """Shift+Up moves all three views by a slice's distance, Shift+Down back."""
        views = [layout.sliceNode(role) for role in Role]
        before = [view.GetSliceOffset() for view in views]
        press("Shift+Up")
        for view, offset in zip(views, before, strict=True):
            self.assertAlmostEqual(view.GetSliceOffset() - offset, distance, places=3)
        press("Shift+Down")
        for view, offset in zip(views, before, strict=True):
            self.assertAlmostEqual(view.GetSliceOffset(), offset, places=3)


class PanelTest(SlicerTest):
    """A clean scene, the module opened as a user would."""

    def setUp(self):
        self.clear()
        slicer.util.selectModule("OPRadiomics")
        settle(0.3)
        self.widget = slicer.modules.opradiomics.widgetRepresentation().self()
        self.panel = self.widget.panel
        self.ui = self.widget.ui

    def click(self, button):
        """As with the mouse: a button that is disabled or hidden fails."""
        self.assertTrue(button.enabled, f"{button.name} is disabled: {button.toolTip}")
        button.click()
        slicer.app.processEvents()

    def finish(self, seconds=240.0):
        """Wait for the running job; fails with its message if it failed."""
        until(lambda: not self.panel.bar.busy, seconds)
        settle()
        self.assertIsNone(self.panel.bar.fault, self.panel.bar.fault and self.panel.bar.fault.text)

    def loadAndSegment(self):
        """As far as the network's masks."""
        self.click(self.ui.loadDemoButton)
        settle()
        self.click(self.ui.segmentButton)
        self.finish()

    def assertSays(self, context, sentence):
        """The panel's line is this sentence, after the job's title, in the language that this Slicer runs in."""
        self.assertIn(slicer.app.translate(context, sentence).removeprefix("{title}"), self.ui.jobLabel.text)

    def show(self, section):
        """Open one section and scroll to it."""
        for name in ("studySection", "segmentSection", "reviewSection", "propagateSection", "predictSection", "batchSection"):
            getattr(self.ui, name).collapsed = name != section
        settle(0.2)
        self.panel.area.scrollTo(getattr(self.ui, section))


class Ticks:
    """The longest time that the event loop stood still, measured by a timer of 10 ms."""

    def __init__(self):
        self.longest = 0.0
        self._last = time.monotonic()
        self._timer = qt.QTimer()
        self._timer.setInterval(10)
        self._timer.connect("timeout()", self._tick)

    def __enter__(self):
        self._last = time.monotonic()
        self._timer.start()
        return self

    def __exit__(self, *_):
        self._timer.stop()

    def _tick(self):
        now = time.monotonic()
        self.longest = max(self.longest, now - self._last)
        self._last = now
