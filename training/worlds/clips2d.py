"""Makes the frames of one 2D clip."""

import numpy as np

from . import scroll2d, static2d
from .hud import add_events, add_hud
from .particles import Weather
from .scene2d import Style
from .stage import Stage


def _new_stage(rng, style, scrolls, frames):
    stage = Stage(rng, style)
    template = (scroll2d if scrolls else static2d).build(rng, stage)
    if rng.random() < 0.12:
        stage.weather = Weather(rng, style)
    add_hud(rng, stage)
    add_events(rng, stage, frames)
    if rng.random() < 0.07:
        v, u = np.mgrid[-1 : 1 : style.height * 1j, -1 : 1 : style.width * 1j].astype(np.float32)
        stage.vignette = np.clip(1.15 - rng.uniform(0.2, 0.6) * (u * u + v * v), 0, 1)[..., None]
        if rng.random() < 0.5 and style.height >= 180:
            stage.vignette = (
                stage.vignette * np.where(np.arange(style.height) % 2, rng.uniform(0.6, 0.9), 1).astype(np.float32)[:, None, None]
            )
    stage.particles.gravity = float(rng.choice([0, 0.1, 0.2])) * style.unit
    return stage, template


def frames2d(rng, kind, frames):
    """Yields (picture, state) for each frame; the first value is a dictionary of facts about the clip."""
    style = Style(rng)
    scrolls = kind == '2d-scroll'
    cuts = sorted(int(c) for c in rng.integers(20, max(21, frames - 15), int(rng.choice([0, 1, 2], p=[0.86, 0.1, 0.04]))))
    stage, template = _new_stage(rng, style, scrolls, frames)
    half_rate = rng.random() < 0.06  # some games run slower than they are recorded
    yield {'template': template, 'canvas': [style.width, style.height], 'mood': str(style.palette.mood), 'pixel': style.pixel}
    out = None
    for t in range(frames):
        if t in cuts:
            stage, _ = _new_stage(rng, style, scrolls, frames)
        if out is None or not half_rate or t % 2 == 0:
            stage.step()
            out = stage.draw()
        yield out
