"""Games on one screen: the camera stands still (but may shake)."""
import math

import numpy as np

from . import brains, more2d
from .backdrop import Layer, backdrop, sky
from .canvas import Texture, line, opaque, rectangle
from .hud import menu
from .materials import material
from .sprites import FLYERS, SPRITES, THINGS, WALKERS, sheet
from .stage import torch
from .tilemap import TileMap


def _make(rng, stage, kinds, low, high):
    return sheet(rng, stage.style.palette, stage.style.look, kinds, stage.style.size(rng, low, high))


def _explode(rng, stage):
    frames = _make(rng, stage, 'explosion', 14, 36)
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
    frames = _make(rng, stage, 'bullet', 4, 10)
    explode, aim = _explode(rng, stage), -math.pi / 2 if up else math.pi / 2

    def fire(s):
        if actor.alive and s.t % every == 0 and rng.random() < 0.85:
            vx, vy = speed * style.unit * math.cos(aim), speed * style.unit * math.sin(aim)
            s.add(frames, 'bullet', actor.x, actor.y, rotation=aim, depth=9, brain=brains.flight(vx, vy, 90, target, explode=explode))
    stage.director.append(fire)


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
            stage.add(frames, f'enemy{j}', w * 0.1 + (i + 0.5) * gap, h * 0.08 + (j + 0.5) * gap * 0.8, brain=march, kind='enemy', tint=tint,
                      fps=6 if every == 1 else 0)

    def turn(s):
        xs = [a.x for a in s.actors if a.kind == 'enemy'] or [w / 2]
        if max(xs) > w * 0.94 or min(xs) < w * 0.06:
            direction['x'] = -1 if max(xs) > w * 0.94 else 1
            for a in s.actors:
                a.y += 2 * style.unit if a.kind == 'enemy' else 0
    stage.director.append(turn)
    player = stage.add(_make(rng, stage, ('ship', 'vehicle', 'humanoid'), 14, 24), 'player', w / 2, h * 0.9,
                       brain=brains.dodger(rng, style, (w * 0.1, h * 0.88, w * 0.9, h * 0.92)))
    shooter(rng, stage, player, int(rng.integers(8, 30)), rng.uniform(3, 9), 'enemy')
    if rng.random() < 0.4:
        shelter = _make(rng, stage, 'block', 14, 22)
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
        shapes.append([rng.uniform(0, w), rng.uniform(0, h), rng.normal(0, 1.2) * style.unit, rng.normal(0, 1.2) * style.unit, rng.normal(0, 0.03), radii,
                       style.palette.colour(rng, 'text' if rng.random() < 0.5 else 'accent')])

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
        player = stage.add(_make(rng, stage, 'ship', 10, 20), 'player', w / 2, h / 2, brain=brains.pilot(rng, style, (0, 0, w, h)),
                           memory={'nose': math.pi / 2, 'trail': True})
        shooter(rng, stage, player, 12, 6, '')
    if rng.random() < 0.4:
        stage.director.append(lambda s: s.burst(rng.uniform(0, w), rng.uniform(0, h), 20) if s.t % 35 == 0 else None)


