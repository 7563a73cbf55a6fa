"""The native engine equals PyRadiomics on a real image, after the study's own preprocessing, with every shipped profile.

Testing/Benchmarks/feature_parity.py --data takes more of them.
"""

from pathlib import Path

import numpy as np
import pytest
from OPRadiomicsLib.features.choose import choose_engine
from OPRadiomicsLib.features.native import NativeEngine
from OPRadiomicsLib.features.parity import TOLERANCE, difference
from OPRadiomicsLib.geometry import volume_from_sitk
from OPRadiomicsLib.preprocessing.prepare import prepare_sequence
from OPRadiomicsLib.preprocessing.resampling import analysis_grid
from OPRadiomicsLib.profile import load_profile
from OPRadiomicsLib.resources import resources_folder
from OPRadiomicsLib.segmentation.marrow import marrow_region
from OPRadiomicsLib.types import Mask

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "spine-mr"
PROFILES = sorted(path.stem for path in (resources_folder() / "Params").glob("*.yaml"))
STUDY_LABELS = (20, 21, 22)

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="../shared/data, the development data folder, is absent")


@pytest.mark.parametrize("profile_name", PROFILES)
def test_all_386_features_of_a_real_image_are_pyradiomics_within_1e_8(profile_name):
    pytest.importorskip("radiomics", reason="PyRadiomics is not installed")
    import SimpleITK as sitk

    name, profile = "zukic_03_AKa4_TIRM", load_profile(profile_name)
    volume = volume_from_sitk(sitk.ReadImage(str(REAL / f"{name}_img.nii.gz")))
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(REAL / f"{name}_lab.nii.gz"))).astype(np.uint8)
    marrow = marrow_region(Mask(np.where(np.isin(labels, STUDY_LABELS), labels, 0), volume.affine), profile.region)
    prepared = prepare_sequence(volume, marrow, analysis_grid(marrow, profile.resampling), profile)
    given = prepared.volume.array, prepared.region.labels > 0, prepared.volume.spacing_mm, profile.features
    expected = choose_engine("pyradiomics").engine.compute(*given, lambda message, fraction: None)
    found = NativeEngine().compute(*given)
    assert len(expected.values) == 386
    assert dict(found.grey_levels) == dict(expected.grey_levels)
    off = {key: (found.values[key], value) for key, value in expected.values.items()}
    assert {key: pair for key, pair in off.items() if difference(*pair) > TOLERANCE} == {}
