"""Icons have the sizes that Slicer and its extension catalogue want, and can be told from light and dark backgrounds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[3]
ICONS = ROOT / "Resources" / "Icons"
MODULES = ("OPRadiomics", "OPRadiomicsTraining")


@pytest.mark.parametrize("module", MODULES)
def test_a_modules_icon_is_128_pixels_wide_and_high_on_a_transparent_ground(module: str) -> None:
    icon = Image.open(ICONS / f"{module}.png")
    assert (icon.format, icon.mode, icon.size) == ("PNG", "RGBA", (128, 128))
    alpha = np.asarray(icon)[..., 3]
    assert alpha[0, 0] == alpha[0, -1] == alpha[-1, 0] == alpha[-1, -1] == 0
    assert 0.2 < (alpha > 200).mean() < 0.8


@pytest.mark.parametrize("module", MODULES)
def test_a_module_sets_its_icon_itself(module: str) -> None:
    """Slicer would look in the module's own Resources folder, which there is not."""
    script = (ROOT / module / f"{module}.py").read_text(encoding="utf-8")
    assert f'parent.icon = qt.QIcon(str(resources_folder() / "Icons" / "{module}.png"))' in script


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("ground", [255, 40])
@pytest.mark.parametrize("size", [128, 32, 16])
def test_an_icon_stands_out_from_a_light_and_a_dark_ground(module: str, ground: int, size: int) -> None:
    """A good part of the icon differs from the ground by a contrast of 3:1 (WCAG 2.1, 1.4.11)."""
    icon = Image.open(ICONS / f"{module}.png").resize((size, size), Image.Resampling.LANCZOS)
    sheet = Image.new("RGBA", icon.size, (ground, ground, ground, 255))
    sheet.alpha_composite(icon)
    seen, behind = _luminance(np.asarray(sheet)[..., :3]), _luminance(np.full((1, 1, 3), ground))
    contrast = (np.maximum(seen, behind) + 0.05) / (np.minimum(seen, behind) + 0.05)
    assert (contrast > 3).mean() > 0.1


def test_the_demo_studys_thumbnail_has_the_size_of_sample_datas_own() -> None:
    picture = Image.open(ICONS / "OPRadiomicsDemo.png")
    assert (picture.format, picture.size) == ("PNG", (260, 280))
    assert np.asarray(picture.convert("L")).std() > 30


def _luminance(rgb: np.ndarray) -> np.ndarray:
    """Relative luminance of sRGB from 0 to 255, as WCAG 2.1 defines it."""
    share = rgb / 255.0
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])
