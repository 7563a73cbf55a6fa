"""Benchmarks follow the code: what they name exists."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "Benchmarks"


@pytest.fixture
def benchmark(monkeypatch):
    """Imports a script of Testing/Benchmarks as the scripts import each other, and forgets it."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    before = set(sys.modules)
    yield import_module
    for name in {path.stem for path in BENCHMARKS.glob("*.py")} - before:
        sys.modules.pop(name, None)


def test_the_stage_profile_times_functions_that_exist(benchmark):
    paths = [path for paths in benchmark("stage_profile").STAGES.values() for path in paths]
    for path in paths:
        module, _, name = path.rpartition(".")
        assert callable(getattr(import_module(f"OPRadiomicsLib.{module}"), name)), path


def test_every_ratio_of_make_bench_has_a_script_that_measures_it(benchmark):
    for name in benchmark("bench").NAMES:
        assert "def measure(" in (BENCHMARKS / f"{name}.py").read_text(encoding="utf-8"), name
