"""The game's state as tokens (H5)."""

import math
from typing import Optional

import torch
from torch import Tensor, nn

from .attention import BLOCKED, Block
from .presets import KINDS, STATE, Preset

#: Octaves of the sinusoidal encoding of each value; values are about -4 ... 4.
BANDS = 6
VALUES = STATE - 2


def waves(x: Tensor, bands: int, unit: float = math.pi / 4) -> Tensor:
    """[..., n] to [..., n * 2 * bands]: sine and cosine of unit * 2^k times each value."""
    scale = unit * 2.0 ** torch.arange(bands, device=x.device, dtype=x.dtype)
    phase = (x.unsqueeze(-1) * scale).flatten(-2)
    return torch.cat((phase.sin(), phase.cos()), -1)


class StateEncoder(nn.Module):
    """Embedding of the kind + linear of values and their waves, then transformer layers. Token columns: StateTokens of @sgaps/core."""

    def __init__(self, preset: Preset):
        super().__init__()
        width = preset.state_width
        self.kinds = nn.Parameter(torch.randn(KINDS, width) * 0.02)
        self.enter = nn.Linear(1 + VALUES * (1 + 2 * BANDS), width)
        self.layers = nn.ModuleList([Block(width, preset.state_heads, preset.state_ratio) for _ in range(preset.state_layers)])
        self.norm = nn.LayerNorm(width)
        self.project = nn.Linear(width, width)

    def forward(self, state: Tensor, unseen: Optional[Tensor]) -> Tensor:
        """state [batch, S, STATE]; unseen [batch, 1, 1, S]: BLOCKED where there is no token, or None. Returns [batch, S, width]."""
        kind = (state[:, :, :1] - torch.arange(KINDS, device=state.device, dtype=state.dtype)).abs() < 0.5
        values = state[:, :, 2:]
        x = self.enter(torch.cat((state[:, :, 1:2], values, waves(values, BANDS)), 2)) + torch.matmul(kind.to(state.dtype), self.kinds)
        for layer in self.layers:
            x = layer(x, unseen)
        return self.project(self.norm(x))


def unseen_of(counts: Tensor, length: int) -> Tensor:
    """BLOCKED for the padding behind each element's tokens. counts [batch]; returns [batch, 1, 1, length]."""
    at = torch.arange(length, device=counts.device)
    return ((at >= counts.clamp(min=1)[:, None]).float() * BLOCKED)[:, None, None, :]


def pool(state: Tensor, unseen: Optional[Tensor]) -> Tensor:
    """Mean of the tokens there are, [batch, width]."""
    if unseen is None:
        return state.mean(1)
    there = (unseen[:, 0, 0, :, None] > BLOCKED / 2).to(state.dtype)
    return (state * there).sum(1) / there.sum(1)


class Film(nn.Module):
    """Scale and shift of tokens by a vector: the session's adapter (H16), or late fusion of the state (H5). Nothing at first."""

    def __init__(self, source: int, width: int):
        super().__init__()
        self.linear = nn.Linear(source, 2 * width)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, x: Tensor, vector: Tensor) -> Tensor:
        """x [batch, count, width], vector [batch, source]."""
        scale, shift = self.linear(vector).unsqueeze(1).chunk(2, 2)
        return x * (1 + scale) + shift
