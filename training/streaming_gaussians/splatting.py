"""Draws Gaussians so that gradients come back: the rules of `renderReference` of @sgaps/splats, in plain PyTorch.

Pictures are cut into tiles; each tile blends the Gaussians that reach it, nearest first. All tiles of all views go through the same few operations, on whatever device the cloud is."""

import math
from dataclasses import dataclass
from typing import List, NamedTuple

import torch
from torch import Tensor

from . import turns

#: Nearest distance drawn, and how far beyond a picture's edge its slope is still followed (3DGS).
NEAR = 0.05
BEYOND = 1.3
#: Low-pass of a pixel, added to both variances.
LOW_PASS = 0.3
MOST_ALPHA = 0.99
LEAST_ALPHA = 1 / 255
#: A pixel is done once less than this comes through.
LEAST_LEFT = 1e-4
#: Pixels a side of a tile.
TILE = 8
#: Logarithm of the opacity of a Gaussian that is not there.
NOTHING = -1e4


@dataclass(frozen=True)
class Camera:
    """x to the right, y down, z forward; pixel (i, j) has its centre at (i + 0.5, j + 0.5)."""

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    #: World to camera, 4x4.
    view: Tensor


class Drawn(NamedTuple):
    """Pictures [views, height, width, 3] before they are clamped to 0 ... 1, what comes through them [views, height, width], where centres fell [views, n, 2], in pixels."""

    colour: Tensor
    left: Tensor
    centres: Tensor

    @property
    def pictures(self) -> Tensor:
        return self.colour.clamp(0, 1)


class Splats(NamedTuple):
    """What is drawn: n Gaussians. positions [n, 3], scales [n, 3], rotations [n, 4] (unit), opacities [n], harmonics [n, k, 3]."""

    positions: Tensor
    scales: Tensor
    rotations: Tensor
    opacities: Tensor
    harmonics: Tensor

    def plus(self, other: "Splats") -> "Splats":
        return Splats(*(torch.cat(pair) for pair in zip(self, other)))


class Blend(torch.autograd.Function):
    """Blends the Gaussians of each tile front to back. power = coefficients [t, k, 6] . terms [6, p] is the logarithm of alpha; colours [t, k, 3] -> [t, p, 3] and [t, p].
    Its gradient is written out: PyTorch's own keeps and walks a dozen arrays of this size."""

    @staticmethod
    def forward(ctx, coefficients: Tensor, colours: Tensor, terms: Tensor):
        alpha = (coefficients @ terms).exp_().clamp_(max=MOST_ALPHA)
        alpha.masked_fill_(alpha < LEAST_ALPHA, 0)
        before = torch.ones_like(alpha)
        if alpha.shape[1] > 1:
            torch.cumprod(1 - alpha[:, :-1], 1, out=before[:, 1:])
        alpha.masked_fill_(before < LEAST_LEFT, 0)
        weights = before.mul_(alpha)
        ctx.save_for_backward(alpha, weights, colours, terms)
        return weights.transpose(1, 2) @ colours, 1 - weights.sum(1)

    @staticmethod
    def backward(ctx, of_colour: Tensor, of_left: Tensor):
        alpha, weights, colours, terms = ctx.saved_tensors
        share = (colours @ of_colour.transpose(1, 2)).sub_(of_left[:, None]).mul_(weights)
        behind = share.sum(1, keepdim=True) - share.cumsum(1)
        of_power = share.sub_(behind.mul_(alpha).div_(1 - alpha))
        of_power.masked_fill_(alpha >= MOST_ALPHA, 0)
        return of_power @ terms.transpose(0, 1), weights @ of_colour, None


def project(splats: Splats, cameras: List[Camera]):
    """Per view and Gaussian: centre [v, n, 2], variances and covariance xx, xy, yy [v, n, 3], distance [v, n], colour [v, n, 3]."""
    like = splats.positions
    view = torch.stack([camera.view for camera in cameras]).to(like)
    rotation, offset = view[:, :3, :3], view[:, :3, 3]
    focal = torch.tensor([[camera.fx, camera.fy] for camera in cameras]).to(like)[:, None]
    middle = torch.tensor([[camera.cx, camera.cy] for camera in cameras]).to(like)[:, None]
    size = torch.tensor([[camera.width, camera.height] for camera in cameras]).to(like)[:, None]
    seen = splats.positions @ rotation.transpose(1, 2) + offset[:, None]
    z = seen[..., 2]
    # Those that are culled must not make gradients that are no numbers.
    safe = torch.where(z < NEAR, torch.ones_like(z), z)[..., None]
    slope = seen[..., :2] / safe
    edge = BEYOND * size / (2 * focal)
    bent = torch.maximum(torch.minimum(slope, edge), -edge)
    scale = focal / safe
    axes = turns.matrix(splats.rotations) * splats.scales[:, None]
    axes = rotation[:, None] @ axes
    # Rows of J R M.
    rows = scale[..., None] * (axes[..., :2, :] - bent[..., None] * axes[..., 2:, :])
    xx, xy, yy = (rows[..., 0, :] ** 2).sum(-1) + LOW_PASS, (rows[..., 0, :] * rows[..., 1, :]).sum(-1), (rows[..., 1, :] ** 2).sum(-1) + LOW_PASS
    from_camera = -(offset[:, None] @ rotation)
    ways = splats.positions - from_camera
    ways = ways / ways.norm(dim=-1, keepdim=True).clamp_min(1e-12)
    degree = math.isqrt(splats.harmonics.shape[1]) - 1
    colour = (0.5 + torch.einsum("vnk,nkc->vnc", turns.basis(ways, degree), splats.harmonics)).clamp_min(0)
    return slope * focal + middle, torch.stack((xx, xy, yy), -1), z, colour


