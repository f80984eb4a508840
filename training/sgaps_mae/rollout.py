"""The loop in time: the model's last frame, carried along, is part of what it is shown next."""

import torch
from torch import Tensor
from torch.nn import functional as F

from . import planes as P


def carry(previous: Tensor, motion: Tensor, known: Tensor, base: Tensor) -> Tensor:
    """The frame before where this frame shows it, as ModelInput.align does it; where it was nowhere, `base`.

    previous, base [b, 3, h, w]; motion [b, 2, h, w] in 1/16 pixels; known [b, 1, h, w], 0 for nowhere."""
    height, width = previous.shape[-2:]
    ys = torch.arange(height, device=previous.device, dtype=torch.float32).view(1, height, 1)
    xs = torch.arange(width, device=previous.device, dtype=torch.float32).view(1, 1, width)
    motion = motion.float() / P.MOTION_PARTS
    x, y = xs + motion[:, 0], ys + motion[:, 1]
    grid = torch.stack((2 * x / (width - 1) - 1, 2 * y / (height - 1) - 1), 3)
    moved = F.grid_sample(previous.float(), grid, align_corners=True, padding_mode="border")
    inside = (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
    there = (known > 0) & inside.unsqueeze(1)
    return torch.where(there, moved.to(base.dtype), base), there


def show(planes: Tensor, motion: Tensor, previous) -> Tensor:
    """Planes (uint8) as the model takes them, with `previous` ([b, 3, h, w], 0 ... 1, or None) carried along."""
    x = planes.float() / 255
    if previous is None:
        x[:, P.PREVIOUS] = x[:, P.BASE]
        x[:, P.KNOWN] = 0
        return x
    moved, there = carry(previous, motion, x[:, P.KNOWN], x[:, P.BASE])
    x[:, P.PREVIOUS] = moved
    x[:, P.KNOWN] = x[:, P.KNOWN] * there
    return x
