"""Fits Gaussians to pictures: frame 0 from points, then for every later frame the first stage of 3DGStream. added.py is the second."""

import math
from typing import List, NamedTuple, Optional, Tuple

import torch
from torch import Tensor

from .cloud import Cloud, logit, together
from .loss import unlike
from .ntc import Moved, TransformationCache
from .settings import Settings
from .splatting import Camera, draw
from .stream import Bounds, shown, start
from .turns import C0
from .world import World

#: Learning rates of frame 0: centre, harmonics (the bands above 0 take a tenth), opacity, size, rotation. Larger than those of 3DGS, which takes 30,000 steps.
BASE_RATES = (0.004, 0.03, 0.05, 0.02, 0.01)
#: What learning rates come down to, as a share, in the end.
COOLED = 0.1
#: Size of a Gaussian that has no neighbours.
ALONE = 0.1
#: Beyond the first points, where things may still move to.
MARGIN = 0.3


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
    """Round Gaussians as large as the mean distance to their three nearest; one that is alone, as ALONE."""
    count = len(points)
    apart = torch.cdist(points, points).fill_diagonal_(float("inf"))
    near = apart.topk(min(3, count - 1), largest=False).values.clamp_min(1e-3).mean(1) if count > 1 else torch.full((count,), ALONE)
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


class Last(NamedTuple):
    """What the frame before left, as it is played: state, cache and added Gaussians, None for frame 0's or where there are none."""

    moved: Moved
    cache: Optional[TransformationCache]
    added: Optional[Cloud]


def fit_motion(settings: Settings, frame: int, base: Cloud, last: Last, views: Views, bounds: Bounds) -> TransformationCache:
    """Stage 1: the cache that moves the frame before's state to this frame. It begins as the frame before's. What was added there is moved along meanwhile and stands in for
    what is not in the base, so that nothing of the base is moved to where that is missing."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed * 1_000_003 + frame)
        cache = TransformationCache(settings.grid, *bounds)
    if last.cache is not None and settings.carry_on:
        cache.load_state_dict(last.cache.state_dict())
    cache.to(last.moved.positions.device)
    cloud, moved = base, last.moved
    if last.added is not None and settings.carry_on:
        cloud = together(base, last.added)
        moved = Moved(*(torch.cat(pair) for pair in zip(moved, start(last.added))))
    places = cache.places(moved.positions)
    optimiser = torch.optim.Adam(cache.parameters(), lr=settings.stage1_rate, eps=1e-15)
    turn = deck(len(views.cameras), settings.views_per_step, generator(settings, frame, 1))
    for at in range(settings.stage1_steps):
        cool(optimiser, at / settings.stage1_steps)
        seen = views.of(next(turn))
        optimiser.zero_grad(set_to_none=True)
        unlike(draw(shown(cloud, cache.move(moved, places)), seen.cameras).colour, seen.pictures, settings.dissimilarity).backward()
        optimiser.step()
    return cache.rounded()
