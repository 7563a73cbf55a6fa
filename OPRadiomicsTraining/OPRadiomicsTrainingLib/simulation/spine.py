"""From parameters to places: where each body, disc and sacral segment stands, and the curves that follow them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .anatomy import SACRAL, SACRAL_DEPTH, SACRAL_HEIGHT, SACRAL_TURN, SACRAL_WIDTH, Anatomy, Disc, Vertebra

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Pose:
    """Centre in mm and 3 x 3 rotation whose columns are the local axes: left, posterior, superior."""

    centre: Vector
    rotation: Vector

    def point(self, u: float, v: float, w: float) -> Vector:
        """Local coordinates (mm) to the frame of the anatomy."""
        moved: Vector = self.centre + self.rotation @ np.array([u, v, w])
        return moved


@dataclass(frozen=True, eq=False)
class Spine:
    """Placed vertebrae, discs and sacral segments, lowest first; discs carry the half-depth and half-width they fill."""

    bodies: tuple[tuple[Vertebra, Pose], ...]
    discs: tuple[tuple[Disc, Pose, float, float], ...]
    sacrum: tuple[tuple[Vertebra, Pose], ...]

    def front_line(self) -> tuple[float, float]:
        """The line along the lumbar bodies that touches the most anterior of their walls: y (mm) at z = 0, and its slope."""
        lumbar = [(v, p) for v, p in self.bodies if v.level.startswith("L")]
        walls = np.array([p.point(0.0, -v.depth / 2, end * v.height / 2) for v, p in lumbar for end in (-1.0, 1.0)])
        slope, _ = np.polyfit(walls[:, 2], walls[:, 1], 1)
        return float(np.min(walls[:, 1] - slope * walls[:, 2])), float(slope)


def rotation(pitch_deg: float, roll_deg: float, yaw_deg: float) -> Vector:
    """Columns are the local axes; pitch leans forward about the left axis, roll to the left, yaw about the long axis."""
    p, r, a = np.deg2rad([pitch_deg, roll_deg, yaw_deg])
    about_left = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    about_back = np.array([[np.cos(r), 0, np.sin(r)], [0, 1, 0], [-np.sin(r), 0, np.cos(r)]])
    about_up = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    combined: Vector = about_back @ about_left @ about_up
    return combined


def place(anatomy: Anatomy) -> Spine:
    """Stack the vertebrae on the sacrum, then move the whole so that L3 lies at ``centre_shift``."""
    sacrum = _sacrum(anatomy)
    bodies, discs = _column(anatomy)
    middle = next(pose.centre for vertebra, pose in bodies if vertebra.level == "L3")
    move = np.asarray(anatomy.centre_shift) - middle
    return Spine(
        tuple((v, Pose(p.centre + move, p.rotation)) for v, p in bodies),
        tuple((d, Pose(p.centre + move, p.rotation), depth, width) for d, p, depth, width in discs),
        tuple((v, Pose(p.centre + move, p.rotation)) for v, p in sacrum),
    )


def _turn(anatomy: Anatomy, pitch: float, z: float) -> Vector:
    """Rotation at height z above S1: the pitch of the chain, the patient's tilt, and scoliosis with its coupled rotation."""
    phase = 2.0 * np.pi * z / 260.0 + anatomy.scoliosis_phase
    bend = anatomy.scoliosis * np.cos(phase) * 2.0
    return rotation(pitch, anatomy.tilt[0] + bend, anatomy.tilt[1] - 0.6 * bend)


def _column(anatomy: Anatomy) -> tuple[list[tuple[Vertebra, Pose]], list[tuple[Disc, Pose, float, float]]]:
    point, pitch = np.zeros(3), anatomy.sacral_slope
    bodies: list[tuple[Vertebra, Pose]] = []
    discs: list[tuple[Disc, Pose, float, float]] = []
    for vertebra, disc in zip(anatomy.vertebrae, anatomy.discs, strict=True):
        below = bodies[-1][0] if bodies else None
        turn = _turn(anatomy, pitch - disc.wedge / 2, float(point[2]))
        centre = point + turn[:, 2] * disc.height / 2
        wide = vertebra if below is None else below
        discs.append((disc, Pose(centre, turn), (vertebra.depth + wide.depth) / 4, (vertebra.width + wide.width) / 4))
        point, pitch = point + turn[:, 2] * disc.height, pitch - disc.wedge
        turn = _turn(anatomy, pitch - vertebra.wedge / 2, float(point[2]))
        bodies.append((vertebra, Pose(point + turn[:, 2] * vertebra.height / 2 + turn[:, 1] * vertebra.shift, turn)))
        point, pitch = point + turn[:, 2] * vertebra.height, pitch - vertebra.wedge
    return bodies, discs


def _sacrum(anatomy: Anatomy) -> list[tuple[Vertebra, Pose]]:
    point, pitch = np.zeros(3), anatomy.sacral_slope
    placed = []
    for level in SACRAL:
        turn = _turn(anatomy, pitch + SACRAL_TURN[level] / 2, 0.0)
        height, depth = SACRAL_HEIGHT[level] * anatomy.size, SACRAL_DEPTH[level] * anatomy.size
        # The promontory: S1's front slopes backward, so each segment hangs from the rear of the one above.
        vertebra = Vertebra(level, height, depth, SACRAL_WIDTH[level] * anatomy.size, 0.0, (0.8, 0.3), 0.0)
        placed.append((vertebra, Pose(point - turn[:, 2] * height / 2, turn)))
        gap = anatomy.sacral_disc_height if level == "S1" else 1.2
        lower = SACRAL_DEPTH.get(SACRAL[min(SACRAL.index(level) + 1, 4)], depth) * anatomy.size
        point = point - turn[:, 2] * (height + gap) + turn[:, 1] * (depth - lower) * 0.18
        pitch = pitch + SACRAL_TURN[level]
    return placed
