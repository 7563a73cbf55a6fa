"""A result as a DICOM Structured Report: TID 1500 "Measurement Report" (PS3.16), Comprehensive SR.

Each model is a measurement group of its own (TID 1501), each level on each sequence another one (TID 1411) that points at its
segment. A model's group is no "Finding: osteoporosis": what it holds is a number from research, and every group says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..types import Mask, Role
from .dicom_seg_out import MANUFACTURER, Drawn, Identity, anatomical_structure, vertebra
from .dicom_sources import UTF_8
from .prediction_file import NOT_PUBLISHED, ModelResult, PredictionFile

if TYPE_CHECKING:
    from highdicom.seg import Segmentation
    from highdicom.sr import (
        AlgorithmIdentification,
        ComprehensiveSR,
        Measurement,
        MeasurementReport,
        ObserverContext,
        QualitativeEvaluation,
        ReferencedSegment,
    )
    from pydicom import Dataset

SCHEME = "99OPRADIOMICS"
"""Coding scheme of the concepts below: neither DICOM nor SNOMED CT has a probability of osteoporosis or a Radscore."""

CONCEPTS: Mapping[str, str] = {
    "model-output": "Output of a research model, no finding",
    "probability": "Probability of osteoporosis (QCT BMD below 80 mg/cm3)",
    "interval-low": "Probability, lower end of its 95 % confidence interval",
    "interval-high": "Probability, upper end of its 95 % confidence interval",
    "threshold": "Threshold of the probability",
    "logit": "Logit of the probability",
    "radscore_T1WI": "Radscore of T1WI",
    "radscore_T2WI": "Radscore of T2WI",
    "radscore_FS-T2WI": "Radscore of FS-T2WI",
    "p-normal": "Probability of normal bone (QCT BMD above 120 mg/cm3)",
    "p-osteopenia": "Probability of osteopenia (QCT BMD 80 to 120 mg/cm3)",
    "p-osteoporosis": "Probability of osteoporosis by the ordinal model",
    "interval": "95 % confidence interval of the probability",
    "class": "Probability against the threshold",
    "above": "At or above the threshold",
    "below": "Below the threshold",
    "not-published": "Not published",
    "use": "Intended use",
    "research": "Research use only, not for diagnosis",
    "data": "What the model was fitted on",
    "demo": "DEMO: simulated patients; says nothing about a real one",
    "patients": "Patients",
    "statements": "Statements on the whole report",
    "warning": "Warning",
    "profile": "Profile of settings, name and hash",
    "mask-origin": "How the masks came about",
    "outcome": "What the models predict",
}
"""Code values and their meanings, at most 64 characters (VR LO)."""

PUBLISHED_MODEL = "published clinical formula"


def build_report(
    prediction: PredictionFile,
    segmentations: Mapping[Role, Segmentation],
    masks: Mapping[Role, Mask],
    *,
    evidence: Sequence[Dataset],
    drawn: Drawn,
    tracking: Mapping[str, str],
    identity: Identity,
) -> ComprehensiveSR:
    """The report.

    Parameters
    ----------
    segmentations, masks
        What each sequence's level groups point at and measure.
    evidence
        Headers of the source images; the first one's patient and study are the report's.
    """
    from highdicom.coding_schemes import CodingSchemeIdentificationItem
    from highdicom.sr import ComprehensiveSR

    content = _content(prediction, segmentations, masks, drawn, tracking)
    report = ComprehensiveSR(
        evidence=[*evidence, *segmentations.values()],
        content=content[0],
        **identity.attributes,
        is_complete=True,
        coding_schemes=[
            CodingSchemeIdentificationItem(SCHEME, "OPRadiomics concepts", __version__, responsible_organization=MANUFACTURER)
        ],
        series_description=f"OPRadiomics{' DEMO,' if prediction.demo else ''} research use only",
    )
    report.SpecificCharacterSet = UTF_8
    return report


def _content(
    prediction: PredictionFile,
    segmentations: Mapping[Role, Segmentation],
    masks: Mapping[Role, Mask],
    drawn: Drawn,
    tracking: Mapping[str, str],
) -> MeasurementReport:
    from highdicom.sr import MeasurementReport, ObservationContext
    from pydicom.sr.codedict import codes

    groups = [_model_group(name, model) for name, model in _models(prediction)]
    for role, segmentation in segmentations.items():
        accepted = prediction.accepted_by if role is drawn.reference else {}
        for number, level in enumerate(masks[role].levels, start=1):
            volume_ml = _volume_ml(masks[role], level)
            group = _level_group(
                role, level, segmentation, number=number, volume_ml=volume_ml, drawn=drawn, tracking_uid=tracking[level]
            )
            if level in accepted:
                group[0].ContentSequence.extend(_reader(accepted[level]))
            groups.append(group)
    report = MeasurementReport(
        observation_context=ObservationContext(observer_device_context=_software()),
        procedure_reported=codes.cid100.MRIUnspecifiedBodyRegion,
        imaging_measurements=groups,
    )
    report[0].ContentSequence.append(_statements(prediction))
    return report


def _models(prediction: PredictionFile) -> Iterator[tuple[str, ModelResult]]:
    yield from ((f"{name} model", model) for name, model in prediction.models.items())
    if prediction.published_clinical is not None:
        yield PUBLISHED_MODEL, prediction.published_clinical


def concept(code: str) -> Any:
    """One of `CONCEPTS` as a DICOM code."""
    from highdicom.sr import CodedConcept

    return CodedConcept(code, SCHEME, CONCEPTS[code])


def _number(code: str, value: float) -> Measurement:
    from highdicom.sr import Measurement
    from pydicom.sr.codedict import codes

    return Measurement(name=concept(code), value=float(value), unit=codes.UCUM.NoUnits)


def _statement(name: str, value: str) -> QualitativeEvaluation:
    from highdicom.sr import QualitativeEvaluation

    return QualitativeEvaluation(concept(name), concept(value))


def _model_group(name: str, model: ModelResult) -> Any:
    from highdicom.sr import MeasurementsAndQualitativeEvaluations, TrackingIdentifier
    from pydicom.uid import generate_uid

    return MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(uid=generate_uid(), identifier=name),
        finding_type=concept("model-output"),
        algorithm_id=_model_algorithm(name, model),
        measurements=list(_numbers(model)),
        qualitative_evaluations=list(_verdicts(model)),
    )


def _numbers(model: ModelResult) -> Iterator[Measurement]:
    yield _number("probability", model.probability)
    if isinstance(model.interval_95, tuple):
        yield _number("interval-low", model.interval_95[0])
        yield _number("interval-high", model.interval_95[1])
    if isinstance(model.threshold, float):
        yield _number("threshold", model.threshold)
    yield _number("logit", model.logit)
    for name, value in model.radscores.items():
        yield _number(name, value)
    for name, value in model.classes.items():
        yield _number(f"p-{name}", value)


def _verdicts(model: ModelResult) -> Iterator[QualitativeEvaluation]:
    for name, value in (("interval", model.interval_95), ("threshold", model.threshold), ("class", model.osteoporosis)):
        if value == NOT_PUBLISHED:
            yield _statement(name, "not-published")
    if isinstance(model.osteoporosis, bool):
        yield _statement("class", "above" if model.osteoporosis else "below")
    yield _statement("use", "research")
    yield _statement("data", "demo" if model.demo else "patients")


def _model_algorithm(name: str, model: ModelResult) -> AlgorithmIdentification:
    from highdicom.sr import AlgorithmIdentification

    known = dict(model.provenance)
    signature, version, digest = (known.pop(key, "unknown") for key in ("signature", "version", "sha256"))
    parameters = [f"SHA-256: {digest}", *(f"{key}: {text}" for key, text in known.items())]
    return AlgorithmIdentification(f"{signature}, {name}", version, parameters)


def _level_group(
    role: Role, level: str, segmentation: Segmentation, *, number: int, volume_ml: float, drawn: Drawn, tracking_uid: str
) -> Any:
    from highdicom.sr import (
        AlgorithmIdentification,
        FindingSite,
        Measurement,
        TrackingIdentifier,
        VolumetricROIMeasurementsAndQualitativeEvaluations,
    )
    from pydicom.sr.codedict import codes
    from pydicom.sr.coding import Code

    manual = drawn.algorithm_type(role) == "MANUAL"
    parameters = [f"{name}: {value}" for name, value in (drawn.parameters or {}).items()]
    return VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(uid=tracking_uid, identifier=f"{level} on {role}"),
        referenced_segment=_referenced_segment(segmentation, number),
        finding_category=anatomical_structure(),
        finding_type=vertebra(level),
        finding_sites=[FindingSite(vertebra(level))],
        algorithm_id=None if manual else AlgorithmIdentification(*drawn.algorithm, parameters),
        measurements=[Measurement(name=codes.SCT.Volume, value=volume_ml, unit=Code("ml", "UCUM", "milliliter"))],
        qualitative_evaluations=[_statement("use", "research")],
    )


def _referenced_segment(segmentation: Segmentation, number: int) -> ReferencedSegment:
    """With all images or frames that it lies on: of a multi-frame file highdicom's ``from_segmentation`` names the first."""
    from highdicom.sr import ReferencedSegment, SourceImageForSegmentation

    frames: dict[tuple[str, str], list[int]] = {}
    for group in segmentation.PerFrameFunctionalGroupsSequence:
        if group.SegmentIdentificationSequence[0].ReferencedSegmentNumber != number:
            continue
        for image in group.DerivationImageSequence[0].SourceImageSequence:
            known = frames.setdefault((image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID), [])
            known.extend([int(image.ReferencedFrameNumber)] if "ReferencedFrameNumber" in image else [])
    images = [SourceImageForSegmentation(*identity, sorted(numbers) or None) for identity, numbers in frames.items()]
    return ReferencedSegment(segmentation.SOPClassUID, segmentation.SOPInstanceUID, number, source_images=images)


