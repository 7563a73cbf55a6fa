"""Installing a model never takes an older one away, and what is damaged is not installed."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from OPRadiomicsLib import installed
from OPRadiomicsLib.errors import ModelError
from OPRadiomicsLib.files import sha256_of
from OPRadiomicsLib.models.signature_file import load_signature
from OPRadiomicsLib.resources import FOLDER_VARIABLE, model_folder
from OPRadiomicsLib.segmentation.bundle import CHECKSUMS, METADATA_FILE, load_segmentation_model


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "models"))
    return tmp_path / "models"


def test_a_signature_installed_twice_stands_twice() -> None:
    first = installed.install_signature(model_folder("demo-signature"))
    second = installed.install_signature(model_folder("demo-signature"))
    assert first != second
    assert first.is_dir() and second.is_dir()


def test_a_signature_takes_those_of_its_centres_along(tmp_path: Path) -> None:
    fitted = shutil.copytree(model_folder("demo-signature"), tmp_path / "fitted")
    shutil.copytree(model_folder("demo-signature"), fitted / "centres" / "A")
    assert (installed.install_signature(fitted) / "centres" / "A" / "signature.json").is_file()


def test_an_installed_network_is_in_use_and_the_shipped_one_can_come_back() -> None:
    assert installed.active_network() is None
    made = installed.install_network(model_folder("lumbar-bodies"))
    assert installed.active_network() == made
    assert load_segmentation_model(made).name == "lumbar-bodies"
    installed.activate_network(None)
    assert installed.active_network() is None
    installed.activate_network(made.name)
    shutil.rmtree(made)
    assert installed.active_network() is None


def test_commands_find_an_installed_model_by_its_name() -> None:
    network = installed.install_network(model_folder("lumbar-bodies"))
    signature = installed.install_signature(model_folder("demo-signature"))
    assert load_segmentation_model(network.name).folder == network
    assert load_signature(signature.name).name == "demo-signature"
    assert load_segmentation_model().folder == model_folder("lumbar-bodies") != network


def test_one_can_go_back_to_the_network_before_the_last_change() -> None:
    first = installed.install_network(model_folder("lumbar-bodies"))
    second = installed.install_network(model_folder("lumbar-bodies"))
    assert installed.network_before() == first
    installed.activate_network(second.name)  # chosen again: nothing has changed
    assert installed.network_before() == first
    installed.activate_network(first.name)
    assert (installed.active_network(), installed.network_before()) == (first, second)
    assert installed.network_option() == ["--model", str(first)]
    installed.activate_network(None)
    assert (installed.active_network(), installed.network_before()) == (None, first)
    assert installed.network_option() == []


def test_a_damaged_model_leaves_nothing(models: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(model_folder("lumbar-bodies"), tmp_path / "copy"))
    with (copy / "configs" / "metadata.json").open("a") as file:
        file.write(" ")
    with pytest.raises(ModelError, match="SHA-256"):
        installed.install_network(copy)
    assert not models.exists() or list(models.iterdir()) == []


def test_a_department_s_folder_gets_models_that_all_may_read(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """os.mkdir with mode 0o700, as tempfile's, gives them under Windows an access list of their own, which they keep."""
    modes = []

    def noted(path: str, mode: int = 0o777, *, make: Any = os.mkdir, **named: Any) -> None:
        modes.append(mode)
        make(path, mode, **named)

    monkeypatch.setattr("os.mkdir", noted)
    installed.install_signature(model_folder("demo-signature"))
    assert set(modes) == {0o777}


def test_a_virus_scanner_that_looks_into_a_new_model_does_not_stop_its_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    rename, refused = Path.rename, []

    def held(path: Path, target: Path) -> Path:
        if not refused:
            refused.append(path)
            raise PermissionError(13, "Access is denied")
        return rename(path, target)

    monkeypatch.setattr("OPRadiomicsLib.files.WINDOWS", True)
    monkeypatch.setattr(Path, "rename", held)
    assert installed.install_signature(model_folder("demo-signature")).is_dir() and refused


@pytest.mark.parametrize("name", ["../elsewhere", "/elsewhere", "..\\elsewhere", ".hidden", "aux.own"])
def test_a_name_that_leads_elsewhere_is_not_installed(name: str, models: Path, tmp_path: Path) -> None:
    """Whoever makes a bundle writes its name and its checksums."""
    copy = Path(shutil.copytree(model_folder("lumbar-bodies"), tmp_path / "copy"))
    metadata = json.loads((copy / METADATA_FILE).read_text(encoding="utf-8"))
    (copy / METADATA_FILE).write_text(json.dumps({**metadata, "name": name}), encoding="utf-8")
    lines = (copy / CHECKSUMS).read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if METADATA_FILE not in line]
    (copy / CHECKSUMS).write_text("\n".join([*kept, f"{sha256_of(copy / METADATA_FILE)}  {METADATA_FILE}\n"]), encoding="utf-8")
    with pytest.raises(ModelError, match="A model named"):
        installed.install_network(copy)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy"]


def test_an_unknown_network_cannot_be_chosen() -> None:
    with pytest.raises(ModelError, match="No installed network"):
        installed.activate_network("nowhere")
