"""Games of pieces on one screen: boards that are swapped and popped, bricks that are broken."""

import math

import numpy as np

from . import brains
from .canvas import Texture, opaque
from .gunfire import explosions, make
from .materials import material
from .sprites import sheet


def board(rng, stage):
    """A grid of pieces: match-3, cards, tetrominoes; pieces swap, pop and fall in."""
    style = stage.style
    w, h = style.width, style.height
    rows, cols = int(rng.integers(3, 10)), int(rng.integers(3, 14))
    gap = min(w * 0.94 / cols, h * 0.9 / rows)
    if style.pixel:
        gap = max(5, math.floor(gap))
    x0, y0 = (w - gap * cols) * rng.choice([0.5, 0.1, 0.9]), (h - gap * rows) / 2
    kinds = [
        sheet(rng, style.palette, style.look, ('gem', 'card', 'block', 'ball', 'coin'), gap * rng.uniform(0.6, 0.98))
        for _ in range(int(rng.integers(2, 8)))
    ]
    face = material(
        rng, style.palette, max(4, round(gap)), max(4, round(gap)), rng.choice(['slab', 'flat', 'checker', 'wood']), style.dither
    )
    if rng.random() < 0.7:
        base = np.tile(face, (rows, cols, 1)).astype(np.float32)
        alpha = rng.uniform(0.4, 1)

        def under(picture, s):
            view = picture[max(0, round(y0)) :, max(0, round(x0)) :][: base.shape[0], : base.shape[1]]
            view += (base[: view.shape[0], : view.shape[1]] - view) * np.float32(alpha)

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
        grid[i, j] = stage.add(
            kinds[k],
            f'piece{k}',
            x0 + (i + 0.5) * gap,
            y0 + (j + 0.5) * gap if y is None else y,
            brain=settle,
            memory={'cell': (i, j)},
            fps=6 if rng.random() < 0.1 else 0,
        )

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
        texture = material(
            rng,
            style.palette,
            max(3, round(bh * 0.9)),
            max(4, round(bw * 0.94)),
            rng.choice(['flat', 'slab', 'brick', 'stripes', 'cloudy']),
            style.dither,
            colour=style.palette.colour(rng, 'accent'),
        )
        frames = [Texture(opaque(texture))]
        for i in range(cols):
            if rng.random() < 0.9:
                stage.add(frames, f'brick{j}', w * 0.04 + (i + 0.5) * bw, h * 0.08 + (j + 0.5) * bh, kind='enemy', type='Image')
    explode = explosions(rng, stage)
    frames = make(rng, stage, 'ball', 6, 12)
    for _ in range(int(rng.choice([1, 1, 2, 4]))):
        ball = stage.add(
            frames,
            'ball',
            w / 2,
            h * 0.7,
            brain=brains.bouncer(rng, style, (4, 4, w - 4, h * 0.92), rng.uniform(2, 5), rng.choice([0, 0.1])),
            depth=12,
        )

        def strike(s, ball=ball):
            for other in s.actors:
                if other.kind == 'enemy' and abs(other.x - ball.x) < bw / 2 and abs(other.y - ball.y) < bh / 2 + 2:
                    other.alive = False
                    s.score += 10
                    explode(s, other.x, other.y)
                    break

        stage.director.append(strike)
    bat = stage.add(
        [Texture(opaque(material(rng, style.palette, max(3, round(h * 0.04)), max(8, round(w * 0.14)), 'metal', style.dither)))],
        'bat',
        w / 2,
        h * 0.94,
        type='Image',
    )
    stage.director.append(
        lambda s: setattr(bat, 'x', float(np.clip(bat.x + np.clip(ball.x - bat.x, -4 * style.unit, 4 * style.unit), w * 0.08, w * 0.92)))
    )
