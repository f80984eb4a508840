"""Residual vector quantisation (H11): factorised lookup of L2-normalised codes (DAC), EMA codebooks with k-means start and dead-code restart (EnCodec)."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

#: Of the moving averages, and of Laplace smoothing.
DECAY = 0.99
EPSILON = 1e-5
#: What latents are drawn to the sum of their codes, beside that sum to them (VQ-VAE's beta).
COMMITMENT = 0.25
#: Iterations of k-means at the start.
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

        self.register_buffer("codes", F.normalize(torch.randn(entries, width), dim=1))
        self.register_buffer("sizes", torch.ones(entries))
        self.register_buffer("sums", self.codes.clone())
        self.register_buffer("started", torch.zeros(()))

    def point(self, x: Tensor) -> Tensor:
        return F.normalize(self.enter(x), dim=-1)

    def nearest(self, point: Tensor) -> Tensor:
        return torch.matmul(point, self.codes.t()).argmax(-1)

    @torch.no_grad()
    def start(self, rest: Tensor) -> Tensor:
        """From the first vectors [count, latent]: the projection on their principal axes, k-means of where they fall on the sphere, and the least-squares way back.
        One number stays constant: it lifts the others onto the sphere, where small vectors lie near its pole and large ones far from it. Returns the vectors' codes taken back."""
        width = self.codes.shape[1]
        mean = rest.mean(0)
        values, axes = torch.linalg.eigh((rest - mean).t() @ (rest - mean) / len(rest))
        axes = axes[:, -(width - 1) :].t() / values[-(width - 1) :].sum().clamp(min=1e-8).sqrt()
        self.enter.weight.copy_(torch.cat((torch.zeros_like(axes[:1]), axes)))
        self.enter.bias.copy_(torch.cat((torch.ones_like(mean[:1]), -axes @ mean)))
        points = self.point(rest)
        self.cluster(points)
        known = torch.cat((F.embedding(self.nearest(points), self.codes), torch.ones_like(points[:, :1])), 1)
        way = torch.linalg.solve(known.t() @ known + 1e-3 * torch.eye(width + 1, device=rest.device), known.t() @ rest)
        self.leave.weight.copy_(way[:-1].t())
        self.leave.bias.copy_(way[-1])
        self.started.fill_(1)
        return known @ way

    def cluster(self, points: Tensor) -> None:
        """k-means on the sphere."""
        entries = self.codes.shape[0]
        chosen = torch.randperm(len(points), device=points.device)[:entries]
        if len(chosen) < entries:
            chosen = torch.cat((chosen, torch.randint(len(points), (entries - len(chosen),), device=points.device)))
        codes = F.normalize(points[chosen] + 1e-3 * torch.randn_like(points[chosen]), dim=1)
        for _ in range(KMEANS):
            index = torch.matmul(points, codes.t()).argmax(1)
            sums = torch.zeros_like(codes).index_add_(0, index, points)
            used = torch.bincount(index, minlength=entries) > 0
            codes = torch.where(used[:, None], F.normalize(sums, dim=1), codes)
        self.codes.copy_(codes)
        self.sizes.fill_(REBORN)
        self.sums.copy_(codes * REBORN)

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
        if len(points) and bool(dead.any()):
            fresh = points[torch.randint(len(points), (int(dead.sum()),), device=points.device)]
            self.sizes[dead], self.sums[dead] = REBORN, fresh * REBORN
        total = self.sizes.sum()
        smooth = (self.sizes + EPSILON) / (total + len(self.sizes) * EPSILON) * total
        self.codes.copy_(F.normalize(self.sums / smooth[:, None], dim=1))


class Quantiser(nn.Module):
    """All codebooks, each coding what those before it left."""

    def __init__(self, latent: int, codebooks: int, entries: int, width: int):
        super().__init__()
        self.levels = nn.ModuleList([Level(latent, entries, width) for _ in range(codebooks)])

    @torch.no_grad()
    def start(self, x: Tensor) -> None:
        """Starts all codebooks with the vectors x [count, latent] (k-means). Processes of one run start alike."""
        rest = x.float()
        for level in self.levels:
            rest = rest - level.start(rest)
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            for value in self.state_dict().values():
                torch.distributed.broadcast(value, 0)

    def forward(self, x: Tensor, learn: Tensor):
        """Straight-through quantisation for training. x [..., latent]; learn [...]: 1 where codebooks may learn of it.

        Returns the vectors of each level [codebooks, ..., latent], indices [..., codebooks], and the commitment and latent losses."""
        flat, learn = x.reshape(-1, x.shape[-1]).float(), learn.reshape(-1) > 0
        own = bool(learn.any())
        teach = self.training and anywhere(own, flat.device)
        if teach and not bool(self.levels[0].started):
            self.start(flat[learn].detach())
        rest, parts, indices, commitment = flat, [], [], 0.0
        for level in self.levels:
            point = level.point(rest)
            index = level.nearest(point)
            code = F.embedding(index, level.codes)
            if teach:
                if own:
                    commitment = commitment + ((point - code)[learn] ** 2).mean()
                level.learn(point[learn].detach(), index[learn])
            part = level.leave(point + (code - point).detach())
            rest = rest - part.detach()
            parts.append(part)
            indices.append(index)
        parts = torch.stack(parts)
        latent = flat.sum() * 0
        if teach and own:
            apart = lambda a, b: ((a - b)[learn] ** 2).mean() / (flat.detach()[learn].var() + 1e-4)
            latent = apart(parts.sum(0), flat.detach()) + COMMITMENT * apart(flat, parts.sum(0).detach())
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


def anywhere(here: bool, device) -> bool:
    """True where it is so in any process of a run: what all have to take part in is done by all or by none."""
    if not (torch.distributed.is_available() and torch.distributed.is_initialized()):
        return here
    flag = torch.tensor([float(here)], device=device)
    torch.distributed.all_reduce(flag)
    return bool(flag.item() > 0)


def draw_levels(shape, codebooks: int, share: float = 0.5) -> Tensor:
    """Quantiser dropout: in `share` of the batch each cube gets 1 ... codebooks levels, in the rest all. shape: (batch, count)."""
    dropped = torch.rand(shape[0], 1) < share
    return torch.where(dropped, torch.randint(1, codebooks + 1, tuple(shape)), torch.full(tuple(shape), codebooks))
