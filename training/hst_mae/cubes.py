"""Cubes and the pictures they are cut of (H2)."""

import math
from typing import Optional

import torch
from torch import Tensor

from .presets import CUBE, FRAMES


def pick(x: Tensor, rows, columns, side: int, places: Tensor) -> Tensor:
    """Cells side x side of the places of [batch, channels, rows * side, columns * side]: [batch, active, side * side, channels]."""
    b, channels = x.shape[:2]
    x = x.reshape(b, channels, rows, side, columns, side).permute(0, 2, 4, 3, 5, 1).reshape(b, -1, side * side * channels)
    return take(x, places).reshape(b, -1, side * side, channels)


def take(x: Tensor, places: Tensor) -> Tensor:
    """Rows `places` [batch, active] of [batch, count, width]."""
    return torch.gather(x, 1, places.unsqueeze(2).expand(places.shape[0], places.shape[1], x.shape[2]))


def cubes_of(frames: Tensor, places: Optional[Tensor] = None) -> Tensor:
    """Cubes of [batch, 2, 3, height, width], all of them or those of places [batch, active]: [batch, cubes, 2, 3, 16, 16]."""
    b, height, width = frames.shape[0], frames.shape[3], frames.shape[4]
    x = frames.reshape(b, FRAMES, 3, height // CUBE, CUBE, width // CUBE, CUBE).permute(0, 3, 5, 1, 2, 4, 6)
    x = x.reshape(b, -1, FRAMES * 3 * CUBE * CUBE)
    if places is not None:
        x = take(x, places)
    return x.reshape(b, -1, FRAMES, 3, CUBE, CUBE)


def frames_of(cubes: Tensor, rows: int, columns: int) -> Tensor:
    """All cubes [batch, rows * columns, 2, 3, 16, 16] as [batch, 2, 3, height, width]."""
    b = cubes.shape[0]
    x = cubes.reshape(b, rows, columns, FRAMES, 3, CUBE, CUBE).permute(0, 3, 4, 1, 5, 2, 6)
    return x.reshape(b, FRAMES, 3, rows * CUBE, columns * CUBE)


#: RGB to luma and two colour differences, orthonormal.
COLOURS = ((0.577350, 0.577350, 0.577350), (0.707107, 0.0, -0.707107), (0.408248, -0.816497, 0.408248))
#: How much lower a frequency across time, and of colour, counts as, beside one step across the picture.
TEMPORAL, CHROMA = 2.0, 3.0


def cosines(size: int) -> Tensor:
    """The orthonormal DCT, [frequency, place]."""
    at = torch.arange(size, dtype=torch.float64)
    rows = torch.cos(math.pi / size * (at[None, :] + 0.5) * at[:, None]) * math.sqrt(2 / size)
    rows[0] /= math.sqrt(2)
    return rows


def atoms(count: int) -> Tensor:
    """The `count` lowest waves of a cube, orthonormal: a DCT over both frames, rows and columns of luma and colour differences. [count, 2 * 3 * 16 * 16]."""
    time, space, colour = cosines(FRAMES), cosines(CUBE), torch.tensor(COLOURS, dtype=torch.float64)
    t, c, v, u = torch.meshgrid(*(torch.arange(size) for size in (FRAMES, 3, CUBE, CUBE)), indexing="ij")
    order = (t * TEMPORAL + (c > 0) * CHROMA + (v * v + u * u).double().sqrt()).flatten().argsort()[:count]
    chosen = [axis.flatten()[order] for axis in (t, c, v, u)]
    parts = [basis[index] for basis, index in zip((time, colour, space, space), chosen)]
    return torch.einsum("nt,nc,nv,nu->ntcvu", *parts).flatten(1).float()
