"""What each button does: files for the worker, its command, and what comes back into the scene.

Each function gives the steps of a `Job`. Whatever touches the scene stands after the last command.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..errors import MaskError, StudyError
from ..installed import network_option
from ..mrml.files import read_mask, write_bodies, write_volume
from ..types import Role
from .dicom_database import filesOf, scannerOf
from .jobs import Steps
from .language import language
from .parameter_node import Sex, YesNo
from .study import Study, digest

OPTION = {Role.T1WI: "--t1", Role.T2WI: "--t2", Role.FST2WI: "--fst2"}
DICOM_OPTION = {Role.T1WI: "--t1-dicom", Role.T2WI: "--t2-dicom", Role.FST2WI: "--fst2-dicom"}
MASK_OPTION = {Role.T1WI: "--mask", Role.T2WI: "--mask-t2", Role.FST2WI: "--mask-fst2"}


def segment(study: Study) -> Callable[[Path], Steps]:
    """Bodies of every level in view on the T1WI; gives the new segmentation node."""

    def steps(folder: Path) -> Steps:
        asked = _nodes(study)
        image, bodies = write_volume(study.image(Role.T1WI), folder / "T1WI.nrrd"), folder / "bodies.nrrd"
        yield ["segment", str(image), "-o", str(bodies), "--all-levels", *network_option()]
        _requireNodes(study, asked)
        return study.takeDraft(read_mask(bodies, "model"), _json(folder / "bodies.json"))

    return steps


def propagate(study: Study, roles: Sequence[Role]) -> Callable[[Path], Steps]:
    """Bodies carried to the other sequences; gives the new segmentation nodes by role."""

    def steps(folder: Path) -> Steps:
        asked = _nodes(study)
        source, bodies = _sourceFiles(study, folder)
        register = ["--register"] if study.parameters.register else []
        made = {}
        for role in roles:
            onto, out = write_volume(study.image(role), folder / f"{role.value}.nrrd"), folder / f"{role.value}_bodies.nrrd"
            arguments = ["propagate", str(bodies), "--from", str(source), "--onto", str(onto), "--all-levels", *register]
            yield [*arguments, "-o", str(out)]
            made[role] = (read_mask(out, "propagated"), _json(out.with_suffix(".json")))
        _requireNodes(study, asked)
        return {role: study.takeCarried(role, *one) for role, one in made.items()}

    return steps


def marrow(study: Study) -> Callable[[Path], Steps]:
    """The marrow region inside the bodies; gives its segmentation node."""

    def steps(folder: Path) -> Steps:
        asked, drawn = _nodes(study), digest(study.bodies(Role.T1WI))
        image, bodies = _sourceFiles(study, folder)
        yield ["marrow", str(bodies), "--on", str(image), "-o", str(folder / "marrow.nrrd")]
        _requireNodes(study, asked)
        return study.takeMarrow(read_mask(folder / "marrow.nrrd", "marrow"), drawn)

    return steps


def predict(study: Study, out: Path) -> Callable[[Path], Steps]:
    """The prediction, its report and parts in ``out``; gives prediction.json's content."""

    def steps(folder: Path) -> Steps:
        arguments = [*_imageArguments(study, folder), *_maskArguments(study, folder), *_clinicalArguments(study)]
        asked, inputs = _nodes(study), study.inputsDigest()
        yield ["predict", *arguments, "--language", language(), "--signature", study.parameters.signature, "--out", str(out)]
        text = (out / "prediction.json").read_text(encoding="utf-8")
        _requireNodes(study, asked)
        study.takeResult(text, inputs)
        return json.loads(text)

    return steps


def batch(source: Path, target: Path, signature: str) -> Callable[[Path], Steps]:
    """Every study below a folder, one after another in the worker; gives the summary's lines."""

    def steps(folder: Path) -> Steps:
        ending = yield [
            "cohort",
            str(source),
            "--out",
            str(target),
            "--signature",
            signature,
            "--language",
            language(),
            "--workers",
            "0",
            "--allow-missing",
            *network_option(),
        ]
        return ending.lines

    return steps


