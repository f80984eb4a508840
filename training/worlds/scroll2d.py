"""Games with a moving camera."""

import math

import numpy as np

from . import brains, cameras2d, onward2d
from .backdrop import Layer, backdrop, sky
from .canvas import Texture, draw_layer, line, opaque
from .ground2d import Ground, ground_picture, isometric
from .gunfire import explosions, make
from .materials import material
from .sprites import FLYERS, SPRITES, THINGS, WALKERS, sheet
from .stage import torch
from .tilemap import TileMap


def platformer(rng, stage):
    """Side view: runs, jumps, pickups, foes, parallax behind."""
    style = stage.style
    tile = max(5, round(style.height / rng.uniform(6.5, 14)))
    cols, rows = math.ceil(style.width * rng.uniform(2, 3.6) / tile), math.ceil(style.height * rng.choice([1, 1, 1.3, 1.8]) / tile)
    stage.map = TileMap(rng, style, 'platform', rows, cols, tile, floor=False)
    bounds = (0, 0, cols * tile, rows * tile)
    x0 = rng.uniform(0.1, 0.6) * cols * tile
    player = stage.add(
        sheet(rng, style.palette, style.look, WALKERS, tile * rng.uniform(0.9, 1.9)),
        'player',
        x0,
        0,
        depth=20,
        brain=brains.walker(rng, style, rng.uniform(1.2, 3.2), bot=True),
    )
    for n in range(int(rng.integers(1, 4))):
        walks = rng.random() < 0.6
        frames = sheet(rng, style.palette, style.look, WALKERS if walks else FLYERS, tile * rng.uniform(0.6, 1.3))
        for _ in range(int(rng.integers(2, 8))):
            x, y = rng.uniform(0, cols * tile), rng.uniform(0, rows * tile * 0.7)
            stage.add(
                frames,
                f'foe{n}',
                x,
                y,
                kind='enemy',
                fps=8,
                memory={'faces': True},
                brain=brains.walker(rng, style, jumps=False)
                if walks
                else brains.swayer(rng, style, rng.uniform(5, 40) * style.unit, rng.uniform(3, 20) * style.unit),
            )
    things = sheet(rng, style.palette, style.look, THINGS, tile * rng.uniform(0.4, 0.9))
    for x, y in stage.map.open_places(rng, int(rng.integers(4, 30))):
        stage.add(
            things, 'thing', x, stage.map.floor_below(x, y) - tile * rng.choice([0.5, 1.5]), fps=9 if len(things) > 1 else 0, kind='thing'
        )
    if rng.random() < 0.25:  # tiles that the game has as sprites
        frames = _tile_sprite(rng, style, tile)
        for _ in range(int(rng.integers(4, 40))):
            stage.add(frames, 'block', (rng.integers(cols) + 0.5) * tile, (rng.integers(rows) + 0.5) * tile, depth=6, type='Image')
    if rng.random() < 0.3:
        frames = make(rng, stage, 'block', 12, 24)
        for x, y in stage.map.open_places(rng, 8):
            stage.add(frames, 'crate', x, y, depth=12, type='Image', brain=brains.both(brains.faller(style), brains.tumbler(rng)))

    def collect(s):
        for a in s.actors:
            if a.kind == 'thing' and abs(a.x - player.x) < tile * 0.7 and abs(a.y - player.y) < tile:
                a.alive = False
                s.score += 10
                s.burst(a.x, a.y, 10)

    stage.director.append(collect)
    stage.follow = cameras2d.follow(stage, player, rng, bounds)
    if rng.random() < 0.12:
        stage.light = torch(rng, style, player)
    if rng.random() < 0.2:
        _foreground(rng, stage)


def _tile_sprite(rng, style, tile):
    return [
        Texture(opaque(material(rng, style.palette, tile, tile, rng.choice(['brick', 'slab', 'wood', 'stone', 'metal']), style.dither)))
    ]


def _foreground(rng, stage):
    """Dark shapes nearer than the game that move faster than it."""
    style = stage.style
    layer = backdrop_layer(rng, style)
    factor = rng.uniform(1.2, 2)
    stage.over.append(lambda picture, s: draw_layer(picture, layer, round(s.camera.view_x * factor), 0, 1.0, True, False))


