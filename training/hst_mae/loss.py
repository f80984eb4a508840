"""What training minimises (H9), of the active cubes of a pair."""

import torch
from torch import Tensor
from torch.nn import functional as F

from .config import Losses

LEVELS = 255.0
#: Brings mean squared errors to about the size of logarithms, so that one learning rate fits both.
MSE_UNIT = 1 / 50.0


def measure(squared: Tensor, losses: Losses) -> Tensor:
    """Of mean squared errors, 8-bit steps squared."""
    return torch.log(squared + losses.floor) if losses.kind == "log" else squared * MSE_UNIT


def reconstruction(cubes: Tensor, truth: Tensor, weight: Tensor, masked: Tensor, losses: Losses) -> Tensor:
    """cubes and truth [batch, active, 2, 3, 16, 16]; weight [batch, active]; masked [batch]. A coded cube is measured by itself: its bits go with its own error. Of a masked picture
    the hidden cubes are measured as one, as its PSNR has them: nothing is coded there, and cubes that are easily guessed must not outweigh those that are not."""
    squared = (((cubes - truth) * LEVELS) ** 2).flatten(2).mean(2)
    together = (squared * weight).sum(1, keepdim=True) / weight.sum(1, keepdim=True).clamp(min=1e-3)
    each = torch.where(masked[:, None], together.expand_as(squared), squared)
    return (measure(each, losses) * weight).sum() / weight.sum().clamp(min=1e-3)


def spatial(off: Tensor, losses: Losses) -> Tensor:
    """Of what a picture is off, [batch, 2, 3, height, width]: differences of neighbours, those across borders of cubes too. Each picture by itself."""
    off = off * LEVELS
    across = ((off[..., 1:] - off[..., :-1]) ** 2).mean((2, 3, 4))
    down = ((off[..., 1:, :] - off[..., :-1, :]) ** 2).mean((2, 3, 4))
    return measure(across + down, losses).mean()


def temporal(off: Tensor, before, follows, losses: Losses) -> Tensor:
    """... differences of the pair's frames, and of its first to the last one before where the pair follows it. before: `off` of the pair before; follows [batch]."""
    off = off * LEVELS
    inside = measure(((off[:, 1] - off[:, 0]) ** 2).mean((1, 2, 3)), losses)
    if before is None:
        return inside.mean()
    since = measure(((off[:, 0] - before[:, 1] * LEVELS) ** 2).mean((1, 2, 3)), losses)
    return (inside + since * follows).sum() / (1 + follows).sum()


def contrast(a: Tensor, b: Tensor, there: Tensor, temperature: float) -> Tensor:
    """InfoNCE both ways: row k of a [batch, width] belongs to row k of b. there [batch]: rows that count; 0 with fewer than two."""
    chosen = there.nonzero()[:, 0]
    if len(chosen) < 2:
        return (a.sum() + b.sum()) * 0
    score = F.normalize(a[chosen].float(), dim=1) @ F.normalize(b[chosen].float(), dim=1).t() / temperature
    own = torch.arange(len(chosen), device=a.device)
    return (F.cross_entropy(score, own) + F.cross_entropy(score.t(), own)) / 2