def exportDicom(study: Study, result: Path | None, target: Path) -> Callable[[Path], Steps]:
    """The last result as DICOM SEG and SR beside the images that Slicer's DICOM database knows; gives the files' names."""

    def steps(folder: Path) -> Steps:
        if result is None:
            raise StudyError("No result of this session", "a prediction", "click 'Predict OP' first")
        arguments = ["export", str(result), "--out", str(target)]
        for role, node in study.images.items():
            files = filesOf(node)
            if not files:
                raise StudyError(
                    f"The {role.value} did not come from DICOM",
                    "images loaded through Slicer's DICOM module, whose patient record the export joins",
                    "load the study through the DICOM module",
                )
            listed = folder / f"{role.value}.txt"
            listed.write_text("\n".join(map(str, files)), encoding="utf-8")
            arguments += [DICOM_OPTION[role], str(listed)]
        ending = yield arguments if len(study.images) == len(Role) else [*arguments, "--allow-missing"]
        return tuple(path.name for path in ending.files)

    return steps


def _nodes(study: Study) -> tuple[str, ...]:
    """IDs of the study, its images and its T1WI masks: what a job is started for. The user may take any away meanwhile."""
    nodes = (study.node, *study.images.values(), study.bodies(Role.T1WI))
    return tuple(node.GetID() for node in nodes if node is not None and node.GetScene() is not None)


def _requireNodes(study: Study, asked: tuple[str, ...]) -> None:
    if study.scene is None or _nodes(study) != asked:
        raise StudyError(
            "The study, its images or its masks were exchanged or removed in the meantime",
            "the same images and masks until the step ends",
            "start the step again; nothing was changed",
        )


def _sourceFiles(study: Study, folder: Path) -> tuple[Path, Path]:
    image, bodies = study.image(Role.T1WI), study.bodies(Role.T1WI)
    if image is None:
        raise StudyError("No T1WI is chosen", "the image that the masks were drawn on", "choose the T1WI under 'Study' first")
    if bodies is None:
        raise MaskError("No masks on the T1WI", "drawn or segmented bodies", "click 'Segment L1-L3' first")
    return write_volume(image, folder / "T1WI.nrrd"), write_bodies(bodies, image, folder / "bodies.nrrd")


def _imageArguments(study: Study, folder: Path) -> list[str]:
    words = [
        word
        for role, node in study.images.items()
        for word in (OPTION[role], str(write_volume(node, folder / f"{role.value}.nrrd")))
    ]
    scanner = scannerOf(study.image(Role.T1WI))
    words += ["--scanner", scanner] if scanner else []
    words += [word for kind in study.kinds() for word in ("--kind", kind)]
    return words if len(study.images) == len(Role) else [*words, "--allow-missing"]


def _maskArguments(study: Study, folder: Path) -> list[str]:
    """The reviewed masks; those on other sequences only where a reader changed them, so that the others are resampled once."""
    _, bodies = _sourceFiles(study, folder)
    review = folder / "review.json"
    review.write_text(json.dumps(study.review()), encoding="utf-8")
    words = [MASK_OPTION[Role.T1WI], str(bodies), "--review", str(review)]
    for role in (Role.T2WI, Role.FST2WI):
        if role in study.images and study.corrected(role):
            path = write_bodies(study.bodies(role), study.image(role), folder / f"{role.value}_bodies.nrrd")
            words += [MASK_OPTION[role], str(path)]
    return [*words, "--register"] if study.parameters.register else words


def _clinicalArguments(study: Study) -> list[str]:
    parameters = study.parameters
    words = [word for name in study.exclusions for word in ("--exclusion", name)]
    if parameters.age > 0:
        words += ["--age", f"{parameters.age:g}"]
    if parameters.sex is not Sex.UNKNOWN:
        words += ["--sex", parameters.sex.value]
    if parameters.bmi > 0:
        words += ["--bmi", f"{parameters.bmi:g}"]
    for habit in ("diabetes", "smoking", "drinking"):
        value = getattr(parameters, habit)
        words += [] if value is YesNo.UNKNOWN else [f"--{habit}", value.value]
    return words


def _json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
