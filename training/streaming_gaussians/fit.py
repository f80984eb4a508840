"""Fits Gaussians to pictures: frame 0 from points, then for every later frame the two stages of 3DGStream."""

import math
from typing import List, NamedTuple, Optional, Tuple

import torch
from torch import Tensor

from .cloud import Cloud, logit
from .loss import unlike
from .ntc import Moved, TransformationCache
from .settings import Settings
from .splatting import Camera, Splats, draw
from .stream import Bounds, shown
from .turns import C0, matrix
from .world import World

#: Learning rates of frame 0: centre, harmonics (the bands above 0 take a tenth), opacity, size, rotation. Larger than those of 3DGS, which takes 30,000 steps.
BASE_RATES = (0.004, 0.03, 0.05, 0.02, 0.01)
#: What learning rates come down to, as a share, in the end.
COOLED = 0.1
#: Beyond the first points, where things may still move to.
MARGIN = 0.3
#: When stage 2 looks where Gaussians are missing, as shares of its steps.
LOOKS = (0.0, 0.35)


class Views(NamedTuple):
    """Cameras and what they truly see of a frame, [views, height, width, 3]."""

    cameras: List[Camera]
    pictures: Tensor

    def of(self, at: List[int]) -> "Views":
        return Views([self.cameras[i] for i in at], self.pictures[at])


def generator(settings: Settings, frame: int, stage: int) -> torch.Generator:
    """Each frame's own, so that going on after a kill draws the numbers that an unbroken run draws."""
    return torch.Generator().manual_seed(settings.seed * 1_000_003 + frame * 8 + stage)


def deck(count: int, size: int, draw_from: torch.Generator):
    """Yields `size` views at a time, all of them before any comes again."""
    order: List[int] = []
    while True:
        while len(order) < size:
            order += torch.randperm(count, generator=draw_from).tolist()
        yield order[:size]
        order = order[size:]


def cool(optimiser, done: float) -> None:
    """Learning rates on half a cosine, from the whole to COOLED."""
    for group in optimiser.param_groups:
        group.setdefault("full", group["lr"])
        group["lr"] = group["full"] * (COOLED + (1 - COOLED) * 0.5 * (1 + math.cos(math.pi * done)))


def points_of(world: World, settings: Settings) -> Tuple[Tensor, Tensor, Bounds]:
    """Points and colours as a camera rig's own sparse reconstruction of frame 0 has them, off by some noise, and the bounds of the scene."""
    truth, random = world.at(0.0), generator(settings, 0, 0)
    count = len(truth.positions)
    pick = torch.randperm(count, generator=random).repeat(math.ceil(settings.base_splats / count))[: settings.base_splats]
    noise = lambda: settings.base_noise * torch.randn(len(pick), 3, generator=random)
    points = truth.positions[pick] + noise()
    colours = (0.5 + C0 * truth.harmonics[pick, 0] + noise()).clamp(0.02, 0.98)
    sides = lambda values: tuple(round(value, 3) for value in values.tolist())
    return points, colours, Bounds(sides(points.amin(0) - MARGIN), sides(points.amax(0) + MARGIN))


def cloud_of(points: Tensor, colours: Tensor, opacity: float, degree: int) -> Cloud:
    """Round Gaussians as large as the mean distance to their three nearest."""
    count = len(points)
    apart = torch.cdist(points, points).fill_diagonal_(float("inf"))
    near = apart.topk(min(3, count - 1), largest=False).values.clamp_min(1e-3).mean(1)
    harmonics = torch.zeros(count, (degree + 1) ** 2, 3)
    harmonics[:, 0] = (colours - 0.5) / C0
    rotations = torch.tensor([[1.0, 0, 0, 0]]).repeat(count, 1)
    return Cloud(points.clone(), near.log()[:, None].repeat(1, 3), rotations, logit(torch.full((count,), opacity)), harmonics)


def leaves(cloud: Cloud) -> dict:
    """What is optimised of a cloud, by name: band 0 of the harmonics and the rest apart."""
    parts = {"positions": cloud.positions, "first": cloud.harmonics[:, :1], "rest": cloud.harmonics[:, 1:], "logits": cloud.logits, "log_scales": cloud.log_scales, "rotations": cloud.rotations}
    return {name: part.detach().clone().requires_grad_() for name, part in parts.items()}


def cloud_from(parts: dict) -> Cloud:
    return Cloud(parts["positions"], parts["log_scales"], parts["rotations"], parts["logits"], torch.cat((parts["first"], parts["rest"]), 1))


def adam(parts: dict, rates: Tuple[float, ...]) -> torch.optim.Adam:
    of = dict(zip(("positions", "first", "logits", "log_scales", "rotations"), rates))
    of["rest"] = of["first"] / 10
    return torch.optim.Adam([{"params": [part], "lr": of[name], "name": name} for name, part in parts.items()], eps=1e-15)


def fit_base(settings: Settings, start: Cloud, views: Views) -> Cloud:
    """Frame 0."""
    parts = leaves(start)
    optimiser = adam(parts, BASE_RATES)
    turn = deck(len(views.cameras), settings.views_per_step, generator(settings, 0, 1))
    for at in range(settings.base_steps):
        cool(optimiser, at / settings.base_steps)
        seen = views.of(next(turn))
        optimiser.zero_grad(set_to_none=True)
        unlike(draw(cloud_from(parts).splats(), seen.cameras).colour, seen.pictures, settings.dissimilarity).backward()
        optimiser.step()
    return cloud_from(parts).detached()


