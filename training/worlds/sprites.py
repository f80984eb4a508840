"""Sprite sheets: every function paints the animation frames of one thing. `sheet` picks one by name."""

import math

import numpy as np

from .canvas import Texture, opaque
from .materials import material
from .painter import Painter


def _sheet(size, frames, look, rng, paint, aspect=1.0):
    """`paint(painter, phase)` once per frame; all frames share one random state for the noise of their shading."""
    out = []
    seed = int(rng.integers(1 << 31))
    for i in range(frames):
        painter = Painter(max(3, round(size * aspect)), max(3, round(size)), look, np.random.default_rng(seed))
        paint(painter, i / frames)
        out.append(Texture(painter.rgba))
    return out


def humanoid(rng, palette, look, size):
    skin, shirt, trousers, hair = (palette.colour(rng, 'actor') for _ in range(4))
    head, stout, hat = rng.uniform(0.13, 0.24), rng.uniform(0.1, 0.2), rng.integers(4)

    def paint(p, t):
        a = math.sin(2 * math.pi * t)
        bob = -0.02 * abs(a)
        hip, neck = 0.14 + bob, -0.14 + bob
        for side in (-1, 1):
            p.capsule(0.05 * side, hip, 0.05 * side + 0.13 * a * side, 0.42 - 0.06 * max(0, a * side), 0.055, trousers)
        p.capsule(-stout, neck + 0.07, -stout - 0.03 + 0.1 * a, hip, 0.05, skin)
        p.box(0, (hip + neck) / 2, stout, (hip - neck) / 2 + 0.04, shirt, radius=0.06)
        p.capsule(stout, neck + 0.07, stout + 0.03 - 0.1 * a, hip, 0.05, skin)
        p.ellipse(0, neck - head * 0.75, head, head, skin)
        if hat:
            p.box(0, neck - head * (1.4 if hat < 3 else 1.1), head * (1.1 if hat == 1 else 0.9), head * 0.35, hair, radius=0.03)
        p.ellipse(head * 0.35, neck - head * 0.75, 0.025, 0.035, np.zeros(3), outline=False)

    return _sheet(size, int(rng.choice([4, 6, 8])), look, rng, paint, rng.uniform(0.6, 0.85))


def creature(rng, palette, look, size):
    """A mirrored pattern of blocks, as arcade enemies are."""
    n, m = int(rng.integers(3, 6)), int(rng.integers(5, 10))
    body = rng.random((m, n)) < 0.55
    body[:, 0] |= rng.random(m) < 0.8
    colours = [palette.colour(rng, 'actor') for _ in range(2)]
    tone = rng.random((m, n)) < 0.25

    def paint(p, t):
        grid = body.copy()
        if t >= 0.5:
            grid[-2:] = np.roll(grid[-2:], 1, 1)
        w = 0.46 / n
        for j in range(m):
            for i in range(n):
                if grid[j, i]:
                    for side in (-1, 1):
                        p.box(
                            side * (i + 0.5) * w,
                            (j + 0.5) / m * 0.9 - 0.45,
                            w / 2 + 0.01,
                            0.46 / m,
                            colours[int(tone[j, i])],
                            outline=False,
                        )

    flat = type(look)(rng, look.hard)
    flat.shading, flat.outline = 'flat', 0
    return _sheet(size, 2, flat, rng, paint)


def blob(rng, palette, look, size):
    colour, eye = palette.colour(rng, 'actor'), rng.integers(1, 3)
    ears, feet = rng.integers(3), rng.random() < 0.5

    def paint(p, t):
        s = 0.06 * math.sin(2 * math.pi * t)
        if feet:
            for side in (-1, 1):
                p.ellipse(0.15 * side + s, 0.4, 0.1, 0.06, colour * 0.6)
        for side in (-1, 1):
            if ears == 1:
                p.ellipse(0.22 * side, -0.28 + s, 0.08, 0.16, colour, angle=-0.3 * side)
            elif ears == 2:
                p.polygon([(0.1 * side, -0.2), (0.3 * side, -0.45 + s), (0.32 * side, -0.1)], colour)
        p.ellipse(0, 0.06 + s, 0.38 + s, 0.34 - s, colour)
        for side in (-1, 1) if eye == 2 else (0.3,):
            p.ellipse(0.14 * side + 0.03, s, 0.08, 0.1, np.full(3, 250))
            p.ellipse(0.14 * side + 0.05, s + 0.01, 0.04, 0.05, np.zeros(3), outline=False)

    return _sheet(size, 4, look, rng, paint)


