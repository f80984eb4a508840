"""A moving scene made by code: what is true at any time, and the cameras that look at it.

It is made of Gaussians itself, but of others and more of them than are fitted to it: a tiled floor, two walls, a striped box that turns, a ball that bounces across, and a flame that is not there at
first. Colours of box and ball depend on the direction that they are seen from, and turn with them."""

import math
from dataclasses import dataclass
from typing import List, Tuple

import torch
from torch import Tensor

from . import turns
from .settings import Settings
from .splatting import Camera, Splats

#: Opacity of what is solid.
SOLID = 0.92
#: When the flame is lit and when it is out, as shares of the period.
LIT, OUT = 0.12, 0.45
#: Degrees that the box turns and times that the ball bounces in a period.
BOX_TURN, BOUNCES = 180.0, 2.0
BALL_RADIUS = 0.24


#: Those that never move.
STILL = ("floor", "back", "left")


@dataclass
class Body:
    """Gaussians that move as one, around their own origin."""

    name: str
    splats: Splats


class World:
    """`at(seconds)` is the true scene."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.draw = torch.Generator().manual_seed(settings.seed)
        self.bodies = [self._floor(), self._wall(0), self._wall(1), self._box(), self._ball(), self._flame()]

    def at(self, seconds: float) -> Splats:
        return self._all(seconds, lambda body, splats: splats)

    def cover(self, seconds: float) -> Splats:
        """The scene with all that moves white and the rest black: its pictures say how much of each pixel is of something that moves."""

        def painted(body: Body, splats: Splats) -> Splats:
            harmonics = torch.zeros_like(splats.harmonics)
            harmonics[:, 0] = (-0.5 if body.name in STILL else 0.5) / turns.C0
            return splats._replace(harmonics=harmonics)

        return self._all(seconds, painted)

    def _all(self, seconds: float, of) -> Splats:
        parts = [of(body, moved) for body in self.bodies for moved in [self._moved(body, seconds)] if moved is not None]
        whole = parts[0]
        for part in parts[1:]:
            whole = whole.plus(part)
        return whole

    def _moved(self, body: Body, seconds: float):
        share = seconds / self.settings.period
        if body.name == "box":
            return placed(body.splats, (-0.55, 0.0, 0.1), (0, 1, 0), math.radians(BOX_TURN) * share)
        if body.name == "ball":
            along = -0.1 + 1.3 * share
            height = 0.55 * abs(math.sin(math.pi * BOUNCES * share))
            return placed(body.splats, (along, -height - BALL_RADIUS, -0.45), (0, 0, 1), 1.3 * share / BALL_RADIUS)
        if body.name == "flame":
            if not LIT <= share < OUT:
                return None
            grown = min(1.0, 0.4 + 4 * (share - LIT))
            sway = 0.06 * math.sin(40 * share)
            return placed(body.splats._replace(positions=body.splats.positions * grown, scales=body.splats.scales * grown), (0.65 + sway, 0.0, 0.4), (0, 1, 0), 9 * share)
        return body.splats

    def _count(self, count: int) -> int:
        return max(3, round(count * math.sqrt(self.settings.density)))

    def _noise(self, *size: int) -> Tensor:
        return torch.randn(*size, generator=self.draw)

    def _flat(self, name: str, corner, right, down, rows: int, columns: int, colour) -> Body:
        """A rectangle of flat Gaussians: y is down, so the floor is at y = 0 and things on it have y < 0."""
        rows, columns = self._count(rows), self._count(columns)
        v, u = torch.meshgrid((torch.arange(rows) + 0.5) / rows, (torch.arange(columns) + 0.5) / columns, indexing="ij")
        u, v = u.reshape(-1, 1), v.reshape(-1, 1)
        corner, right, down = (torch.tensor(value, dtype=torch.float32) for value in (corner, right, down))
        positions = corner + u * right + v * down
        rotation = frame_of(right, down)
        scales = torch.stack((right.norm() / columns, down.norm() / rows, torch.tensor(0.015))) * torch.tensor([0.55, 0.55, 1.0])
        return Body(name, self._painted(positions, scales.expand(len(u), 3), rotation.expand(len(u), 4), colour(u, v), sheen=0.0))

    def _painted(self, positions, scales, rotations, colours, sheen: float) -> Splats:
        colours = (colours + 0.05 * self._noise(*colours.shape)).clamp(0.02, 0.98)
        count = positions.shape[0]
        harmonics = torch.zeros(count, (self.settings.degree + 1) ** 2, 3)
        harmonics[:, 0] = (colours - 0.5) / turns.C0
        if sheen > 0 and self.settings.degree > 0:
            harmonics[:, 1:4] = sheen * self._noise(count, 3, 1) + 0.3 * sheen * self._noise(count, 3, 3)
        return Splats(positions.contiguous(), scales.contiguous(), rotations.contiguous(), torch.full((count,), SOLID), harmonics)

    def _floor(self) -> Body:
        def tiles(u, v):
            odd = ((6 * u).floor() + (6 * v).floor()) % 2
            return odd * torch.tensor([[0.62, 0.58, 0.5]]) + (1 - odd) * torch.tensor([[0.2, 0.24, 0.28]])

        return self._flat("floor", (-1.5, 0.0, -1.2), (3.0, 0, 0), (0, 0, 2.7), 18, 20, tiles)

    def _wall(self, side: int) -> Body:
        def stripes(u, v):
            wave = 0.5 + 0.5 * torch.sin(22 * u + 6 * v)
            return wave * torch.tensor([[0.3, 0.45, 0.62]]) + (1 - wave) * torch.tensor([[0.16, 0.2, 0.34]])

        if side == 0:
            return self._flat("back", (-1.5, -1.5, 1.5), (3.0, 0, 0), (0, 1.5, 0), 8, 16, stripes)
        return self._flat("left", (-1.5, -1.5, -1.2), (0, 0, 2.7), (0, 1.5, 0), 8, 14, stripes)

    def _box(self) -> Body:
        """0.7 wide, 0.6 high, on the floor."""
        faces: List[Splats] = []
        half, height = 0.35, 0.6
        hues = torch.tensor([[0.85, 0.3, 0.2], [0.9, 0.75, 0.2], [0.25, 0.7, 0.4], [0.7, 0.35, 0.75]])
        corners = [(-half, -half), (half, -half), (half, half), (-half, half)]
        for at, hue in enumerate(hues):
            (x0, z0), (x1, z1) = corners[at], corners[(at + 1) % 4]
            paint = lambda u, v, hue=hue: torch.where((5 * v).floor() % 2 == 0, hue, 0.35 * hue) * (0.7 + 0.3 * (u > 0.5))
            faces.append(self._flat("", (x0, -height, z0), (x1 - x0, 0, z1 - z0), (0, height, 0), 6, 6, paint).splats)
        top = lambda u, v: torch.where((u > 0.5) == (v > 0.5), torch.tensor([0.95, 0.95, 0.9]), torch.tensor([0.1, 0.1, 0.12]))
        faces.append(self._flat("", (-half, -height, -half), (2 * half, 0, 0), (0, 0, 2 * half), 6, 6, top).splats)
        whole = faces[0]
        for face in faces[1:]:
            whole = whole.plus(face)
        if self.settings.degree > 0:
            whole.harmonics[:, 1:4] = 0.12 * self._noise(len(whole.positions), 3, 1)
        return Body("box", whole)

    def _ball(self) -> Body:
        count = max(24, round(130 * self.settings.density))
        ways, radius = spiral(count), BALL_RADIUS
        band = (4 * torch.atan2(ways[:, 1:2], ways[:, 0:1]) / math.pi).floor() % 2
        colours = band * torch.tensor([[0.95, 0.55, 0.15]]) + (1 - band) * torch.tensor([[0.95, 0.92, 0.85]])
        size = radius * math.sqrt(4 * math.pi / count) * 0.55
        scales = torch.tensor([[size, size, 0.015]]).expand(count, 3)
        rotations = torch.stack([facing(way) for way in ways])
        return Body("ball", self._painted(ways * radius, scales, rotations, colours, sheen=0.1))

    def _flame(self) -> Body:
        count = max(12, round(40 * self.settings.density))
        height = torch.rand(count, 1, generator=self.draw)
        spread = 0.11 * (1 - height) * self._noise(count, 2)
        positions = torch.cat((spread[:, :1], -0.7 * height, spread[:, 1:]), 1)
        colours = height * torch.tensor([[1.0, 0.9, 0.3]]) + (1 - height) * torch.tensor([[1.0, 0.35, 0.05]])
        rotations = torch.tensor([[1.0, 0, 0, 0]]).expand(count, 4)
        return Body("flame", self._painted(positions, torch.full((count, 3), 0.07), rotations, colours, sheen=0.0))


def placed(splats: Splats, to: Tuple[float, float, float], axis, angle: float) -> Splats:
    """Turned around its own origin, then put somewhere."""
    q = torch.tensor([math.cos(angle / 2), *(math.sin(angle / 2) * part for part in axis)], dtype=torch.float32).expand(len(splats.positions), 4)
    positions = (turns.matrix(q) @ splats.positions[..., None])[..., 0] + torch.tensor(to)
    return splats._replace(positions=positions, rotations=turns.multiply(q, splats.rotations), harmonics=turns.turn_harmonics(splats.harmonics, q))


def frame_of(right: Tensor, down: Tensor) -> Tensor:
    """The quaternion whose axes are these two directions and their normal."""
    x, y = right / right.norm(), down / down.norm()
    return quaternion(torch.stack((x, y, torch.linalg.cross(x, y)), 1))


def facing(way: Tensor) -> Tensor:
    """A quaternion whose third axis is this direction."""
    other = torch.tensor([0.0, 1, 0]) if abs(way[1]) < 0.9 else torch.tensor([1.0, 0, 0])
    x = torch.linalg.cross(other, way)
    x = x / x.norm()
    return quaternion(torch.stack((x, torch.linalg.cross(way, x), way), 1))


def quaternion(rotation: Tensor) -> Tensor:
    """Of a rotation matrix: the eigenvector of the largest eigenvalue (Bar-Itzhack), which needs no cases."""
    m = rotation.double()
    k = torch.tensor(
        [
            [m[0, 0] + m[1, 1] + m[2, 2], m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]],
            [m[2, 1] - m[1, 2], m[0, 0] - m[1, 1] - m[2, 2], m[0, 1] + m[1, 0], m[0, 2] + m[2, 0]],
            [m[0, 2] - m[2, 0], m[0, 1] + m[1, 0], m[1, 1] - m[0, 0] - m[2, 2], m[1, 2] + m[2, 1]],
            [m[1, 0] - m[0, 1], m[0, 2] + m[2, 0], m[1, 2] + m[2, 1], m[2, 2] - m[0, 0] - m[1, 1]],
        ]
    )
    return torch.linalg.eigh(k).eigenvectors[:, -1].float()


def spiral(count: int) -> Tensor:
    """Directions spread evenly over the sphere."""
    at = torch.arange(count) + 0.5
    z, around = 1 - 2 * at / count, at * math.pi * (3 - math.sqrt(5))
    across = (1 - z * z).sqrt()
    return torch.stack((across * around.cos(), across * around.sin(), z), 1)


def looking(eye: Tensor, at: Tensor, side: int, focal: float) -> Camera:
    forward = (at - eye) / (at - eye).norm()
    right = torch.linalg.cross(torch.tensor([0.0, 1, 0]), forward)
    right = right / right.norm()
    rotation = torch.stack((right, torch.linalg.cross(forward, right), forward))
    view = torch.eye(4)
    view[:3, :3], view[:3, 3] = rotation, -rotation @ eye
    return Camera(side, side, focal * side, focal * side, side / 2, side / 2, view)


def cameras_of(settings: Settings) -> Tuple[List[Camera], List[Camera]]:
    """Those that are trained with, on two arcs before the scene, and those held out, between them."""

    def ring(count: int, low: float, high: float, first: float, last: float) -> List[Camera]:
        found = []
        for at in range(count):
            share = (at + 0.5) / count
            angle = math.radians(first + (last - first) * share)
            eye = torch.tensor([3.4 * math.sin(angle), -(low if at % 2 else high), -3.4 * math.cos(angle)])
            found.append(looking(eye, torch.tensor([0.0, -0.35, 0.1]), settings.side, 1.1))
        return found

    return ring(settings.train_cameras, 0.9, 1.9, -35, 75), ring(settings.held_out_cameras, 1.2, 1.5, -20, 62)