def backdrop_layer(rng, style):
    """A strip of bushes in front."""
    out = np.zeros((style.height, style.width * 2, 4), np.float32)
    colour = style.palette.colour(rng, 'back') * 0.3
    bushes = [sheet(rng, style.palette, style.look, 'plant', style.size(rng, 30, 80))[0].pixels for _ in range(3)]
    for _ in range(int(rng.integers(2, 9))):
        bush = bushes[rng.integers(3)]
        x = int(rng.integers(0, max(1, out.shape[1] - bush.shape[1])))
        y = out.shape[0] - int(bush.shape[0] * rng.uniform(0.4, 0.8))
        view = out[y : y + bush.shape[0], x : x + bush.shape[1]]
        p = bush[: view.shape[0], : view.shape[1]]
        view[...] = np.where(p[..., 3:] > 0.5, np.append(colour, 1), view)
    return out


def topdown(rng, stage):
    """Dungeons, caves, towns and arenas seen from above."""
    style = stage.style
    tile = max(5, round(style.height / rng.uniform(6.5, 14)))
    cols, rows = math.ceil(style.width * rng.uniform(1.6, 2.8) / tile), math.ceil(style.height * rng.uniform(1.6, 3) / tile)
    stage.map = TileMap(rng, style, str(rng.choice(['room', 'room', 'cave', 'arena', 'arena', 'street'])), rows, cols, tile, floor=True)
    stage.layers = [
        Layer(
            style,
            np.zeros((style.height, style.width, 3), np.float32) + style.palette.colour(rng, 'back') * rng.choice([0, 0.2, 1]),
            (0.0, 0.0),
        )
    ]
    vehicles = rng.random() < 0.35
    kinds = ('vehicle', 'ship') if vehicles else WALKERS
    places = stage.map.open_places(rng, 40)
    frames = sheet(rng, style.palette, style.look, 'vehicle' if vehicles else kinds, tile * rng.uniform(0.8, 1.5))
    player = stage.add(
        frames, 'player', *places[0], depth=20, brain=brains.roamer(rng, style, rng.uniform(1, 3.4), turns=vehicles, bot=True)
    )
    explode = explosions(rng, stage)
    for n in range(int(rng.integers(1, 4))):
        frames = sheet(rng, style.palette, style.look, 'vehicle' if vehicles else WALKERS + ('flyer',), tile * rng.uniform(0.7, 1.2))
        for place in places[1 + 8 * n : 1 + 8 * n + int(rng.integers(2, 9))]:
            stage.add(frames, f'foe{n}', *place, kind='enemy', depth=18, brain=brains.roamer(rng, style, turns=vehicles))
    things = sheet(rng, style.palette, style.look, THINGS, tile * rng.uniform(0.6, 1))
    for place in places[28 : 28 + int(rng.integers(0, 12))]:
        stage.add(things, 'thing', *place, fps=8 if len(things) > 1 else 0, depth=8)
    if rng.random() < 0.5:
        shot, every = make(rng, stage, 'bullet', 4, 9), int(rng.integers(8, 30))

        def fire(s):
            for a in s.actors:
                if a.kind == 'enemy' or a is player:
                    if (s.t + a.id * 7) % every == 0 and rng.random() < 0.4 and (abs(a.vx) + abs(a.vy)) > 0.1:
                        angle = a.rotation if vehicles else math.atan2(a.vy, a.vx)
                        v = 4.5 * style.unit
                        s.add(
                            shot,
                            'shot',
                            a.x,
                            a.y,
                            rotation=angle,
                            depth=22,
                            brain=brains.flight(
                                v * math.cos(angle), v * math.sin(angle), 60, 'enemy' if a is player else '', explode=explode
                            ),
                        )

        stage.director.append(fire)
    bounds = (0, 0, cols * tile, rows * tile) if rng.random() < 0.6 else None
    stage.follow = cameras2d.follow(stage, player, rng, bounds)
    if rng.random() < 0.2:
        stage.light = torch(rng, style, player)