def flyer(rng, palette, look, size):
    body, wing, stripes = palette.colour(rng, 'actor'), palette.colour(rng, 'actor'), rng.random() < 0.4
    long = rng.uniform(0.2, 0.36)

    def paint(p, t):
        a = math.cos(2 * math.pi * t)
        p.ellipse(-0.08, -0.12 - 0.12 * a, 0.13, 0.08 + 0.16 * abs(a), wing, angle=-0.5)
        p.ellipse(0, 0.05, long, 0.2, body)
        if stripes:
            for x in (-0.12, 0.05):
                p.box(x, 0.05, 0.03, 0.17, np.full(3, 30), outline=False)
        p.polygon([(long - 0.05, 0), (long + 0.13, 0.06), (long - 0.05, 0.12)], palette_beak)
        p.ellipse(long * 0.6, 0, 0.04, 0.05, np.zeros(3), outline=False)
        p.ellipse(0.05, -0.15 - 0.12 * a, 0.12, 0.08 + 0.16 * abs(a), wing, angle=0.5)

    palette_beak = palette.colour(rng, 'accent')
    return _sheet(size, 4, look, rng, paint, 1.15)


def ship(rng, palette, look, size):
    """Seen from above, nose up."""
    hull, trim, glass = palette.colour(rng, 'actor'), palette.colour(rng, 'accent'), palette.colour(rng, 'any')
    n = int(rng.integers(3, 6))
    half = [(abs(rng.normal(0.1, 0.05)) if i == 0 else rng.uniform(0.08, 0.42), -0.46 + 0.9 * i / n) for i in range(n + 1)]
    gun, fins = rng.random() < 0.5, rng.uniform(0.2, 0.45)

    def paint(p, t):
        if t < 0.5:
            p.ellipse(0, 0.44, 0.07, 0.1, trim, outline=False)
        p.polygon([(-fins, 0.4), (0, -0.05), (fins, 0.4)], trim)
        if gun:
            for side in (-1, 1):
                p.box(side * fins * 0.8, 0.1, 0.035, 0.16, hull * 0.6)
        p.polygon(half + [(-x, y) for x, y in reversed(half)], hull)
        p.ellipse(0, -0.08, 0.08, 0.15, glass)

    return _sheet(size, 2, look, rng, paint)


def vehicle(rng, palette, look, size):
    """A car or tank seen from above, nose right."""
    body, roof, tank = palette.colour(rng, 'actor'), palette.colour(rng, 'any'), rng.random() < 0.5

    def paint(p, t):
        for y in (-0.3, 0.3):
            if tank:
                p.box(0, y, 0.46, 0.1, np.full(3, 50))
                for i in range(6):
                    p.box(-0.4 + (i + t) * 0.14, y, 0.02, 0.08, np.full(3, 90), outline=False)
            else:
                for x in (-0.28, 0.28):
                    p.box(x, y, 0.1, 0.06, np.full(3, 30), radius=0.02)
        p.box(0, 0, 0.44, 0.27, body, radius=0.03 if tank else 0.12)
        p.box(-0.06, 0, 0.2, 0.2, roof, radius=0.2 if tank else 0.05)
        if tank:
            p.box(0.25, 0, 0.22, 0.05, roof * 0.7)
        else:
            p.box(0.18, 0, 0.05, 0.18, np.array([150, 200, 230]), outline=False)

    return _sheet(size, 2 if tank else 1, look, rng, paint, 1.05)


