from __future__ import annotations

from typing import Any

import pytest
from OPRadiomicsLib.io.demographics import read_demographics
from OPRadiomicsLib.io.index import index_dicom


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, (71.0, False)),
        ({"PatientSex": "M"}, (71.0, True)),
        ({"PatientSex": "O"}, (71.0, None)),
        ({"PatientSex": None}, (71.0, None)),
        ({"PatientAge": None, "StudyDate": "20240614"}, (70.0, False)),
        ({"PatientAge": None, "StudyDate": "20240615"}, (71.0, False)),
        ({"PatientAge": "030M", "PatientBirthDate": None}, (2.5, False)),
        ({"PatientAge": None, "PatientBirthDate": None}, (None, False)),
        ({"PatientAge": None, "PatientBirthDate": ""}, (None, False)),
        ({"PatientAge": None, "PatientBirthDate": "20250101"}, (None, False)),
        ({"PatientAge": "050Y"}, (None, False)),  # the birth date says 71
    ],
)
def test_age_and_sex_are_those_of_the_header(
    write_study: Any, make_stack: Any, tags: dict[str, Any], expected: tuple[Any, Any]
) -> None:
    age, male = read_demographics(index_dicom(write_study(make_stack(tags=tags)))[0])
    assert age == pytest.approx(expected[0]) if expected[0] is not None else age is None
    assert male is expected[1]
