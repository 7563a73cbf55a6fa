"""One simulated examination: patient, anatomy, three sequences, and everything that is true of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from OPRadiomicsLib.types import Affine, FloatArray, LabelArray, Mask, Role, Volume

from .acquisition import Scan, coil_log_field, excite, receive, sample_scan, through_k_space, water_and_fat
from .anatomy import DEFAULT_VARIETY, Anatomy, Variety, sample_anatomy
from .canvas import MARGIN_SLABS, Canvas
from .patients import Marrow, Patient, sample_marrow
from .rendering import render
from .signal import SLICE_SPACING_MM, Sequence, protocol
from .texture import Float
from .tissues import Tissue

PIXELS = 320
SLICES = 17


@dataclass(frozen=True)
class Options:
    """What may be asked of a simulated study besides the patient.

    ``motion_sd_mm`` is the SD of the patient's shift between sequences along each axis; ``oblique_sd_deg`` that of the
    scan plane to the table.
    """

    slices: int = SLICES
    pixels: int = PIXELS
    motion_sd_mm: float = 0.0
    oblique_sd_deg: float = 3.0
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
    sequences = protocol(centre)
    streams = [np.random.default_rng(sequence) for sequence in np.random.SeedSequence(seed).spawn(7)]
    anatomy = sample_anatomy(streams[0], patient, dependence=signal_strength, variety=options.variety)
    marrow = sample_marrow(streams[1], patient, signal_strength)
    canvas = Canvas(options.slices, options.pixels, sequences[0].fov_mm / options.pixels, SLICE_SPACING_MM)
    render(anatomy, marrow, canvas)
    affine = scan_affine(canvas, streams[2], options.oblique_sd_deg)
    frame = frame_of_reference_uid(seed)
    scan = sample_scan(streams[3])
    skin = float(np.median(_skin_line(canvas)))
    log_field = coil_log_field(canvas, skin, scan)
    log_field.setflags(write=False)
    volumes, motion = {}, {}
    for sequence, rng in zip(sequences, streams[4:], strict=True):
        still = sequence.role is Role.T1WI or options.motion_sd_mm == 0
        shift_mm = np.zeros(2) if still else rng.normal(0.0, options.motion_sd_mm, 2)
        image = _acquire(canvas, sequence, shift_mm=shift_mm, log_field=log_field, scan=scan, rng=rng)
        volumes[sequence.role] = Volume(image, affine, frame, f"simulated {sequence.role}")
        motion[sequence.role] = _shift_affine(affine, shift_mm)
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


def frame_of_reference_uid(seed: int) -> str:
    """Deterministic UID of a study's frame of reference."""
    from pydicom.uid import generate_uid

    return str(generate_uid(entropy_srcs=["opradiomics simulated frame", str(seed)]))


def _acquire(
    canvas: Canvas,
    sequence: Sequence,
    *,
    shift_mm: npt.NDArray[np.float64],
    log_field: Float,
    scan: Scan,
    rng: np.random.Generator,
) -> Float:
    water, fat = water_and_fat(canvas, sequence)
    shift = (float(shift_mm[0] / canvas.pixel_mm), float(shift_mm[1] / canvas.pixel_mm))
    image = through_k_space(excite(canvas, water), excite(canvas, fat), sequence, shift)
    received = receive(image, log_field, scan, rng)
    stored: Float = np.rint(received * (1000.0 / np.percentile(received, 99))).astype(np.float32)
    return stored


def _skin_line(canvas: Canvas) -> npt.NDArray[np.float64]:
    """Most posterior tissue of each row in the middle slice, y in mm."""
    inside = canvas.front[len(canvas.x) // 2] > 0
    last = inside.shape[1] - 1 - np.argmax(inside[:, ::-1], axis=1)
    line: npt.NDArray[np.float64] = canvas.y[last].astype(float)
    return line


def scan_affine(canvas: Canvas, rng: np.random.Generator, oblique_sd_deg: float) -> Affine:
    """(i, j, k, 1) -> LPS mm; the scan box lies a few degrees and centimetres off the table's axes."""
    from .spine import rotation

    tilt, turn, lean = rng.normal(0.0, oblique_sd_deg, 3)
    table = rotation(0.4 * lean, 0.7 * tilt, 0.7 * turn)
    centre = rng.normal(0.0, (6.0, 12.0, 20.0))
    axes = table @ np.array([[0.0, 0.0, -1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
    affine = np.eye(4)
    affine[:3, :3] = axes * np.array([canvas.pixel_mm, canvas.pixel_mm, canvas.spacing_mm])
    middle = (np.array([canvas.pixels, canvas.pixels, canvas.slices]) - 1) / 2
    affine[:3, 3] = centre - affine[:3, :3] @ middle
    return affine


def _shift_affine(affine: Affine, shift_mm: npt.NDArray[np.float64]) -> Affine:
    moved = np.eye(4)
    directions = affine[:3, :2] / np.linalg.norm(affine[:3, :2], axis=0)
    moved[:3, 3] = directions @ shift_mm
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
