"""Games on one screen: the camera stands still (but may shake)."""

import math

import numpy as np

from . import brains, more2d, puzzles2d
from .backdrop import Layer, backdrop
from .canvas import line
from .gunfire import make, shooter
from .hud import menu
from .sprites import FLYERS, SPRITES, THINGS, WALKERS, sheet
from .stage import torch
from .tilemap import TileMap


def formation(rng, stage):
    """Rows of enemies marching, a player below."""
    style = stage.style
    w, h = style.width, style.height
    rows, cols = int(rng.integers(2, 6)), int(rng.integers(4, 12))
    gap = min(w * 0.8 / cols, h * 0.5 / rows * 1.5)
    step, every = rng.uniform(1, 6) * style.unit, int(rng.choice([1, 1, 8, 15, 25]))
    if every == 1:
        step *= 0.2
    direction = {'x': 1}

    def march(a, s):
        if a.age % every == 0:
            a.x += direction['x'] * step
            a.frame += 1 if every > 1 else 0

    for j in range(rows):
        frames = sheet(rng, style.palette, style.look, ('creature', 'blob', 'flyer', 'ship'), gap * 0.7)
        tint = tuple(rng.uniform(0.4, 1, 3)) if rng.random() < 0.25 else None
        for i in range(cols):
            stage.add(
                frames,
                f'enemy{j}',
                w * 0.1 + (i + 0.5) * gap,
                h * 0.08 + (j + 0.5) * gap * 0.8,
                brain=march,
                kind='enemy',
                tint=tint,
                fps=6 if every == 1 else 0,
            )

    def turn(s):
        xs = [a.x for a in s.actors if a.kind == 'enemy'] or [w / 2]
        if max(xs) > w * 0.94 or min(xs) < w * 0.06:
            direction['x'] = -1 if max(xs) > w * 0.94 else 1
            for a in s.actors:
                a.y += 2 * style.unit if a.kind == 'enemy' else 0

    stage.director.append(turn)
    player = stage.add(
        make(rng, stage, ('ship', 'vehicle', 'humanoid'), 14, 24),
        'player',
        w / 2,
        h * 0.9,
        brain=brains.dodger(rng, style, (w * 0.1, h * 0.88, w * 0.9, h * 0.92)),
    )
    shooter(rng, stage, player, int(rng.integers(8, 30)), rng.uniform(3, 9), 'enemy')
    if rng.random() < 0.4:
        shelter = make(rng, stage, 'block', 14, 22)
        for i in range(4):
            stage.add(shelter, 'shelter', w * (0.2 + 0.2 * i), h * 0.76)


def vectors(rng, stage):
    """Outlines on black, drawn as graphics: nothing of it is in the state."""
    style = stage.style
    w, h = style.width, style.height
    thick = rng.choice([1, 1, 1.5, 2]) * max(1, style.unit * 0.9)
    shapes = []
    for _ in range(int(rng.integers(4, 14))):
        n, r = int(rng.integers(3, 11)), style.size(rng, 4, 30)
        radii = r * rng.uniform(0.65, 1.1, n)
        shapes.append(
            [
                rng.uniform(0, w),
                rng.uniform(0, h),
                rng.normal(0, 1.2) * style.unit,
                rng.normal(0, 1.2) * style.unit,
                rng.normal(0, 0.03),
                radii,
                style.palette.colour(rng, 'text' if rng.random() < 0.5 else 'accent'),
            ]
        )

    def mark(picture, s):
        for x, y, vx, vy, spin, radii, colour in shapes:
            px, py = (x + vx * s.t + 40) % (w + 80) - 40, (y + vy * s.t + 40) % (h + 80) - 40
            a = np.arange(len(radii) + 1) * 2 * math.pi / len(radii) + spin * s.t
            xs, ys = px + np.append(radii, radii[0]) * np.cos(a), py + np.append(radii, radii[0]) * np.sin(a)
            for i in range(len(radii)):
                line(picture, xs[i], ys[i], xs[i + 1], ys[i + 1], colour, thick)

    stage.marks.append(mark)
    if rng.random() < 0.7:
        stage.layers = [Layer(style, np.zeros((h, w, 3), np.float32) + rng.choice([0, 0, 12, 30]), (0.0, 0.0))]
    if rng.random() < 0.5:
        player = stage.add(
            make(rng, stage, 'ship', 10, 20),
            'player',
            w / 2,
            h / 2,
            brain=brains.pilot(rng, style, (0, 0, w, h)),
            memory={'nose': math.pi / 2, 'trail': True},
        )
        shooter(rng, stage, player, 12, 6, '')
    if rng.random() < 0.4:
        stage.director.append(lambda s: s.burst(rng.uniform(0, w), rng.uniform(0, h), 20) if s.t % 35 == 0 else None)


