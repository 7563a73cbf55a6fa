"""Small pictures of cases: the outline of the version that counts, made once."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from OPRadiomicsTrainingLib.project import cases, thumbnails
from OPRadiomicsTrainingLib.project.folder import Project
from OPRadiomicsTrainingLib.project.session import begin
from OPRadiomicsTrainingLib.project.versions import Step
from PIL import Image
from small_project import small_mask, small_volume


def _pixels(png: bytes) -> npt.NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(png)))


def _outlined(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = (picture == thumbnails.OUTLINE).all(axis=-1)
    return found


def test_the_outline_runs_along_the_inner_edge_of_each_level() -> None:
    plain, drawn = (_pixels(thumbnails.thumbnail(small_volume(), mask)) for mask in (None, small_mask()))
    assert plain.shape == drawn.shape == (60, 40, 3)
    assert not _outlined(plain).any()
    assert int(_outlined(drawn).sum()) == 3 * (2 * 10 + 2 * 18)  # three boxes of 10 by 20
    assert (plain[~_outlined(drawn)] == drawn[~_outlined(drawn)]).all()


def test_a_large_image_becomes_a_small_picture() -> None:
    from dataclasses import replace

    wide = replace(small_volume(), array=np.random.default_rng(0).uniform(size=(3, 500, 320)).astype(np.float32))
    assert max(_pixels(thumbnails.thumbnail(wide)).shape) <= thumbnails.PIXELS + 10


def test_a_version_s_picture_is_kept_in_the_project_and_leaves_its_case_alone(stocked: Project) -> None:
    with begin(stocked, "sub-0001", Step.DRAWN, "AA") as session:
        version = session.save(small_mask())
    before = cases.list_cases(stocked)
    stamp = (stocked.images / "sub-0001").stat().st_mtime_ns
    made = thumbnails.make_outlined(stocked, before["sub-0001"], version)
    assert made == thumbnails.outlined_path(stocked, version) and _outlined(_pixels(made.read_bytes())).any()
    assert (stocked.images / "sub-0001").stat().st_mtime_ns == stamp  # the index of cases goes by it