def coin(rng, palette, look, size):
    colour, mark = palette.colour(rng, 'accent'), rng.integers(3)

    def paint(p, t):
        w = max(0.06, abs(math.cos(math.pi * t)))
        p.ellipse(0, 0, 0.42 * w, 0.42, colour)
        if mark == 1:
            p.ellipse(0, 0, 0.28 * w, 0.28, colour * 0.75, outline=False)
        elif mark == 2:
            p.box(0, 0, 0.08 * w, 0.2, colour * 0.6, outline=False)

    return _sheet(size, int(rng.choice([1, 6, 8])), look, rng, paint)


def gem(rng, palette, look, size):
    colour, kind = palette.colour(rng, 'accent'), rng.integers(5)

    def paint(p, t):
        s = 1 + 0.06 * math.sin(2 * math.pi * t)
        if kind == 0:
            p.polygon([(0, 0.4 * s), (-0.4, -0.1), (-0.22, -0.36 * s), (0.22, -0.36 * s), (0.4, -0.1)], colour)
            p.polygon([(0, 0.35), (-0.15, -0.1), (0.15, -0.1)], np.minimum(255, colour * 1.25), outline=False)
        elif kind == 1:
            p.star(0, 0, 0.45 * s, 0.2, 5, colour)
        elif kind == 2:
            p.ellipse(0, 0, 0.4 * s, 0.4 * s, colour)
            p.ellipse(-0.12, -0.14, 0.12, 0.08, np.full(3, 255), angle=-0.6, outline=False, alpha=0.8)
        elif kind == 3:
            for side in (-1, 1):
                p.ellipse(0.17 * side, -0.12, 0.21, 0.21, colour)
            p.polygon([(-0.36, 0), (0.36, 0), (0, 0.4)], colour)
        else:
            p.box(0, 0, 0.3, 0.3, colour, angle=math.pi / 4 if rng else 0, radius=0.05)

    return _sheet(size, int(rng.choice([1, 2, 4])), look, rng, paint)


def plant(rng, palette, look, size):
    """A tree, bush, cactus or mushroom; sways if it has frames."""
    leaf, trunk, kind = palette.colour(rng, 'ground'), palette.colour(rng, 'ground') * 0.6, rng.integers(4)
    balls = [(rng.uniform(-0.22, 0.22), rng.uniform(-0.3, 0.02), rng.uniform(0.12, 0.22)) for _ in range(7)]

    def paint(p, t):
        sway = 0.02 * math.sin(2 * math.pi * t)
        if kind == 0:
            p.capsule(0, 0.45, sway, 0, 0.06, trunk)
            for x, y, r in balls:
                p.ellipse(x + sway, y, r, r, leaf * (0.8 + y * 0.6), outline=y < -0.15)
        elif kind == 1:
            p.capsule(0, 0.45, 0, 0.2, 0.05, trunk)
            for i in range(3):
                y = 0.22 - 0.2 * i
                p.polygon([(-0.34 + 0.07 * i, y), (sway * i, y - 0.32), (0.34 - 0.07 * i, y)], leaf * (0.85 + 0.1 * i))
        elif kind == 2:
            p.box(0, 0.25, 0.09, 0.22, np.full(3, 220), radius=0.06)
            p.ellipse(sway, -0.05, 0.38, 0.26, leaf)
            for x, y, r in balls[:3]:
                p.ellipse(x, y * 0.5, r * 0.4, r * 0.3, np.full(3, 240), outline=False)
        else:
            for x, y, r in balls:
                p.ellipse(x * 1.3 + sway, 0.2 + y * 0.5, r, r, leaf * (0.8 + r))

    return _sheet(size, int(rng.choice([1, 1, 4])), look, rng, paint)


