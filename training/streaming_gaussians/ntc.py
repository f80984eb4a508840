"""The neural transformation cache (3DGStream, CVPR 2024): a hash grid (Instant-NGP) and a small MLP that say how each Gaussian moves from the frame before to this one.

docs/protocol/streamed-splats.md is the format; `NeuralTransformationCache` of @sgaps/splats reads it."""

import math
import struct
from pathlib import Path
from typing import List, NamedTuple, Tuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from . import turns
from .settings import Grid

PRIMES = (1, 2654435761, 805459861)
#: Numbers of the MLP's output: 3 of the translation, 4 that are added to the quaternion 1, 0, 0, 0.
OUTPUTS = 7
MAGIC, VERSION = b"SGNT", 1
#: magic, version, reserved, frame, added Gaussians, numbers of the tables, numbers of the MLP.
HEADER = struct.Struct("<4sHHIIII")


class Moved(NamedTuple):
    """Where Gaussians are and how far they have turned since frame 0: [n, 3], [n, 4]."""

    positions: Tensor
    turns: Tensor


def resolutions(grid: Grid) -> List[int]:
    """Cells along a side of each level."""
    found, size = [], float(grid.base)
    for _ in range(grid.levels):
        found.append(math.floor(size))
        size *= grid.growth
    return found


def entries(grid: Grid) -> List[int]:
    """Corners that each level's table holds: all of them where they fit, else 2^log2_table that share."""
    return [min((cells + 1) ** 3, 2**grid.log2_table) for cells in resolutions(grid)]


def widths(grid: Grid) -> List[int]:
    return [grid.levels * grid.features, *[grid.width] * grid.hidden, OUTPUTS]


class Places(NamedTuple):
    """Which corners each Gaussian lies between: indices and shares [n * levels, 8], and who is inside of the bounds [n]. It depends on where they are only, so a frame's
    training looks it up once."""

    corners: Tensor
    shares: Tensor
    inside: Tensor


class TransformationCache(nn.Module):
    def __init__(self, grid: Grid, low: Tuple[float, ...], high: Tuple[float, ...]):
        super().__init__()
        self.grid, self.low, self.high = grid, low, high
        self.tables = nn.Parameter(torch.empty(sum(entries(grid)), grid.features).uniform_(-1e-4, 1e-4))
        sizes = widths(grid)
        self.layers = nn.ParameterList([nn.Parameter(torch.randn(a, b) * math.sqrt(2 / a)) for a, b in zip(sizes, sizes[1:])])
        # It begins with next to no motion, which the paper trains it to do (its warm-up).
        with torch.no_grad():
            self.layers[-1].mul_(0.1)

    def places(self, positions: Tensor) -> Places:
        # Doubles: at the paper's finest level floats would leave five bits for the place within a cell.
        low, high = (torch.tensor(value, dtype=torch.float64, device=positions.device) for value in (self.low, self.high))
        at = (positions.detach().double() - low) / (high - low)
        inside = ((at >= 0) & (at <= 1)).all(1)
        at = torch.where(inside[:, None], at, torch.zeros_like(at))
        corners, shares, begin = [], [], 0
        for cells, size in zip(resolutions(self.grid), entries(self.grid)):
            scaled = at * cells
            cell = scaled.floor().clamp(max=cells - 1)
            part, cell = scaled - cell, cell.long()
            for corner in range(8):
                step = torch.tensor([corner & 1, corner >> 1 & 1, corner >> 2], device=at.device)
                x, y, z = (cell + step).unbind(1)
                if size == (cells + 1) ** 3:
                    index = x + (cells + 1) * (y + (cells + 1) * z)
                else:
                    index = (x * PRIMES[0] ^ y * PRIMES[1] ^ z * PRIMES[2]) & (size - 1)
                corners.append(begin + index)
                shares.append(torch.where(step == 1, part, 1 - part).prod(1))
            begin += size
        count = positions.shape[0]
        shape = lambda rows: torch.stack(rows, 1).reshape(count * self.grid.levels, 8)
        return Places(shape(corners), shape(shares).to(positions.dtype), inside)

    def features(self, places: Places) -> Tensor:
        """What the tables hold there, level after level: [n, levels * features]."""
        found = F.embedding_bag(places.corners, self.tables, mode="sum", per_sample_weights=places.shares)
        return found.reshape(len(places.inside), -1)

    def motion(self, places: Places) -> Tuple[Tensor, Tensor]:
        """Translation [n, 3] and turn [n, 4], a unit quaternion. Nothing outside of the bounds moves."""
        value = self.features(places)
        for layer in self.layers[:-1]:
            value = F.relu(value @ layer)
        value = (value @ self.layers[-1]) * places.inside[:, None]
        none = value.new_tensor([1.0, 0, 0, 0])
        turn = value[:, 3:] + none
        # What has no length turns nothing.
        turn = torch.where(turn.norm(dim=1, keepdim=True) < 1e-12, none, turn)
        return value[:, :3], turns.unit(turn)

    def move(self, moved: Moved, places: Places) -> Moved:
        by, turn = self.motion(places)
        return Moved(moved.positions + by, turns.unit(turns.multiply(turn, moved.turns)))

    def rounded(self) -> "TransformationCache":
        """With weights as the file will hold them. Raises ValueError where a half float cannot hold one."""
        copy = TransformationCache(self.grid, self.low, self.high).to(self.tables.device)
        for ours, theirs in zip(copy.parameters(), self.parameters()):
            ours.data = theirs.detach().half().float()
            if not torch.isfinite(ours).all():
                raise ValueError("The cache's weights grew beyond what half floats hold: lower stage1_rate.")
        return copy


def write_ntc(path: Path, cache: TransformationCache, frame: int, added: int) -> int:
    """Writes a frame, whole or not at all; its bytes."""
    halves = [part.detach().cpu().half().numpy().astype("<f2").tobytes() for part in (cache.tables, *cache.layers)]
    numbers = cache.tables.numel(), sum(layer.numel() for layer in cache.layers)
    data = HEADER.pack(MAGIC, VERSION, 0, frame, added, *numbers) + b"".join(halves)
    data += struct.pack("<I", crc32c(data))
    partial = path.with_suffix(".part")
    partial.write_bytes(data)
    partial.replace(path)
    return len(data)


def read_ntc(path: Path, grid: Grid, low, high, frame: int) -> Tuple[TransformationCache, int]:
    """The cache and how many Gaussians are added. Raises ValueError for a file that is not whole, of another frame or grid, or holds what is no number."""
    data = path.read_bytes()
    cache = TransformationCache(grid, low, high)
    numbers = cache.tables.numel(), sum(layer.numel() for layer in cache.layers)
    if len(data) != HEADER.size + 2 * sum(numbers) + 4 or struct.unpack("<I", data[-4:])[0] != crc32c(data[:-4]):
        raise ValueError(f"{path} is damaged or of another grid.")
    magic, version, reserved, of, added, *found = HEADER.unpack_from(data)
    if (magic, version, reserved, of, tuple(found)) != (MAGIC, VERSION, 0, frame, numbers):
        raise ValueError(f"{path} is not frame {frame} of this stream.")
    values, at = torch.from_numpy(np.frombuffer(data, "<f2", sum(numbers), HEADER.size).astype(np.float32)), 0
    if not torch.isfinite(values).all():
        raise ValueError(f"{path} holds what is no number.")
    for part in cache.parameters():
        part.data = values[at : at + part.numel()].reshape(part.shape).clone()
        at += part.numel()
    return cache, added


def _crc_table() -> List[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


_CRC = _crc_table()


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _CRC[(crc ^ byte) & 255] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF
