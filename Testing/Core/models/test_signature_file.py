"""A signature survives the disk unchanged, and nothing damaged, foreign or incomplete is loaded."""

import json

import pytest
from OPRadiomicsLib.errors import ModelError, OutputError
from OPRadiomicsLib.models.signature import Signature, checksum
from OPRadiomicsLib.models.signature_file import load_signature, save_signature
from pydantic import ValidationError


def _edited(folder, edit):
    path = folder / "signature.json"
    content = json.loads(path.read_text())
    content.pop("sha256")
    edit(content)
    path.write_text(json.dumps({**content, "sha256": checksum(content)}))


def test_a_saved_signature_is_loaded_equal(a_signature, tmp_path):
    path = save_signature(a_signature, tmp_path / "model")
    assert load_signature(tmp_path / "model") == a_signature
    assert load_signature(path).sha256 == a_signature.sha256
    assert [file.name for file in path.parent.iterdir()] == ["signature.json"]


def test_one_changed_digit_fails_the_checksum(a_signature, tmp_path):
    path = save_signature(a_signature, tmp_path)
    path.write_text(path.read_text().replace('"intercept": -0.25', '"intercept": -0.24', 1))
    with pytest.raises(ModelError, match="checksum") as error:
        load_signature(tmp_path)
    assert a_signature.sha256 in error.value.expected
    assert error.value.remedy


def test_a_missing_checksum_is_an_error(a_signature, tmp_path):
    path = save_signature(a_signature, tmp_path)
    content = json.loads(path.read_text())
    del content["sha256"]
    path.write_text(json.dumps(content))
    with pytest.raises(ModelError, match="checksum"):
        load_signature(tmp_path)


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        (lambda c: c.update(extra=1), "extra"),
        (lambda c: c["models"]["clinical"].pop("coefficients"), "coefficients"),
        (lambda c: c["models"]["clinical"].update(coefficients=[0.1]), "coefficients holds 1 numbers for 2 names"),
        (lambda c: c["models"]["clinical"].update(predictors=["age", "height"]), "height"),
        (lambda c: c["models"]["clinical"].update(predictors=["age", "age"]), "unique"),
        (lambda c: c["models"]["clinical"].update(sds=[1.0, 0.0]), "greater than 0"),
        (lambda c: c["models"]["clinical"].update(intercept="-0.25"), "intercept"),
        (lambda c: c["models"]["clinical"]["covariance"][0].__setitem__(0, -1.0), "positive definite"),
        (lambda c: c["models"]["clinical"].update(threshold=1.5), "threshold"),
        (lambda c: c["radscores"].pop(), "radscore_FS-T2WI"),
        (lambda c: c["radscores"][0]["means"].pop(), "means"),
        (lambda c: c.update(profile=None), "profile"),
        (lambda c: c["provenance"].update(use="clinical use"), "use"),
        (lambda c: c["training"].update(quantile_levels=[0.0, 0.1, 0.5, 0.99, 1.0]), "quantile_levels"),
        (lambda c: c.update(schema_version=2), "schema_version"),
    ],
)
def test_content_that_breaks_the_schema_is_named(a_signature, tmp_path, edit, named):
    save_signature(a_signature, tmp_path)
    _edited(tmp_path, edit)
    with pytest.raises(ModelError, match=named):
        load_signature(tmp_path)


@pytest.mark.parametrize("token", ["NaN", "Infinity", "1e999"])
def test_numbers_that_are_not_finite_are_errors(a_signature, tmp_path, token):
    path = save_signature(a_signature, tmp_path)
    path.write_text(path.read_text().replace('"intercept": -0.25', f'"intercept": {token}', 1))
    with pytest.raises(ModelError, match="finite"):
        load_signature(tmp_path)


def test_a_key_that_stands_twice_is_an_error(a_signature, tmp_path):
    path = save_signature(a_signature, tmp_path)
    path.write_text(path.read_text().replace('"demo": true', '"demo": false, "demo": true', 1))
    with pytest.raises(ModelError, match="twice"):
        load_signature(tmp_path)


@pytest.mark.parametrize("text", ["", "[1, 2]", "{", "\x00"])
def test_what_is_not_a_json_object_is_an_error(tmp_path, text):
    (tmp_path / "signature.json").write_text(text)
    with pytest.raises(ModelError, match="JSON object"):
        load_signature(tmp_path)


def test_an_unknown_name_lists_the_shipped_ones():
    with pytest.raises(ModelError, match="published-clinical"):
        load_signature("no-such-signature")


def test_every_shipped_signature_loads_and_says_what_it_is():
    signature = load_signature("published-clinical")
    assert signature.kind == "published formula"
    assert not signature.demo
    assert "Research use only" in signature.provenance.use


def test_shipped_checksums_are_those_of_the_schema():
    signature = load_signature("published-clinical")
    assert checksum(signature.content()) == signature.sha256


def test_a_signature_is_frozen_and_copies_keep_being_checked(a_signature):
    with pytest.raises(ValidationError, match="frozen"):
        a_signature.name = "other"
    with pytest.raises(ValidationError, match="no model"):
        Signature.model_validate({**a_signature.model_dump(), "models": {}})


def test_a_file_in_place_of_the_folder_is_an_output_error(a_signature, tmp_path):
    (tmp_path / "model").write_text("a file")
    with pytest.raises(OutputError, match="Cannot write"):
        save_signature(a_signature, tmp_path / "model")
    assert (tmp_path / "model").read_text() == "a file"


def test_json_nested_too_deep_and_impossible_paths_are_model_errors(tmp_path):
    (tmp_path / "signature.json").write_text("[" * 100_000)
    with pytest.raises(ModelError, match="cannot be read"):
        load_signature(tmp_path)
    with pytest.raises(ModelError, match="cannot be read"):
        load_signature("x" * 5000)
