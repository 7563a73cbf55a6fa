"""One study of the scene: its parameter node, read as the core's types and written back. No widget."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..levels import LABEL_OF_LEVEL, STUDY_LEVELS
from ..mrml import acceptance, draft, level_labels, marrow_display, results, segmentation, sequences
from ..mrml.geometry import affine_of_volume
from ..mrml.segments import segment_ids, voxels_of_segment
from ..mrml.volumes import voxels_of
from ..types import Mask, Role
from .dicom_database import filesOf
from .parameter_node import OPRadiomicsParameterNode, Sex
from .requirements import StudyState

MODULE = "OPRadiomics"
_NAME = {Role.T1WI: "T1WI", Role.T2WI: "T2WI", Role.FST2WI: "FST2WI"}
_EXCLUSION = {
    "excludedFracture": "fracture",
    "excludedHardware": "hardware",
    "excludedTreatment": "treatment",
    "excludedMalignancy": "malignancy",
    "excludedHaematological": "haematological",
    "excludedRheumatoidArthritis": "rheumatoid-arthritis",
    "excludedAnkylosingSpondylitis": "ankylosing-spondylitis",
    "excludedPoorImages": "poor-images",
}
_CARRIED = "OPRadiomics.CarriedDigest"


def addStudyNode(scene: Any, name: str) -> Any:
    """A new parameter node, which a study selector lists."""
    node = scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode", name)
    node.SetModuleName(MODULE)
    node.SetAttribute("ModuleName", MODULE)
    node.SetSaveWithScene(True)
    return node


def studyNodes(scene: Any) -> list[Any]:
    """The studies of a scene, in the order in which they were made."""
    nodes = (
        scene.GetNthNodeByClass(n, "vtkMRMLScriptedModuleNode")
        for n in range(scene.GetNumberOfNodesByClass("vtkMRMLScriptedModuleNode"))
    )
    return [node for node in nodes if node.GetAttribute("ModuleName") == MODULE]


def imagesOfOthers(study: Study) -> set[str]:
    """IDs of the images that the scene's other studies have chosen: another patient's, or another day's."""
    others = [Study(node) for node in studyNodes(study.scene) if node is not study.node]
    return {str(image.GetID()) for other in others for image in other.images.values()}


