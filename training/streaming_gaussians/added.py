"""Stage 2 of 3DGStream: Gaussians of one frame alone, where moving those of the base does not do."""

import math
from typing import Optional

import torch
from torch import Tensor

from .cloud import Cloud, logit, together
from .fit import Views, adam, cloud_from, cloud_of, cool, deck, generator, leaves
from .loss import unlike
from .settings import Settings
from .splatting import NEAR, Splats, draw
from .stream import Bounds
from .turns import matrix

#: When it looks where Gaussians are missing, as shares of its steps, and how much of the room may be taken then: what the first ones leave is to be seen at the second look. Of the frame before's
#: as many as CARRIED stay.
LOOKS = {0.0: 0.75, 0.35: 1.0}
CARRIED = 0.5
#: Places in the bounds that are tried.
TRIED = 20_000
#: Views that a place must be in, and the share of them that may see no error there: something else may be in front.
LEAST_VIEWS, BLIND = 3, 0.25


def fit_added(settings: Settings, frame: int, still: Splats, views: Views, bounds: Bounds, first: Optional[Cloud]) -> Optional[Cloud]:
    """The Gaussians added in this frame, None where none is needed. `still` is what stage 1 left and stays as it is; `first` are those to begin with."""
    still = Splats(*(part.detach() for part in still))
    random, added = generator(settings, frame, 3), most_opaque(first, round(CARRIED * settings.spawn_most))
    turn = deck(len(views.cameras), settings.views_per_step, generator(settings, frame, 2))
    looks, parts, optimiser = {round(when * settings.stage2_steps): round(room * settings.spawn_most) for when, room in LOOKS.items()}, None, None
    for at in range(settings.stage2_steps):
        if at in looks:
            added = look(settings, still, added, views, bounds, looks[at], random)
            parts = None if added is None else leaves(added)
            optimiser = None if added is None else adam(parts, settings.stage2_rates)
        if parts is None:
            continue
        cool(optimiser, at / settings.stage2_steps)
        seen = views.of(next(turn))
        optimiser.zero_grad(set_to_none=True)
        unlike(draw(still.plus(cloud_from(parts).splats()), seen.cameras).colour, seen.pictures, settings.dissimilarity).backward()
        optimiser.step()
        added = cloud_from(parts).detached()
    return kept(settings, added)


def look(settings: Settings, still: Splats, added: Optional[Cloud], views: Views, bounds: Bounds, most: int, random: torch.Generator) -> Optional[Cloud]:
    """Lets go of those that cannot be seen and adds new ones, up to `most`: first where views agree that something is missing, then beside those that are pulled about."""
    added = kept(settings, added)
    for find in (lambda whole, room: missing(settings, whole, views, bounds, room, random), lambda whole, room: company(settings, whole, views, room, random)):
        room = most - (0 if added is None else added.count)
        if room > 0:
            added = together(added, find(still if added is None else still.plus(added.splats()), room))
    return added


def missing(settings: Settings, splats: Splats, views: Views, bounds: Bounds, most: int, random: torch.Generator) -> Optional[Cloud]:
    """Gaussians at places where most views that have them in sight see an error, at random, more where it is larger. The paper has no such step: beside the wall behind a flame is not where the flame is."""
    with torch.no_grad():
        pictures = torch.cat([draw(splats, [camera]).pictures for camera in views.cameras])
    errors = (pictures - views.pictures).abs().mean(-1)
    like = splats.positions
    low, high = like.new_tensor(bounds.low), like.new_tensor(bounds.high)
    places = low + (high - low) * torch.rand(TRIED, 3, generator=random).to(like)
    found, colours = [], torch.zeros_like(places)
    for camera, error, picture in zip(views.cameras, errors, views.pictures):
        view = camera.view.to(like)
        seen = places @ view[:3, :3].T + view[:3, 3]
        u, v = (camera.fx * seen[:, 0] / seen[:, 2] + camera.cx), (camera.fy * seen[:, 1] / seen[:, 2] + camera.cy)
        there = (seen[:, 2] > NEAR) & (u >= 0) & (u < camera.width) & (v >= 0) & (v < camera.height)
        x, y = torch.where(there, u, torch.zeros_like(u)).long(), torch.where(there, v, torch.zeros_like(v)).long()
        found.append(torch.where(there, error[y, x], torch.full_like(u, math.inf)))
        colours += picture[y, x] * there[:, None]
    errors = torch.stack(found).sort(0).values
    count = errors.isfinite().sum(0)
    error = errors.gather(0, (BLIND * (count - 1).clamp_min(0)).long()[None])[0]
    error = torch.where((count >= LEAST_VIEWS) & (error > settings.spawn_error), error, torch.zeros_like(error)).cpu()
    most = min(most, int((error > 0).sum()))
    if most == 0:
        return None
    at = torch.multinomial(error, most, generator=random).to(like.device)
    seen = (colours[at] / count[at, None]).clamp(0.02, 0.98)
    return cloud_of(places[at].cpu(), seen.cpu(), settings.spawn_opacity, settings.degree).to(like.device)


def company(settings: Settings, splats: Splats, views: Views, most: int, random: torch.Generator) -> Optional[Cloud]:
    """Gaussians beside those that are pulled about most, as in the paper: at random within their shape, twice its variances, with their colours."""
    pulled = pull(settings, splats, views)
    found = (pulled > settings.spawn_gradient).nonzero()[:, 0]
    if len(found) == 0:
        return None
    at = found[pulled[found].argsort(descending=True)[:most]]
    spread = math.sqrt(2) * splats.scales[at] * torch.randn(len(at), 3, generator=random).to(splats.scales)
    positions = splats.positions[at] + (matrix(splats.rotations[at]) @ spread[..., None])[..., 0]
    rotations = splats.rotations.new_tensor([[1.0, 0, 0, 0]]).repeat(len(at), 1)
    opacity = torch.full_like(splats.opacities[at], settings.spawn_opacity)
    # Round, of the same volume: one that lies flat on a wall would have to be turned before it can stand for something else.
    size = splats.scales[at].clamp_min(1e-6).log().mean(1, keepdim=True).repeat(1, 3)
    return Cloud(positions, size, rotations, logit(opacity), splats.harmonics[at].clone()).detached()


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


def most_opaque(added: Optional[Cloud], most: int) -> Optional[Cloud]:
    if added is None or added.count <= most:
        return added
    keep = added.logits.argsort(descending=True)[:most].sort().values
    return Cloud(*(part[keep] for part in added))


def kept(settings: Settings, added: Optional[Cloud]) -> Optional[Cloud]:
    """Those that can be seen. None where that is none."""
    if added is None:
        return None
    keep = added.logits.sigmoid() > settings.prune_opacity
    return Cloud(*(part[keep] for part in added)) if keep.any() else None