def collector(rng, stage):
    """A player among things to pick up, over a background picture."""
    style = stage.style
    w, h = style.width, style.height
    player = stage.add(
        make(rng, stage, WALKERS + FLYERS, 16, 44),
        'player',
        w / 2,
        h / 2,
        depth=20,
        brain=brains.dodger(rng, style, (w * 0.1, h * 0.15, w * 0.9, h * 0.9), rng.uniform(0.03, 0.12)),
    )
    frames = make(rng, stage, THINGS, 10, 26)
    for _ in range(int(rng.integers(1, 8))):
        stage.add(
            frames,
            'thing',
            rng.uniform(0.1, 0.9) * w,
            rng.uniform(0.15, 0.9) * h,
            kind='thing',
            fps=8 if rng.random() < 0.6 else 0,
            brain=brains.swayer(rng, style, 0, 3 * style.unit) if rng.random() < 0.5 else None,
        )

    def collect(s):
        for a in s.actors:
            if a.kind == 'thing' and abs(a.x - player.x) < 14 * style.unit and abs(a.y - player.y) < 14 * style.unit:
                s.burst(a.x, a.y, 10)
                s.score += 1
                a.memory.pop('home', None)
                a.x, a.y = rng.uniform(0.1, 0.9) * w, rng.uniform(0.15, 0.9) * h
        player.flip_x = player.vx < 0
        player.fps = 8 if abs(player.vx) > 0.3 else 0

    stage.director.append(collect)
    for _ in range(int(rng.integers(0, 6))):
        stage.add(
            make(rng, stage, tuple(SPRITES), 10, 30),
            f'foe{rng.integers(3)}',
            rng.uniform(0, w),
            rng.uniform(0, h),
            fps=8,
            brain=brains.bouncer(rng, style, (0, 0, w, h), rng.uniform(0.4, 2), rng.choice([0, 0, 0.05])),
        )