def board(rng, stage):
    """A grid of pieces: match-3, cards, tetrominoes; pieces swap, pop and fall in."""
    style = stage.style
    w, h = style.width, style.height
    rows, cols = int(rng.integers(3, 10)), int(rng.integers(3, 14))
    gap = min(w * 0.94 / cols, h * 0.9 / rows)
    if style.pixel:
        gap = max(5, math.floor(gap))
    x0, y0 = (w - gap * cols) * rng.choice([0.5, 0.1, 0.9]), (h - gap * rows) / 2
    kinds = [sheet(rng, style.palette, style.look, ('gem', 'card', 'block', 'ball', 'coin'), gap * rng.uniform(0.6, 0.98)) for _ in range(int(rng.integers(2, 8)))]
    face = material(rng, style.palette, max(4, round(gap)), max(4, round(gap)), rng.choice(['slab', 'flat', 'checker', 'wood']), style.dither)
    if rng.random() < 0.7:
        base = np.tile(face, (rows, cols, 1)).astype(np.float32)
        alpha = rng.uniform(0.4, 1)

        def under(picture, s):
            view = picture[max(0, round(y0)):, max(0, round(x0)):][:base.shape[0], :base.shape[1]]
            view += (base[:view.shape[0], :view.shape[1]] - view) * np.float32(alpha)
        stage.marks.append(under)
    grid = {}

    def settle(a, s):
        i, j = a.memory['cell']
        gx, gy = x0 + (i + 0.5) * gap, y0 + (j + 0.5) * gap
        a.x += np.clip(gx - a.x, -5 * style.unit, 5 * style.unit)
        a.y += np.clip(gy - a.y, -6 * style.unit, 6 * style.unit)
        if a.memory.get('pop'):
            a.sx *= 0.85
            a.sy *= 0.85
            a.alive = a.sx > 0.1

    def put(i, j, y=None):
        k = int(rng.integers(len(kinds)))
        grid[i, j] = stage.add(kinds[k], f'piece{k}', x0 + (i + 0.5) * gap, y0 + (j + 0.5) * gap if y is None else y, brain=settle,
                               memory={'cell': (i, j)}, fps=6 if rng.random() < 0.1 else 0)
    fill = rng.uniform(0.5, 1)
    for j in range(rows):
        for i in range(cols):
            if rng.random() < fill:
                put(i, j)
    every = int(rng.integers(8, 50))

    def act(s):
        if s.t % every:
            return
        i, j = int(rng.integers(cols)), int(rng.integers(rows))
        if rng.random() < 0.5 and (i, j) in grid and (i + 1, j) in grid:
            grid[i, j], grid[i + 1, j] = grid[i + 1, j], grid[i, j]
            grid[i, j].memory['cell'], grid[i + 1, j].memory['cell'] = (i, j), (i + 1, j)
        elif (i, j) in grid:
            gone = grid.pop((i, j))
            gone.memory['pop'] = True
            s.burst(gone.x, gone.y, 8)
            s.score += 50
            put(i, j, -gap)
    stage.director.append(act)


def paddle(rng, stage):
    """Bricks, a ball and a bat."""
    style = stage.style
    w, h = style.width, style.height
    cols, rows = int(rng.integers(5, 13)), int(rng.integers(2, 7))
    bw, bh = w * 0.92 / cols, h * 0.4 / rows
    for j in range(rows):
        texture = material(rng, style.palette, max(3, round(bh * 0.9)), max(4, round(bw * 0.94)), rng.choice(['flat', 'slab', 'brick', 'stripes', 'cloudy']),
                           style.dither, colour=style.palette.colour(rng, 'accent'))
        frames = [Texture(opaque(texture))]
        for i in range(cols):
            if rng.random() < 0.9:
                stage.add(frames, f'brick{j}', w * 0.04 + (i + 0.5) * bw, h * 0.08 + (j + 0.5) * bh, kind='enemy', type='Image')
    explode = _explode(rng, stage)
    frames = _make(rng, stage, 'ball', 6, 12)
    for _ in range(int(rng.choice([1, 1, 2, 4]))):
        ball = stage.add(frames, 'ball', w / 2, h * 0.7, brain=brains.bouncer(rng, style, (4, 4, w - 4, h * 0.92), rng.uniform(2, 5), rng.choice([0, 0.1])), depth=12)

        def strike(s, ball=ball):
            for other in s.actors:
                if other.kind == 'enemy' and abs(other.x - ball.x) < bw / 2 and abs(other.y - ball.y) < bh / 2 + 2:
                    other.alive = False
                    s.score += 10
                    explode(s, other.x, other.y)
                    break
        stage.director.append(strike)
    bat = stage.add([Texture(opaque(material(rng, style.palette, max(3, round(h * 0.04)), max(8, round(w * 0.14)), 'metal', style.dither)))], 'bat',
                    w / 2, h * 0.94, type='Image')
    stage.director.append(lambda s: setattr(bat, 'x', float(np.clip(bat.x + np.clip(ball.x - bat.x, -4 * style.unit, 4 * style.unit), w * 0.08, w * 0.92))))


def collector(rng, stage):
    """A player among things to pick up, over a background picture."""
    style = stage.style
    w, h = style.width, style.height
    player = stage.add(_make(rng, stage, WALKERS + FLYERS, 16, 44), 'player', w / 2, h / 2, depth=20,
                       brain=brains.dodger(rng, style, (w * 0.1, h * 0.15, w * 0.9, h * 0.9), rng.uniform(0.03, 0.12)))
    frames = _make(rng, stage, THINGS, 10, 26)
    for _ in range(int(rng.integers(1, 8))):
        stage.add(frames, 'thing', rng.uniform(0.1, 0.9) * w, rng.uniform(0.15, 0.9) * h, kind='thing', fps=8 if rng.random() < 0.6 else 0,
                  brain=brains.swayer(rng, style, 0, 3 * style.unit) if rng.random() < 0.5 else None)

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
        stage.add(_make(rng, stage, tuple(SPRITES), 10, 30), f'foe{rng.integers(3)}', rng.uniform(0, w), rng.uniform(0, h), fps=8,
                  brain=brains.bouncer(rng, style, (0, 0, w, h), rng.uniform(0.4, 2), rng.choice([0, 0, 0.05])))


