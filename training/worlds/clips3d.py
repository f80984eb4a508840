"""Makes the frames of one 3D clip."""

import math

import numpy as np

from . import scenes3d
from .canvas import Texture, draw, line
from .hud import add_events, add_hud
from .painter import Painter
from .scene2d import Style
from .stage import Stage
from .world3d import World


def _overlay(rng, style, frames, first_person):
    """HUD, crosshair and a weapon drawn over the picture."""
    stage = Stage(rng, style)
    add_hud(rng, stage)
    add_events(rng, stage, frames)
    stage.pauses = []
    if first_person and rng.random() < 0.5:
        cx, cy, r, colour = style.width / 2, style.height / 2, 4 * style.unit, style.palette.colour(rng, 'text')

        def cross(picture, _):
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                line(picture, cx + dx * r * 0.5, cy + dy * r * 0.5, cx + dx * r * 1.5, cy + dy * r * 1.5, colour)

        stage.over.append(cross)
    if first_person and rng.random() < 0.35:
        stage.over.insert(0, _weapon(rng, style))
    return stage


def _weapon(rng, style):
    """Something held in the hand, bobbing, and springing back now and then."""
    size = style.height * rng.uniform(0.4, 0.7)
    tall, metal, grip, skin = (
        max(8, round(size)),
        style.palette.colour(rng, 'any'),
        style.palette.colour(rng, 'ground'),
        style.palette.colour(rng, 'actor'),
    )
    painter, kind, lean = Painter(tall, tall, style.look, rng), rng.integers(3), rng.uniform(0.1, 0.5)
    if kind == 0:  # a barrel that points away to the left
        painter.capsule(0.35, 0.45, 0.1, 0.2, 0.12, grip)
        painter.polygon([(-0.35, -0.2), (-0.28, -0.27), (0.35, 0.15), (0.2, 0.35)], metal)
        painter.box(0.0, -0.02, 0.08, 0.04, metal * 0.6, angle=0.6)
    elif kind == 1:  # a blade
        painter.polygon([(-lean, -0.48), (-lean + 0.08, -0.45), (0.2, 0.2), (0.08, 0.24)], np.full(3, 200))
        painter.capsule(-0.02, 0.22, 0.26, 0.14, 0.03, metal)
        painter.capsule(0.14, 0.2, 0.25, 0.46, 0.06, grip)
    else:
        painter.capsule(0.0, 0.0, 0.05, 0.5, 0.16, metal)
        painter.ellipse(0.0, -0.05, 0.12, 0.12, np.full(3, 30))
    painter.capsule(0.3, 0.5, 0.2, 0.34, 0.11, skin)
    texture, side, bob, every = Texture(painter.rgba), rng.uniform(0.55, 0.85), rng.uniform(0, 4) * style.unit, int(rng.integers(8, 60))

    def hold(picture, s):
        kick = max(0, 4 - s.t % every) * 2 * style.unit
        draw(
            picture,
            texture,
            style.width * side + bob * math.sin(s.t * 0.15) + kick,
            style.height + bob * abs(math.cos(s.t * 0.15)) + kick,
            size,
            size,
            0.5,
            0.92,
            linear=style.linear,
        )

    return hold


def frames3d(rng, frames):
    """Yields (picture, state, depth) for each frame; the first value is a dictionary of facts about the clip."""
    style = Style(rng, int(rng.choice([160, 320, 480, 640], p=[0.08, 0.5, 0.14, 0.28])))
    if style.width >= 320 and style.pixel and rng.random() < 0.5:
        style.pixel = style.dither = False
        style.linear = True
    template = scenes3d.choose(rng)
    world = World(rng, style, template not in scenes3d.INDOORS or rng.random() < 0.3)
    template(rng, world)
    world.seal()
    stage = _overlay(rng, style, frames, template in (scenes3d.corridors, scenes3d.hills, scenes3d.blocks))
    yield {'template': template.__name__, 'canvas': [style.width, style.height], 'mood': str(style.palette.mood), 'pixel': style.pixel}
    still = sorted(rng.integers(0, frames, 2)) if rng.random() < 0.1 else (0, 0)  # a pause: the world stands
    shown = None
    for t in range(frames):
        stage.step()
        if shown is None or not still[0] <= t < still[1]:
            shown = world.draw(stage.overlay)
            world.t += 1
        yield shown
