"""Whom a signature has seen: found again in a table exported anew, told apart from namesakes, and no name kept."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
from OPRadiomicsLib.errors import ModelError
from OPRadiomicsTrainingLib.fitting.seen import Seen

ROWS = np.arange(60)


@pytest.fixture(scope="module")
def a_cohort_with_centre(a_cohort):
    return replace(a_cohort, centres=("A",) * len(a_cohort.cases))


def seen_of(cohort):
    return Seen.of(cohort, ROWS, "training")


def test_a_patient_is_found_in_a_table_exported_anew(a_cohort_with_centre):
    """Features of another reading, whole years, no centre any more."""
    anew = replace(
        a_cohort_with_centre, ages=np.floor(a_cohort_with_centre.ages), features=a_cohort_with_centre.features + 1, centres=()
    )
    for table in (a_cohort_with_centre, anew):
        assert seen_of(a_cohort_with_centre).among(table, np.arange(50, 70)) == a_cohort_with_centre.cases[50:60]


def test_other_people_of_the_same_pseudonyms_are_not_found_and_named_namesakes(a_cohort, a_cohort_with_centre):
    older, other_centre = (
        replace(a_cohort, ages=a_cohort.ages + 1),
        replace(a_cohort_with_centre, centres=("B",) * len(a_cohort.cases)),
    )
    for table in (older, other_centre):
        seen = seen_of(a_cohort_with_centre)
        assert seen.among(table, ROWS) == ()
        assert seen.namesakes(table, ROWS) == a_cohort.cases[:60]
    assert seen_of(a_cohort_with_centre).namesakes(a_cohort, ROWS) == ()


def test_hashes_are_those_of_no_other_table_and_equal_tables_give_equal_ones(a_cohort, simulate_cohort):
    first, other = seen_of(a_cohort), seen_of(replace(a_cohort, features=simulate_cohort(seed=5).features))
    assert first == seen_of(a_cohort)
    unsalted = {hashlib.sha256(case.encode()).hexdigest()[:16] for case in a_cohort.cases}
    for key, found in first.hashes.items():
        assert len(found) == len(ROWS)
        assert not found & (other.hashes[key] | unsalted)


def test_the_record_reads_back_and_a_damaged_one_is_named(a_cohort):
    seen = seen_of(a_cohort)
    record = json.loads(json.dumps({"seen": [seen.as_dict()]}))
    assert Seen.of_record(record) == (seen,)
    assert Seen.of_record({"training_cases": ["0123456789abcdef"]}) == ()
    for damaged in ({"use": "training"}, {**seen.as_dict(), "hashes": {}}):
        with pytest.raises(ModelError, match=r"fit\.json cannot be read"):
            Seen.of_record({"seen": [damaged]})
