"""What a run began with is what --resume goes on with: options, cases, and a folder of its own."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from OPRadiomicsLib.cli import main
from OPRadiomicsLib.errors import ModelError, OutputError
from OPRadiomicsLib.files import held_alone
from OPRadiomicsLib.resources import model_folder
from OPRadiomicsLib.segmentation.bundle import CHECKSUMS, WEIGHTS_FILE

torch = pytest.importorskip("torch")
sitk = pytest.importorskip("SimpleITK")

from OPRadiomicsLib.segmentation.network import DeepLabV3Plus  # noqa: E402
from OPRadiomicsTrainingLib.segmentation import record  # noqa: E402
from OPRadiomicsTrainingLib.segmentation.cases import TrainingCase  # noqa: E402
from OPRadiomicsTrainingLib.segmentation.train import CHECKPOINT_FILE  # noqa: E402

STEP = ("--epochs", "1", "--batches", "1", "--threads", "1")


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """Two images of a department, each with two bodies."""
    folder = tmp_path_factory.mktemp("images")
    for number in range(2):
        bodies = np.zeros((5, 120, 90), np.uint8)
        bodies[1:4, 20:46, 30:62], bodies[1:4, 56:82, 30:62] = 20, 21
        image = np.where(bodies > 0, 180, 40) + np.random.default_rng(number).integers(0, 20, bodies.shape)
        for name, array in (("img", image.astype(np.int16)), ("lab", bodies)):
            _write(array, folder / f"own_{number}_{name}.nii.gz")
    return folder


@pytest.fixture(scope="module")
def finished(own, tmp_path_factory):
    """A run that was stopped before its first checkpoint, gone on with to its end."""
    wide = DeepLabV3Plus
    out = tmp_path_factory.mktemp("runs") / "run"
    record.begin(out, {"--seed": 1, "--batches": 1, "--set": ["own"]})
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("OPRadiomicsLib.segmentation.network.DeepLabV3Plus", lambda: wide(width=0.25, aspp=8))
        assert _train(own, out, "--resume") == 0
    return out


def test_a_network_bears_the_name_of_its_folder_and_not_of_the_one_that_ships(finished):
    from OPRadiomicsLib.segmentation import load_segmentation_model

    assert load_segmentation_model(finished / "bundle").name == "run"


@pytest.fixture
def run(finished, tmp_path):
    return Path(shutil.copytree(finished, tmp_path / "run"))


def _write(array, path):
    """Slices left to right, rows head to foot, columns front to back."""
    image = sitk.GetImageFromArray(array)
    image.SetSpacing((1.0, 1.0, 3.3))
    image.SetDirection((0, 0, -1, 1, 0, 0, 0, -1, 0))
    sitk.WriteImage(image, str(path))


def _train(own, out, *more):
    return main(["train", "segmentation", "--data", str(own), "--set", "own", *STEP, "--out", str(out), *more])


def _change_a_label(own):
    path = own / "own_0_lab.nii.gz"
    array = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
    array[2, 20:24] = 0
    _write(array, path)


def test_a_run_that_was_stopped_before_its_first_checkpoint_begins(finished):
    assert (finished / "bundle").is_dir()
    assert (finished / CHECKPOINT_FILE).is_file()


def test_a_folder_with_an_earlier_run_is_refused_and_kept(run, own, capsys):
    before = (run / CHECKPOINT_FILE).read_bytes()
    assert _train(own, run, "--seed", "2") == 2
    assert "holds an earlier run" in capsys.readouterr().err
    assert (run / CHECKPOINT_FILE).read_bytes() == before
    assert json.loads((run / record.RECORD_FILE).read_text())["--seed"] == 1


@pytest.mark.parametrize(
    ("changed", "said"), [(("--seed", "2"), "--seed 2"), (("--batches", "3"), "--batches 3"), (("--set", "other"), "other")]
)
def test_a_run_goes_on_with_the_options_that_it_began_with(changed, said, run, own, capsys):
    assert _train(own, run, "--resume", *changed) == 2
    assert said in capsys.readouterr().err


def test_a_run_that_another_process_goes_on_with_is_left_alone(run, own, capsys):
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    with held_alone(run / "in-use", "Training"):
        assert _train(own, run, "--resume", "--seed", "1") == 2
        assert "goes on in another process" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_a_run_does_not_go_on_with_labels_that_have_changed(run, own, tmp_path, capsys):
    changed = Path(shutil.copytree(own, tmp_path / "changed"))
    _change_a_label(changed)
    assert _train(changed, run, "--resume", "--epochs", "2") == 2
    assert "Cases that differ" in capsys.readouterr().err


def _a_case(folder, **other):
    arrays = {key: np.zeros((2, 3, 4), np.uint8) for key in ("image", "tissue", "weight")} | other
    TrainingCase("own_0", body=np.zeros((2, 3, 4), np.int8), labelled=np.ones(5, bool), spacing_mm=(3, 1, 1), **arrays).save(
        folder
    )
    return folder / "own_0.npz"


def test_equal_cases_of_another_zlib_are_the_cases_that_a_run_began_with(tmp_path):
    case = _a_case(tmp_path)
    record.begin(tmp_path, {})
    record.require_same_cases(tmp_path, [case])
    before = case.read_bytes()
    with np.load(case) as file:
        np.savez(case, **dict(file))  # the same arrays in other bytes
    assert case.read_bytes() != before
    record.require_same_cases(tmp_path, [case])
    with pytest.raises(ModelError, match="Cases that differ"):
        record.require_same_cases(tmp_path, [_a_case(tmp_path, weight=np.ones((2, 3, 4), np.uint8))])


def test_the_record_of_an_earlier_version_still_proves_its_cases(tmp_path):
    """It digested the files; once it has proved them, their arrays are recorded too."""
    case = _a_case(tmp_path)
    line = f"own_0.npz {hashlib.sha256(case.read_bytes()).hexdigest()}\n"
    began = {"--seed": 1, "cases_sha256": hashlib.sha256(line.encode()).hexdigest()}
    record.begin(tmp_path, began)
    changed = _a_case(tmp_path / "changed", image=np.ones((2, 3, 4), np.uint8))
    with pytest.raises(ModelError, match="Cases that differ"):
        record.require_same_cases(tmp_path, [changed])
    record.require_same_cases(tmp_path, [case])
    record.require_same(tmp_path, {"--seed": 1})
    with np.load(case) as file:
        np.savez(case, **dict(file))
    record.require_same_cases(tmp_path, [case])


def test_folds_that_were_dealt_otherwise_are_refused(tmp_path):
    """Else a network would be tested on what it has learnt."""
    record.begin(tmp_path, {"--folds": 4})
    with pytest.raises(ModelError, match=r"--resume with --folds 2.*--folds 4, as the run"):
        record.require_same(tmp_path, {"--folds": 2})


def test_more_simulated_studies_are_refused_before_they_are_made(own, tmp_path, capsys):
    """Once made, they would keep the run from going on for good."""
    run, simulated = tmp_path / "run", tmp_path / "simulated"
    record.begin(run, {"--seed": 1, "--batches": 1, "--set": ["own"], "--simulate": 1})
    assert _train(own, run, "--resume", "--simulated", str(simulated), "--simulate", "2") == 2
    assert "--resume with --simulate 2. Expected: --simulate 1" in capsys.readouterr().err
    assert not simulated.exists()


@pytest.mark.parametrize("record_of_seed", [b"7\n", b"\xff"])
def test_simulated_cases_of_another_seed_are_refused_before_any_work(record_of_seed, own, tmp_path, capsys):
    run, simulated = tmp_path / "run", tmp_path / "simulated"
    simulated.mkdir()
    (simulated / "seed.txt").write_bytes(record_of_seed)
    assert _train(own, run, "--simulated", str(simulated), "--simulate", "1") == 2
    assert "Expected: those of seed 1" in capsys.readouterr().err
    assert not run.exists()


def test_a_file_where_simulated_cases_should_go_is_refused_before_any_work(own, tmp_path, capsys):
    run, file = tmp_path / "run", tmp_path / "file"
    file.touch()
    assert _train(own, run, "--simulated", str(file), "--simulate", "1") == 2
    assert "file is no folder" in capsys.readouterr().err
    assert not run.exists()


@pytest.mark.parametrize("option", ["--start", "--compare"])
def test_a_network_without_weights_for_torch_is_refused_before_any_work(option, own, tmp_path, capsys):
    """A comparison had found it when the training was over."""
    bundle = Path(shutil.copytree(model_folder("lumbar-bodies"), tmp_path / "bundle"))
    lines = (bundle / CHECKSUMS).read_text().splitlines(keepends=True)
    (bundle / CHECKSUMS).write_text("".join(line for line in lines if WEIGHTS_FILE not in line))
    assert _train(own, tmp_path / "run", option, str(bundle)) == 2
    assert f"without {WEIGHTS_FILE}" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_comparison_without_images_is_refused(tmp_path, capsys):
    simulated = ("--simulated", str(tmp_path / "sim"), "--out", str(tmp_path / "run"))
    assert main(["train", "segmentation", *simulated, *STEP, "--compare", "lumbar-bodies"]) == 2
    assert "leave --compare out, or add --data" in capsys.readouterr().err


def test_a_processor_with_its_number_computes_in_single_precision(own, tmp_path, monkeypatch):
    """Mixed precision is for a GPU."""
    asked = {}

    def settings(*_, **told):
        asked.update(told)
        raise ModelError("stop", "here", "now")

    monkeypatch.setattr("OPRadiomicsTrainingLib.segmentation.settings.TrainingSettings", settings)
    assert _train(own, tmp_path / "run", "--device", "cpu:0") == 2
    assert not asked["bf16"]


def test_a_run_that_kept_no_number_of_simulated_studies_goes_on(tmp_path):
    record.begin(tmp_path, {"--seed": 1})
    record.require_same(tmp_path, {"--seed": 1, "--simulate": 40})


def test_an_option_that_is_left_out_is_said_to_be(tmp_path):
    record.begin(tmp_path, {"--start": "SHA-256 1"})
    with pytest.raises(ModelError, match=r"--resume with no --start\. Expected: --start SHA-256 1"):
        record.require_same(tmp_path, {})


def test_resuming_where_nothing_began_says_so(own, tmp_path, capsys):
    assert _train(own, tmp_path / "run", "--resume") == 2
    assert "start without --resume" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["{", "[]"])
def test_a_damaged_record_is_named(content, tmp_path):
    (tmp_path / record.RECORD_FILE).write_text(content)
    with pytest.raises(ModelError, match=r"run\.json in .* is damaged"):
        record.require_same(tmp_path, {})


def test_checkpoints_of_folds_count_as_an_earlier_run(tmp_path):
    (tmp_path / "fold_1").mkdir()
    (tmp_path / "fold_1" / "checkpoint.safetensors").write_bytes(b"")
    with pytest.raises(OutputError, match="fold_1"):
        record.begin(tmp_path, {})


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--epochs", "0"), "at least 1"),
        (("--seed", "-1"), "from 0 to"),
        (("--seed", "100000000000000000000"), "from 0 to"),
        (("--device", "abacus"), "--device abacus"),
        (("--device", "meta"), "--device meta"),
        (("--start", "nobody"), "the name of a network: lumbar-bodies"),
        (("--resume",), "to go on with"),
        (("--name", "../elsewhere"), "A model named '../elsewhere'"),
        (("--compare", "nobody"), "nobody"),
        (("--set", "onw"), "No image of the set 'onw'"),
        (("--simulate", "90"), "leave --simulate out, or add --simulated"),
        (("--simulated-epochs", "5"), "--simulated-epochs without --folds"),
    ],
)
def test_options_that_cannot_be_met_are_refused_before_any_work(option, said, own, tmp_path, capsys):
    try:
        status = _train(own, tmp_path / "run", *option)
    except SystemExit as stop:
        status = stop.code
    assert status == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
