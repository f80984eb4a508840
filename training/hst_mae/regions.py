"""Region awareness (H6) and the order of decoding (H17)."""

from typing import NamedTuple, Optional

import torch
from torch import Tensor, nn

from .attention import BLOCKED
from .presets import REGIONS

#: Share of the links to cubes of other regions that is kept: the nearest.
CROSS_SHARE = 0.25
#: What a region's memory keeps of what it was.
MEMORY_DECAY = 0.9


class Links(NamedTuple):
    """Between cubes, each [batch, count, count]: square distance in cubes, 1 where both are of one region, and what is added to the attention (0 or BLOCKED)."""

    distance: Tensor
    same: Tensor
    blocked: Tensor


def one_hot(region: Tensor, dtype) -> Tensor:
    """[..., count] to [..., count, REGIONS]."""
    return (region.unsqueeze(-1) == torch.arange(REGIONS, device=region.device)).to(dtype)


def link(places: Tensor, region: Tensor, columns, rank: Optional[Tensor] = None, share: float = CROSS_SHARE) -> Links:
    """Which cubes may look at which. places, region [batch, count] (long); rank [batch, REGIONS]: with it a cube sees only those of its region's rank and before (H17)."""
    row = torch.div(places, columns, rounding_mode="floor").float()
    column = places.float() - row * columns
    distance = (row[:, :, None] - row[:, None, :]) ** 2 + (column[:, :, None] - column[:, None, :]) ** 2
    count = places.shape[1]
    same = (region[:, :, None] == region[:, None, :]).float()
    # Ties are broken by place: no two links of a cube are equally far.
    order = distance + torch.arange(count, device=places.device).float() / (count + 1) + same * 1e6
    kept = torch.floor((1 - same).sum(2) * share)
    nearest = order.topk(count // 4 + 1, 2, largest=False)[0]
    last = torch.gather(nearest, 2, (kept - 1).clamp(min=0).long().unsqueeze(2))
    seen = torch.maximum(same, (order <= last).float() * (kept > 0).float().unsqueeze(2))
    if rank is not None:
        turn = torch.matmul(one_hot(region, torch.float32), rank.float().unsqueeze(2)).squeeze(2)
        seen = seen * (turn[:, None, :] <= turn[:, :, None]).float()
    return Links(distance, same, (1 - seen) * BLOCKED)


class RegionBias(nn.Module):
    """lambda * exp(-|pi - pj|^2 / sigma^2) inside a region: one sigma a head, one lambda a head and block, all learnt."""

    def __init__(self, heads: int, blocks: int):
        super().__init__()
        self.spread = nn.Parameter(torch.linspace(0.5, 2.0, heads))
        self.strength = nn.Parameter(torch.ones(blocks, heads))

    def forward(self, links: Links) -> list:
        """For each block [batch, heads, count, count]."""
        sigma = self.spread.exp().view(1, -1, 1, 1)
        near = torch.exp(-links.distance.unsqueeze(1) / (sigma * sigma)) * links.same.unsqueeze(1)
        blocked = links.blocked.unsqueeze(1)
        return [near * strength.view(1, -1, 1, 1) + blocked for strength in self.strength]


class RegionMemory(nn.Module):
    """What is kept of each region from pair to pair: [batch, REGIONS, memory]."""

    def __init__(self, width: int, memory: int):
        super().__init__()
        self.norm = nn.LayerNorm(memory)
        self.read = nn.Linear(memory, width)
        self.write = nn.Linear(width, memory)
        self.slots = nn.Parameter(torch.randn(1, REGIONS, width) * 0.02)

    def tokens(self, memory: Tensor) -> Tensor:
        """As keys for attention, [batch, REGIONS, width]. The norm makes up for a memory that has only begun to fill."""
        return self.read(self.norm(memory)) + self.slots

    def update(self, memory: Tensor, x: Tensor, region: Tensor) -> Tensor:
        """EMA of the mean of each region's cubes x [batch, count, width]; regions without any keep what they have."""
        hot = one_hot(region, x.dtype).transpose(1, 2)
        count = hot.sum(2, keepdim=True)
        mean = torch.matmul(hot, torch.tanh(self.write(x))) / count.clamp(min=1)
        return memory + (1 - MEMORY_DECAY) * (count > 0).to(x.dtype) * (mean - memory)