def block(rng, palette, look, size):
    """A crate, barrel or rock."""
    n = max(4, round(size))
    kind = rng.integers(4)
    if kind < 2:
        face = material(rng, palette, n, n, rng.choice(['slab', 'wood', 'metal', 'brick', 'stone', 'stripes']), role='actor')
        edge = max(1, n // 12)
        if rng.random() < 0.7:
            for part in (face[:edge], face[-edge:], face[:, :edge], face[:, -edge:]):
                part *= 0.45
        return [Texture(opaque(face))]
    colour = palette.colour(rng, 'actor')
    angles = np.sort(rng.random(8)) * 6.2832
    rock = np.stack([np.cos(angles), np.sin(angles)], 1) * rng.uniform(0.3, 0.46, (8, 1))

    def paint(p, t):
        if kind == 2:
            p.ellipse(0, 0, 0.42, 0.42, colour)
            p.ellipse(0, 0, 0.3, 0.3, colour * 0.75)
            p.ellipse(0.1, -0.1, 0.06, 0.06, np.full(3, 30), outline=False)
        else:
            p.polygon(rock, colour)

    return _sheet(size, 1, look, rng, paint)


def ball(rng, palette, look, size):
    colour, mark = palette.colour(rng, 'accent'), palette.colour(rng, 'any')

    def paint(p, t):
        p.ellipse(0, 0, 0.44, 0.44, colour)
        p.box(0, 0, 0.4, 0.08, mark, angle=0.4, outline=False)
        p.ellipse(-0.15, -0.17, 0.1, 0.07, np.full(3, 255), outline=False, alpha=0.7)

    return _sheet(size, 1, look, rng, paint)


def bullet(rng, palette, look, size):
    colour, kind = palette.colour(rng, 'accent'), rng.integers(3)

    def paint(p, t):
        if kind == 0:
            p.box(0, 0, 0.45, 0.12, colour, radius=0.1)
        elif kind == 1:
            p.ellipse(0, 0, 0.4, 0.4, colour, outline=False, alpha=0.5)
            p.ellipse(0, 0, 0.24, 0.24, np.minimum(255, colour + 120), outline=False)
        else:
            p.polygon([(0.45, 0), (-0.4, 0.2), (-0.2, 0), (-0.4, -0.2)], colour)

    return _sheet(size, 1, look, rng, paint)


def explosion(rng, palette, look, size):
    hot, cold = np.array([255, 240, 150], np.float32), palette.colour(rng, 'accent')
    puffs = [(rng.normal(0, 0.14), rng.normal(0, 0.14), rng.uniform(0.1, 0.24)) for _ in range(9)]

    def paint(p, t):
        for x, y, r in puffs:
            grow = 0.4 + 1.4 * t
            p.ellipse(
                x * grow,
                y * grow,
                r * (1.2 - 0.8 * t * t),
                r * (1.2 - 0.8 * t * t),
                hot * (1 - t) + cold * t,
                outline=False,
                alpha=1 - 0.8 * t,
            )

    return _sheet(size, 8, look, rng, paint)


def card(rng, palette, look, size):
    face, mark, kind = np.full(3, 240) if rng.random() < 0.5 else palette.colour(rng, 'any'), palette.colour(rng, 'accent'), rng.integers(4)

    def paint(p, t):
        p.box(0, 0, 0.33, 0.47, face, radius=0.06)
        p.box(0, 0, 0.26, 0.4, face * 0.9, radius=0.03, outline=False)
        if kind == 0:
            p.star(0, 0, 0.2, 0.09, 5, mark)
        elif kind == 1:
            p.ellipse(0, 0, 0.17, 0.17, mark)
        elif kind == 2:
            p.polygon([(0, -0.22), (0.16, 0), (0, 0.22), (-0.16, 0)], mark)
        else:
            p.box(0, 0, 0.06, 0.2, mark)
            p.box(0, 0, 0.18, 0.06, mark)

    return _sheet(size, 1, look, rng, paint, 0.72)


SPRITES = {f.__name__: f for f in (humanoid, creature, blob, flyer, ship, vehicle, coin, gem, plant, block, ball, bullet, explosion, card)}
WALKERS, FLYERS, THINGS = ('humanoid', 'blob', 'creature'), ('flyer', 'ship', 'creature', 'ball'), ('coin', 'gem', 'block', 'plant')


def sheet(rng, palette, look, kind, size):
    """Frames (textures of one size) of a `kind`, or of one of several, about `size` canvas pixels high."""
    if not isinstance(kind, str):
        kind = str(rng.choice(kind))
    return SPRITES[kind](rng, palette, look, max(3, size))
