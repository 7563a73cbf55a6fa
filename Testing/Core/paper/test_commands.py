"""`fit`, `evaluate` and `paper` from the command line: everything or nothing, and faults in words with status 2."""

import csv
import json
import shutil

import numpy as np
import pytest
from OPRadiomicsLib.cli import BAD_INPUT, main
from OPRadiomicsLib.models.signature_file import load_signature
from OPRadiomicsLib.profile import load_profile

QUICK = ("--tune", "0", "--folds", "3", "--lasso-folds", "4", "--simulated")


@pytest.fixture(scope="module")
def write_table(a_study):
    """Write the study as CSV after an edit of its columns (name to list of cells)."""

    def write(path, edit=lambda columns: None):
        columns = {
            "case": list(a_study.cases),
            "centre": list(a_study.centres),
            "split": list(a_study.splits),
            "age": a_study.ages.tolist(),
            "sex": a_study.male.astype(int).tolist(),
            "label": a_study.osteoporosis.astype(int).tolist(),
            "bmd": a_study.bmd.tolist(),
            "bmi": a_study.bmi.tolist(),
            "diabetes": a_study.diabetes.astype(int).tolist(),
            "smoking": a_study.smoking.astype(int).tolist(),
            "drinking": a_study.drinking.astype(int).tolist(),
            "profile_hash": [load_profile("standard").hash] * len(a_study.cases),
            **{name: a_study.features[:, place].tolist() for place, name in enumerate(a_study.feature_names)},
        }
        edit(columns)
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
        return path

    return write


@pytest.fixture(scope="module")
def a_table(write_table, tmp_path_factory):
    return write_table(tmp_path_factory.mktemp("table") / "cohort.csv")


@pytest.fixture(scope="module")
def a_model(a_table, tmp_path_factory):
    out = tmp_path_factory.mktemp("fit") / "model"
    assert main(["fit", str(a_table), "--out", str(out), "--compare", "gradient-boosting", "--classes", "3", *QUICK]) == 0
    return out


def test_fit_writes_signature_record_tables_and_report(a_model):
    names = {str(path.relative_to(a_model)) for path in a_model.rglob("*") if path.is_file()}
    assert names >= {"signature.json", "fit.json", "out_of_fold.csv", "report.html", "tables/table3.csv", "figures/figure2.png"}
    signature = load_signature(a_model)
    assert signature.demo
    assert signature.name == "model"
    assert signature.ordinal is not None


def test_the_record_holds_settings_seed_versions_and_hashes(a_model, a_table):
    import hashlib

    record = json.loads((a_model / "fit.json").read_text(encoding="utf-8"))
    assert record["settings"]["seed"] == 1
    assert record["hashes"]["table"] == hashlib.sha256(a_table.read_bytes()).hexdigest()
    assert record["software"]["scikit-learn"]
    assert record["signature_sha256"] == load_signature(a_model).sha256
    assert set(record["classifiers"]) == {"gradient-boosting"}
    assert record["patients"]["training"] == 100
    assert "sim00" not in json.dumps(record)


def test_evaluate_takes_what_fit_wrote(a_model, a_table, tmp_path, capsys):
    out = tmp_path / "evaluation"
    assert (
        main(["evaluate", str(a_model), str(a_table), "--out", str(out), "--bootstrap", "50", "--recalibrate-intercept"]) == 0
    )
    record = json.loads((out / "evaluation.json").read_text(encoding="utf-8"))
    assert sorted(record["sets"]) == ["external", "test", "training (out of fold)"]
    moved = load_signature(out / "recalibrated-external")
    assert moved.version == "1-recalibrated"
    assert not any("the interval leaves out" in caution for _, model in moved.models.present() for caution in model.cautions)
    assert {f"table{n}.csv" for n in (4, 5)} <= {path.name for path in (out / "tables").iterdir()}
    assert "DEMO" in capsys.readouterr().out


def test_evaluate_refuses_a_training_patient_in_a_test_set(a_model, write_table, tmp_path, capsys):
    def move(columns):
        columns["split"][3] = "test"

    table = write_table(tmp_path / "cohort.csv", move)
    assert main(["evaluate", str(a_model), str(table), "--out", str(tmp_path / "out")]) == BAD_INPUT
    assert "were training patients" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_recalibrated_signature_is_refused_on_whom_it_was_recalibrated_and_on_whom_it_was_trained(
    a_model, a_table, write_table, tmp_path, capsys
):
    first, again = tmp_path / "first", tmp_path / "again"
    options = ("--bootstrap", "50", "--recalibrate-intercept")
    assert main(["evaluate", str(a_model), str(a_table), "--out", str(first), *options]) == 0
    moved = str(first / "recalibrated-external")
    assert "sim00" not in (first / "recalibrated-external" / "fit.json").read_text(encoding="utf-8")

    def only(kept):
        def edit(columns):
            columns["split"] = ["train" if split not in kept else split.replace("train", "other") for split in columns["split"]]

        return str(write_table(tmp_path / "cohort.csv", edit))

    for sets, said in (
        ({"external"}, "50 patients of the set 'external' were recalibration patients"),
        ({"train"}, "training"),
    ):
        assert main(["evaluate", moved, only(sets), "--out", str(tmp_path / "refused")]) == BAD_INPUT
        assert said in capsys.readouterr().err
    assert main(["evaluate", moved, only({"test"}), "--out", str(again), *options]) == 0
    assert "Not checked" not in capsys.readouterr().out
    for split in ("test", "external"):
        assert main(["evaluate", str(again / "recalibrated-test"), only({split}), "--out", str(tmp_path / "x")]) == BAD_INPUT


