"""What is hidden from the encoder and what the decoder is trained on (H4, H7, H8). Masks are [batch, cubes], 1 = hidden."""

import torch
from torch import Tensor
from torch.nn import functional as F

from .config import Masks
from .cubes import cubes_of
from .presets import CUBE

#: How far importance moves a cube in the order of hiding, beside noise of 0 ... 1.
PULL = 0.5


def hide(score: Tensor, share: Tensor) -> Tensor:
    """Hides, of each row, the `share` [batch] with the highest scores: exactly round(share * cubes)."""
    order = score.argsort(1, descending=True).argsort(1)
    return (order < torch.round(share * score.shape[1]).unsqueeze(1)).float()


def importance(frames: Tensor, changed: Tensor, region: Tensor, rank: Tensor):
    """Class of each cube, 0 simple, 1 complex, 2 critical (the two regions decoded first: the interface, and what the game calls critical), and how important it is, 0 ... 1. frames [batch, 2, 3, height, width], 0 ... 1."""
    luma = cubes_of(frames).mean(3)
    texture = luma.flatten(2).std(2)
    critical = torch.gather(rank, 1, region) <= 1
    # Where all is one region none is critical.
    critical = critical & (region != region[:, :1]).any(1, keepdim=True)
    return texture, critical, (0.5 * changed.float() + 0.5 * (texture / 0.2).clamp(max=1)).clamp(max=1)


def spread(frames: Tensor, hidden: Tensor) -> Tensor:
    """What is known where cubes are hidden and nothing was seen before: the mean colours of the cubes that are seen, spread over those that are not, nearest first (push-pull
    pyramid, as memory's fallback in the live loop). frames [batch, 2, 3, height, width], hidden [batch, cubes] to the same as frames; `paste` puts the cubes seen into it."""
    b, f, c, height, width = frames.shape
    seen = 1 - hidden.reshape(b, 1, height // CUBE, width // CUBE)
    values = F.avg_pool2d(frames.reshape(b, f * c, height, width), CUBE) * seen
    levels = [(values, seen)]
    while min(levels[-1][0].shape[2:]) > 1 or max(levels[-1][0].shape[2:]) > 1:
        values, weights = (F.avg_pool2d(part, 2, ceil_mode=True, count_include_pad=False) for part in levels[-1])
        levels.append((values, weights))
    values, weights = levels.pop()
    known = values / weights.clamp(min=1e-6)
    for values, weights in reversed(levels):
        known = F.interpolate(known, values.shape[2:], mode="bilinear", align_corners=False)
        known = torch.where(weights > 0, values / weights.clamp(min=1e-6), known)
    return F.interpolate(known, (height, width), mode="bilinear", align_corners=False).reshape(frames.shape)


def paste(frames: Tensor, context: Tensor, hidden: Tensor) -> Tensor:
    """The cubes of `frames` that are seen, upon `context`: what a decoder knows of a masked frame. All [batch, 2, 3, height, width], hidden [batch, cubes]."""
    b, height, width = frames.shape[0], frames.shape[3], frames.shape[4]
    hides = F.interpolate(hidden.reshape(b, 1, height // CUBE, width // CUBE), (height, width), mode="nearest").unsqueeze(1)
    return context * hides + frames * (1 - hides)


def region_shares(texture: Tensor, critical: Tensor, masks: Masks) -> Tensor:
    """Share that is hidden of the cubes like each one (H7)."""
    simple, complex_, most = masks.regions
    shares = torch.where(texture > masks.texture, torch.full_like(texture, complex_), torch.full_like(texture, simple))
    return torch.where(critical, torch.full_like(texture, most), shares)


def adaptive(shares: Tensor, noise: Tensor) -> Tensor:
    """Of the cubes of each share, that share is hidden, those of the least noise."""
    hidden = torch.zeros_like(noise)
    for share in shares.unique().tolist():
        of = shares == share
        order = torch.where(of, noise, torch.full_like(noise, 9.0)).argsort(1).argsort(1)
        hidden = torch.where(of, (order < torch.round(of.sum(1, keepdim=True) * share)).float(), hidden)
    return hidden


def draw_masks(frames: Tensor, changed: Tensor, region: Tensor, rank: Tensor, masks: Masks, phase: str, over: float, easy) -> Tensor:
    """Masks of a batch of windows by its first pair: tubes, the same places in all frames of the window."""
    texture, critical, important = importance(frames, changed, region, rank)
    noise = torch.rand_like(important)
    if phase == "easy":
        share = easy[0] + (easy[1] - easy[0]) * over
        return hide(noise - PULL * important, torch.full((len(noise),), share, device=noise.device))
    low, high = masks.encoder
    share = low + (high - low) * torch.rand(len(noise), device=noise.device)
    uniform = hide(noise + (PULL * important if phase == "adversarial" else 0), share)
    by_region = adaptive(region_shares(texture, critical, masks), noise)
    return torch.where(torch.rand(len(noise), 1, device=noise.device) < 0.5, uniform, by_region)


def running_cell(rows: int, columns: int, share: float, step: int, device) -> Tensor:
    """Cells of 2 x 2 cubes of which `share` are decoded, moving on by one with each step (VideoMAE V2, arXiv 2303.16727). [rows * columns], 1 = decoded."""
    row, column = torch.arange(rows, device=device)[:, None], torch.arange(columns, device=device)[None, :]
    turn = torch.tensor([[0, 2], [3, 1]], device=device)[row % 2, column % 2]
    return ((turn + step) % 4 < round(4 * share)).float().flatten()


def choose_places(wanted: Tensor, rows: int, columns: int, share: float, step: int) -> Tensor:
    """Cubes that the decoder is trained on: those wanted first [batch, cubes], running cells first among equals; `share` of all, ascending. [batch, active]."""
    cells = running_cell(rows, columns, share, step, wanted.device)
    score = wanted.float() * 4 + cells * 2 + torch.rand(wanted.shape, device=wanted.device)
    return score.topk(max(1, round(share * wanted.shape[1])), 1)[1].sort(1)[0]
