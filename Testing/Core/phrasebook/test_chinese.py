"""The Chinese table against the sources: no template without its English sentence, no sentence of a warning without a template.

Seen are the strings and f-strings of the sources as they are written. Not seen are single words that stand alone, sentences put
together at run time from parts that lie apart (`COMPOSED` makes those for real), and words that come from a library.
"""

from __future__ import annotations

import ast
import errno
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml
from OPRadiomicsLib.phrasebook import say
from OPRadiomicsLib.phrasebook.chinese import PHRASES, errors, image_errors, images, masks, progress, results, table_errors
from OPRadiomicsLib.phrasebook.phrases import FIELD, Phrasebook, kinds_of, pattern_of
from OPRadiomicsLib.segmentation.quality import size_doubts
from OPRadiomicsLib.segmentation.review import Review, Reviewed
from OPRadiomicsLib.types import Mask

ROOT = Path(__file__).resolve().parents[3]
LIBRARY = ROOT / "OPRadiomics" / "OPRadiomicsLib"

MODULES = (
    # what warns
    "study.py",
    "cohort/listing.py",
    "features/extract.py",
    "features/choose.py",
    "io/demographics.py",
    "io/roles.py",
    "io/selection.py",
    "models/clinical.py",
    "models/extrapolation.py",
    "models/prediction.py",
    "mrml/sequences.py",
    "segmentation/blemishes.py",
    "segmentation/gaps.py",
    "segmentation/inference.py",
    "segmentation/marrow.py",
    "segmentation/numbering.py",
    "segmentation/odd_levels.py",
    "segmentation/propagation.py",
    "segmentation/quality.py",
    "segmentation/review.py",
    "segmentation/sagittal.py",
    "segmentation/weighting.py",
    "workflow.py",
    # what refuses in a panel's ordinary use
    "errors.py",
    "files.py",
    "geometry.py",
    "gui/steps.py",
    "io/dicom_pixels.py",
    "io/dicom_stack.py",
    "io/index.py",
    "io/masks.py",
    "io/volumes.py",
    "mrml/acceptance.py",
    "mrml/draft.py",
    "mrml/files.py",
    "mrml/geometry.py",
    "mrml/level_labels.py",
    "mrml/segmentation.py",
    "mrml/segments.py",
    "mrml/volumes.py",
    "preprocessing/bias_field.py",
    "preprocessing/n4.py",
    "preprocessing/normalisation.py",
    "preprocessing/prepare.py",
)
NO_SENTENCES = {
    "io/index.py": {"Image Storage", "Secondary Capture"},  # in DICOM's names of kinds
    "io/roles.py": {"fat suppression", "other region", "whole spine", "contrast agent", "water image", "fat image"}
    | {"opposed phase", "PROJECTION IMAGE", "PHASE MAP", "T1 MAP", "T2 MAP"}  # names in tables, not shown
    | {"SpectrallySelectedSuppression FAT", "TR {} / TE {}"},  # the same in Chinese
    "models/prediction.py": {"trained on"},  # a key of prediction.json
    "workflow.py": {"published formula"},  # a kind of signature
}
# What is the same in Chinese: sequences, units, DICOM keywords, software, statistics.
NAMES = {
    "T1WI", "T2WI", "FS-T2WI", "T1", "T2", "STIR", "TR", "TE", "MR", "L1-L3", "L4", "L5", "L6", "S1", "S", "T8", "ml",
    "mm", "DICOM", "UID", "MRI", "NIfTI", "NRRD", "MetaImage", "BMI", "kg", "NaN", "SHA-256", "PyRadiomics",
    "Radscore", "P", "Youden", "LASSO", "lambda", "AUC", "N4", "JSON", "UTF-8", "DERIVED", "SECONDARY",
    "BodyPartExamined", "StudyInstanceUID", "FrameOfReferenceUID", "ImageOrientationPatient", "QCT", "GE", "Wang",
    "Slicer", "logit", "T", "M", "F", "ms", "t", "mg", "cm³", "PixelSpacing", "RLE", "JPEG", "JPEG-LS", "b", "Segment",
    "Editor", "Fill", "between", "slices", "Transforms", "pip", "install", "numba", "Python", "L1", "L2", "L3", "m",
    "m²", "male", "female", "yes", "no", "case", "study", "x", "levels", "segment", "Excel", "MHA", "RescaleIntercept",
    "RescaleSlope", "Segmentations", "TMPDIR", "e38", "features", "gz", "i", "j", "k", "nii", "predict",
}  # fmt: skip


def skeleton(text: str) -> str:
    """Without the names of fields, the case of the first letter, and marks at the ends, which joining adds or takes away."""
    bare = re.sub(r"(\{\})+", "{}", text).strip(" ;,.")
    return bare[:1].lower() + bare[1:]