def skirmish(rng, stage):
    """Many things flying about, fired at, exploding: bullet hell, flies, bubbles, fish."""
    style = stage.style
    w, h = style.width, style.height
    box = (-30 * style.unit, -30 * style.unit, w + 30 * style.unit, h + 30 * style.unit)
    for _ in range(int(rng.integers(1, 4))):
        frames, name = make(rng, stage, tuple(SPRITES), 8, 34), f'foe{rng.integers(9)}'
        vx, vy = rng.normal(0, 1.3, 2) * style.unit
        scaled, faded, tinted, spun = rng.random(4) < [0.4, 0.2, 0.25, 0.25]
        for _ in range(int(rng.integers(2, 22))):
            s = rng.uniform(0.5, 1.6) if scaled else 1.0
            kind = rng.integers(3)
            x, y = rng.uniform(0, w), rng.uniform(0, h)
            brain = (
                brains.drifter(rng, style, vx * rng.uniform(0.6, 1.4), vy * rng.uniform(0.6, 1.4), box, rng.normal(0, 0.05) if spun else 0)
                if kind < 2
                else brains.swayer(rng, style, rng.uniform(5, 50) * style.unit, rng.uniform(2, 30) * style.unit)
            )
            stage.add(
                frames,
                name,
                x,
                y,
                brain=brain,
                kind='enemy',
                sx=s,
                sy=s,
                alpha=rng.uniform(0.3, 1) if faded else 1.0,
                fps=8,
                flip_x=vx < 0,
                tint=tuple(rng.uniform(0.3, 1, 3)) if tinted else None,
                memory={'faces': True},
                frame=rng.integers(4),
            )
    if rng.random() < 0.8:
        player = stage.add(
            make(rng, stage, ('ship', 'flyer', 'humanoid'), 14, 30),
            'player',
            w / 2,
            h * 0.8,
            depth=20,
            fps=8,
            brain=brains.dodger(rng, style, (w * 0.1, h * 0.4, w * 0.9, h * 0.92)),
        )
        shooter(rng, stage, player, int(rng.integers(4, 20)), rng.uniform(3, 9), 'enemy')
        if rng.random() < 0.5:
            shooter(rng, stage, stage.actors[0], int(rng.integers(4, 14)), rng.uniform(1.5, 4), '', up=False)


def room(rng, stage):
    """One screen of tiles with walkers or wanderers in it."""
    style = stage.style
    side = rng.random() < 0.5
    tile = max(5, round(style.height / rng.uniform(7, 15)))
    rows, cols = math.ceil(style.height / tile), math.ceil(style.width / tile)
    kind = 'platform' if side else str(rng.choice(['arena', 'cave', 'room', 'street']))
    stage.map = TileMap(rng, style, kind, rows, cols, tile, floor=not side)
    mind = (
        (lambda bot: brains.walker(rng, style, jumps=bot or rng.random() < 0.4, bot=bot))
        if side
        else (lambda bot: brains.roamer(rng, style, bot=bot))
    )
    places = stage.map.open_places(rng, 12)
    player = stage.add(
        sheet(rng, style.palette, style.look, WALKERS, tile * rng.uniform(0.9, 1.5)), 'player', *places[0], brain=mind(True), depth=20
    )
    for n in range(int(rng.integers(0, 4))):
        frames = sheet(rng, style.palette, style.look, WALKERS + ('flyer',), tile * rng.uniform(0.6, 1.2))
        for place in places[1 + 2 * n : 3 + 2 * n]:
            stage.add(frames, f'foe{n}', *place, brain=mind(False), kind='enemy')
    things = sheet(rng, style.palette, style.look, THINGS, tile * 0.7)
    for place in places[8 : 8 + int(rng.integers(0, 5))]:
        stage.add(things, 'thing', *place, fps=8 if len(things) > 1 else 0)
    if rng.random() < 0.2:
        stage.light = torch(rng, style, player)


def title(rng, stage):
    """A menu over a slow scene."""
    if rng.random() < 0.6:
        skirmish(rng, stage)
    menu(rng, stage, 200)


TEMPLATES = {
    formation: 1.2,
    vectors: 1.0,
    puzzles2d.board: 1.2,
    puzzles2d.paddle: 0.9,
    collector: 1.2,
    skirmish: 1.5,
    room: 1.5,
    title: 0.6,
    more2d.defence: 0.8,
    more2d.grid_walk: 0.4,
    more2d.road: 0.7,
    more2d.novel: 0.6,
    more2d.heap: 0.8,
}


def build(rng, stage):
    """Fills a stage with one of the templates."""
    shares = np.array(list(TEMPLATES.values()))
    template = list(TEMPLATES)[rng.choice(len(shares), p=shares / shares.sum())]
    stage.layers = backdrop(rng, stage.style, False, stage.report('sky'))
    w, h = stage.style.width, stage.style.height
    stage.outside = lambda x, y: not (0 <= x < w and 0 <= y < h)
    template(rng, stage)
    return template.__name__
