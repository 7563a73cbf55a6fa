"""A study of which much is to be said, in Chinese: no English sentence reaches the reader; what programs read stays English."""

from __future__ import annotations

import html
import json
import re
from contextlib import redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from OPRadiomicsLib import io
from OPRadiomicsLib.cli import main
from OPRadiomicsLib.models.signature_file import load_signature
from OPRadiomicsLib.types import Role
from OPRadiomicsLib.workflow import PUBLISHED

KEPT = {  # names: of software and its settings, of scanners, sequences and statistics
    "DEMO", "OPRadiomics", "Radscore", "SHAP", "Dice", "lumbar-bodies", "int8", "gaussian", "LASSO", "Welch", "Youden",
    "Wang", "Python", "numpy", "scipy", "SimpleITK", "onnxruntime", "pydicom", "matplotlib", "opradiomics",
    "pyradiomics", "absent", "SNOMED", "CT", "QCT", "MRI", "AUC", "BMI", "logit", "SHA-256", "N4", "T1WI", "T2WI",
    "FS-T2WI", "TR", "TE", "ms", "ml", "mm", "mg", "cm", "kg", "CI", "T1", "T2", "TSE", "SE", "FS", "lambda", "min",
    "standard", "native", "demo-signature",
}  # fmt: skip
WORD = r"[A-Za-z][A-Za-z0-9'-]*"


def english_sentences(text: str) -> list[str]:
    """Runs of three Latin words or more that are no names."""
    runs = re.findall(rf"{WORD}(?:[ ,;:]+{WORD}){{2,}}", text)
    return [run for run in runs if len([word for word in re.findall(WORD, run) if word not in KEPT]) > 2]


@pytest.fixture(scope="module")
def doubtful(untouched_dicom: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, list[str]]:
    """T2WI and FS-T2WI exchanged, another age and sex than the header's, excluded from the study: report and lines printed."""
    series = io.select_series(io.index_dicom(untouched_dicom))
    number = {role: str(one.acquisition["series_number"]) for role, one in series.items()}
    out = tmp_path_factory.mktemp("doubtful")
    exchanged = ["--t2-series", number[Role.FST2WI], "--fst2-series", number[Role.T2WI]]
    patient = ["--age", "93", "--sex", "M", "--exclusion", "fracture", "--exclusion", "poor-images"]
    stdout = TextIOWrapper(BytesIO(), encoding="utf-8")
    with redirect_stdout(stdout):
        assert main(["predict", str(untouched_dicom), *exchanged, *patient, "--language", "zh", "--out", str(out)]) == 0
    report = re.sub(r"<style>.*?</style>|<[^>]*>", "\n", (out / "report.html").read_text(encoding="utf-8"), flags=re.DOTALL)
    stdout.seek(0)
    return out, html.unescape(report), stdout.read().splitlines()


def test_the_report_holds_no_english_sentence(doubtful: tuple[Path, str, list[str]]) -> None:
    out, report, _ = doubtful
    warnings = json.loads((out / "prediction.json").read_text(encoding="utf-8"))["warnings"]
    assert len(warnings) >= 8, warnings
    assert [english_sentences(warning) for warning in warnings].count([]) == 0  # what is looked for is found where it is
    assert english_sentences(report.replace(load_signature(PUBLISHED).provenance.citation, "")) == []


def test_the_warnings_printed_are_chinese(doubtful: tuple[Path, str, list[str]]) -> None:
    _, report, lines = doubtful
    printed = [line for line in lines if line.startswith("警告：")]
    assert len(printed) >= 8
    assert [english_sentences(line) for line in printed if english_sentences(line)] == []
    assert all(line.removeprefix("警告：") in report for line in printed)
    assert not any(line.startswith("warning:") for line in lines)


def test_what_programs_read_is_english(doubtful: tuple[Path, str, list[str]]) -> None:
    assert not re.search("[\u4e00-\u9fff]", (doubtful[0] / "prediction.json").read_text(encoding="utf-8"))