def skirmish(rng, stage):
    """Many things flying about, fired at, exploding: bullet hell, flies, bubbles, fish."""
    style = stage.style
    w, h = style.width, style.height
    box = (-30 * style.unit, -30 * style.unit, w + 30 * style.unit, h + 30 * style.unit)
    for _ in range(int(rng.integers(1, 4))):
        frames, name = _make(rng, stage, tuple(SPRITES), 8, 34), f'foe{rng.integers(9)}'
        vx, vy = rng.normal(0, 1.3, 2) * style.unit
        scaled, faded, tinted, spun = rng.random(4) < [0.4, 0.2, 0.25, 0.25]
        for _ in range(int(rng.integers(2, 22))):
            s = rng.uniform(0.5, 1.6) if scaled else 1.0
            kind = rng.integers(3)
            x, y = rng.uniform(0, w), rng.uniform(0, h)
            brain = (brains.drifter(rng, style, vx * rng.uniform(0.6, 1.4), vy * rng.uniform(0.6, 1.4), box, rng.normal(0, 0.05) if spun else 0) if kind < 2 else
                     brains.swayer(rng, style, rng.uniform(5, 50) * style.unit, rng.uniform(2, 30) * style.unit))
            stage.add(frames, name, x, y, brain=brain, kind='enemy', sx=s, sy=s, alpha=rng.uniform(0.3, 1) if faded else 1.0, fps=8, flip_x=vx < 0,
                      tint=tuple(rng.uniform(0.3, 1, 3)) if tinted else None, memory={'faces': True}, frame=rng.integers(4))
    if rng.random() < 0.8:
        player = stage.add(_make(rng, stage, ('ship', 'flyer', 'humanoid'), 14, 30), 'player', w / 2, h * 0.8, depth=20, fps=8,
                           brain=brains.dodger(rng, style, (w * 0.1, h * 0.4, w * 0.9, h * 0.92)))
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
    mind = (lambda bot: brains.walker(rng, style, jumps=bot or rng.random() < 0.4, bot=bot)) if side else (lambda bot: brains.roamer(rng, style, bot=bot))
    places = stage.map.open_places(rng, 12)
    player = stage.add(sheet(rng, style.palette, style.look, WALKERS, tile * rng.uniform(0.9, 1.5)), 'player', *places[0], brain=mind(True), depth=20)
    for n in range(int(rng.integers(0, 4))):
        frames = sheet(rng, style.palette, style.look, WALKERS + ('flyer',), tile * rng.uniform(0.6, 1.2))
        for place in places[1 + 2 * n:3 + 2 * n]:
            stage.add(frames, f'foe{n}', *place, brain=mind(False), kind='enemy')
    things = sheet(rng, style.palette, style.look, THINGS, tile * 0.7)
    for place in places[8:8 + int(rng.integers(0, 5))]:
        stage.add(things, 'thing', *place, fps=8 if len(things) > 1 else 0)
    if rng.random() < 0.2:
        stage.light = torch(rng, style, player)


