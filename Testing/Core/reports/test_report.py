"""What is written: complete, self-contained, marked, reproducible, and free of anything that the case did not hold."""

import base64
import dataclasses
import io
import json
import re

import numpy as np
import pytest
from OPRadiomicsLib.errors import OutputError
from OPRadiomicsLib.models.signature_file import load_signature
from OPRadiomicsLib.reports.prediction_pictures import training_picture
from OPRadiomicsLib.reports.report import render_pictures, write_report
from OPRadiomicsLib.reports.strings import ENGLISH, percent, percents_apart
from OPRadiomicsLib.types import Role
from PIL import Image

PICTURES = {"masks", "slices", "probabilities", "shap", "training"}


@pytest.fixture(scope="module")
def pictures(a_case):
    return render_pictures(a_case)


@pytest.fixture(scope="module")
def written(a_case, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report") / "out"
    return folder, write_report(a_case, folder)


def _red(png):
    """Pixels of the DEMO mark's red, #b3261e, give or take what transparency and smoothing make of it."""
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    return int((np.abs(pixels - (0xB3, 0x26, 0x1E)).max(axis=2) < 12).sum())


def test_all_files_are_written_and_named(written):
    folder, paths = written
    assert paths[0] == folder / "report.html"
    expected = {"report.html", "prediction.json", *(f"pictures/{name}.png" for name in PICTURES)}
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == expected
    assert set(paths) == {folder / name for name in expected}


def test_the_report_needs_no_other_file_and_no_network(written):
    html = (written[0] / "report.html").read_text()
    sources = re.findall(r'(?:src|href)="([^"]{0,30})', html)
    assert len(sources) == len(PICTURES)
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert not re.search(r"url\(|@import|<script", html)


def test_the_embedded_pictures_are_the_written_ones(written):
    folder = written[0]
    embedded = re.findall(r'base64,([^"]+)" alt="(\w+)"', (folder / "report.html").read_text())
    for content, name in embedded:
        assert base64.b64decode(content) == (folder / "pictures" / f"{name}.png").read_bytes()


def test_every_picture_of_a_demo_signature_carries_the_mark(pictures, a_case_without_demo):
    plain = render_pictures(a_case_without_demo)
    assert set(pictures) == set(plain) == PICTURES
    for name, png in pictures.items():
        assert _red(png) > 2000, name
        assert _red(plain[name]) < 50, name


def test_report_and_json_of_a_demo_signature_are_marked(written):
    html = (written[0] / "report.html").read_text()
    assert html.count('class="badge">DEMO<') >= 6
    assert ENGLISH["demo_note"] in html
    content = json.loads((written[0] / "prediction.json").read_text())
    assert content["demo"] is True
    assert content["demo_notice"].startswith("DEMO")
    assert all(model["demo"] for model in content["models"].values())


def test_without_demo_the_word_appears_nowhere(a_case_without_demo, tmp_path):
    write_report(a_case_without_demo, tmp_path)
    assert "DEMO" not in (tmp_path / "report.html").read_text()
    content = json.loads((tmp_path / "prediction.json").read_text())
    assert content["demo"] is False
    assert "demo_notice" not in content


def test_research_use_only_stands_in_report_and_json(written):
    assert (written[0] / "report.html").read_text().count(ENGLISH["research"]) >= 2
    assert "Research use only" in json.loads((written[0] / "prediction.json").read_text())["use"]


def test_prediction_json_holds_the_predictions_exactly(written, a_case):
    content = json.loads((written[0] / "prediction.json").read_text())
    assert list(content["models"]) == ["clinical", "radiomics", "combined"]
    for prediction in a_case.predictions:
        model = content["models"][prediction.model]
        assert model["probability"] == prediction.probability
        assert tuple(model["interval_95"]) == prediction.interval
        assert (model["threshold"], model["osteoporosis"]) == (prediction.threshold, prediction.osteoporosis)
        total = model["base_logit"] + sum(term["shap"] for term in model["contributions"])
        assert total == pytest.approx(model["logit"], abs=1e-12)
    assert content["profile"] == {"name": "standard", "hash": a_case.profile.hash}
    assert content["signature"]["sha256"] == a_case.signature.sha256
    assert content["levels"][0] == {
        "level": "L1",
        "snomed_ct": "66794005",
        "volume_ml": 30.2,
        "confidence": 0.99,
        "flags": [],
        "accepted_by": "",
    }


def test_the_published_formula_stands_apart_and_says_what_is_not_published(written):
    content = json.loads((written[0] / "prediction.json").read_text())
    published = content["published_clinical"]
    assert [published[key] for key in ("interval_95", "threshold", "osteoporosis")] == ["not published"] * 3
    assert published["approximate_contributions"] is True
    html = (written[0] / "report.html").read_text()
    section = html[html.index(ENGLISH["published"]) :]
    assert section.count("not published") >= 3
    assert "55 %" in section
    assert "badge" not in section[: section.index("</section>")]


def test_what_segmenting_said_of_an_image_is_not_said_again_of_its_sequence(a_case):
    said = ("Blank slices between others: 1.", "T1WI: Blank slices between others: 1.", "T2WI: Blank slices between others: 2.")
    assert dataclasses.replace(a_case, warnings=said).all_warnings[:2] == said[1:]


def test_warnings_stand_above_the_result_once_each(written, a_case):
    html = (written[0] / "report.html").read_text()
    warning = a_case.warnings[0]
    assert html.count(warning) == 1
    assert html.index(warning) < html.index("<section><h2>Result")


def test_text_from_outside_is_escaped(written):
    html = (written[0] / "report.html").read_text()
    assert "Edge &lt;uncertain&gt; on slice 4." in html
    assert "<uncertain>" not in html


def test_equal_cases_give_equal_bytes(written, a_case, tmp_path):
    again = write_report(a_case, tmp_path)
    for first, second in zip(written[1], again, strict=True):
        assert first.read_bytes() == second.read_bytes(), first.name


def test_time_changes_neither_json_nor_pictures(written, a_case, tmp_path):
    slower = dataclasses.replace(a_case, timings_s={"segment": 99.0})
    for first, second in zip(written[1][1:], write_report(slower, tmp_path)[1:], strict=True):
        assert first.read_bytes() == second.read_bytes(), first.name


def test_one_sequence_gives_masks_and_the_clinical_model(a_partial_case, tmp_path):
    paths = write_report(a_partial_case, tmp_path)
    assert {path.stem for path in paths if path.suffix == ".png"} == PICTURES
    html = (tmp_path / "report.html").read_text()
    assert ENGLISH["not_available"] in html
    content = json.loads((tmp_path / "prediction.json").read_text())
    assert list(content["models"]) == ["clinical"]
    assert content["features"] is None


def test_features_of_two_sequences_are_listed_though_no_radscore_could_be_computed(a_case, a_partial_case, tmp_path):
    features = dataclasses.replace(a_case.features, names=a_case.features.names[:2], values=a_case.features.values[:2])
    write_report(dataclasses.replace(a_partial_case, features=features), tmp_path)
    assert json.loads((tmp_path / "prediction.json").read_text())["features"]["count"] == 2


def test_the_published_formula_alone_can_be_reported(a_partial_case, tmp_path):
    published = a_partial_case.published
    case = dataclasses.replace(a_partial_case, signature=load_signature("published-clinical"), predictions=(published,))
    write_report(case, tmp_path)
    html = (tmp_path / "report.html").read_text()
    assert "DEMO" not in html
    assert "stated reference" in html[: html.index(f"<h2>{ENGLISH['published']}")]
    assert not (tmp_path / "pictures" / "training.png").exists()


def test_without_masks_the_report_has_no_pictures_of_them(a_partial_case, tmp_path):
    bare = dataclasses.replace(a_partial_case, volumes={}, bodies={})
    names = {path.stem for path in write_report(bare, tmp_path) if path.suffix == ".png"}
    assert names == PICTURES - {"masks", "slices"}


def test_pictures_show_each_study_level_in_its_colour(pictures, a_case):
    """The colours of L1, L2 and L3 must each appear as lines in every sequence's third of the picture."""
    pixels = np.asarray(Image.open(io.BytesIO(pictures["masks"])).convert("RGB")).astype(int)
    for third in np.array_split(pixels, len(Role), axis=1):
        for colour in ((0x56, 0xB4, 0xE9), (0xF0, 0xE4, 0x42), (0xE6, 0x9F, 0x00)):
            assert (np.abs(third - colour).max(axis=2) < 12).sum() > 100


def test_a_file_in_place_of_the_folder_is_an_output_error(a_partial_case, tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputError, match="Cannot write"):
        write_report(a_partial_case, tmp_path / "out")


def test_a_yes_or_no_has_no_percentile(a_case):
    """With smoking in the place of sex the picture of the training patients is the same to the last bit."""
    training, prediction = a_case.signature.training, a_case.predictions[-1]
    smoking = {"sex": "smoking"}
    terms = tuple(dataclasses.replace(term, name=smoking.get(term.name, term.name)) for term in prediction.contributions)
    other = training.model_copy(update={"predictors": tuple(smoking.get(name, name) for name in training.predictors)})
    signature = a_case.signature.model_copy(update={"training": other})
    pictures = [
        training_picture(signature, dataclasses.replace(prediction, contributions=terms), strings=ENGLISH),
        training_picture(a_case.signature, prediction, strings=ENGLISH),
    ]
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0 %"), (0.004, "< 1 %"), (0.006, "1 %"), (0.634, "63 %"), (0.9949, "99 %"), (0.9996, "> 99 %"), (1.0, "100 %")],
)
def test_what_is_not_certain_is_never_0_or_100_percent(share, text):
    assert percent(share) == text


@pytest.mark.parametrize(
    ("one", "other", "texts"),
    [
        (0.634, 0.5, ("63 %", "50 %")),
        (0.4984, 0.5021, ("49.8 %", "50.2 %")),
        (0.9996, 0.9971, ("> 99 %", "99.7 %")),
        (0.5, 0.5, ("50 %", "50 %")),
    ],
)
def test_a_probability_and_its_threshold_are_told_apart(one, other, texts):
    assert percents_apart(one, other) == texts


def test_the_report_shows_a_probability_just_below_its_threshold_as_below_it(a_case, tmp_path):
    model = a_case.predictions[-1]
    close = dataclasses.replace(model, probability=0.4984, threshold=0.5021, osteoporosis=False)
    case = dataclasses.replace(a_case, predictions=(*a_case.predictions[:-1], close))
    write_report(case, tmp_path / "out")
    html = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "49.8 %" in html and "50.2 %" in html
