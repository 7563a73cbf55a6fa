"""Step 1: which images, whose, and whether the study would have taken the patient."""

from __future__ import annotations

from typing import Any

import slicer
from slicer.i18n import tr as _

from ..errors import OPRadiomicsError
from ..io import read_demographics
from ..mrml import sequences
from ..types import Role, SeriesRef
from . import colours, demo, dicom_database, installation
from .language import inWords, refusal
from .parameter_node import Sex
from .study import Study, imagesOfOthers


class StudySection:
    """Selectors, filling in, demo study, installation of packages."""

    def __init__(self, ui: Any, panel: Any) -> None:
        self.ui = ui
        self.panel = panel
        ui.loadDemoButton.connect("clicked()", self.loadDemo)
        ui.fillInButton.connect("clicked()", self.fillIn)
        ui.installButton.connect("clicked()", self.install)
        ui.wheelsButton.connect("clicked()", self.chooseWheels)
        self._reasonLabels = {Role.T1WI: ui.reasonT1WILabel, Role.T2WI: ui.reasonT2WILabel, Role.FST2WI: ui.reasonFST2WILabel}
        self._reasons: dict[Role, tuple[Any, str]] = {}

    def update(self, study: Study | None) -> None:
        """Show what is missing."""
        packages = self.panel.packagesMissing
        self.ui.installFrame.visible = bool(packages)
        names = ", ".join(packages)
        self.ui.installLabel.text = _("First use: Python packages are missing ({names}).").format(names=names)
        self._showReasons(study)

    def loadDemo(self) -> None:
        """The whole flow on a simulated patient, in a study of its own."""
        study = self.panel.newStudy(_("Demo study"))
        demo.loadInto(study)
        self.panel.setStudy(study.node)
        self.panel.showImages()
        said = _("Demo study loaded: simulated, no real person.")
        self.panel.bar.say(f"{said} {self.panel.nextStep()}")

    def fillIn(self) -> None:
        """Choose the sequences by header or name, and take age and sex from DICOM; what is chosen already stays.

        Images of another study in the scene are never taken: they may be another patient's.
        """
        study = self.panel.study
        volumes = self._freeVolumes(study)
        try:
            guesses = sequences.guess_roles(volumes, dicom_database.filesOf)
        except OPRadiomicsError as error:
            self.panel.bar.say(refusal(error))
            return
        for role, guess in guesses.items():
            if study.image(role) is None and guess.node is not None:
                study.setImage(role, guess.node)
        self._reasons = {role: (_identity(guess.node), guess.reason) for role, guess in guesses.items()}
        self._takePatient(study)
        self.panel.showImages()
        self._sayWhatIsOpen(study)

    def fillInIfEmpty(self) -> None:
        """On entering the panel with images loaded and none chosen."""
        study = self.panel.study
        if study is not None and not study.images and self._freeVolumes(study):
            self.fillIn()
        elif study is not None and study.isEmpty():
            self._sayWhatIsOpen(study)

    def sayNext(self) -> None:
        """A scene has been loaded: whose study is shown, and what it still needs."""
        study = self.panel.study
        if study is None or study.isEmpty():
            self.fillInIfEmpty()
            return
        said = _("The scene's study is shown.")  # its name may be a patient's, and what is said goes into the log
        self.panel.bar.say(f"{said} {self.panel.nextStep()}")

    def _sayWhatIsOpen(self, study: Study) -> None:
        """What to do next about the images."""
        open_ = [role.value for role in Role if study.image(role) is None]
        if not study.images and not self._freeVolumes(study):
            said = _("No images are loaded. Load a study in Slicer's DICOM module, or click 'Load demo study'.")
        elif open_:
            text = _("No image fits {roles} for certain; the reason stands below. Choose by hand.")
            said = text.format(roles=", ".join(open_))
        else:
            said = _("T1WI, T2WI and FS-T2WI are chosen. Check them and age and sex. Next: 'Segment L1-L3 on T1WI'.")
        self.panel.bar.say(said)

    def _freeVolumes(self, study: Study) -> list[Any]:
        """The scene's images that no other study has chosen, of the examination that a chosen image is of."""
        others, chosen = imagesOfOthers(study), next(iter(study.images.values()), None)
        volumes = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
        free = [node for node in volumes if not _isLabelMap(node) and node.GetID() not in others]
        if chosen is None:
            return free
        return [node for node in free if not sequences.other_examination(Role.T1WI, node, chosen, dicom_database.filesOf)]

    def install(self) -> None:
        """Ask once and install; the worker starts anew with the packages."""
        try:
            complete = installation.install()
        except RuntimeError as error:
            self.panel.bar.say(installation.failure(error))
            return
        self.panel.logic.restartWorker()
        self.panel.checkPackages()
        if complete:
            self.panel.bar.say(_("All packages are installed."))

    def chooseWheels(self) -> None:
        """A folder of wheels, for a computer without a network."""
        import qt

        folder = qt.QFileDialog.getExistingDirectory(None, _("Folder with the packages as wheels"), installation.wheelsFolder())
        installation.setWheelsFolder(folder)
        if folder:
            self.panel.bar.say(_("Packages will be installed from this folder, without a network."))
        else:
            hint = _("No folder: packages come from the network. To fill one elsewhere, run: {command}")
            self.panel.bar.say(hint.format(command=installation.wheelsCommand()))

    def _takePatient(self, study: Study) -> None:
        image = next(iter(study.images.values()), None)
        files = dicom_database.filesOf(image) if image is not None else ()
        if not files:
            return
        age, male = read_demographics(SeriesRef("", "", None, "", files))
        if age is not None and study.parameters.age == 0:
            study.parameters.age = round(age)
        if male is not None and study.parameters.sex is Sex.UNKNOWN:
            study.parameters.sex = Sex.MALE if male else Sex.FEMALE

    def _showReasons(self, study: Study | None) -> None:
        """Beside each selector, what speaks against its image, else why it was filled in: of that image, not of another."""
        if study is None:
            self._reasons = {}
        against = study.contradictions() if study is not None else {}
        for role, label in self._reasonLabels.items():
            image, reason = self._reasons.get(role, ("", ""))
            said = reason if study is not None and image == _identity(study.image(role)) else ""
            label.text = f"⚠ {inWords(against[role])}" if role in against else inWords(said)
            label.styleSheet = colours.styled(label, colours.AMBER if role in against else colours.GREY)
            label.visible = bool(label.text)


def _identity(image: Any | None) -> Any:
    """Tells an image from others as long as the scene stays; the node itself would be kept from going."""
    return (image.GetID(), image.GetName()) if image is not None else None


def _isLabelMap(node: Any) -> bool:
    return bool(node.IsA("vtkMRMLLabelMapVolumeNode"))
