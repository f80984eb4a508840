"""Attention and its blocks. Tokens are [batch, count, width] unless said otherwise."""

import math
from typing import Optional

import torch
from torch import Tensor, nn
from torch.nn import functional as F

#: Added to what must not be seen; small enough for half precision.
BLOCKED = -1e4


def split(x: Tensor, heads: int) -> Tensor:
    """[batch, count, width] to [batch, heads, count, width / heads]."""
    return x.reshape(x.shape[0], -1, heads, x.shape[2] // heads).transpose(1, 2)


def mix(q: Tensor, k: Tensor, v: Tensor, bias: Optional[Tensor]) -> Tensor:
    """softmax(q k / sqrt(d) + bias) v, heads put side by side. q, k, v [batch, heads, count, d]; bias: whatever fits [batch, heads, queries, keys]."""
    score = torch.matmul(q * (1 / math.sqrt(q.shape[3])), k.transpose(2, 3))
    if bias is not None:
        score = score + bias
    mixed = torch.matmul(score.softmax(3), v).transpose(1, 2)
    return mixed.reshape(mixed.shape[0], -1, mixed.shape[2] * mixed.shape[3])


class Attention(nn.Module):
    """Attention of tokens to others, or to themselves."""

    def __init__(self, width: int, heads: int, source: Optional[int] = None):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.pair = nn.Linear(source or width, 2 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, source: Tensor, bias: Optional[Tensor] = None) -> Tensor:
        k, v = self.pair(source).chunk(2, 2)
        return self.out(mix(split(self.query(x), self.heads), split(k, self.heads), split(v, self.heads), bias))


class Mlp(nn.Sequential):
    def __init__(self, width: int, ratio: float):
        hidden = int(width * ratio)
        super().__init__(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))


class Block(nn.Module):
    """Self-attention and an MLP, each after a norm and added (pre-norm transformer)."""

    def __init__(self, width: int, heads: int, ratio: float):
        super().__init__()
        self.norm, self.after = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.mlp = Mlp(width, ratio)

    def forward(self, x: Tensor, bias: Optional[Tensor] = None) -> Tensor:
        y = self.norm(x)
        x = x + self.attention(y, y, bias)
        return x + self.mlp(self.after(x))


class CrossAttention(nn.Module):
    """Visual tokens ask the state's tokens (H5)."""

    def __init__(self, width: int, heads: int, source: int):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.attention = Attention(width, heads, source)

    def forward(self, x: Tensor, source: Tensor, bias: Optional[Tensor] = None) -> Tensor:
        return x + self.attention(self.norm(x), source, bias)


class WindowBlock(nn.Module):
    """A Swin block (Liu et al., arXiv 2103.14030): attention inside windows of window x window tokens, shifted by half of one if `shift`, with a relative position bias.

    [batch, rows, columns, width]. Grids need not be multiples of the window: what is padded is not seen. `fits`: they always are."""

    def __init__(self, width: int, heads: int, ratio: float, window: int, shift: bool, fits: bool):
        super().__init__()
        self.heads, self.window, self.fits = heads, window, fits
        self.shift = window // 2 if shift else 0
        self.norm, self.after = nn.LayerNorm(width), nn.LayerNorm(width)
        self.triple = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.mlp = Mlp(width, ratio)
        self.table = nn.Parameter(torch.zeros(heads, (2 * window - 1) ** 2))
        at = torch.stack(torch.meshgrid(torch.arange(window), torch.arange(window), indexing="ij")).flatten(1)
        apart = at[:, :, None] - at[:, None, :] + window - 1
        self.register_buffer("apart", apart[0] * (2 * window - 1) + apart[1], persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self._attend(self.norm(x))
        return x + self.mlp(self.after(x))

    def _attend(self, x: Tensor) -> Tensor:
        b, rows, columns, width = x.shape
        s, cut = self.window, self.shift
        more_rows, more_columns = (0, 0) if self.fits else ((s - rows % s) % s, (s - columns % s) % s)
        if not self.fits:
            x = F.pad(x, (0, 0, 0, more_columns, 0, more_rows))
        if cut:
            x = torch.roll(x, (-cut, -cut), (1, 2))
        all_rows, all_columns = rows + more_rows, columns + more_columns
        x = windows(x, s)
        bias = self.table[:, self.apart].unsqueeze(0)
        if cut or not self.fits:
            label = origins(rows, all_rows, s, cut, x.device)[:, None] * 8 + origins(columns, all_columns, s, cut, x.device)[None, :]
            label = windows(label.reshape(1, all_rows, all_columns, 1), s)[:, :, 0]
            apart = (label[:, :, None] != label[:, None, :]).to(x.dtype) * BLOCKED
            # Windows of all pictures lie one after the other.
            bias = (bias + apart.unsqueeze(1)).repeat(b, 1, 1, 1) if b != 1 else bias + apart.unsqueeze(1)
        q, k, v = (split(part, self.heads) for part in self.triple(x).chunk(3, 2))
        x = self.out(mix(q, k, v, bias))
        x = x.reshape(b, all_rows // s, all_columns // s, s, s, width).permute(0, 1, 3, 2, 4, 5).reshape(b, all_rows, all_columns, width)
        if cut:
            x = torch.roll(x, (cut, cut), (1, 2))
        return x if self.fits else x[:, :rows, :columns]


def windows(x: Tensor, s: int) -> Tensor:
    """[batch, rows, columns, width] to [batch * windows, s * s, width]."""
    b, rows, columns, width = x.shape
    return x.reshape(b, rows // s, s, columns // s, s, width).permute(0, 1, 3, 2, 4, 5).reshape(-1, s * s, width)


def origins(count: int, padded: int, s: int, cut: int, device) -> Tensor:
    """Where each row (or column) of a grid rolled by `cut` comes from, as a label: 0 the grid, 1 its other end, 2 padding. [padded]."""
    at = torch.arange(padded, device=device)
    wrapped = (at >= padded - cut).long()
    source = at + cut - wrapped * padded
    return wrapped + (source >= count).long() * 2