def space(rng, stage):
    """Inertia over a large painted field: racing, sailing, space flight."""
    style = stage.style
    w, h = style.width, style.height
    size = (int(w * rng.uniform(1.8, 2.6)), int(h * rng.uniform(2, 3)))
    if rng.random() < 0.6:
        image = ground_picture(rng, style, *size)
        if rng.random() < 0.5:  # a track
            t = np.linspace(0, 2 * math.pi, 24)
            r = rng.uniform(0.25, 0.42, 24)
            r[-1] = r[0]
            xs, ys = size[0] * (0.5 + r * np.cos(t)), size[1] * (0.5 + r * np.sin(t))
            colour, wide = style.palette.colour(rng, 'back') * 0.6 + 30, style.size(rng, 30, 60)
            for extra, c in ((4, np.full(3, 235)), (0, colour)):
                for i in range(23):
                    line(image, xs[i], ys[i], xs[i + 1], ys[i + 1], c, wide + extra)
        stage.map = Ground(image)
        stage.layers = [Layer(style, sky(rng, style, w, h) * 0.2, (0.0, 0.0))]
    world = (0, 0, *size)
    kind = ('ship',) if stage.map is None or rng.random() < 0.4 else ('vehicle',)
    player = stage.add(
        make(rng, stage, kind, 14, 28),
        'player',
        size[0] / 2,
        size[1] / 2,
        depth=20,
        brain=brains.pilot(rng, style, world, rng.uniform(1.5, 6)),
        memory={'nose': math.pi / 2 if kind == ('ship',) else 0.0, 'trail': rng.random() < 0.6},
    )
    for n in range(int(rng.integers(1, 4))):
        frames = make(rng, stage, kind + ('ball', 'block', 'creature'), 10, 34)
        for _ in range(int(rng.integers(3, 14))):
            x, y = rng.uniform(0, size[0]), rng.uniform(0, size[1])
            brain = (
                brains.pilot(rng, style, world, rng.uniform(1, 4))
                if rng.random() < 0.4
                else brains.drifter(
                    rng, style, rng.normal(0, 0.7) * style.unit, rng.normal(0, 0.7) * style.unit, world, rng.normal(0, 0.03)
                )
            )
            s = rng.uniform(0.6, 1.5)
            stage.add(frames, f'foe{n}', x, y, brain=brain, sx=s, sy=s, memory={'nose': math.pi / 2 if kind == ('ship',) else 0.0})
    stage.follow = cameras2d.follow(stage, player, rng, world if stage.map else None)


def overview(rng, stage):
    """A map with units, the camera gliding and resting: strategy, management, adventure scenes."""
    style = stage.style
    w, h = style.width, style.height
    tile = max(5, round(h / rng.uniform(8, 18)))
    cols, rows = math.ceil(w * 2.4 / tile), math.ceil(h * 2.4 / tile)
    if rng.random() < 0.6:
        stage.map = TileMap(rng, style, str(rng.choice(['arena', 'street', 'cave'])), rows, cols, tile, floor=True)
        places = stage.map.open_places(rng, 80)
    else:
        paint = isometric if rng.random() < 0.5 else ground_picture
        stage.map = Ground(paint(rng, style, cols * tile, rows * tile))
        places = [(rng.uniform(0, cols * tile), rng.uniform(0, rows * tile)) for _ in range(80)]
    at = 0
    for n in range(int(rng.integers(2, 6))):
        frames, moves = make(rng, stage, tuple(SPRITES), 10, 30), rng.random() < 0.6
        for place in places[at : at + int(rng.integers(3, 20))]:
            stage.add(frames, f'unit{n}', *place, brain=brains.roamer(rng, style, rng.uniform(0.3, 1.2)) if moves else None, depth=10 + n)
        at += 15
    if rng.random() < 0.4:
        chosen = stage.actors[:5]

        def mark(picture, s):
            for a in chosen:
                x, y, aw, ah = a.place(style, s.camera)
                r = max(aw, ah) * 0.6
                for x0, y0, x1, y1 in ((-r, -r, r, -r), (r, -r, r, r), (r, r, -r, r), (-r, r, -r, -r)):
                    line(picture, x + x0, y + y0, x + x1, y + y1, np.array([80, 255, 80]))

        stage.over.append(mark)
    stage.follow = cameras2d.glide(stage, rng, (0, 0, cols * tile, rows * tile))


def style_zooms(rng, stage):
    """Whether the whole clip is seen through a zoomed camera."""
    return rng.random() < (0.12 if stage.style.linear else 0.04)


TEMPLATES = {platformer: 1.6, topdown: 1.6, onward2d.shmup: 1.0, onward2d.runner: 0.8, space: 1.0, overview: 0.8}


def build(rng, stage):
    """Fills a stage with one of the templates."""
    shares = np.array(list(TEMPLATES.values()))
    template = list(TEMPLATES)[rng.choice(len(shares), p=shares / shares.sum())]
    stage.layers = backdrop(rng, stage.style, True, stage.report('layers'))
    template(rng, stage)
    if stage.follow and template is not onward2d.shmup and style_zooms(rng, stage):
        stage.camera.zoom = float(rng.choice([0.8, 1.25, 1.5, 2.0]))
    if stage.follow and template is not onward2d.shmup and rng.random() < 0.1:
        stage.follow = cameras2d.zooming(stage, rng, stage.follow)
    return template.__name__