class Study:
    """A study's nodes by role, and what the panel asks of them.

    Parameters
    ----------
    node
        The study's vtkMRMLScriptedModuleNode.
    """

    def __init__(self, node: Any) -> None:
        self.node = node
        wrapper: Any = OPRadiomicsParameterNode  # the decorator gives the class its constructor and connectGui
        self.parameters = wrapper(node)
        self._imageDigests: dict[tuple[str, int], str] = {}
        self._contradictions: dict[tuple[str, ...], str] = {}

    @property
    def scene(self) -> Any:
        return self.node.GetScene()

    def image(self, role: Role) -> Any:
        """The volume node chosen for a role, or None."""
        return getattr(self.parameters, f"image{_NAME[role]}")

    def setImage(self, role: Role, node: Any | None) -> None:
        """Choose the volume node of a role."""
        setattr(self.parameters, f"image{_NAME[role]}", node)

    @property
    def images(self) -> dict[Role, Any]:
        """Chosen volume nodes by role."""
        return {role: node for role in Role if (node := self.image(role)) is not None}

    def bodies(self, role: Role) -> Any:
        """The segmentation node of the bodies on a sequence, or None."""
        return getattr(self.parameters, f"bodies{_NAME[role]}")

    def setBodies(self, role: Role, node: Any | None) -> None:
        """Set the segmentation node of a sequence."""
        setattr(self.parameters, f"bodies{_NAME[role]}", node)

    def contradictions(self) -> dict[Role, str]:
        """Roles whose image is another sequence by its header or name, or of another examination than the T1WI, and why."""
        found = {role: self._contradiction(role, node) for role, node in self.images.items()}
        return {role: reason for role, reason in found.items() if reason}

    def _contradiction(self, role: Role, node: Any) -> str:
        """Each pair of images is asked once."""
        t1wi = self.image(Role.T1WI) or node
        key = (role, *(str(text) for one in (node, t1wi) for text in (one.GetID(), one.GetName())))
        if key not in self._contradictions:
            said = sequences.contradiction(role, node, filesOf), sequences.other_examination(role, node, t1wi, filesOf)
            self._contradictions[key] = "; ".join(filter(None, said))
        return self._contradictions[key]

    def otherPatient(self) -> str:
        """Where the T1WI's header gives another age or sex than were entered; "" else. Each entry is asked once."""
        t1wi, parameters = self.image(Role.T1WI), self.parameters
        if t1wi is None:
            return ""
        male = None if parameters.sex is Sex.UNKNOWN else parameters.sex is Sex.MALE
        key = (Role.T1WI, str(t1wi.GetID()), str(t1wi.GetName()), str(parameters.age), str(male))
        if key not in self._contradictions:
            self._contradictions[key] = sequences.other_patient(t1wi, parameters.age, male, filesOf)
        return self._contradictions[key]

    def isEmpty(self) -> bool:
        """Whether nothing has been chosen or entered."""
        return not self.images and self.parameters.age == 0 and self.bodies(Role.T1WI) is None

    @property
    def exclusions(self) -> tuple[str, ...]:
        """Names of the ticked reasons for exclusion, as the command line takes them."""
        return tuple(name for field, name in _EXCLUSION.items() if getattr(self.parameters, field))

    @property
    def notes(self) -> dict[str, Any]:
        """What the network said of its draft: origin, quality by level, warnings."""
        text = self.parameters.segmentationNotes
        return json.loads(text) if text else {"origin": "", "levels": [], "warnings": [], "needs_confirmation": False}

    def state(self, packagesMissing: tuple[str, ...] = ()) -> StudyState:
        """What `requirements` judges."""
        bodies = self.bodies(Role.T1WI)
        parameters = self.parameters
        return StudyState(
            packagesMissing=packagesMissing,
            images={role: node.GetID() for role, node in self.images.items()},
            contradictions=tuple(self.contradictions().values()),
            age=parameters.age,
            otherPatient=self.otherPatient(),
            sex=Sex.label(parameters.sex) if parameters.sex is not Sex.UNKNOWN else "",
            bmi=parameters.bmi,
            levels=drawnLevels(bodies),
            accepted=tuple(acceptance.acceptance(bodies)) if bodies is not None else (),
            confirmationAsked=bool(self.notes["needs_confirmation"]),
            confirmed=parameters.levelsConfirmed,
            carried=tuple(role for role in (Role.T2WI, Role.FST2WI) if self.bodies(role) is not None),
            misaligned=tuple(self._misaligned()),
            exclusions=len(self.exclusions),
            result=self.resultState(),
        )

    def takeDraft(self, mask: Mask, notes: dict[str, Any]) -> Any:
        """Put the network's masks into the scene: bodies to review, and a copy of the draft to compare with."""
        volume = self.image(Role.T1WI)
        old = self.bodies(Role.T1WI)
        node = segmentation.add_segmentation(self.scene, mask, volume, f"{volume.GetName()} bodies")
        segmentation.show_levels(node, STUDY_LEVELS)
        draft.keep_draft(self.scene, node)
        self.parameters.segmentationNotes = json.dumps(notes)
        self.parameters.levelsConfirmed = False
        self.setBodies(Role.T1WI, node)
        level_labels.update_level_labels(self.scene, node)
        for role in (Role.T2WI, Role.FST2WI):
            self._remove(self.bodies(role))
            self.setBodies(role, None)
        self.forgetMarrow()
        self._remove(old)
        return node

    def takeEmpty(self) -> Any:
        """Masks without voxels for L1, L2 and L3, to draw by hand."""
        volume = self.image(Role.T1WI)
        node = segmentation.add_empty_segmentation(self.scene, volume, f"{volume.GetName()} bodies")
        self.parameters.segmentationNotes = ""
        self.setBodies(Role.T1WI, node)
        return node

    def shiftNotes(self, by: int) -> None:
        """Let what the network said of each level follow when levels are renumbered."""
        notes = self.notes
        drawn = [one["level"] for one in notes["levels"]]
        order = [level for level in LABEL_OF_LEVEL if level != "L6" or "S1" not in drawn or "L6" in drawn]
        places = {level: order.index(level) + by for level in drawn}
        kept = [one for one in notes["levels"] if 0 <= places[one["level"]] < len(order)]
        moved = [{**one, "level": order[places[one["level"]]]} for one in kept]
        self.parameters.segmentationNotes = json.dumps({**notes, "levels": moved})

    def takeMarrow(self, mask: Mask, drawn: str) -> Any:
        """Put the marrow region into the scene; ``drawn`` is the `digest` of the bodies that it was derived from."""
        node = marrow_display.show_marrow(self.scene, self.bodies(Role.T1WI), mask)
        node.SetAttribute(_CARRIED, drawn)
        self.parameters.marrow = node
        return node

    def marrowIsCurrent(self) -> bool:
        """Whether the shown region belongs to the bodies as they are now."""
        node = self.parameters.marrow
        return node is not None and node.GetAttribute(_CARRIED) == digest(self.bodies(Role.T1WI))

    def forgetMarrow(self) -> None:
        """Take the region out of the scene: the bodies it came from have changed."""
        bodies = self.bodies(Role.T1WI)
        if bodies is not None:
            marrow_display.hide_marrow(bodies)
        self.parameters.marrow = None

    def takeCarried(self, role: Role, mask: Mask, alignment: dict[str, Any]) -> Any:
        """Put masks that were carried to another sequence into the scene, and remember how they were."""
        volume = self.image(role)
        old = self.bodies(role)
        node = segmentation.add_segmentation(self.scene, mask, volume, f"{volume.GetName()} bodies")
        segmentation.show_levels(node, STUDY_LEVELS)
        node.SetAttribute(_CARRIED, digest(node))
        node.SetAttribute("OPRadiomics.Alignment", json.dumps(alignment))
        self.setBodies(role, node)
        self._remove(old)
        return node

    def alignment(self, role: Role) -> dict[str, Any] | None:
        """What the propagation to a sequence measured."""
        node = self.bodies(role)
        text = node.GetAttribute("OPRadiomics.Alignment") if node is not None else None
        return json.loads(text) if text else None

    def corrected(self, role: Role) -> bool:
        """Whether a reader changed the masks that were carried to a sequence, or drew them there."""
        node = self.bodies(role)
        return node is not None and node.GetAttribute(_CARRIED) != digest(node)

    def _misaligned(self) -> Iterator[str]:
        """Levels of the study whose carried masks seem to lie off, and that no reader has corrected since."""
        for role in (Role.T2WI, Role.FST2WI):
            found = self.alignment(role)
            levels = [one["level"] for one in found["levels"] if one["misaligned"]] if found is not None else []
            off = [level for level in STUDY_LEVELS if level in levels]
            if off and not self.corrected(role):
                yield f"{', '.join(off)} ({role.value})"

    def review(self) -> dict[str, Any]:
        """What `--review` reads: the network's quality by level, who accepted each, images of another sequence."""
        bodies = self.bodies(Role.T1WI)
        accepted = acceptance.acceptance(bodies)
        said = {str(one["level"]): one for one in self.notes["levels"]}
        levels = [
            {**said.get(level, {"level": level}), "accepted_by": accepted[level].initials if level in accepted else ""}
            for level in drawnLevels(bodies)
        ]
        doubts = (*self.contradictions().values(), self.otherPatient())
        warnings = [*(doubt for doubt in doubts if doubt), *self.notes["warnings"]]
        return {**self.notes, "levels": levels, "warnings": warnings, "levels_confirmed": self.parameters.levelsConfirmed}

    def kinds(self) -> tuple[str, ...]:
        """Of the images' sequences, as `io.roles.kind_of`, where they are known."""
        return tuple(kind for role, node in self.images.items() if (kind := sequences.kind(role, node, filesOf)))

    def inputsDigest(self) -> str:
        """Changes with everything that a prediction depends on."""
        parameters = self.parameters
        masks = {role.value: digest(self.bodies(role)) for role in Role if self.bodies(role) is not None}
        images = {role.value: self._imageDigest(node) for role, node in self.images.items()}
        clinical = [
            str(getattr(parameters, name)) for name in ("age", "sex", "bmi", "diabetes", "smoking", "drinking", "register")
        ]
        reviewed = sorted(acceptance.acceptance(self.bodies(Role.T1WI))) if self.bodies(Role.T1WI) is not None else []
        said = [masks, images, clinical, reviewed, list(self.exclusions), parameters.levelsConfirmed, parameters.signature]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    def _imageDigest(self, node: Any) -> str:
        """Of an image's voxels, computed once as long as the image is not modified, and of its place to 0.001 mm."""
        voxels = voxels_of(node)
        key = (str(node.GetID()), int(node.GetImageData().GetMTime()))
        if key not in self._imageDigests:
            self._imageDigests[key] = hashlib.sha256(voxels.tobytes()).hexdigest()
        # The odd offset keeps usual numbers away from where rounding, after saving as text, could go either way.
        place = np.floor(affine_of_volume(node) * 1000 + 0.318) + 0.0
        return f"{self._imageDigests[key]} {place.tolist()}"

    def takeResult(self, text: str, inputs: str) -> None:
        """Keep a prediction in the scene; ``inputs`` is `inputsDigest` of when it was asked for."""
        self.parameters.result = results.store_result(self.scene, self.node, text, inputs)

    def result(self) -> dict[str, Any] | None:
        """The kept prediction."""
        found = results.result_of(self.node)
        return found.content if found is not None else None

    def resultState(self) -> str:
        """Empty without a result, "fresh", or "stale" where its inputs have changed since."""
        if results.result_of(self.node) is None:
            return ""
        return "stale" if results.is_stale(self.node, self.inputsDigest()) else "fresh"

    def _remove(self, node: Any | None) -> None:
        """Masks that were replaced, with their names in the views and their draft."""
        if node is not None:
            level_labels.remove_level_labels(node)
            draft.forget_draft(node)
            self.scene.RemoveNode(node)


def drawnLevels(node: Any | None) -> tuple[str, ...]:
    """Levels with voxels, from cranial to caudal."""
    if node is None:
        return ()
    segments = node.GetSegmentation()
    ids = segment_ids(node)
    return tuple(level for level, segment_id in ids.items() if _hasVoxels(segments.GetSegment(segment_id)))


def _hasVoxels(segment: Any) -> bool:
    return bool(voxels_of_segment(segment).any())


def digest(node: Any | None) -> str:
    """Of the study's levels as they are drawn."""
    drawn = [level for level in drawnLevels(node) if level in STUDY_LEVELS]
    return ".".join(acceptance.digest_of(node, level)[:16] for level in drawn)
