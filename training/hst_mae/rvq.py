"""Residual vector quantisation (H11): factorised lookup of L2-normalised codes (DAC), EMA codebooks with k-means start and dead-code restart (EnCodec)."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

DECAY = 0.99
EPSILON = 1e-5
KMEANS = 10
#: Uses within the last 1 / (1 - DECAY) steps, fading, below which a code is dead: sizes are sums here, not means, so that small batches do not kill all codes.
DEAD = 2.0
#: A restarted code begins with so many: some fifty steps to be used in.
REBORN = 3.3


class Level(nn.Module):
    """One codebook: `entries` unit vectors of `width` numbers, looked up by cosine in a projection of the latent."""

    def __init__(self, latent: int, entries: int, width: int):
        super().__init__()
        self.enter = nn.Linear(latent, width)
        self.leave = nn.Linear(width, latent)
        # The first number lifts the others onto the sphere near its pole, where cosine is distance: small residuals stay small.
        nn.init.constant_(self.enter.bias, 0)
        with torch.no_grad():
            self.enter.bias[0] = 1
        self.register_buffer("codes", F.normalize(torch.randn(entries, width), dim=1))
        self.register_buffer("sizes", torch.ones(entries))
        self.register_buffer("sums", self.codes.clone())
        self.register_buffer("started", torch.zeros(()))

    def point(self, x: Tensor) -> Tensor:
        return F.normalize(self.enter(x), dim=-1)

    def nearest(self, point: Tensor) -> Tensor:
        return torch.matmul(point, self.codes.t()).argmax(-1)

    @torch.no_grad()
    def start(self, points: Tensor) -> None:
        """k-means on the sphere, of the first batch."""
        entries = self.codes.shape[0]
        chosen = torch.randperm(len(points))[:entries]
        if len(chosen) < entries:
            chosen = torch.cat((chosen, torch.randint(len(points), (entries - len(chosen),))))
        codes = F.normalize(points[chosen] + 1e-3 * torch.randn_like(points[chosen]), dim=1)
        for _ in range(KMEANS):
            index = torch.matmul(points, codes.t()).argmax(1)
            sums = torch.zeros_like(codes).index_add_(0, index, points)
            used = torch.bincount(index, minlength=entries) > 0
            codes = torch.where(used[:, None], F.normalize(sums, dim=1), codes)
        self.codes.copy_(codes)
        self.sizes.fill_(REBORN)
        self.sums.copy_(codes * REBORN)
        self.started.fill_(1)

    @torch.no_grad()
    def learn(self, points: Tensor, index: Tensor) -> None:
        """EMA of what chose each code, with Laplace smoothing; dead codes become random points of the batch."""
        counts = torch.bincount(index, minlength=len(self.codes)).to(points.dtype)
        sums = torch.zeros_like(self.sums).index_add_(0, index, points)
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            torch.distributed.all_reduce(counts)
            torch.distributed.all_reduce(sums)
        self.sizes.mul_(DECAY).add_(counts)
        self.sums.mul_(DECAY).add_(sums)
        dead = self.sizes < DEAD
        if bool(dead.any()):
            fresh = points[torch.randint(len(points), (int(dead.sum()),))]
            self.sizes[dead], self.sums[dead] = REBORN, fresh * REBORN
        total = self.sizes.sum()
        smooth = (self.sizes + EPSILON) / (total + len(self.sizes) * EPSILON) * total
        self.codes.copy_(F.normalize(self.sums / smooth[:, None], dim=1))


class Quantiser(nn.Module):
    """All codebooks, each coding what those before it left."""

    def __init__(self, latent: int, codebooks: int, entries: int, width: int):
        super().__init__()
        self.levels = nn.ModuleList([Level(latent, entries, width) for _ in range(codebooks)])

    def forward(self, x: Tensor, learn: Tensor):
        """Straight-through quantisation for training. x [..., latent]; learn [...]: 1 where codebooks may learn of it.

        Returns the vectors of each level [codebooks, ..., latent], indices [..., codebooks], and the commitment and latent losses."""
        flat, learn = x.reshape(-1, x.shape[-1]).float(), learn.reshape(-1) > 0
        teach = self.training and bool(learn.any())
        rest, parts, indices, commitment = flat, [], [], 0.0
        for level in self.levels:
            point = level.point(rest)
            if teach and not bool(level.started):
                level.start(point[learn].detach())
            index = level.nearest(point)
            code = F.embedding(index, level.codes)
            if teach:
                commitment = commitment + ((point - code)[learn] ** 2).mean()
                level.learn(point[learn].detach(), index[learn])
            part = level.leave(point + (code - point).detach())
            rest = rest - part.detach()
            parts.append(part)
            indices.append(index)
        parts = torch.stack(parts)
        latent = ((parts.sum(0) - flat.detach())[learn] ** 2).mean() / (flat.detach()[learn].var() + 1e-4) if teach else flat.sum() * 0
        shape = x.shape[:-1]
        return parts.reshape(len(self.levels), *shape, -1), torch.stack(indices, 1).reshape(*shape, -1), commitment / len(self.levels), latent

    def encode(self, x: Tensor) -> Tensor:
        """x [..., latent] to indices [..., codebooks]."""
        indices = []
        for level in self.levels:
            index = level.nearest(level.point(x))
            x = x - level.leave(F.embedding(index, level.codes))
            indices.append(index)
        return torch.stack(indices, -1)

    def decode(self, codes: Tensor, levels: Tensor) -> Tensor:
        """Sum of the first `levels` [...] code vectors of codes [..., codebooks]: [..., latent]."""
        total = 0.0
        for at, level in enumerate(self.levels):
            part = level.leave(F.embedding(codes[..., at], level.codes))
            total = total + part * (levels > at).to(part.dtype).unsqueeze(-1)
        return total


def draw_levels(shape, codebooks: int, share: float = 0.5) -> Tensor:
    """Quantiser dropout: in `share` of the batch each cube gets 1 ... codebooks levels, in the rest all. shape: (batch, count)."""
    dropped = torch.rand(shape[0], 1) < share
    return torch.where(dropped, torch.randint(1, codebooks + 1, tuple(shape)), torch.full(tuple(shape), codebooks))
