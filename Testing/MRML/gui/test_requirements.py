"""Traffic lights: red only for what a prediction cannot do without, and every light says what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from OPRadiomicsLib.gui.requirements import Light, Requirement, StudyState, blocking, lightsHtml, nextStep, requirements
from OPRadiomicsLib.types import Role

READY = StudyState(
    images={Role.T1WI: "a", Role.T2WI: "b", Role.FST2WI: "c"},
    age=71.0,
    sex="female",
    levels=("T12", "L1", "L2", "L3"),
    accepted=("L1", "L2", "L3"),
    confirmed=True,
    carried=(Role.T2WI, Role.FST2WI),
)


def lights(state: StudyState) -> dict[str, Light]:
    return {one.name: one.light for one in requirements(state)}


def test_a_reviewed_study_is_green_throughout() -> None:
    assert set(lights(READY).values()) == {Light.GREEN}


@pytest.mark.parametrize(
    ("change", "name", "light"),
    [
        ({"packagesMissing": ("numba",)}, "Software", Light.RED),
        ({"images": {Role.T2WI: "b"}}, "Images", Light.RED),
        ({"images": {Role.T1WI: "a", Role.T2WI: "a"}}, "Images", Light.RED),
        ({"images": {Role.T1WI: "a"}}, "Images", Light.AMBER),
        ({"contradictions": ("T1WI: the chosen image looks like T2WI",)}, "Images", Light.AMBER),
        ({"age": 0.0}, "Age and sex", Light.RED),
        ({"sex": ""}, "Age and sex", Light.RED),
        ({"age": 5.0}, "Age and sex", Light.RED),
        ({"age": 17.0}, "Age and sex", Light.RED),
        ({"bmi": 9.0}, "Age and sex", Light.RED),
        ({"bmi": 27.0}, "Age and sex", Light.GREEN),
        ({"otherPatient": "age 71 was entered, the T1WI's header says 63"}, "Age and sex", Light.AMBER),
        ({"exclusions": 2}, "Population", Light.AMBER),
        ({"levels": ()}, "Masks", Light.RED),
        ({"levels": ("L1", "L3")}, "Masks", Light.RED),
        ({"confirmed": False}, "Numbering", Light.AMBER),
        ({"accepted": ("L1", "L3")}, "Review", Light.AMBER),
        ({"carried": ()}, "Other sequences", Light.AMBER),
        ({"misaligned": ("L1 (T2WI)",)}, "Other sequences", Light.AMBER),
    ],
)
def test_what_is_missing_changes_its_own_light_alone(change: dict[str, object], name: str, light: Light) -> None:
    found = lights(replace(READY, **change))
    assert found.pop(name) is light
    if "images" not in change and change.get("levels") != ():
        assert set(found.values()) == {Light.GREEN}


def test_missing_levels_and_packages_are_named() -> None:
    texts = " ".join(one.text for one in blocking(replace(READY, levels=("L1",), packagesMissing=("numba",))))
    assert "L2, L3" in texts
    assert "numba" in texts


def test_the_light_says_who_was_entered() -> None:
    texts = {one.name: one.text for one in requirements(READY)}
    assert texts["Age and sex"] == "71 years, female."


def test_the_next_step_is_what_stops_the_prediction_then_what_it_would_warn_of() -> None:
    assert nextStep(READY) == "Next: click 'Predict OP'."
    assert nextStep(replace(READY, result="fresh")) == "The result is up to date."
    assert nextStep(replace(READY, result="stale")) == nextStep(READY)
    unreviewed = replace(READY, confirmed=False, accepted=())
    assert "Levels are right" in nextStep(unreviewed)
    assert nextStep(replace(unreviewed, sex="")) == "Enter sex."


def test_amber_never_stops_a_prediction() -> None:
    assert blocking(replace(READY, confirmed=False, accepted=(), carried=(), exclusions=3)) == ()


def test_each_light_has_a_sign_beside_its_colour_and_its_whole_sentence() -> None:
    html = lightsHtml([Requirement("N", light, f"Do <this>, {light.value}.") for light in Light])
    for sign, light in zip("✗⚠✓", Light, strict=True):
        assert f"{sign} N</td><td>Do &lt;this&gt;, {light.value}." in html


def test_the_colours_of_the_lights_are_lighter_on_a_dark_background() -> None:
    green = [Requirement("N", Light.GREEN, "Text")]
    bright = [max(int(html[at + 1 : at + 7][n : n + 2], 16) for n in (0, 2, 4)) for html, at in _colours(green)]
    assert bright[1] > bright[0] + 50


def _colours(found: list[Requirement]) -> list[tuple[str, int]]:
    said = [lightsHtml(found, dark) for dark in (False, True)]
    return [(html, html.index("#")) for html in said]
