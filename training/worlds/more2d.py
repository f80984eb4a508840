"""Further games on one screen: a road into the distance, a talking picture, a heap of tumbling things, creeps on a path, a snake."""

import math

import numpy as np

from . import brains
from .backdrop import Layer, sky
from .canvas import draw, line, rectangle
from .gunfire import explosions, make
from .hud import words
from .noise import fbm
from .palette import shade
from .sprites import SPRITES, WALKERS, sheet
from .stage import panel


def road(rng, stage):
    """A road drawn row by row, as old racing games do; cars and trees are sprites that grow."""
    style = stage.style
    w, h = style.width, style.height
    horizon = int(h * rng.uniform(0.35, 0.55))
    palette = style.palette
    a, b = palette.colour(rng, 'ground'), palette.colour(rng, 'ground')
    grass, verge = (a, a * 0.85 + 12), (np.array([220, 220, 220.0]), b)
    tar = palette.colour(rng, 'back') * 0.4 + 50
    rows = np.arange(horizon, h)
    depth = (h - horizon) / (rows - horizon + 1.0)  # 1 at the bottom
    speed, wide, at = rng.uniform(0.1, 0.5), rng.uniform(0.8, 1.6) * w, {'z': 0.0, 'bend': 0.0, 'goal': 0.0, 'x': 0.0}
    x = np.arange(w) + 0.5

    def middle(s):
        return w / 2 + at['bend'] * (depth - 1) ** 1.5 * w * 0.01 - at['x'] / depth

    def mark(picture, s):
        if not s.paused:
            if rng.random() < 0.02:
                at['goal'] = rng.uniform(-4, 4)
            at['bend'] += (at['goal'] - at['bend']) * 0.03
            at['z'] += speed
            at['x'] += (math.sin(s.t * 0.03) * w * 0.2 - at['x']) * 0.05
        stripe = ((depth * 2 + at['z'] * 4) % 2 < 1).astype(int)
        centre, half = middle(s)[:, None], (wide / 2 / depth)[:, None]
        off = np.abs(x[None, :] - centre)
        ground = np.where(stripe[:, None, None] == 1, grass[0], grass[1])
        ground = np.where((off < half * 1.12)[..., None], np.where(stripe[:, None, None] == 1, verge[0], verge[1]), ground)
        ground = np.where((off < half)[..., None], tar, ground)
        dashed = (off < half * 0.03) & (stripe[:, None] == 1)
        picture[horizon:] = np.where(dashed[..., None], 235, ground)

    stage.marks.append(mark)
    things = [sheet(rng, palette, style.look, kind, style.size(rng, 50, 90)) for kind in ('plant', 'plant', 'block', 'vehicle')]

    def come(actor, s):
        d = (actor.memory['d'] - at['z'] * (0.4 if actor.memory['car'] else 1)) % 12 + 1
        row = int(min(len(rows) - 1, (h - horizon) / d))
        actor.x, actor.y = middle(s)[row] + actor.memory['side'] * wide / 2 / d, rows[row]
        actor.sx = actor.sy = 1.3 / d
        actor.depth, actor.alpha = 40 - d, float(np.clip((13 - d) / 2, 0, 1))

    for i in range(int(rng.integers(6, 18))):
        car = rng.random() < 0.3
        stage.add(
            things[3 if car else rng.integers(3)],
            'car' if car else 'roadside',
            -99,
            -99,
            oy=1.0,
            brain=come,
            memory={
                'd': i * 12 / 14 + rng.random(),
                'side': rng.uniform(-0.7, 0.7) if car else rng.choice([-1, 1]) * rng.uniform(1.3, 2.5),
                'car': car,
            },
        )
    frames = sheet(rng, palette, style.look, ('vehicle', 'ship'), style.size(rng, 30, 50))
    stage.add(frames, 'player', w / 2, h * 0.9, depth=60, fps=8, brain=brains.swayer(rng, style, w * 0.1, style.unit))