@pytest.mark.parametrize("left", ["none", "of an older version"])
def test_evaluate_says_where_it_could_not_tell_training_patients(a_model, write_table, tmp_path, capsys, left):
    """The training patients themselves, the record of the fit lost or without them."""
    alone, out = tmp_path / "alone", tmp_path / "out"
    alone.mkdir()
    shutil.copy(a_model / "signature.json", alone)
    record = json.loads((a_model / "fit.json").read_text(encoding="utf-8"))
    if left != "none":
        old = {name: value for name, value in record.items() if name != "seen"}
        (alone / "fit.json").write_text(json.dumps({**old, "training_cases": ["0123456789abcdef"]}))
    table = write_table(tmp_path / "cohort.csv", lambda columns: columns.pop("split"))
    assert main(["evaluate", str(alone), str(table), "--out", str(out), "--bootstrap", "50"]) == 0
    said = "Not checked whether test patients were training patients"
    assert said in capsys.readouterr().out
    assert said in " ".join(json.loads((out / "evaluation.json").read_text(encoding="utf-8"))["notes"])
    assert said in (out / "report.html").read_text(encoding="utf-8")
    assert main(["evaluate", str(a_model), str(table), "--out", str(tmp_path / "refused")]) == BAD_INPUT


def test_with_combat_a_centres_lost_signature_is_missed_and_a_recalibrated_one_has_every_centres(write_table, tmp_path, capsys):
    def two_centres(columns):
        columns["split"][:60], columns["split"][150:] = ["test"] * 60, ["train"] * 50

    table, model, out = write_table(tmp_path / "cohort.csv", two_centres), tmp_path / "model", tmp_path / "out"
    assert main(["fit", str(table), "--out", str(model), "--combat", *QUICK]) == 0
    command = ["evaluate", str(model), str(table), "--bootstrap", "50", "--out"]
    assert main([*command, str(out), "--recalibrate-intercept"]) == 0
    moved = load_signature(out / "recalibrated-test" / "centres" / "B")
    shift = moved.models.combined.intercept - load_signature(model / "centres" / "B").models.combined.intercept
    assert json.loads((out / "evaluation.json").read_text())["sets"]["test"]["models"]["combined"][
        "intercept_moved_by"
    ] == pytest.approx(shift)
    for folder in (model, out / "recalibrated-test"):
        shutil.rmtree(folder / "centres" / "B")
        capsys.readouterr()
        assert main(["evaluate", str(folder), str(table), "--out", str(tmp_path / "lost")]) == BAD_INPUT
        assert "No signature of the centre B" in capsys.readouterr().err


def test_paper_writes_tables_1_to_5_and_figures_1_to_6(a_table, tmp_path, capsys):
    harvested = tmp_path / "acquisition_table1.csv"
    harvested.write_text("Parameter,A T1WI,B T1WI\nTR / ms,726 (700-750),583\nTI / ms,,\n")
    out = tmp_path / "paper"
    assert main(["paper", str(a_table), "--acquisition", str(harvested), "--out", str(out), *QUICK]) == 0
    assert {f"table{n}.csv" for n in range(1, 6)} <= {path.name for path in (out / "tables").iterdir()}
    assert {f"figure{n}.png" for n in range(1, 7)} <= {path.name for path in (out / "figures").iterdir()}
    first = (out / "tables" / "table1.csv").read_text(encoding="utf-8").splitlines()
    assert first[0] == "Parameter,A T1WI,B T1WI"
    assert first[1:] == ["TR / ms,726 (700-750),583", "TI / ms,–,–"]
    notes = json.loads((out / "evaluation.json").read_text(encoding="utf-8"))["notes"]
    said = capsys.readouterr().out.splitlines()
    assert notes and set(notes) <= set(said)
    assert not [note for note in notes if "harmonised" in note], "nothing was: --combat is not among the options"
    assert not any("Not checked" in note for note in notes)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda columns: columns.pop("split"), "has no column split"),
        (lambda columns: columns.update(split=["train"] * len(columns["case"])), "training patients only"),
    ],
)
def test_paper_refuses_a_table_without_test_patients_before_it_fits(write_table, tmp_path, capsys, monkeypatch, *, edit, said):
    from OPRadiomicsTrainingLib.fitting import fit

    monkeypatch.setattr(fit, "fit_signature", None)
    table = write_table(tmp_path / "cohort.csv", edit)
    assert main(["paper", str(table), "--out", str(tmp_path / "out"), *QUICK]) == BAD_INPUT
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def one_class(columns):
    columns["label"] = [1] * len(columns["label"])
    columns["bmd"] = [50.0] * len(columns["label"])


