"""The model: planes of ModelInput in, a frame, its log-variance and the attention gap out."""

from typing import Optional, Tuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from . import planes as P
from .layers import Diffusion, Residual, SamplePyramid, SparsePixelEncoder, act
from .presets import Preset

#: Furthest that something may be off which was not looked at, 8-bit levels.
FREE = 255.0
#: How many quantisation cells a pixel may be off by whose block was coded coarsely: the cell is one of coefficients.
CELLS = 1.5
#: Largest logarithm of a picture's weight.
MOST_WEIGHT = 8.0
#: Unit of the residual, 0 ... 1.
RESIDUAL = 0.25


class SgapsMae(nn.Module):
    """A light U-Net that blends what there is of a frame: what memory drew, the frame before, the means of the samples around.

    Input [batch, planes, height, width], 0 ... 1. The frame is a weighted mean of those pictures plus a residual, and within the quantisation cell of what
    was looked at, so that an exact sample stays exact."""

    def __init__(self, preset: Preset):
        super().__init__()
        self.preset = preset
        w0, w1, w2, w3 = preset.widths
        n0, n1, n2, n3 = preset.blocks
        extra = 4 if preset.pyramid else 0
        self.pyramid = SamplePyramid()
        self.enter = nn.Conv2d(len(P.PLANES), w0, 3, stride=2, padding=1)
        self.down1 = nn.Conv2d(w0 + extra, w1, 3, stride=2, padding=1)
        self.down2 = nn.Conv2d(w1 + extra, w2, 3, stride=2, padding=1)
        self.down3 = nn.Conv2d(w2 + extra, w3, 3, stride=2, padding=1)
        self.body1 = nn.ModuleList([Residual(w1) for _ in range(n1)])
        self.body2 = nn.ModuleList([Residual(w2) for _ in range(n2)])
        self.body3 = nn.ModuleList([Residual(w3) for _ in range(n3)])
        self.lift2 = nn.Conv2d(w3 + extra, w2, 1)
        self.lift1 = nn.Conv2d(w2, w1, 1)
        self.lift0 = nn.Conv2d(w1, w0, 1)
        self.head1 = nn.ModuleList([Residual(w1) for _ in range(n1)])
        self.head0 = nn.ModuleList([Residual(w0) for _ in range(n0)])
        self.diffusion: Optional[Diffusion] = Diffusion(w1, preset.diffusion) if preset.diffusion else None
        self.encoder: Optional[SparsePixelEncoder] = None
        if preset.graph:
            self.encoder = SparsePixelEncoder(preset.graph, preset.layers, preset.heads, preset.nodes, preset.neighbours)
            self.scatter = nn.Conv2d(preset.graph, w1, 1)
        self.dropout = nn.Dropout2d(preset.dropout) if preset.dropout else nn.Identity()
        # Of 2 x 2 pixels: red, green, blue, log-variance, and the weights of memory's picture and of the others it may be made of; then those of the samples' means.
        self.offers = (1 if preset.recurrent else 0) + (1 if preset.pyramid else 0)
        self.means = SamplePyramid.SCALES if preset.pyramid else 0
        self.out = nn.Conv2d(w0, 4 * (5 + self.offers) + self.means, 3, padding=1)
        nn.init.normal_(self.out.weight, 0, 1e-3)
        nn.init.zeros_(self.out.bias)
        # What memory drew counts most at first.
        with torch.no_grad():
            self.out.bias[16:20] = 2.0

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        """Returns frame [b, 3, h, w] (0 ... 1, not clamped), log-variance [b, 1, h, w] (natural log of 8-bit steps squared) and gap [b, 1, h, w] (0 ... 1)."""
        height, width = x.shape[-2:]
        x = F.pad(x, (0, width % 2, 0, height % 2), mode="replicate")
        base, looked = x[:, P.BASE], x[:, P.LOOKED]
        before = (x[:, P.PREVIOUS] - base) * 4
        known = x[:, P.KNOWN]
        if not self.preset.recurrent:
            before, known = before * 0, known * 0
        seen = (looked > P.NONE).to(x.dtype)
        levels = self.pyramid(base, seen)
        extra = levels if self.preset.pyramid else [None] * 4
        told = x[:, 7:] - 0.5
        if not self.preset.innovation:
            told = torch.cat((told[:, :-1], told[:, -1:] * 0), 1)
        h0 = act(self.enter(torch.cat((base - 0.5, before, known, told), 1)))
        h1 = self.down1(_join(h0, extra[0]))
        if self.encoder is not None:
            nodes = self.scatter(self.encoder(base, (looked > P.CODED).to(x.dtype)))
            h1 = h1 + nodes[:, :, : h1.shape[2], : h1.shape[3]]
        h1 = _run(self.body1, act(h1))
        if self.diffusion is not None:
            h1 = self.diffusion(h1, levels[1][:, 3:4])
        h2 = _run(self.body2, act(self.down2(_join(h1, extra[1]))))
        h3 = _run(self.body3, act(self.down3(_join(h2, extra[2]))))
        h2 = act(h2 + _grow(self.lift2(_join(h3, extra[3])), h2))
        h1 = _run(self.head1, act(h1 + _grow(self.lift1(h2), h1)))
        h0 = self.dropout(_run(self.head0, act(h0 + _grow(self.lift0(h1), h0))))
        y = self.out(h0)
        mean = self._mean(y[:, -self.means :], levels) if self.preset.pyramid else None
        y = F.pixel_shuffle(y[:, : 4 * (5 + self.offers)], 2)
        # A softmax by hand: over channels it is the slowest step of all where it is served.
        weights = y[:, 4:].clamp(-MOST_WEIGHT, MOST_WEIGHT).exp()
        pictures = ([x[:, P.PREVIOUS]] if self.preset.recurrent else []) + ([mean] if mean is not None else [])
        change = sum(weights[:, k : k + 1] * (picture - base) for k, picture in enumerate(pictures, 1)) / weights.sum(1, keepdim=True)
        reach = self._reach(x, looked)
        # Within what the sample allows (S15).
        change = change + y[:, :3] * RESIDUAL
        frame = base + torch.max(torch.min(change, reach), -reach)
        # Doubt starts at 5 levels.
        log_variance = (3 + 4 * y[:, 3:4]).clamp(-4, 10)
        gap = 1 - F.interpolate(levels[2][:, 3:4], size=x.shape[-2:], mode="nearest") * 0.7 - seen * 0.3
        return frame[:, :, :height, :width], log_variance[:, :, :height, :width], gap[:, :, :height, :width]

    def _mean(self, weights: Tensor, levels) -> Tensor:
        """The samples' means at all scales as one picture: what is drawn of it is coarse, so it is mixed at 1/2."""
        weights = weights.clamp(-MOST_WEIGHT, MOST_WEIGHT).exp()
        mixed = weights[:, :1] * levels[0][:, :3]
        for k, level in enumerate(levels[1:], 1):
            mixed = mixed + weights[:, k : k + 1] * F.interpolate(level[:, :3], size=mixed.shape[-2:], mode="bilinear", align_corners=False)
        return F.interpolate(mixed / weights.sum(1, keepdim=True), scale_factor=2.0, mode="bilinear", align_corners=False) + 0.5

    def _reach(self, x: Tensor, looked: Tensor) -> Tensor:
        if not self.preset.impose:
            return torch.full_like(looked, FREE / 255)
        code = x[:, P.STEP] * 255
        cell = CELLS * torch.exp((code - 1) * (0.6931472 / P.DOUBLING)).clamp(max=FREE) * (code > 0.5).to(x.dtype)
        return torch.where(looked > P.NONE, cell, torch.full_like(cell, FREE)) / 255


class Served(nn.Module):
    """The model as it is served: bytes in, bytes out."""

    def __init__(self, model: SgapsMae):
        super().__init__()
        self.model = model

    def forward(self, planes: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        frame, log_variance, gap = self.model(planes.float() / 255)
        return (frame.clamp(0, 1) * 255 + 0.5).to(torch.uint8), log_variance, gap


def _run(blocks: nn.ModuleList, x: Tensor) -> Tensor:
    for block in blocks:
        x = act(block(x))
    return x


def _join(x: Tensor, extra: Optional[Tensor]) -> Tensor:
    if extra is None:
        return x
    return torch.cat((x, extra[:, :, : x.shape[2], : x.shape[3]]), 1)


def _grow(x: Tensor, like: Tensor) -> Tensor:
    return F.interpolate(x, size=like.shape[-2:], mode="nearest")
