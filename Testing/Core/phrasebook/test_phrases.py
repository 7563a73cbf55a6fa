"""A sentence is said by the template that fits it closest; its fields come through, and what has no template stays as it is."""

import pytest
from OPRadiomicsLib.phrasebook import say
from OPRadiomicsLib.phrasebook.phrases import Phrasebook

BOOK = Phrasebook(
    {
        "{level}: {flag:said}": "<{level}> {flag}",
        "it is cut off": "coupé",
        "lower ({one} against {other} mm)": "plus bas ({other} contre {one} mm)",
        "missing: {roles:list}": "sans {roles}",
        "file '{name}' is gone": "fichier «{name}» absent",
        "one of {names:items}": "parmi {names}",
        "'{name}': {reason:said}": "«{name}» {reason}",
        "{n:number} slices": "{n} coupes",
        "its {what}": "son {what}",
        "its height is unknown": "hauteur inconnue",
    }
)


@pytest.mark.parametrize(
    ("english", "said"),
    [
        ("it is cut off", "coupé"),
        ("It is cut off", "coupé"),
        ("L2: it is cut off", "<L2> coupé"),
        ("L2: it is cut off; lower (20 against 27.5 mm)", "<L2> coupé；plus bas (27.5 contre 20 mm)"),
        ("L2: it is cut off; L3: it is cut off; unheard of", "<L2> coupé；<L3> coupé；unheard of"),
        ("missing: T1WI, T2WI and FS-T2WI", "sans T1WI、T2WI、FS-T2WI"),
        ("file 'it is cut off; {x}' is gone", "fichier «it is cut off; {x}» absent"),
        ("one of 'a; b': it is cut off; 7 slices; 'c': 8 slices", "parmi «a; b» coupé；7 coupes；«c» 8 coupes"),
        ("its height is unknown", "hauteur inconnue"),
        ("its\nheight", "son \nheight"),
    ],
)
def test_a_sentence_is_said_with_its_fields(english, said):
    assert BOOK.say(english) == (said if "\n" not in english else english)


@pytest.mark.parametrize("english", ["", "L2", "Hello; there", "X9: it is cut off", "many slices", "cut off (it is cut off)"])
def test_what_has_no_template_stays_as_it_is(english):
    assert BOOK.say(english) == english


def test_of_two_sentences_the_known_one_is_said():
    assert BOOK.say("Hello; it is cut off") == "Hello；coupé"


def test_a_language_without_a_phrasebook_is_english():
    assert say("No reader has accepted the masks.", "en") == "No reader has accepted the masks."


def test_a_region_does_not_matter():
    assert say("No reader has accepted the masks.", "zh-CN") == say("No reader has accepted the masks.", "zh")
    assert say("No reader has accepted the masks.", "zh") != "No reader has accepted the masks."
