"""One simulated examination: patient, anatomy, three sequences, and everything that is true of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.types import Affine, FloatArray, LabelArray, Mask, Role, Volume

from .acquisition import (
    Phantom,
    Scan,
    calm_abdomen,
    coil_log_field,
    excite,
    excite_moved,
    failed_suppression,
    phantom,
    receive,
    sample_scan,
    through_k_space,
    water_and_fat,
)
from .anatomy import DEFAULT_VARIETY, Anatomy, Variety, sample_anatomy
from .canvas import MARGIN_SLABS, Canvas
from .patients import Marrow, Patient, sample_marrow
from .rendering import render
from .signal import Grid, Sequence, on_grid, protocol, vary
from .spine import rotation
from .texture import Float
from .tissues import Tissue

PIXELS = 320
SLICES = 17


@dataclass(frozen=True)
class Options:
    """What may be asked of a simulated study besides the patient.

    ``motion_sd_mm`` and ``motion_sd_deg`` are the SD of the patient's shift and turn between the T1WI and the others,
    along and about each axis; ``oblique_sd_deg`` that of the scan plane to the table. ``short_tau`` replaces spectral fat
    suppression by inversion recovery (STIR). ``protocol_spread`` is the relative SD of TR and TE about the centre's own.
    ``grid`` replaces the centre's field of view, matrix and slices.
    """

    slices: int = SLICES
    pixels: int = PIXELS
    motion_sd_mm: float = 0.0
    motion_sd_deg: float = 0.0
    short_tau: bool = False
    protocol_spread: float = 0.0
    oblique_sd_deg: float = 3.0
    grid: Grid | None = None
    variety: Variety = DEFAULT_VARIETY


DEFAULT_OPTIONS = Options()


@dataclass(frozen=True, eq=False)
class SimulatedStudy:
    """A study and its truth.

    ``bodies`` and ``tissues`` (codes of `tissues.Tissue`) lie on the T1WI's grid. ``bias_log_fields`` hold the natural
    log of the coil's sensitivity on each sequence's grid. ``motion`` maps points of the T1WI (LPS mm, homogeneous) to
    where that tissue lay in each sequence.
    """

    volumes: Mapping[Role, Volume]
    bodies: Mask
    tissues: LabelArray
    bias_log_fields: Mapping[Role, FloatArray]
    motion: Mapping[Role, Affine]
    sequences: Mapping[Role, Sequence]
    patient: Patient
    anatomy: Anatomy
    marrow: Marrow
    seed: int
    centre: str = "A"
    signal_strength: float = 1.0
    options: Options = field(default_factory=Options)

    @property
    def recipe(self) -> str:
        """All that decided its images: `study_recipe`."""
        return study_recipe(self.patient, self.seed, self.centre, self.signal_strength, self.options)

    @property
    def bmd(self) -> float:
        """True QCT BMD, mg/cm3."""
        return self.patient.bmd


def simulate_study(
    patient: Patient,
    *,
    seed: int,
    centre: str = "A",
    signal_strength: float = 1.0,
    options: Options = DEFAULT_OPTIONS,
) -> SimulatedStudy:
    """Simulate T1WI, T2WI and FS-T2WI of one patient.

    Parameters
    ----------
    patient
        As `sample_patient` draws them.
    seed
        Decides anatomy, position, scanner and noise; the same seed gives bit-identical images.
    centre
        "A" (3 T, 280 mm) or "B" (1.5 T, 300 mm).
    signal_strength
        How strongly the images follow the patient; 0 makes them independent of age, sex, BMI and BMD.
    options
        Grid, motion and variety of anatomy.

    Raises
    ------
    StudyError
        If the centre is unknown.
    """
    streams = [np.random.default_rng(stream) for stream in np.random.SeedSequence(seed).spawn(8)]
    sequences = _sequences(centre, options, streams[7])
    anatomy = sample_anatomy(streams[0], patient, dependence=signal_strength, variety=options.variety)
    marrow = sample_marrow(streams[1], patient, signal_strength)
    canvas = Canvas(options.slices, options.pixels, sequences[0].fov_mm / options.pixels, sequences[0].spacing_mm)
    front = render(anatomy, marrow, canvas).front_line()
    affine = scan_affine(canvas, streams[2], options.oblique_sd_deg)
    frame = simulated_uid(study_recipe(patient, seed, centre, signal_strength, options), "frame")
    scan = sample_scan(streams[3])
    skin = float(np.median(_skin_line(canvas)))
    log_field = coil_log_field(canvas, skin, scan)
    log_field.setflags(write=False)
    scene, sensitivity = phantom(canvas), np.exp(log_field)
    volumes, motion = {}, {}
    for sequence, rng in zip(sequences, streams[4:7], strict=True):
        moved = np.eye(4) if sequence.role is Role.T1WI else sample_motion(rng, options)
        image = _acquire(scene, sequence, _Setting(moved, sensitivity, scan, front), rng)
        volumes[sequence.role] = Volume(image, affine, frame, f"simulated {sequence.role}")
        motion[sequence.role] = _in_lps(moved, affine, canvas)
    return SimulatedStudy(
        volumes=MappingProxyType(volumes),
        bodies=Mask(_middle(canvas, canvas.body), affine, frame, "simulated truth"),
        tissues=_tissues(canvas),
        bias_log_fields=MappingProxyType(dict.fromkeys(volumes, log_field)),
        motion=MappingProxyType(motion),
        sequences=MappingProxyType({s.role: s for s in sequences}),
        patient=patient,
        anatomy=anatomy,
        marrow=marrow,
        seed=seed,
        centre=centre,
        signal_strength=signal_strength,
        options=options,
    )


def _sequences(centre: str, options: Options, rng: np.random.Generator) -> tuple[Sequence, ...]:
    """The centre's protocol with what the options change of it."""
    sequences: tuple[Sequence, ...] = protocol(centre, short_tau=options.short_tau)
    if options.protocol_spread > 0:
        sequences = tuple(vary(sequence, rng, options.protocol_spread) for sequence in sequences)
    if options.grid is not None:
        sequences = tuple(on_grid(sequence, options.grid) for sequence in sequences)
    return sequences


