"""Extraction: counts, names, one region of interest, and refusals. Engine-independent."""

import subprocess
import sys

import numpy as np
import pytest
from OPRadiomicsLib.errors import FeatureError, GeometryError, MaskError
from OPRadiomicsLib.features import extract, extract_levels, feature_names, join_sequences
from OPRadiomicsLib.features.engine import EngineResult
from OPRadiomicsLib.features.extract import _warnings
from OPRadiomicsLib.types import Mask, Role, Volume

FAMILIES = {"shape": 14, "firstorder": 18, "glcm": 24, "glrlm": 16, "glszm": 16, "gldm": 14, "ngtdm": 5}


@pytest.fixture(scope="module")
def features(a_preprocessed_volume, a_region, standard):
    return extract(a_preprocessed_volume, a_region, standard)


def test_a_sequence_has_the_study_s_386_features_by_family(standard):
    names = feature_names(standard)
    assert len(names) == len(set(names)) == 386
    original = [name for name in names if name.startswith("original_")]
    assert {family: sum(name.split("_")[1] == family for name in original) for family in FAMILIES} == FAMILIES
    for sigma in ("1-0", "2-0", "3-0"):
        assert sum(name.startswith(f"log-sigma-{sigma}-mm-3D_") for name in names) == 93


def test_extraction_returns_every_name_finite_with_hash_and_engine(features, standard):
    assert features.names == feature_names(standard)
    assert np.isfinite(features.values).all()
    assert features.profile_hash == standard.hash
    assert features.engine
    assert set(features.grey_levels) == {"original", *(f"log-sigma-{s}-0-mm-3D" for s in (1, 2, 3))}
    assert min(features.grey_levels.values()) > 5
    assert features.warnings == ()


def test_the_region_of_interest_is_the_union_of_l1_to_l3_and_nothing_else(features, a_preprocessed_volume, a_region, standard):
    labels = a_region.labels.copy()
    labels[:, :2, :][labels[:, :2, :] == 0] = 24  # L5, far away: outside the study's region
    again = extract(a_preprocessed_volume, Mask(labels, a_region.affine), standard)
    np.testing.assert_array_equal(again.values, features.values)
    voxels = np.isin(a_region.labels, (20, 21, 22)).sum()
    assert features.as_dict()["original_shape_VoxelVolume"] == voxels


def test_levels_are_separate_vectors(a_preprocessed_volume, a_region, standard):
    by_level = extract_levels(a_preprocessed_volume, a_region, standard, levels=("L1", "L3"))
    assert list(by_level) == ["L1", "L3"]
    for level, vector in by_level.items():
        inside = a_preprocessed_volume.array[a_region.of(level)]
        assert vector.names == feature_names(standard)
        assert vector.as_dict()["original_shape_VoxelVolume"] == inside.size
        assert vector.as_dict()["original_firstorder_Maximum"] == inside.max()


def test_joined_sequences_are_the_study_s_1158_features_in_role_order(features):
    joined = join_sequences(dict.fromkeys((Role.FST2WI, Role.T1WI, Role.T2WI), features))
    assert len(joined.names) == len(set(joined.names)) == 1158
    assert joined.names[0] == f"T1WI_{features.names[0]}"
    assert joined.names[386].startswith("T2WI_original_")
    assert joined.names[772].startswith("FS-T2WI_original_")
    np.testing.assert_array_equal(joined.values, np.tile(features.values, 3))
    assert joined.grey_levels["T2WI_original"] == features.grey_levels["original"]


def test_sequences_of_two_profiles_are_not_joined(features, a_preprocessed_volume, a_region, paper_literal):
    literal = extract(a_preprocessed_volume, a_region, paper_literal)
    with pytest.raises(FeatureError, match="2 different profiles"):
        join_sequences({Role.T1WI: features, Role.T2WI: literal})


def test_paper_literal_has_one_grey_level_in_the_original_and_two_in_the_log_images_and_says_so(
    a_preprocessed_volume, a_region, paper_literal
):
    unit = Volume(a_preprocessed_volume.array / 255, a_preprocessed_volume.affine)
    found = extract(unit, a_region, paper_literal)
    assert found.grey_levels["original"] == 1
    assert {found.grey_levels[f"log-sigma-{s}-0-mm-3D"] for s in (1, 2, 3)} == {2}
    (warning,) = found.warnings
    assert "ONE GREY LEVEL" in warning
    assert "75 texture features" in warning


def test_two_grey_levels_in_the_original_image_are_told_and_in_a_log_image_not(paper_literal):
    values = dict.fromkeys(feature_names(paper_literal), 1.0)
    result = EngineResult(values, {"original": 2, "log-sigma-1-0-mm-3D": 2})
    (warning,) = _warnings(result, paper_literal.features)
    assert warning.startswith("TWO GREY LEVELS in the original image")


def test_undefined_features_are_named_in_a_warning(standard):
    values = dict.fromkeys(feature_names(standard), 1.0) | {"original_glcm_Imc2": float("nan")}
    warnings = _warnings(EngineResult(values, {"original": 3}), standard.features)
    assert len(warnings) == 1
    assert "original_glcm_Imc2" in warnings[0]


def test_another_grid_is_refused(a_preprocessed_volume, a_region, standard):
    moved = a_region.affine.copy()
    moved[0, 3] = 1.0
    with pytest.raises(GeometryError):
        extract(a_preprocessed_volume, Mask(a_region.labels, moved), standard)


def test_a_missing_level_is_refused_by_name(a_preprocessed_volume, a_region, standard):
    labels = np.where(a_region.labels == 21, 0, a_region.labels)
    with pytest.raises(MaskError, match="'L2' has 0 voxels"):
        extract(a_preprocessed_volume, Mask(labels, a_region.affine), standard)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_an_image_with_undefined_voxels_is_refused(a_preprocessed_volume, a_region, standard, value):
    array = a_preprocessed_volume.array.copy()
    array[0, 0, 0] = value  # outside the region: a recursive filter would carry it in
    with pytest.raises(FeatureError, match="NaN or infinite"):
        extract(Volume(array, a_region.affine), a_region, standard)


def test_a_line_of_voxels_is_refused(a_preprocessed_volume, a_region, standard):
    labels = np.zeros_like(a_region.labels)
    labels[10, 10, 10:13] = 20
    with pytest.raises(MaskError, match=r"extent \(1, 1, 3\)"):
        extract_levels(a_preprocessed_volume, Mask(labels, a_region.affine), standard, levels=("L1",))


def test_an_image_too_small_for_the_filter_is_refused(a_preprocessed_volume, a_region, standard):
    thin = slice(8, 11)
    volume = Volume(a_preprocessed_volume.array[thin], a_region.affine)
    with pytest.raises(FeatureError, match="Laplacian of Gaussian"):
        extract(volume, Mask(a_region.labels[thin], a_region.affine), standard)


def test_an_unknown_engine_is_refused(a_preprocessed_volume, a_region, standard):
    with pytest.raises(FeatureError, match="No radiomics engine 'magic'"):
        extract(a_preprocessed_volume, a_region, standard, engine="magic")


def test_importing_the_interface_imports_no_engine():
    code = (
        "import sys, OPRadiomicsLib.features\n"
        "print([m for m in ('numba', 'radiomics', 'SimpleITK', 'scipy') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