def reach(variances: Tensor, z: Tensor, opacities: Tensor) -> Tensor:
    """Half the width and height, in pixels, of where alpha is at least 1/255; less than 0 where it nowhere is. [v, n, 2]"""
    within = 2 * torch.log((255 * opacities).clamp_min(1e-12))
    determinant = variances[..., 0] * variances[..., 2] - variances[..., 1] ** 2
    there = (z >= NEAR) & (within > 0) & (determinant > 0)
    extents = (within.clamp_min(0)[:, None] * variances[..., ::2]).sqrt()
    return torch.where(there[..., None], extents, torch.full_like(extents, -1e9))


def tiles_of(centres: Tensor, extents: Tensor, z: Tensor, across: int, down: int) -> Tensor:
    """Which Gaussians reach each tile, nearest first, ties by index: [v, down * across, k], filled up with n."""
    views, count = z.shape
    order = torch.sort(z, dim=1, stable=True).indices
    low = torch.gather(centres - extents, 1, order[..., None].expand(-1, -1, 2))
    high = torch.gather(centres + extents, 1, order[..., None].expand(-1, -1, 2))
    # Centres of a tile's first and last pixels.
    first_x = torch.arange(across, device=z.device) * TILE + 0.5
    first_y = torch.arange(down, device=z.device) * TILE + 0.5
    in_x = (low[:, None, :, 0] <= (first_x + TILE - 1)[:, None]) & (high[:, None, :, 0] >= first_x[:, None])
    in_y = (low[:, None, :, 1] <= (first_y + TILE - 1)[:, None]) & (high[:, None, :, 1] >= first_y[:, None])
    there = (in_y[:, :, None] & in_x[:, None]).reshape(views, down * across, count)
    place = there.cumsum(2) - 1
    most = max(1, int(place[..., -1].max()) + 1) if count else 1
    lists = torch.full((views, down * across, most), count, dtype=torch.long, device=z.device)
    view, tile, at = there.nonzero(as_tuple=True)
    lists[view, tile, place[view, tile, at]] = order[view, at]
    return lists


def draw(splats: Splats, cameras: List[Camera]) -> Drawn:
    """Pictures of all cameras, which have one size, over black. Gradients reach everything in `splats`."""
    width, height, views = cameras[0].width, cameras[0].height, len(cameras)
    across, down = math.ceil(width / TILE), math.ceil(height / TILE)
    centres, variances, z, colours = project(splats, cameras)
    if centres.requires_grad:
        centres.retain_grad()
    with torch.no_grad():
        lists = tiles_of(centres, reach(variances, z, splats.opacities), z, across, down)
    count, like = splats.positions.shape[0], splats.positions
    determinant = variances[..., 0] * variances[..., 2] - variances[..., 1] ** 2
    # What is culled is in no list; only its gradient must be a number.
    determinant = torch.where(determinant > 0, determinant, torch.ones_like(determinant))
    a, b, c = variances[..., 2] / determinant, -variances[..., 1] / determinant, variances[..., 0] / determinant
    opacity = splats.opacities.clamp_min(1e-12).log().expand(views, count)
    columns = torch.cat((torch.stack((a, b, c), -1), centres, opacity[..., None], colours), -1)
    nothing = like.new_tensor([0, 0, 0, 0, 0, NOTHING, 0, 0, 0]).expand(views, 1, 9)
    columns = torch.cat((columns, nothing), 1).reshape(views * (count + 1), 9)
    lists = lists + (torch.arange(views, device=like.device) * (count + 1))[:, None, None]
    tiles, most = views * down * across, lists.shape[2]
    columns = columns[lists.reshape(-1)].reshape(tiles, most, 9)
    # Around the tile's middle, where numbers are small.
    corner = torch.stack(torch.meshgrid(torch.arange(down, device=like.device), torch.arange(across, device=like.device), indexing="ij"), -1).flip(-1)
    corner = (corner.reshape(-1, 2).to(like) * TILE + TILE / 2).repeat(views, 1)[:, None]
    a, b, c, log_opacity = columns[..., 0], columns[..., 1], columns[..., 2], columns[..., 5]
    x, y = (columns[..., 3:5] - corner).unbind(-1)
    ax, cy = a * x + b * y, b * x + c * y
    coefficients = torch.stack((-0.5 * a, -b, -0.5 * c, ax, cy, log_opacity - 0.5 * (ax * x + cy * y)), -1)
    blended, left = Blend.apply(coefficients, columns[..., 6:], _terms(like))
    blended = blended.reshape(views, down, across, TILE, TILE, 3).permute(0, 1, 3, 2, 4, 5).reshape(views, down * TILE, across * TILE, 3)
    left = left.reshape(views, down, across, TILE, TILE).permute(0, 1, 3, 2, 4).reshape(views, down * TILE, across * TILE)
    return Drawn(blended[:, :height, :width], left[:, :height, :width], centres)


def _terms(like: Tensor) -> Tensor:
    """xx, xy, yy, x, y, 1 of a tile's pixel centres, from its middle: [6, TILE^2]."""
    line = torch.arange(TILE, device=like.device).to(like) + 0.5 - TILE / 2
    y, x = torch.meshgrid(line, line, indexing="ij")
    x, y = x.reshape(-1), y.reshape(-1)
    return torch.stack((x * x, x * y, y * y, x, y, torch.ones_like(x)))
