"""Reference values from R (Testing/Golden/reference.R) and the tables that R read."""

import json
from pathlib import Path

import numpy as np
import pytest

GOLDEN = Path(__file__).resolve().parents[2] / "Golden"


@pytest.fixture(scope="session")
def reference():
    return json.loads((GOLDEN / "reference.json").read_text(encoding="utf-8"))


def _table(name):
    return np.genfromtxt(GOLDEN / "inputs" / f"{name}.csv", delimiter=",", names=True)


@pytest.fixture(scope="session")
def patients():
    """Columns by name, float; ``ill`` is 0 or 1."""
    table = _table("patients")
    return {name: table[name].copy() for name in table.dtype.names}


@pytest.fixture(scope="session")
def ill(patients):
    return patients["ill"] == 1


@pytest.fixture(scope="session")
def golden_table():
    """A table as (n, columns), in the file's order."""

    def read(name):
        return np.genfromtxt(GOLDEN / "inputs" / f"{name}.csv", delimiter=",", skip_header=1)

    return read
