"""The reference values belong to the tables that stand beside them."""

import hashlib
import re
from pathlib import Path

INPUTS = Path(__file__).resolve().parents[2] / "Golden" / "inputs"


def test_r_read_the_tables_that_the_tests_read(reference):
    found = {path.stem: hashlib.md5(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest() for path in INPUTS.glob("*.csv")}
    assert found == reference["inputs"]


def test_the_reference_names_the_version_of_every_package(reference):
    versions = reference["versions"]
    assert {"R", "pROC", "psych", "glmnet", "rms", "MASS", "sva"} == set(versions)
    assert all(re.search(r"\d+\.\d+", version) for version in versions.values())