def constant(columns):
    for name in columns:
        if name.startswith("T1WI_"):
            columns[name] = [1.0] * len(columns["case"])


def not_a_number(columns):
    columns["T1WI_original_simulated_F003"][7] = "nan"


def other_profile(columns):
    columns["profile_hash"][7] = "f" * 16


def same_patient(columns):
    columns["case"][150] = columns["case"][0]


def few(columns):
    columns["split"] = ["train" if n in {*range(2), *range(100, 150)} else "test" for n in range(len(columns["case"]))]
    ill = np.flatnonzero(columns["label"])
    for row in ill[2:]:
        columns["split"][row] = "test"


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (one_class, "one class"),
        (constant, "Every feature of T1WI is the same in all training patients"),
        (not_a_number, "F003"),
        (other_profile, "ffffffffffffffff"),
        (same_patient, "sim00000"),
        (few, "folds"),
    ],
)
def test_a_bad_table_is_refused_in_words_and_writes_nothing(write_table, tmp_path, capsys, edit, said):
    table = write_table(tmp_path / "cohort.csv", edit)
    assert main(["fit", str(table), "--out", str(tmp_path / "out"), *QUICK]) == BAD_INPUT
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_given_values_are_not_tuned_away(a_table, tmp_path):
    options = ("--p-limit", "0.03", "--lambda", "1se", "--l2", "0", "--folds", "3", "--lasso-folds", "4", "--simulated")
    assert main(["fit", str(a_table), "--out", str(tmp_path / "all"), *options]) == 0
    record = json.loads((tmp_path / "all" / "fit.json").read_text(encoding="utf-8"))
    assert record["tuned"] == {"p_limit": 0.03, "rule": "1se", "l2": 0.0, "trials": 0, "log_loss": None}
    assert main(["fit", str(a_table), "--out", str(tmp_path / "one"), *options[:2], "--tune", "3", *options[6:]]) == 0
    record = json.loads((tmp_path / "one" / "fit.json").read_text(encoding="utf-8"))
    assert {fold["p_limit"] for fold in (record["tuned"], *record["tuned_in_folds"])} == {0.03}
    assert record["tuned"]["trials"] == 3


@pytest.mark.parametrize(
    "options",
    [
        ("--protocol", "paper", "--l2", "1", "--tune", "5"),
        ("--p-limit", "0.05", "--lambda", "min", "--l2", "1", "--tune", "5"),
        ("--l2", "nan"),
        ("--l2", "inf"),
        ("--threshold", "often"),
        ("--threshold", "1.5"),
        ("--compare", "oracle"),
        ("--folds", "1"),
        ("--p-limit", "0"),
        ("--tune", "-1"),
        ("--clinical", "age,weight"),
    ],
)
def test_an_option_without_meaning_is_refused(a_table, tmp_path, options):
    assert main(["fit", str(a_table), "--out", str(tmp_path / "out"), "--simulated", *options]) == BAD_INPUT
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("fit", "cohort.csv", "--seed", "-1"),
        ("fit", "cohort.csv", "--seed", str(2**32)),
        ("paper", "cohort.csv", "--seed", "-1"),
        ("evaluate", "model", "cohort.csv", "--seed", "-1"),
        ("evaluate", "model", "cohort.csv", "--bootstrap", "0"),
        ("evaluate", "model", "cohort.csv", "--bootstrap", "-5"),
        ("fit-demo", "--cohort", "cohort.csv", "--seed", "-1"),
        ("demo-cohort", "--seed", "-1"),
        ("split", "cohort.csv", "--seed", "-1"),
        ("project", "draw", "spine", "icc", "--reader-a", "AB", "--seed", "-1"),
        ("icc", "cohort.csv", "--seed", "-1"),
        ("icc", "cohort.csv", "--workers", "-1"),
    ],
)
def test_a_number_out_of_range_is_refused_by_the_parser(words, tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([*words, "--out", str(tmp_path / "out")])
    assert stopped.value.code == BAD_INPUT
    assert f"argument {words[-2]}: '{words[-1]}' is no whole number" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_list_of_features_of_another_table_is_refused(a_table, tmp_path, capsys):
    listed = tmp_path / "kept.txt"
    listed.write_text("T1WI_original_firstorder_Mean\n")
    assert main(["fit", str(a_table), "--features", str(listed), "--out", str(tmp_path / "out"), *QUICK]) == BAD_INPUT
    assert "not in the table" in capsys.readouterr().err


def test_a_stopped_fit_leaves_nothing(a_table, tmp_path, monkeypatch):
    from OPRadiomicsTrainingLib.fitting import fit

    def stopped(*arguments, **named):
        raise KeyboardInterrupt

    monkeypatch.setattr(fit, "nested_predictions", stopped)
    assert main(["fit", str(a_table), "--out", str(tmp_path / "out"), *QUICK]) == 130
    assert not (tmp_path / "out").exists()
