"""Makes the frames of one 3D clip."""
import numpy as np

from . import scenes3d
from .canvas import draw, line
from .hud import add_events, add_hud
from .scene2d import Style
from .sprites import sheet
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
        size = style.height * rng.uniform(0.35, 0.6)
        weapon, side = sheet(rng, style.palette, style.look, ('ship', 'vehicle', 'plant'), size)[0], rng.uniform(0.5, 0.8)
        bob = rng.uniform(0, 4) * style.unit

        def hold(picture, s):
            draw(picture, weapon, style.width * side + bob * np.sin(s.t * 0.15), style.height + bob * abs(np.cos(s.t * 0.15)), size * weapon.width / weapon.height, size, 0.5, 0.9, linear=style.linear)
        stage.over.insert(0, hold)
    return stage


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
