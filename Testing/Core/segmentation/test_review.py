"""What a reader accepted travels with the mask, and what is left open is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from OPRadiomicsLib.errors import StudyError
from OPRadiomicsLib.segmentation.review import Review, read_review


def levels(**accepted: str) -> list[dict[str, object]]:
    return [
        {"level": level, "volume_ml": 30.0, "confidence": 0.9, "accepted_by": accepted.get(level, "")}
        for level in ("T12", "L1", "L2", "L3")
    ]


def test_a_level_that_nobody_accepted_is_named() -> None:
    review = Review.model_validate({"levels": levels(L1="AB", L3="CD", T12="EF")})
    assert review.open_points == ("No reader has accepted L2.",)
    assert review.readers == ("AB", "CD")


def test_a_mask_that_nobody_accepted_says_so_once() -> None:
    assert Review.model_validate({"levels": levels(T12="AB")}).open_points == ("No reader has accepted the masks.",)


@pytest.mark.parametrize(("confirmed", "points"), [(False, 1), (True, 0)])
def test_a_numbering_in_doubt_stays_open_until_it_is_confirmed(confirmed: bool, points: int) -> None:
    accepted = levels(L1="AB", L2="AB", L3="AB")
    review = Review.model_validate({"levels": accepted, "needs_confirmation": True, "levels_confirmed": confirmed})
    assert len(review.open_points) == points


def test_levels_of_unknown_volume_are_accepted_but_not_listed() -> None:
    review = Review.model_validate({"levels": [{"level": "L1", "accepted_by": "AB"}]})
    assert review.quality == ()
    assert review.readers == ("AB",)


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"levels": 3}', '{"levels": [{"level": "C7"}]}', '{"levels": [{"level": "L1", "accepted_by": "Jane Q Doe"}]}'],
)
def test_a_file_that_is_no_review_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "review.json"
    path.write_text(content)
    with pytest.raises(StudyError, match=r"review\.json"):
        read_review(path)


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="cannot be read"):
        read_review(tmp_path / "none.json")


def test_what_segment_writes_is_a_review(tmp_path: Path) -> None:
    path = tmp_path / "mask.json"
    path.write_text(json.dumps({"origin": "model x", "levels": levels(), "needs_confirmation": False, "warnings": ["w"]}))
    assert read_review(path).warnings == ("w",)
