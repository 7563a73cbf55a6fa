"""The shipped self-test: what it holds, and that it fails where it must."""

import dataclasses

import numpy as np
import pytest
from OPRadiomicsLib.features.choose import choose_engine, prove_native
from OPRadiomicsLib.features.engine import EngineResult
from OPRadiomicsLib.features.names import names_of
from OPRadiomicsLib.features.parity import TOLERANCE, difference, prove, shipped_case
from OPRadiomicsLib.types import no_progress


def test_the_native_engine_holds_on_this_machine_within_1e_8():
    proof = prove_native()
    assert proof.holds
    assert proof.difference <= TOLERANCE == 1e-8


def test_the_shipped_values_are_pyradiomics_3_0_1_s():
    radiomics = pytest.importorskip("radiomics", reason="PyRadiomics is not installed")
    case = shipped_case()
    assert case.reference == "pyradiomics 3.0.1"
    assert radiomics.__version__ == "v3.0.1"
    image, region = case.phantom()
    again = choose_engine("pyradiomics").engine.compute(image, region, case.spacing_mm, case.settings, no_progress)
    assert tuple(case.values) == names_of(case.settings)
    assert dict(again.grey_levels) == dict(case.grey_levels)
    # Another processor may round a sum or a logarithm in its last bits.
    assert max(difference(again.values[name], value) for name, value in case.values.items()) <= 1e-11


@dataclasses.dataclass
class WrongEngine:
    """The reference's own values with one of them changed."""

    wrong: str
    value: float
    name: str = "wrong"
    version: str = "0"

    def compute(self, image, region, spacing_mm, settings, progress):
        case = shipped_case()
        return EngineResult(dict(case.values) | {self.wrong: self.value}, case.grey_levels)


def test_one_value_that_is_off_by_more_than_1e_8_fails_the_proof_and_is_named():
    case = shipped_case()
    name = "log-sigma-2-0-mm-3D_glcm_MCC"
    proof = prove(WrongEngine(name, case.values[name] + 2e-8), case)
    assert not proof.holds
    assert proof.feature == name
    assert prove(WrongEngine(name, case.values[name] + 2e-9), case).holds


def test_undefined_agrees_with_undefined_only():
    assert difference(np.nan, np.nan) == 0
    assert difference(np.nan, 1.0) == difference(1.0, np.nan) == np.inf


def test_differences_are_relative_above_one_and_absolute_below():
    assert difference(2e6 + 1, 2e6) == pytest.approx(5e-7)
    assert difference(1e-3 + 1e-9, 1e-3) == pytest.approx(1e-9, rel=1e-6)