def written(node: ast.expr) -> str | None:
    """A string as it stands in a source, "{}" for each hole; None where the node is no string."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in parts)
    return None


def sentences(path: Path) -> Iterator[str]:
    """Strings of a source but docstrings, parts of f-strings, and what a programming error says."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant() as docstring):
                skipped.add(docstring)
            case ast.JoinedStr(values=parts):
                skipped.update(part for part in parts if isinstance(part, ast.Constant))
                skipped.update(part.format_spec for part in parts if isinstance(part, ast.FormattedValue) and part.format_spec)
            case ast.Raise(exc=ast.Call(func=ast.Name(id="ValueError" | "TypeError"))):
                skipped.update(ast.walk(node))
    for node in ast.walk(tree):
        text = written(node) if isinstance(node, ast.expr) and node not in skipped else None
        if text:
            yield text


def texts_in(content: object) -> Iterator[str]:
    """Every string in parsed JSON or YAML."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict | list):
        for part in content.values() if isinstance(content, dict) else content:
            yield from texts_in(part)


def shipped_texts() -> Iterator[str]:
    for path in sorted((ROOT / "Resources" / "Models").glob("*/signature.json")):
        yield from texts_in(json.loads(path.read_text(encoding="utf-8")))
    for path in sorted((ROOT / "Resources" / "Params").glob("*.yaml")):
        yield from texts_in(yaml.safe_load(path.read_text(encoding="utf-8")))


def narrow_levels() -> str:
    labels = np.zeros((9, 60, 60), np.uint8)
    for place, label in enumerate((20, 21, 22)):
        labels[3:5, 20 * place : 20 * place + 18, 10:40] = label
    affine = np.array([[0, 0, 3.3, 0], [1, 0, 0, 0], [0, -1, 0, 0], [0, 0, 0, 1.0]])
    found = size_doubts(Mask(labels, affine))
    return next(one for one in found if one.startswith("Narrow"))


def reviewed(readers: tuple[str, ...]) -> str:
    levels = [{"level": f"L{n}", "accepted_by": reader} for n, reader in enumerate(readers, start=1)]
    mask = Mask(np.zeros((2, 2, 2), np.uint8), np.eye(4))
    origin = "model bodies 1.0, SHA-256 0abc, at 0.8 and 1 mm, int8"
    return Reviewed.by_reader(mask, Review.model_validate({"levels": levels, "origin": origin})).origin


COMPOSED = {
    "{level} ({n} slices, {width_mm} mm), {rest:said}": lambda: narrow_levels().partition(": ")[2].partition("; ")[0],
    "{origin:said}, reviewed by {readers:list}": lambda: reviewed(("AB", "CD")),
    "{origin:said}, not reviewed": lambda: reviewed(()),
}
"""Templates of sentences that are joined from parts, with what makes one."""


def test_every_template_stands_in_the_sources():
    code = {
        skeleton(text)
        for library in (LIBRARY, ROOT / "OPRadiomicsTraining" / "OPRadiomicsTrainingLib")
        for path in library.rglob("*.py")
        if "phrasebook" not in path.parts
        for text in sentences(path)
    }
    shipped = list(shipped_texts())
    code |= {skeleton(os.strerror(number)) for number in errno.errorcode}  # of the system, inside an error's brackets
    lost = [
        english
        for english in PHRASES
        if english not in COMPOSED
        and skeleton(FIELD.sub("{}", english)) not in code
        and not any(pattern_of(english).fullmatch(text) for text in shipped)
    ]
    assert lost == []


@pytest.mark.parametrize("english", COMPOSED)
def test_a_template_of_joined_parts_fits_what_is_made(english):
    assert pattern_of(english).fullmatch(COMPOSED[english]())


def test_masks_of_a_few_slices_are_told():
    assert say(narrow_levels(), "zh").startswith("左右径过小：L1（2 层，7 mm）、L2（2 层，7 mm）、L3（2 层，7 mm）；")


@pytest.mark.parametrize("module", MODULES)
def test_every_sentence_of_a_module_has_a_template(module):
    known = {skeleton(FIELD.sub("{}", english)) for english in PHRASES}
    found = {text for text in sentences(LIBRARY / module) if len(re.findall(r"[A-Za-z]{2,}", text.replace("{}", " "))) > 1}
    shown = {text for text in found if " " in text.strip() and not re.search(r"[\\|*]", text)}  # those are patterns
    assert shown
    assert {text for text in shown if skeleton(text) not in known} - NO_SENTENCES.get(module, set()) == set()


def test_no_sentence_stands_in_two_parts_of_the_table():
    assert len(PHRASES) == sum(
        len(part.PHRASES) for part in (errors, image_errors, images, masks, progress, results, table_errors)
    )


def test_a_translation_has_the_fields_of_its_template():
    bad = [english for english, said in PHRASES.items() if set(kinds_of(english)) != set(re.findall(r"\{(\w+)\}", said))]
    assert bad == []


SAMPLES = {"level": "L2", "role": "FS-T2WI", "times": "TR 700 / TE 10 ms", "plane": "axial", "method": "mapping"}
SAMPLES |= {"model": "combined", "series": "series 5.2 'ax; b', 17 slices sagittal", "number": "7.5", "word": "Ab7"}
SAMPLES |= {
    "levels": "L1, L2 and T12",
    "undefined": "nan",
    "package": "Aa or Bb",
    "predictor": "T2WI Radscore",
    "stack": "series 5 'ax: b'",
}
SAMPLES |= {
    "numbered": "without number",
    "bars": "Xyz | Uvw",
    "list": "Aa, Bb and Cc",
    "items": "'Aa': Bb; 'Cc': Dd",
    "said": "Xyz",
    "": "Mm Nn",
}


BOOK = Phrasebook(PHRASES)  # of its own: no sentence is remembered from another test
JOINED = {"list": "Aa、Bb、Cc", "items": "“Aa”：Bb；“Cc”：Dd"}


def filled(english: str) -> tuple[str, str]:
    """A sentence by a template, and what it has to become."""
    fields = {name: SAMPLES.get(name) or SAMPLES[kind] for name, kind in kinds_of(english).items()}
    said = {
        name: "L1、L2、T12"
        if (name, kind) == ("levels", "list")
        else JOINED.get(kind) or (BOOK.say(fields[name]) if kind else fields[name])
        for name, kind in kinds_of(english).items()
    }
    return FIELD.sub(lambda found: fields[found[1]], english), PHRASES[english].format(**said)


@pytest.mark.parametrize("english", PHRASES)
def test_each_template_says_its_own_sentence_and_no_field_is_lost(english):
    sentence, said = filled(english)
    assert BOOK.say(sentence) == said


@pytest.mark.parametrize("english", PHRASES)
def test_what_stands_before_a_sentence_does_not_hide_its_template(english):
    sentence, said = filled(english)
    if not sentence.startswith(("FS-T2WI", "L2", "warning")):  # those have one already
        assert BOOK.say(f"warning: T2WI: {sentence}") == f"警告：T2WI：{said}"


@pytest.mark.parametrize(
    "odd", ["T1WI: L1: ", "'a' (", "series 5 'a, b': (TR 3 / TE 4 ms; of to is at 5) ", "a, b of c to d (e) is: g; "]
)
def test_no_text_however_odd_or_long_is_an_error(odd):
    """Sentences in sentences had run out of the stack."""
    assert BOOK.say(odd * (3000 // len(odd)))


def test_no_english_word_is_left_in_a_translation():
    left = {
        said: words
        for said in PHRASES.values()
        if (words := set(re.findall(r"[A-Za-z][\w-]*", re.sub(r"\{\w+\}|--[\w-]+|“[^”]*”", " ", said))) - NAMES)
    }
    assert left == {}


def test_marks_in_a_translation_are_chinese_ones():
    assert [said for said in PHRASES.values() if re.search(r"[\u4e00-\u9fff][,;:?!]|['\"]", said)] == []
    assert [english for english, said in PHRASES.items() if english.endswith("?") != said.endswith("？")] == []
    assert [english for english, said in PHRASES.items() if english.endswith(".") != said.endswith("。")] == []


@pytest.mark.parametrize(
    ("english", "said"),
    [
        ("L2: it is cut off at the edge of the image", "L2：被图像边缘截断"),
        (
            "Confirm the levels: the sacrum was not found in view: the lowest body is taken for L5",
            "请确认节段编号：视野内未见骶骨：最低的椎体按 L5 计",
        ),
        (
            "Are these the patient's images? Age 71 was entered, the T1WI's header says 50; sex M was entered, "
            "the T1WI's header says F.",
            "这些图像属于该患者吗？输入的年龄为 71 岁，T1WI 文件头中为 50 岁；输入的性别为 M，T1WI 文件头中为 F。",
        ),
        (
            "T2WI: L2 seems to lie 3.2 mm off: check its outline or correct the mask",
            "T2WI：L2 似乎偏移 3.2 mm：请核对其轮廓，或修正掩膜",
        ),
    ],
)
def test_a_radiologist_reads(english, said):
    assert say(english, "zh") == said
