"""A scanner, a network or a kind of sequence that training did not know is named; silence where one is unknown."""

from __future__ import annotations

import pytest
from OPRadiomicsLib.io.headers import scanner_of
from OPRadiomicsLib.models.extrapolation import other_kinds, other_network, other_scanner
from OPRadiomicsLib.models.signature_file import load_signature
from OPRadiomicsLib.segmentation.bundle import load_segmentation_model, network_of

TRAINED = ("GE MEDICAL SYSTEMS, SIGNA Architect, 3 T", "GE MEDICAL SYSTEMS, SIGNA Explorer, 1.5 T")


@pytest.mark.parametrize(
    ("acquisition", "said"),
    [
        ({"manufacturer": "GE MEDICAL SYSTEMS", "model": "SIGNA  Architect ", "field_strength_t": 3.0}, TRAINED[0]),
        ({"manufacturer": "Siemens", "field_strength_t": 1.494}, "Siemens, 1.494 T"),
        ({}, ""),
    ],
)
def test_a_scanner_is_manufacturer_model_and_field_strength(acquisition: dict[str, object], said: str) -> None:
    assert scanner_of(acquisition) == said


def test_another_scanner_is_named_with_those_of_the_training_images() -> None:
    (sentence,) = other_scanner(TRAINED, "Siemens, Vida, 3 T")
    assert "Siemens, Vida, 3 T" in sentence
    assert all(one in sentence for one in TRAINED)


@pytest.mark.parametrize(("scanners", "scanner"), [((), "X"), (TRAINED, ""), (TRAINED, TRAINED[1].lower())])
def test_a_known_scanner_and_an_unrecorded_one_are_passed_over(scanners: tuple[str, ...], scanner: str) -> None:
    assert other_scanner(scanners, scanner) == ()


STIR, USUAL = "FS-T2WI: fat suppressed by inversion (STIR)", "FS-T2WI: as the study's"


@pytest.mark.parametrize(
    ("trained", "kind", "said"),
    [
        ((), STIR, "suits only a signature trained on that kind"),
        ((), USUAL, None),
        ((STIR,), STIR, None),
        ((STIR,), USUAL, "FS-T2WI is of another kind (as the study's) than in training (fat suppressed by inversion (STIR))"),
        ((STIR, USUAL), USUAL, None),
        (("T1WI: as the study's",), USUAL, None),
        (("T1WI: as the study's",), STIR, "suits only a signature trained on that kind"),
    ],
)
def test_a_sequence_of_another_kind_than_in_training_is_named(trained: tuple[str, ...], kind: str, said: str | None) -> None:
    """Where training's is not recorded, of another kind than the study's: a signature trained on STIR takes STIR in silence."""
    sentences = other_kinds(trained, [kind])
    assert len(sentences) == (said is not None)
    assert all(str(said) in sentence for sentence in sentences)


def test_another_network_is_named_with_those_that_drew_the_masks_of_training() -> None:
    (sentence,) = other_network(["mine 1.0, SHA-256 aa"], "mine 1.1, SHA-256 bb")
    assert "mine 1.0" in sentence
    assert "mine 1.1" in sentence


@pytest.mark.parametrize(("networks", "network"), [([], "a"), (["a"], ""), (["a", "b"], "b"), (["a", ""], "b")])
def test_a_known_network_and_masks_of_readers_are_passed_over(networks: list[str], network: str) -> None:
    assert other_network(networks, network) == ()


def test_the_shipped_signature_was_fitted_on_masks_of_the_shipped_network() -> None:
    """However a mask was carried and reviewed, its network can be told from its origin."""
    model = load_segmentation_model()
    (origin,) = load_signature("demo-signature").provenance.masks
    assert network_of(origin) == model.identity
    assert network_of(f"propagated, {origin}, reviewed by AB") == model.identity
    assert network_of("file") == network_of("3D Slicer, reviewed by AB") == ""
