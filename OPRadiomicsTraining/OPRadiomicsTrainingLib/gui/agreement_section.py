"""Section 3: agreement studies, who still has to read what, ICC."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from OPRadiomicsLib.files import visible
from slicer.i18n import tr as _

from ..project import designs
from ..project.versions import Step
from . import tables
from .pictures import Picture
from .words import resultWord

FIGURES = ("icc", "dice", "bland_altman")


class AgreementSection:
    """Draw cases, see what is open, run the study."""

    def __init__(self, ui: Any, panel: Any) -> None:
        self.ui = ui
        self.panel = panel
        self._picture = Picture(ui.iccPictureButton)
        ui.newDesignButton.connect("clicked()", self.draw)
        ui.designComboBox.connect("currentIndexChanged(int)", lambda index: self.update())
        ui.iccButton.connect("clicked()", self.run)
        ui.openIccButton.connect("clicked()", self.openReport)
        ui.saveIccButton.connect("clicked()", self.saveReport)
        ui.chooseDesignButton.connect("clicked()", self.choose)
        ui.iccFigureComboBox.connect("currentIndexChanged(int)", lambda index: self._showFigure())

    @property
    def design(self) -> designs.Design | None:
        """The study that is shown."""
        name = self.ui.designComboBox.currentData
        return next((one for one in self._designs() if one.name == name), None)

    def _designs(self) -> tuple[designs.Design, ...]:
        found: list[designs.Design] = []
        if self.panel.project is not None:
            self.panel.attempt(lambda: found.extend(designs.list_designs(self.panel.project)))
        return tuple(found)

    def update(self) -> None:
        """Studies, open readings, kept features."""
        tables.choices(self.ui.designComboBox, [(one.name, one.name) for one in self._designs()])
        design = self.design
        readings = designs.readings_of(self.panel.project, design) if design is not None else ()
        left = [one for one in readings if one.progress is not designs.Progress.DONE]
        words = {designs.Progress.OPEN: _("to read now"), designs.Progress.WAITS: _("waits for {what}")}
        headings = (_("Case"), _("Reading"), _("Reader"), _("State"))
        rows = [(one.case, one.reading, one.reader, words[one.progress].format(what=one.waits_for)) for one in left]
        tables.fill(self.ui.dueTable, headings, rows)
        self.ui.dueTable.visible = bool(rows)
        text = _("{done} of {total} readings done.")
        self.ui.dueLabel.text = text.format(done=len(readings) - len(left), total=len(readings)) if design is not None else ""
        self.ui.iccButton.enabled = design is not None and not left
        self.ui.newDesignButton.enabled = self.panel.project is not None
        result = self._result()
        for button in (self.ui.openIccButton, self.ui.saveIccButton):
            button.enabled = result is not None and (result / "report.html").is_file()
        self.ui.chooseDesignButton.enabled = len(self.panel.dataset.shown) > 1
        self._listFigures(result)
        kept = result / "kept_features.txt" if result is not None else None
        self.ui.keptTextEdit.setPlainText(kept.read_text(encoding="utf-8") if kept is not None and kept.is_file() else "")

    def nextReading(self, step: Step) -> str:
        """The next case of the study that is shown which the reader has to read again or alone; "" where there is none."""
        design = self.design
        reading = {Step.AGAIN: "A2", Step.ALONE: "B_alone"}[step]
        due = designs.readings_of(self.panel.project, design) if design is not None else ()
        claimed = {item.name for item in self.panel.items if item.claim is not None}
        return next(
            (
                one.case
                for one in due
                if one.reading == reading
                and one.reader == self.panel.initials
                and one.progress is designs.Progress.OPEN
                and one.case not in claimed
            ),
            "",
        )

    def draw(self) -> None:
        """Draw cases at random and keep the study."""
        names = designs.readable(item.case for item in self.panel.items)
        seed = self.ui.seedSpinBox.value
        self._make(lambda: designs.draw_cases(names, self.ui.countSpinBox.value, seed), seed)

    def choose(self) -> None:
        """Keep a study of the cases that the work list shows."""
        self._make(lambda: tuple(item.name for item in self.panel.dataset.shown), None)

    def _make(self, cases: Callable[[], tuple[str, ...]], seed: int | None) -> None:
        ui, project = self.ui, self.panel.project

        def make() -> None:
            readers = {"A": str(ui.readerALineEdit.text), "B": str(ui.readerBLineEdit.text)}
            design = designs.create_design(project, str(ui.designNameLineEdit.text), cases(), readers, seed=seed)
            self.update()
            ui.designComboBox.setCurrentIndex(ui.designComboBox.findData(design.name))
            text = _("{name}: {cases} will be read.")
            self.panel.bar.say(text.format(name=design.name, cases=", ".join(design.cases)))

        self.panel.attempt(make)
        self.update()

    def run(self) -> None:
        """Write the readings' table and compare, in a process of its own."""
        design, project = self.design, self.panel.project
        if design is None:
            return
        table = project.designs / design.name / "readings.csv"
        more = ["--network"] if self.ui.networkCheckBox.checked else []
        commands = [
            ["project", "export", str(project.folder), "icc", "--design", design.name],
            ["icc", str(table), "-o", str(table.parent / "result"), "--workers", "0", *more],
        ]
        self.panel.startJob(_("ICC study {name}").format(name=design.name), commands)

    def openReport(self) -> None:
        """The study's report."""
        result = self._result()
        if result is not None:
            self.panel.openFile(result / "report.html")

    def saveReport(self) -> None:
        """The report, wherever the user wants it."""
        result, design = self._result(), self.design
        if result is not None and design is not None:
            self.panel.saveReport(result / "report.html", f"{design.name}.html")

    def _listFigures(self, result: Any) -> None:
        found = {path.stem: path for path in visible(result / "pictures", "*.png")} if result is not None else {}
        order = [name for name in FIGURES if name in found]
        tables.choices(self.ui.iccFigureComboBox, [(resultWord(name, False), str(found[name])) for name in order])
        for widget in (self.ui.iccFigureLabel, self.ui.iccFigureComboBox, self.ui.keptTextEdit):
            widget.visible = bool(found)
        self._showFigure()

    def _showFigure(self) -> None:
        self._picture.show(self.ui.iccFigureComboBox.currentData)

    def _result(self) -> Any:
        design = self.design
        return self.panel.project.designs / design.name / "result" if design is not None else None
