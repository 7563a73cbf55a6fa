"""What one study holds: one parameter node a study, saved with the scene, shown by the widgets of the same names."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from slicer import vtkMRMLScalarVolumeNode, vtkMRMLSegmentationNode, vtkMRMLTextNode
from slicer.i18n import tr as _
from slicer.parameterNodeWrapper import Decimals, WithinRange, parameterNodeWrapper


class Sex(Enum):
    """As the models code it, or not known."""

    UNKNOWN = ""
    FEMALE = "F"
    MALE = "M"

    @staticmethod
    def label(value: Sex) -> str:
        """Words in the application's language."""
        return {Sex.UNKNOWN: _("not known"), Sex.FEMALE: _("female"), Sex.MALE: _("male")}[value]


class YesNo(Enum):
    """A habit or disease, or not recorded."""

    UNKNOWN = ""
    YES = "yes"
    NO = "no"

    @staticmethod
    def label(value: YesNo) -> str:
        """Words in the application's language."""
        return {YesNo.UNKNOWN: _("not recorded"), YesNo.YES: _("yes"), YesNo.NO: _("no")}[value]


class Edited(Enum):
    """The sequence whose masks the editor works on."""

    T1WI = "T1WI"
    T2WI = "T2WI"
    FST2WI = "FS-T2WI"

    @staticmethod
    def label(value: Edited) -> str:
        """The sequence's name."""
        return value.value


@parameterNodeWrapper
class OPRadiomicsParameterNode:
    """One study.

    ``age`` and ``bmi`` are 0 where not known. ``bodiesT1WI`` holds the reviewed bodies, ``bodiesT2WI`` and ``bodiesFST2WI``
    those carried to the other sequences, ``marrow`` the derived region, ``result`` the prediction as JSON.
    """

    imageT1WI: vtkMRMLScalarVolumeNode
    imageT2WI: vtkMRMLScalarVolumeNode
    imageFST2WI: vtkMRMLScalarVolumeNode

    age: Annotated[float, WithinRange(0, 110), Decimals(0)] = 0
    sex: Sex = Sex.UNKNOWN
    bmi: Annotated[float, WithinRange(0, 80), Decimals(1)] = 0
    diabetes: YesNo = YesNo.UNKNOWN
    smoking: YesNo = YesNo.UNKNOWN
    drinking: YesNo = YesNo.UNKNOWN

    excludedFracture: bool = False
    excludedHardware: bool = False
    excludedTreatment: bool = False
    excludedMalignancy: bool = False
    excludedHaematological: bool = False
    excludedRheumatoidArthritis: bool = False
    excludedAnkylosingSpondylitis: bool = False
    excludedPoorImages: bool = False

    bodiesT1WI: vtkMRMLSegmentationNode
    bodiesT2WI: vtkMRMLSegmentationNode
    bodiesFST2WI: vtkMRMLSegmentationNode
    marrow: vtkMRMLSegmentationNode
    result: vtkMRMLTextNode

    levelsConfirmed: bool = False
    segmentationNotes: str = ""
    edited: Edited = Edited.T1WI
    initials: str = ""
    register: bool = False
    showMarrow: bool = False
    showLabels: bool = True
    signature: str = "demo-signature"
