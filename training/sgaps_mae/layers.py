"""Parts of the model. Shapes are [batch, channels, height, width] unless said otherwise."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def act(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.1)


class Residual(nn.Module):
    """x + conv(act(conv(x)))."""

    def __init__(self, width: int):
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(act(self.first(x)))


class SamplePyramid(nn.Module):
    """Normalised convolution of the frame's own samples: at each scale their mean colour, and how many there were (Eldesokey et al., arXiv 1811.01791).

    Where a square holds no sample it takes the colour of the coarser square around it, as push-pull does.
    Returns, for scales 1/2, 1/4, 1/8 and 1/16: 4 channels, colour - 0.5 and coverage."""

    SCALES = 4

    def forward(self, colour: Tensor, seen: Tensor) -> list:
        sums, counts = [], []
        s, m = colour * seen, seen
        for _ in range(self.SCALES):
            s = F.avg_pool2d(s, 2, ceil_mode=True, count_include_pad=False)
            m = F.avg_pool2d(m, 2, ceil_mode=True, count_include_pad=False)
            sums.append(s)
            counts.append(m)
        mean = (s.mean((2, 3), keepdim=True) + 1e-4) / (m.mean((2, 3), keepdim=True) + 2e-4)
        known = mean.expand_as(s)
        levels = []
        for s, m in zip(reversed(sums), reversed(counts)):
            if known.shape[-2:] != s.shape[-2:]:
                known = F.interpolate(known, size=s.shape[-2:], mode="nearest")
            # A little of the coarser square everywhere: its weight is that of 1/64 of a sample.
            weight = 1.0 / 64
            known = (s + weight * known) / (m + weight)
            levels.append(torch.cat((known - 0.5, m.sqrt()), 1))
        return levels[::-1]


class Diffusion(nn.Module):
    """Anisotropic diffusion of features (S7): conductance 1 / (1 + |gradient|^2) scaled by a learned coefficient, rate 0.1, a learned nonlinearity
    after each step; what is well covered by samples is held (the samples are imposed anew at each step)."""

    RATE = 0.1

    def __init__(self, width: int, steps: int):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(steps, 1))
        self.gates = nn.ModuleList([nn.Conv2d(width, width, 1) for _ in range(steps)])
        for gate in self.gates:
            nn.init.zeros_(gate.weight)
            nn.init.zeros_(gate.bias)

    def forward(self, x: Tensor, held: Tensor) -> Tensor:
        start = x
        for k, gate in enumerate(self.gates):
            padded = F.pad(x, (1, 1, 1, 1), mode="replicate")
            flow = torch.zeros_like(x)
            for dy, dx in ((0, 1), (2, 1), (1, 0), (1, 2)):
                difference = padded[:, :, dy : dy + x.shape[2], dx : dx + x.shape[3]] - x
                energy = (difference * difference).mean(1, keepdim=True)
                flow = flow + difference / (1 + self.scale[k] * energy)
            x = x + self.RATE * flow + torch.tanh(gate(x))
            x = held * start + (1 - held) * x
        return x


class GraphAttention(nn.Module):
    """One layer of attention of each node to its nearest neighbours. nodes [batch, n, width], neighbours [batch, n, k] indices."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, nodes: Tensor, neighbours: Tensor) -> Tensor:
        b, n, width = nodes.shape
        k = neighbours.shape[2]
        h, d = self.heads, width // self.heads
        x = self.norm(nodes)
        q = self.query(x).reshape(b, n, 1, h, d)
        kv = self.key_value(x)
        index = neighbours.reshape(b, n * k, 1).expand(b, n * k, 2 * width)
        kv = torch.gather(kv, 1, index).reshape(b, n, k, 2, h, d)
        score = (q * kv[:, :, :, 0]).sum(-1, keepdim=True) / math.sqrt(d)
        mixed = (score.softmax(2) * kv[:, :, :, 1]).sum(2).reshape(b, n, width)
        nodes = nodes + self.out(mixed)
        return nodes + self.mlp(nodes)


class SparsePixelEncoder(nn.Module):
    """The frame's samples as a graph (S6): colour and Fourier features of the place, k nearest neighbours, attention, and back to a grid of 1/4.

    The `nodes` samples are the ones looked at; where a frame has more, an even share of them. Returns [batch, width, height / 4, width / 4]."""

    BANDS = 6

    def __init__(self, width: int, layers: int, heads: int, nodes: int, neighbours: int):
        super().__init__()
        self.nodes, self.neighbours, self.width = nodes, neighbours, width
        self.colour = nn.Linear(3, width // 2)
        self.mix = nn.Linear(width // 2 + 4 * self.BANDS, width)
        self.layers = nn.ModuleList([GraphAttention(width, heads) for _ in range(layers)])

    def forward(self, colour: Tensor, seen: Tensor) -> Tensor:
        b, _, height, width = colour.shape
        at = torch.arange(height * width, device=colour.device)
        # A fixed scramble spreads the choice evenly where there are more samples than nodes.
        order = ((at * 40503) % 65536).to(colour.dtype) / 131072
        score = seen.reshape(b, -1) + order
        taken, chosen = score.topk(min(self.nodes, height * width), 1)
        valid = (taken >= 1).to(colour.dtype)
        pixels = torch.gather(colour.reshape(b, 3, -1), 2, chosen.unsqueeze(1).expand(b, 3, chosen.shape[1])).transpose(1, 2)
        v = torch.div(chosen, width, rounding_mode="floor").to(colour.dtype)
        u = chosen.to(colour.dtype) - v * width
        place = torch.stack((u, v), 2) / 320.0
        bands = 2.0 ** torch.arange(self.BANDS, device=colour.device, dtype=colour.dtype) * math.pi
        phase = (place.unsqueeze(-1) * bands).flatten(2)
        x = self.mix(torch.cat((self.colour(pixels - 0.5), phase.sin(), phase.cos()), 2))
        # What is no sample is far from everything.
        far = place + (1 - valid).unsqueeze(2) * 100
        distance = ((far.unsqueeze(2) - far.unsqueeze(1)) ** 2).sum(3)
        neighbours = distance.topk(min(self.neighbours, distance.shape[2]), 2, largest=False)[1]
        for layer in self.layers:
            x = layer(x, neighbours)
        rows, columns = (height + 3) // 4, (width + 3) // 4
        cell = torch.div(v, 4, rounding_mode="floor").long() * columns + torch.div(u, 4, rounding_mode="floor").long()
        weighted = torch.cat((x * valid.unsqueeze(2), valid.unsqueeze(2)), 2)
        # One flat list: exporters know no other.
        width1 = self.width + 1
        cell = cell + torch.arange(b, device=x.device).unsqueeze(1) * (rows * columns)
        index = cell.unsqueeze(2) * width1 + torch.arange(width1, device=x.device)
        grid = torch.zeros(b * rows * columns * width1, dtype=weighted.dtype, device=x.device)
        grid = grid.scatter_add(0, index.reshape(-1), weighted.reshape(-1)).reshape(b, rows * columns, width1)
        features = grid[:, :, :-1] / grid[:, :, -1:].clamp(min=1)
        return features.transpose(1, 2).reshape(b, self.width, rows, columns)
