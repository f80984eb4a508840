"""Sprites made to order, and shooting and bursting."""

import math

from . import brains
from .sprites import sheet


def make(rng, stage, kinds, low, high):
    return sheet(rng, stage.style.palette, stage.style.look, kinds, stage.style.size(rng, low, high))


def explosions(rng, stage):
    frames = make(rng, stage, 'explosion', 14, 36)
    sparks = rng.random() < 0.6

    def explode(s, x, y):
        s.add(frames, 'explosion', x, y, brain=brains.popper(int(rng.integers(8, 24))), depth=30)
        if sparks:
            s.burst(x, y, int(rng.integers(6, 24)))
        if rng.random() < 0.1:
            s.camera.shake = 3 * s.style.unit

    return explode


def shooter(rng, stage, actor, every, speed, target, up=True):
    """Lets an actor fire."""
    style = stage.style
    frames = make(rng, stage, 'bullet', 4, 10)
    explode, aim = explosions(rng, stage), -math.pi / 2 if up else math.pi / 2

    def fire(s):
        if actor.alive and s.t % every == 0 and rng.random() < 0.85:
            vx, vy = speed * style.unit * math.cos(aim), speed * style.unit * math.sin(aim)
            s.add(frames, 'bullet', actor.x, actor.y, rotation=aim, depth=9, brain=brains.flight(vx, vy, 90, target, explode=explode))

    stage.director.append(fire)
