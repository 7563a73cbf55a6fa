"""Radiomic features of the study's region, through one of two engines that give the same values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from ..errors import FeatureError, MaskError
from ..geometry import require_same_grid
from ..levels import STUDY_LEVELS
from ..profile import Features, Profile
from ..types import FeatureVector, Mask, Progress, Role, Volume, no_progress
from .choose import Choice, choose_engine
from .engine import EngineResult, RegionArray
from .names import ORIGINAL, TEXTURE_FAMILIES, names_of


def feature_names(profile: Profile) -> tuple[str, ...]:
    """Names of one sequence's features, in order: 386 with the three scales of the shipped profiles."""
    return names_of(profile.features)


def warm_up(engine: str = "auto", progress: Progress = no_progress) -> None:
    """Load, or on the very first use compile, the engine and prove it, so that the first `extract` doesn't wait.

    ``progress`` is told of the compilation, kernel by kernel, and may end it by raising. Errors are as for `extract`.
    """
    choose_engine(engine, progress)


def extract(
    volume: Volume, region: Mask, profile: Profile, *, engine: str = "auto", progress: Progress = no_progress
) -> FeatureVector:
    """Features of one sequence over one region of interest, the union of L1, L2 and L3.

    Parameters
    ----------
    volume
        Preprocessed image on the analysis grid, with the profile's padding around the region.
    region
        Marrow region on the same grid; it must hold L1, L2 and L3.
    engine
        "auto" (native where it proves equal to the reference on this machine, else PyRadiomics), "native" or "pyradiomics".

    Raises
    ------
    GeometryError
        If image and region are not on one grid.
    MaskError
        If a level has no voxel.
    FeatureError
        If the image holds NaN or infinity, or is too small for the Laplacian of Gaussian.
    MissingDependencyError
        If the chosen engine is not installed.
    """
    require_same_grid(volume, region)
    return _extract(volume, _union(region, STUDY_LEVELS), profile, choose_engine(engine, progress), progress)


def extract_levels(
    volume: Volume,
    region: Mask,
    profile: Profile,
    *,
    levels: Iterable[str] = STUDY_LEVELS,
    engine: str = "auto",
) -> Mapping[str, FeatureVector]:
    """Features of one sequence, each level a region of its own; the vectors are never joined into one.

    Parameters and errors as `extract`. Returns a mapping from level to its vector.
    """
    require_same_grid(volume, region)
    chosen = choose_engine(engine)
    regions = {level: _union(region, (level,)) for level in levels}
    return {level: _extract(volume, voxels, profile, chosen, no_progress) for level, voxels in regions.items()}


def join_sequences(vectors: Mapping[Role, FeatureVector]) -> FeatureVector:
    """One vector of a study, names prefixed by the sequence (``T1WI_original_firstorder_Mean``), in the order of `Role`.

    Raises
    ------
    FeatureError
        If there is no vector, or the vectors come from different profiles.
    """
    roles = [role for role in Role if role in vectors]
    hashes = {vectors[role].profile_hash for role in roles}
    if len(hashes) != 1:
        raise FeatureError(
            f"Features of {len(roles)} sequences made with {len(hashes)} different profiles",
            "features of at least one sequence, all made with one profile",
            "extract the sequences again with one profile",
        )
    return FeatureVector(
        names=tuple(f"{role}_{name}" for role in roles for name in vectors[role].names),
        values=np.concatenate([vectors[role].values for role in roles]),
        profile_hash=hashes.pop(),
        engine=", ".join(dict.fromkeys(vectors[role].engine for role in roles)),
        grey_levels={f"{role}_{image}": n for role in roles for image, n in vectors[role].grey_levels.items()},
        warnings=tuple(f"{role}: {warning}" for role in roles for warning in vectors[role].warnings),
    )


def _union(region: Mask, levels: Iterable[str]) -> RegionArray:
    voxels = {level: region.of(level) for level in levels}
    absent = [level for level, inside in voxels.items() if not inside.any()]
    if absent:
        raise MaskError(
            f"Mask '{', '.join(absent)}' has 0 voxels; the mask holds {', '.join(region.levels) or 'no level'}",
            f"a region with {', '.join(voxels)}",
            "redraw it before extraction",
        )
    union: RegionArray = np.logical_or.reduce(list(voxels.values()))
    return union


def _extract(volume: Volume, voxels: RegionArray, profile: Profile, choice: Choice, progress: Progress) -> FeatureVector:
    # The filters know float32 and float64 alone; anything else becomes the first.
    image = volume.array if volume.array.dtype in (np.float32, np.float64) else volume.array.astype(np.float32)
    result = choice.engine.compute(image, voxels, volume.spacing_mm, profile.features, progress)
    names = names_of(profile.features)
    return FeatureVector(
        names=names,
        values=np.array([result.values[name] for name in names]),
        profile_hash=profile.hash,
        engine=f"{choice.engine.name} {choice.engine.version}",
        grey_levels=result.grey_levels,
        warnings=(*((choice.note,) if choice.note else ()), *_warnings(result, profile.features)),
    )


def _warnings(result: EngineResult, settings: Features) -> tuple[str, ...]:
    flat = tuple(
        _flat_warning(image, count, result, settings)
        for image, count in result.grey_levels.items()
        if count < 2 or (count == 2 and image == ORIGINAL)
    )
    undefined = [name for name, value in result.values.items() if not np.isfinite(value)]
    if not undefined:
        return flat
    return (*flat, f"{len(undefined)} features are undefined (NaN) in this region: {', '.join(undefined)}.")


def _flat_warning(image: str, count: int, result: EngineResult, settings: Features) -> str:
    """One level is no texture at all; two in the original image, where the interpolation undershot 0, are hardly any."""
    low, high = (result.values[f"{image}_firstorder_{name}"] for name in ("Minimum", "Maximum"))
    texture = sum(name.startswith(tuple(f"{image}_{family}_" for family in TEXTURE_FAMILIES)) for name in result.values)
    title = "original image" if image == ORIGINAL else f"image {image}"
    found = f"in the {title}: with a bin width of {settings.bin_width:g}, {low:.4g} to {high:.4g} all fall into"
    if count == 2:
        return f"TWO GREY LEVELS {found} two bins, so its {texture} texture features see one threshold and no texture."
    return (
        f"ONE GREY LEVEL {found} one bin, so its {texture} texture features are constants or functions of the mask and say "
        "nothing of the tissue."
    )