def fit_motion(settings: Settings, frame: int, base: Cloud, before: Moved, views: Views, bounds: Bounds, last: Optional[TransformationCache]) -> TransformationCache:
    """Stage 1: the cache that moves the frame before's state, as it is played, to this frame. It begins as the last frame's, where that is given."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed * 1_000_003 + frame)
        cache = TransformationCache(settings.grid, *bounds)
    if last is not None:
        cache.load_state_dict(last.state_dict())
    cache.to(before.positions.device)
    places = cache.places(before.positions)
    optimiser = torch.optim.Adam(cache.parameters(), lr=settings.stage1_rate, eps=1e-15)
    turn = deck(len(views.cameras), settings.views_per_step, generator(settings, frame, 1))
    for at in range(settings.stage1_steps):
        cool(optimiser, at / settings.stage1_steps)
        seen = views.of(next(turn))
        optimiser.zero_grad(set_to_none=True)
        unlike(draw(shown(base, cache.move(before, places)), seen.cameras).colour, seen.pictures, settings.dissimilarity).backward()
        optimiser.step()
    return cache.rounded()


def pull(settings: Settings, splats: Splats, views: Views) -> Tensor:
    """How strongly the loss pulls each Gaussian's centre about, mean of the views that see it, per half picture width. [n]"""
    total, seen = torch.zeros_like(splats.opacities), torch.zeros_like(splats.opacities)
    leaf = splats._replace(positions=splats.positions.detach().requires_grad_())
    for at in range(len(views.cameras)):
        one = views.of([at])
        drawn = draw(leaf, one.cameras)
        unlike(drawn.colour, one.pictures, settings.dissimilarity).backward()
        norm = drawn.centres.grad[0].norm(dim=1) * one.cameras[0].width / 2
        total, seen = total + norm, seen + (norm > 0)
    return total / seen.clamp_min(1)


def company(settings: Settings, splats: Splats, pulled: Tensor, most: int, random: torch.Generator) -> Optional[Cloud]:
    """New Gaussians beside those that are pulled about most: at random within their shape, twice as wide, with their colours. None where none is needed."""
    found = (pulled > settings.spawn_gradient).nonzero()[:, 0]
    if most < 1 or len(found) == 0:
        return None
    at = found[pulled[found].argsort(descending=True, stable=True)[:most]]
    spread = math.sqrt(2) * splats.scales[at] * torch.randn(len(at), 3, generator=random).to(splats.scales)
    positions = splats.positions[at] + (matrix(splats.rotations[at]) @ spread[..., None])[..., 0]
    rotations = splats.rotations.new_tensor([[1.0, 0, 0, 0]]).repeat(len(at), 1)
    opacity = torch.full_like(splats.opacities[at], settings.spawn_opacity)
    # Round, of the same volume: one that lies flat on a wall would have to be turned before it can stand for something else.
    size = splats.scales[at].clamp_min(1e-6).log().mean(1, keepdim=True).repeat(1, 3)
    return Cloud(positions, size, rotations, logit(opacity), splats.harmonics[at].clone()).detached()


def together(a: Optional[Cloud], b: Optional[Cloud]) -> Optional[Cloud]:
    if a is None or b is None:
        return a if b is None else b
    return Cloud(*(torch.cat(pair) for pair in zip(a, b)))


def fit_added(settings: Settings, frame: int, still: Splats, views: Views) -> Optional[Cloud]:
    """Stage 2: Gaussians of this frame alone, where moving the others does not do. `still` is what stage 1 left and stays as it is. None where none is needed."""
    still = Splats(*(part.detach() for part in still))
    random, added = generator(settings, frame, 3), None
    turn = deck(len(views.cameras), settings.views_per_step, generator(settings, frame, 2))
    looks = [round(share * settings.stage2_steps) for share in LOOKS]
    for at in range(settings.stage2_steps):
        if at in looks:
            whole = still if added is None else still.plus(added.splats())
            # Half of the room at the first look, so that what the first ones leave can be seen.
            room = settings.spawn_most // 2 if at == looks[0] else settings.spawn_most - (added.count if added else 0)
            with torch.enable_grad():
                pulled = pull(settings, whole, views)
            added = together(kept(settings, added), company(settings, whole, pulled, room, random))
            if added is None:
                return None
            parts = leaves(added)
            optimiser = adam(parts, settings.stage2_rates)
        cool(optimiser, at / settings.stage2_steps)
        seen = views.of(next(turn))
        optimiser.zero_grad(set_to_none=True)
        unlike(draw(still.plus(cloud_from(parts).splats()), seen.cameras).colour, seen.pictures, settings.dissimilarity).backward()
        optimiser.step()
        added = cloud_from(parts).detached()
    return kept(settings, added)


def kept(settings: Settings, added: Optional[Cloud]) -> Optional[Cloud]:
    """Those that can be seen. None where that is none."""
    if added is None:
        return None
    keep = added.logits.sigmoid() > settings.prune_opacity
    return Cloud(*(part[keep] for part in added)) if keep.any() else None
