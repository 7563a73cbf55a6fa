"""The reference engine is PyRadiomics 3.0.1, unchanged."""

import numpy as np
import pytest
from OPRadiomicsLib.errors import MissingDependencyError
from OPRadiomicsLib.features import extract, feature_names

radiomics = pytest.importorskip("radiomics", reason="PyRadiomics is not installed")


def test_explicit_settings_give_bit_for_bit_what_a_plain_script_gives(a_preprocessed_volume, a_region, standard):
    from stock_pyradiomics import stock

    plain = stock(a_preprocessed_volume.array, a_region.labels > 0, (1.0, 1.0, 1.0), standard.features)
    ours = extract(a_preprocessed_volume, a_region, standard, engine="pyradiomics")
    assert tuple(plain) == ours.names == feature_names(standard)
    np.testing.assert_array_equal(ours.values, list(plain.values()))
    assert ours.engine == "pyradiomics 3.0.1"


def test_it_writes_nothing_to_the_terminal(a_preprocessed_volume, a_region, standard, capfd):
    extract(a_preprocessed_volume, a_region, standard, engine="pyradiomics")
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


def test_progress_names_each_filtered_image(a_preprocessed_volume, a_region, standard):
    said: list[tuple[str, float]] = []
    extract(
        a_preprocessed_volume, a_region, standard, engine="pyradiomics", progress=lambda text, done: said.append((text, done))
    )
    assert [done for _, done in said] == [0, 0.25, 0.5, 0.75]
    assert "log-sigma-3-0-mm-3D" in said[-1][0]


def test_its_absence_is_an_error_with_a_remedy(monkeypatch, a_preprocessed_volume, a_region, standard):
    monkeypatch.setitem(__import__("sys").modules, "radiomics", None)
    with pytest.raises(MissingDependencyError, match=r"pyradiomics==3\.0\.1"):
        extract(a_preprocessed_volume, a_region, standard, engine="pyradiomics")