def novel(rng, stage):
    """Large painted figures on a painted scene, talking; now and then one leaves or the scene changes."""
    style = stage.style
    w, h = style.width, style.height
    if not style.pixel or rng.random() < 0.5:
        ramp = np.array([style.palette.colour(rng, r) for r in ('back', 'ground', 'any', 'back')])
        stage.layers = [
            Layer(
                style,
                shade(ramp, fbm(rng, h, w, int(rng.integers(2, 6)), 6, 0.6), style.dither),
                (0.0, 0.0),
                0.0,
                'scene',
                'image' if stage.report('scene') else '',
            )
        ]
    for i in range(int(rng.integers(1, 4))):
        frames = sheet(rng, style.palette, style.look, ('humanoid', 'blob', 'flyer'), h * rng.uniform(0.5, 0.95))[:1]
        brain = brains.pulse(rng, 0.015, rng.uniform(0.05, 0.12), True) if rng.random() < 0.6 else None
        a = stage.add(frames, f'figure{i}', w * rng.uniform(0.15, 0.85), h * 0.98, oy=1.0, brain=brain, flip_x=rng.random() < 0.5)
        start, fade = int(rng.integers(0, 80)), int(rng.integers(6, 25))
        if rng.random() < 0.5:
            stage.director.append(lambda s, a=a, start=start, fade=fade: setattr(a, 'alpha', float(np.clip((s.t - start) / fade, 0, 1))))
    face, ink = panel(rng, style, w * 0.94, h * 0.3), style.palette.colour(rng, 'text')
    every, rate = int(rng.integers(40, 110)), rng.uniform(0.4, 1.5)
    room = max(8, int(w * 0.88 / (6.2 * style.font.scale)))
    lines = [(words(rng, 2, 7)[:room], words(rng, 2, 7)[:room]) for _ in range(8)]

    def talk(picture, s):
        draw(picture, face, round(w * 0.03), round(h * 0.67), face.width, face.height, 0, 0)
        shown = int((s.t % every) * rate)
        for i, text in enumerate(lines[s.t // every % 8]):
            picture_of = style.font.render(text[: max(0, shown - i * room)], ink)
            draw(
                picture, picture_of, round(w * 0.06), round(h * 0.7 + i * 11 * style.font.scale), picture_of.width, picture_of.height, 0, 0
            )

    stage.over.append(talk)


def heap(rng, stage):
    """Boxes and balls that fall, turn, bounce and come to rest on each other's columns."""
    style = stage.style
    w, h = style.width, style.height
    kinds = [
        sheet(rng, style.palette, style.look, kind, style.size(rng, 10, 34)) for kind in rng.choice(list(SPRITES), int(rng.integers(1, 4)))
    ]
    floor, pace, gravity = h * rng.uniform(0.8, 1.0), int(rng.integers(2, 20)), rng.uniform(0.1, 0.5) * style.unit
    tops = np.full(max(4, int(w // (12 * style.unit))), floor)

    def fall(a, s):
        if a.memory.get('rest'):
            return
        a.memory['v'] += gravity
        a.x += a.memory['vx']
        a.y += a.memory['v']
        a.rotation += a.memory['spin']
        i = int(np.clip(a.x / w * len(tops), 0, len(tops) - 1))
        if a.y + a.texture.height / 2 * a.sy > tops[i]:
            a.y = tops[i] - a.texture.height / 2 * a.sy
            if a.memory['v'] > 1.2 * style.unit:
                a.memory['v'] *= -rng.uniform(0.2, 0.5)
                a.memory['spin'] *= 0.5
                a.memory['vx'] *= 0.6
            else:
                a.memory['rest'] = True
                tops[i] = max(h * 0.2, tops[i] - a.texture.height * 0.6 * a.sy)

    def put(s, y):
        n, scale = int(rng.integers(len(kinds))), rng.uniform(0.7, 1.4)
        return s.add(
            kinds[n],
            f'thing{n}',
            rng.uniform(0.05, 0.95) * w,
            y,
            brain=fall,
            sx=scale,
            sy=scale,
            rotation=rng.uniform(0, 6.28),
            memory={'v': 0.0, 'vx': rng.normal(0, 0.8) * style.unit, 'spin': rng.normal(0, 0.08)},
        )

    for _ in range(int(rng.integers(5, 60))):  # what fell before
        a = put(stage, 0.0)
        for _ in range(400):
            if not a.memory.get('rest'):
                fall(a, stage)

    def drop(s):
        if s.t % pace == 0 and len(s.actors) < 120:
            put(s, -20 * style.unit)
            if rng.random() < 0.1:
                s.burst(rng.uniform(0, w), floor, 12)

    stage.director.append(drop)


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
    frames, speed, explode = make(rng, stage, WALKERS + ('vehicle',), 9, 18), rng.uniform(0.5, 2) * style.unit, explosions(rng, stage)

    def creep(a, s):
        at = (a.memory['start'] + speed * a.age) % lengths[-1]
        last = a.x
        a.x, a.y = float(np.interp(at, lengths, [p[0] for p in points])), float(np.interp(at, lengths, [p[1] for p in points]))
        a.flip_x = a.x < last

    for i in range(int(rng.integers(4, 16))):
        stage.add(frames, 'creep', 0, 0, brain=creep, memory={'start': i * rng.uniform(14, 24) * style.unit}, kind='enemy', fps=8)
    tower, shot = make(rng, stage, ('ship', 'vehicle', 'block', 'plant'), 16, 28), make(rng, stage, 'bullet', 4, 8)
    for _ in range(int(rng.integers(2, 9))):

        def turn(a, s):
            creeps = [c for c in s.actors if c.kind == 'enemy']
            if creeps:
                c = min(creeps, key=lambda c: (c.x - a.x) ** 2 + (c.y - a.y) ** 2)
                angle = math.atan2(c.y - a.y, c.x - a.x)
                a.rotation = angle
                if a.age % 25 == 0:
                    s.add(
                        shot,
                        'shot',
                        a.x,
                        a.y,
                        rotation=angle,
                        depth=25,
                        brain=brains.flight(5 * style.unit * math.cos(angle), 5 * style.unit * math.sin(angle), 12),
                    )
                    if rng.random() < 0.3:
                        explode(s, c.x, c.y)

        stage.add(tower, 'tower', rng.uniform(0.1, 0.9) * w, rng.uniform(0.1, 0.9) * h, brain=turn, depth=15)


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