def _volume_ml(mask: Mask, level: str) -> float:
    edge, width, depth = mask.spacing_mm
    return float(mask.of(level).sum()) * edge * width * depth / 1000


def _software() -> ObserverContext:
    from highdicom.sr import DeviceObserverIdentifyingAttributes, ObserverContext
    from pydicom.sr.codedict import codes
    from pydicom.uid import generate_uid

    device = DeviceObserverIdentifyingAttributes(
        uid=generate_uid(entropy_srcs=[MANUFACTURER, __version__]),  # of the software, the same everywhere
        name=MANUFACTURER,
        manufacturer_name=MANUFACTURER,
        model_name=f"{MANUFACTURER} {__version__}",
    )
    return ObserverContext(observer_type=codes.DCM.Device, observer_identifying_attributes=device)


def _reader(initials: str) -> ObserverContext:
    """Who accepted a level: initials alone, in the place of the family name."""
    from highdicom.sr import ObserverContext, PersonObserverIdentifyingAttributes
    from pydicom.sr.codedict import codes

    person = PersonObserverIdentifyingAttributes(name=f"{initials}^", role_in_procedure=codes.DCM.Verifying)
    return ObserverContext(observer_type=codes.DCM.Person, observer_identifying_attributes=person)


def _statements(prediction: PredictionFile) -> Any:
    """What holds for the whole report, in words: use, DEMO mark, outcome, origin of the masks, settings, warnings."""
    from highdicom.sr import ContainerContentItem, ContentSequence, RelationshipTypeValues, TextContentItem
    from pydicom.sr.coding import Code

    texts = [("use", prediction.use), *([("data", prediction.demo_notice)] if prediction.demo else [])]
    texts += [("outcome", prediction.outcome), ("mask-origin", prediction.segmentation)]
    texts += [("profile", f"{prediction.profile.name} {prediction.profile.hash}")]
    texts += [("warning", warning) for warning in prediction.warnings]
    container = ContainerContentItem(
        name=Code("C0034375", "UMLS", "Qualitative Evaluations"), relationship_type=RelationshipTypeValues.CONTAINS
    )
    container.ContentSequence = ContentSequence(
        [
            TextContentItem(name=concept(name), value=text, relationship_type=RelationshipTypeValues.CONTAINS)
            for name, text in texts
            if text
        ]
    )
    return container