def defence(rng, stage):
    """Creeps along a path, towers turning and firing."""
    style = stage.style
    w, h = style.width, style.height
    points = [(0.0, rng.uniform(0.2, 0.8) * h)]
    while points[-1][0] < w:
        x = points[-1][0] + rng.uniform(0.1, 0.3) * w
        points += [(x, points[-1][1]), (x, rng.uniform(0.1, 0.9) * h)]
    way, wide = style.palette.colour(rng, 'ground'), style.size(rng, 12, 26)
    base = stage.layers[0].image[:, :w] if stage.layers else sky(rng, style, w, h)
    base = base[..., :3].copy()
    for (ax, ay), (bx, by) in zip(points, points[1:]):
        line(base, ax, ay, bx, by, way * 0.6, wide + 3)
    for (ax, ay), (bx, by) in zip(points, points[1:]):
        line(base, ax, ay, bx, by, way, wide)
    stage.layers = [Layer(style, base, (0.0, 0.0))]
    lengths = np.array([0] + [math.hypot(b[0] - a[0], b[1] - a[1]) for a, b in zip(points, points[1:])]).cumsum()
    frames, speed, explode = _make(rng, stage, WALKERS + ('vehicle',), 9, 18), rng.uniform(0.5, 2) * style.unit, _explode(rng, stage)

    def creep(a, s):
        at = (a.memory['start'] + speed * a.age) % lengths[-1]
        last = a.x
        a.x, a.y = float(np.interp(at, lengths, [p[0] for p in points])), float(np.interp(at, lengths, [p[1] for p in points]))
        a.flip_x = a.x < last
    for i in range(int(rng.integers(4, 16))):
        stage.add(frames, 'creep', 0, 0, brain=creep, memory={'start': i * rng.uniform(14, 24) * style.unit}, kind='enemy', fps=8)
    tower, shot = _make(rng, stage, ('ship', 'vehicle', 'block', 'plant'), 16, 28), _make(rng, stage, 'bullet', 4, 8)
    for _ in range(int(rng.integers(2, 9))):
        def turn(a, s):
            creeps = [c for c in s.actors if c.kind == 'enemy']
            if creeps:
                c = min(creeps, key=lambda c: (c.x - a.x) ** 2 + (c.y - a.y) ** 2)
                angle = math.atan2(c.y - a.y, c.x - a.x)
                a.rotation = angle
                if a.age % 25 == 0:
                    s.add(shot, 'shot', a.x, a.y, rotation=angle, depth=25,
                          brain=brains.flight(5 * style.unit * math.cos(angle), 5 * style.unit * math.sin(angle), 12))
                    if rng.random() < 0.3:
                        explode(s, c.x, c.y)
        stage.add(tower, 'tower', rng.uniform(0.1, 0.9) * w, rng.uniform(0.1, 0.9) * h, brain=turn, depth=15)


def title(rng, stage):
    """A menu over a slow scene."""
    if rng.random() < 0.6:
        skirmish(rng, stage)
    menu(rng, stage, 200)


def grid_walk(rng, stage):
    """Snakes, sokoban and roguelikes: everything moves cell by cell, drawn as graphics or sprites."""
    style = stage.style
    w, h = style.width, style.height
    cell = max(4, round(h / rng.uniform(9, 24)))
    cols, rows = w // cell, h // cell
    every, colour, head = int(rng.integers(2, 10)), style.palette.colour(rng, 'accent'), [cols // 2, rows // 2]
    body, way, long = [tuple(head)], [1, 0], int(rng.integers(4, 30))
    food = [int(rng.integers(cols)), int(rng.integers(rows))]
    grid_on, gap = rng.random() < 0.4, rng.integers(0, 2)
    dim = style.palette.colour(rng, 'back') * 0.8

    def mark(picture, s):
        if not s.paused and s.t % every == 0:
            if rng.random() < 0.25 or not (0 <= head[0] + way[0] < cols and 0 <= head[1] + way[1] < rows):
                way[:] = [way[1], way[0]] if rng.random() < 0.5 else [-way[1], -way[0]]
            head[0], head[1] = (head[0] + way[0]) % cols, (head[1] + way[1]) % rows
            body.append(tuple(head))
            del body[:-long]
            if abs(head[0] - food[0]) + abs(head[1] - food[1]) < 3:
                food[:] = [int(rng.integers(cols)), int(rng.integers(rows))]
                s.score += 1
        if grid_on:
            picture[::cell] = dim
            picture[:, ::cell] = dim
        for n, (i, j) in enumerate(body):
            rectangle(picture, i * cell, j * cell, cell - gap, cell - gap, colour * (0.5 + 0.5 * n / len(body)))
        rectangle(picture, food[0] * cell, food[1] * cell, cell - gap, cell - gap, 255 - colour)
    stage.marks.append(mark)


TEMPLATES = {formation: 1.2, vectors: 1.0, board: 1.2, paddle: 0.9, collector: 1.2, skirmish: 1.5, room: 1.5, defence: 0.8, title: 0.6, grid_walk: 0.4,
             more2d.road: 0.7, more2d.novel: 0.6, more2d.heap: 0.8}


def build(rng, stage):
    """Fills a stage with one of the templates."""
    shares = np.array(list(TEMPLATES.values()))
    template = list(TEMPLATES)[rng.choice(len(shares), p=shares / shares.sum())]
    stage.layers = backdrop(rng, stage.style, False, stage.report('sky'))
    w, h = stage.style.width, stage.style.height
    stage.outside = lambda x, y: not (0 <= x < w and 0 <= y < h)
    template(rng, stage)
    return template.__name__
