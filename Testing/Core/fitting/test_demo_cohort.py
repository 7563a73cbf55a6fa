"""Simulated patients to a table: a stopped run goes on, an unusable mask leaves its patient out, unlike tables don't join."""

import pytest
from OPRadiomicsLib.errors import MaskError, StudyError
from OPRadiomicsLib.profile import load_profile
from OPRadiomicsTrainingLib.fitting.demo_cohort import FIRST_SEED, join_rows, row_key, simulate_rows


def _never(study):
    raise AssertionError("a row that is there was computed again")


def _unusable(study):
    raise MaskError("Mask 'L2' has 0 voxels")


def test_rows_that_are_there_are_kept(tmp_path):
    profile = load_profile("standard")
    paths = [tmp_path / f"{row_key(profile, 'a network')}_{5 * FIRST_SEED + number}.csv" for number in range(3)]
    for path in paths:
        path.write_text("case\nx\n")
    assert list(simulate_rows(tmp_path, profile, _never, masks="a network", patients=3, seed=5)) == paths
    assert row_key(profile, "another network") != row_key(profile, "a network"), "its rows are made anew"


def test_a_patient_without_a_usable_mask_is_left_out_and_named(tmp_path):
    said = []
    standard = load_profile("standard")
    assert simulate_rows(tmp_path, standard, _unusable, masks="none", patients=1, seed=5, said=said.append) == ()
    assert list(tmp_path.iterdir()) == []
    assert said == [f"Simulated patient {5 * FIRST_SEED} left out: Mask 'L2' has 0 voxels."]


def test_rows_join_in_order(tmp_path):
    for number in (1, 2):
        (tmp_path / f"{number}.csv").write_text(f"case,age\nsim{number},{number}\n")
    out = join_rows((tmp_path / "2.csv", tmp_path / "1.csv"), tmp_path / "all.csv")
    assert out.read_text() == "case,age\nsim2,2\nsim1,1\n"


@pytest.mark.parametrize("headers", [(), ("case,age", "case,sex")])
def test_no_row_or_unlike_columns_are_an_error(tmp_path, headers):
    paths = []
    for number, header in enumerate(headers):
        paths.append(tmp_path / f"{number}.csv")
        paths[-1].write_text(f"{header}\n1,2\n")
    with pytest.raises(StudyError, match="cannot be joined"):
        join_rows(tuple(paths), tmp_path / "all.csv")
    assert not (tmp_path / "all.csv").exists()