def study_recipe(patient: Patient, seed: int, centre: str, signal_strength: float, options: Options) -> str:
    """All that decides a study's images, as JSON: images that differ shall never share a UID."""
    words = {"signal_strength": float(signal_strength), "patient": asdict(patient), "options": asdict(options)}
    return json.dumps({"seed": seed, "centre": centre, **words}, sort_keys=True, default=float)


def simulated_uid(recipe: str, *parts: object) -> str:
    """Deterministic UID of what ``parts`` name in the study of a recipe."""
    from pydicom.uid import generate_uid

    return str(generate_uid(entropy_srcs=["opradiomics simulated", recipe, *(str(part) for part in parts)]))


def sample_motion(rng: np.random.Generator, options: Options) -> Affine:
    """How the patient moved since the T1WI, in the canvas' frame (mm): a rigid 4 x 4, about L3's middle or thereabouts."""
    motion = np.eye(4)
    turn, shift = rng.normal(0.0, 1.0, 3), rng.normal(0.0, 1.0, 3)
    motion[:3, :3] = rotation(*(np.clip(turn, -2.5, 2.5) * options.motion_sd_deg))
    motion[:3, 3] = np.clip(shift, -2.5, 2.5) * options.motion_sd_mm
    return motion


@dataclass(frozen=True, eq=False)
class _Setting:
    """How one sequence found the patient and the scanner."""

    motion: Affine
    sensitivity: Float
    scan: Scan
    spine_front: tuple[float, float]


def _acquire(scene: Phantom, sequence: Sequence, setting: _Setting, rng: np.random.Generator) -> Float:
    """One sequence: integers, as a scanner stores them, the 99th percentile at 1000."""
    motion, scan = setting.motion, setting.scan
    still = np.array_equal(motion, np.eye(4))
    fine = water_and_fat(scene, sequence)
    thick = sequence.thickness_mm
    slices = excite(scene.canvas, fine, thick) if still else excite_moved(scene.canvas, fine, motion, thick)
    slices.imag *= failed_suppression(scene.canvas, sequence, scan)
    slices = calm_abdomen(scene.canvas, slices, scan, setting.spine_front)
    received = receive(through_k_space(slices, sequence), setting.sensitivity, scan, rng)
    stored: Float = np.rint(received * (1000.0 / np.percentile(received[:, ::2, ::2], 99))).astype(np.float32)
    return stored


def _skin_line(canvas: Canvas) -> npt.NDArray[np.float64]:
    """Most posterior tissue of each row in the middle slice, y in mm."""
    inside = canvas.front[len(canvas.x) // 2] > 0
    last = inside.shape[1] - 1 - np.argmax(inside[:, ::-1], axis=1)
    line: npt.NDArray[np.float64] = canvas.y[last].astype(float)
    return line


def scan_affine(canvas: Canvas, rng: np.random.Generator, oblique_sd_deg: float) -> Affine:
    """(i, j, k, 1) -> LPS mm; the scan box lies a few degrees and centimetres off the table's axes."""
    tilt, turn, lean = rng.normal(0.0, oblique_sd_deg, 3)
    table = rotation(0.4 * lean, 0.7 * tilt, 0.7 * turn)
    centre = rng.normal(0.0, (6.0, 12.0, 20.0))
    axes = table @ np.array([[0.0, 0.0, -1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
    affine = np.eye(4)
    affine[:3, :3] = axes * np.array([canvas.pixel_mm, canvas.pixel_mm, canvas.spacing_mm])
    middle = (np.array([canvas.pixels, canvas.pixels, canvas.slices]) - 1) / 2
    affine[:3, 3] = centre - affine[:3, :3] @ middle
    return affine


def _in_lps(motion: Affine, affine: Affine, canvas: Canvas) -> Affine:
    """A motion in the canvas' frame (x left, y posterior, z superior) as a motion of LPS points; none stays exactly none."""
    if np.array_equal(motion, np.eye(4)):
        return np.eye(4)
    first = np.array([(canvas.slices - 1) / 2 * canvas.spacing_mm, canvas.y[0], canvas.z[0]])
    canvas_of_ijk = np.eye(4)
    canvas_of_ijk[:3, :3] = np.array([[0.0, 0.0, -1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]) * np.array(
        [canvas.pixel_mm, canvas.pixel_mm, canvas.spacing_mm]
    )
    canvas_of_ijk[:3, 3] = first
    lps_of_canvas = affine @ np.linalg.inv(canvas_of_ijk)
    moved: Affine = lps_of_canvas @ motion @ np.linalg.inv(lps_of_canvas)
    return moved


def _middle(canvas: Canvas, fine: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The sub-slice in the middle of each slice."""
    first = MARGIN_SLABS + canvas.sub_slices // 2
    return fine[first : first + canvas.slices * canvas.sub_slices : canvas.sub_slices].copy()


def _tissues(canvas: Canvas) -> LabelArray:
    tissue = _middle(canvas, canvas.tissues())
    void = _middle(canvas, canvas.void)
    solid = np.isin(tissue, (Tissue.BODY, Tissue.SACRUM, Tissue.POSTERIOR_ELEMENT))
    tissue[solid & (void > 0.6)] = Tissue.CORTEX
    body = _middle(canvas, canvas.body)
    tissue[(body > 0) & (body < 26)] = Tissue.BODY
    return tissue
