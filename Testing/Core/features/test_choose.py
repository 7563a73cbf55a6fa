"""Which engine runs, and that nothing is chosen in silence."""

import sys

import pytest
from OPRadiomicsLib.errors import Cancelled, FeatureError, MissingDependencyError
from OPRadiomicsLib.features import choose, extract
from OPRadiomicsLib.features.choose import choose_engine
from OPRadiomicsLib.features.parity import Proof


@pytest.fixture
def fresh_choice():
    """`auto` decides anew in the test and after it."""
    choose._settled.clear()
    yield
    choose._settled.clear()


def test_auto_is_native_where_the_self_test_holds(fresh_choice):
    choice = choose_engine("auto")
    assert (choice.engine.name, choice.note) == ("native", "")


def test_the_first_choice_in_a_process_tells_that_the_engine_loads_and_later_ones_are_silent(fresh_choice):
    said = []
    choose_engine("auto", lambda message, fraction: said.append(message))
    assert said[0] == "Loading the feature engine"
    said.clear()
    choose_engine("auto", lambda message, fraction: said.append(message))
    assert said == []


def test_cancel_while_the_engine_loads_leaves_the_choice_open(fresh_choice):
    def cancel(message, fraction):
        raise Cancelled

    with pytest.raises(Cancelled):
        choose_engine("auto", cancel)
    assert choose_engine("auto").engine.name == "native"


def test_a_failed_self_test_leads_to_pyradiomics_with_a_warning_in_the_features(
    fresh_choice, monkeypatch, a_preprocessed_volume, a_region, standard
):
    pytest.importorskip("radiomics", reason="PyRadiomics is not installed")
    monkeypatch.setattr(choose, "prove_native", lambda progress: Proof(0.5, "original_glcm_MCC", 0.1))
    found = extract(a_preprocessed_volume, a_region, standard)
    assert found.engine == "pyradiomics 3.0.1"
    (warning,) = found.warnings
    assert "original_glcm_MCC" in warning
    assert "set aside" in warning


def test_a_failed_self_test_without_pyradiomics_is_an_error_that_tells_both(fresh_choice, monkeypatch):
    monkeypatch.setattr(choose, "prove_native", lambda progress: Proof(0.5, "original_glcm_MCC", 0.1))
    monkeypatch.setitem(sys.modules, "radiomics", None)
    with pytest.raises(FeatureError, match=r"original_glcm_MCC.*PyRadiomics cannot be imported"):
        choose_engine("auto")


def test_auto_without_numba_is_pyradiomics_with_a_note(fresh_choice, monkeypatch):
    pytest.importorskip("radiomics", reason="PyRadiomics is not installed")
    monkeypatch.setitem(sys.modules, "numba", None)
    choice = choose_engine("auto")
    assert choice.engine.name == "pyradiomics"
    assert "numba cannot be imported" in choice.note


def test_native_without_numba_is_an_error_with_a_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(MissingDependencyError, match="pip install numba"):
        choose_engine("native")
