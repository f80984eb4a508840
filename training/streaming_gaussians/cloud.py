"""A cloud as it is trained and stored: sizes as logarithms, opacities before the sigmoid, so that what a .ply holds is what was trained, to the bit."""

from pathlib import Path
from typing import NamedTuple, Optional

import numpy as np
import torch
from torch import Tensor

from . import turns
from .splatting import Splats


class Cloud(NamedTuple):
    """n Gaussians. positions [n, 3], log_scales [n, 3], rotations [n, 4] (any length), logits [n], harmonics [n, (degree + 1)^2, 3]."""

    positions: Tensor
    log_scales: Tensor
    rotations: Tensor
    logits: Tensor
    harmonics: Tensor

    @property
    def count(self) -> int:
        return self.positions.shape[0]

    def splats(self) -> Splats:
        return Splats(self.positions, self.log_scales.exp(), turns.unit(self.rotations), self.logits.sigmoid(), self.harmonics)

    def to(self, device) -> "Cloud":
        return Cloud(*(part.to(device) for part in self))

    def detached(self) -> "Cloud":
        return Cloud(*(part.detach().clone() for part in self))


def together(a: Optional[Cloud], b: Optional[Cloud]) -> Optional[Cloud]:
    """Of both. None is a cloud of none."""
    if a is None or b is None:
        return a if b is None else b
    return Cloud(*(torch.cat(pair) for pair in zip(a, b)))


def logit(opacity: Tensor) -> Tensor:
    return torch.log(opacity / (1 - opacity))


def _columns(coefficients: int) -> list:
    rest = [f"f_rest_{at}" for at in range(3 * (coefficients - 1))]
    return ["x", "y", "z", "nx", "ny", "nz", *(f"f_dc_{c}" for c in range(3)), *rest, "opacity", *(f"scale_{c}" for c in range(3)), *(f"rot_{c}" for c in range(4))]


def write_ply(path: Path, cloud: Cloud) -> None:
    """Binary little-endian, with the columns of 3DGS. Appears under its name only once it is whole."""
    coefficients = cloud.harmonics.shape[1]
    columns = _columns(coefficients)
    # Of each channel all coefficients, then the next channel's.
    rest = cloud.harmonics[:, 1:].transpose(1, 2).reshape(cloud.count, -1)
    parts = (cloud.positions, torch.zeros_like(cloud.positions), cloud.harmonics[:, 0], rest, cloud.logits[:, None], cloud.log_scales, cloud.rotations)
    table = torch.cat([part.detach().cpu().float() for part in parts], 1).numpy()
    head = "\n".join(["ply", "format binary_little_endian 1.0", f"element vertex {cloud.count}", *(f"property float {name}" for name in columns), "end_header", ""])
    partial = path.with_suffix(".part")
    partial.write_bytes(head.encode() + table.astype("<f4").tobytes())
    partial.replace(path)


def read_ply(path: Path) -> Cloud:
    """What `write_ply` wrote. Raises ValueError for anything else, and for what is no number."""
    data = path.read_bytes()
    head, mark, body = data.partition(b"end_header\n")
    lines = head.decode("ascii", "replace").split("\n")
    if not mark or len(lines) < 3 or lines[:2] != ["ply", "format binary_little_endian 1.0"] or not lines[2].startswith("element vertex "):
        raise ValueError(f"{path} is not a .ply of this trainer.")
    count, names = int(lines[2].split()[-1]), [line.split()[-1] for line in lines[3:] if line]
    coefficients = (len(names) - 17) // 3 + 1
    if names != _columns(coefficients) or len(body) != 4 * count * len(names):
        raise ValueError(f"{path} is not a .ply of this trainer, or is cut short.")
    table = torch.from_numpy(np.frombuffer(body, "<f4").reshape(count, len(names)).copy())
    if not torch.isfinite(table).all():
        raise ValueError(f"{path} holds what is no number.")
    rest = table[:, 9 : 9 + 3 * (coefficients - 1)].reshape(count, 3, coefficients - 1).transpose(1, 2)
    return Cloud(table[:, :3], table[:, -7:-4], table[:, -4:], table[:, -8], torch.cat((table[:, None, 6:9], rest), 1))
