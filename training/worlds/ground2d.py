"""Large painted worlds without tiles: land, roads, space, fields of diamonds."""

import numpy as np

from .materials import material
from .noise import fbm
from .palette import shade
from .sprites import sheet


def ground_picture(rng, style, w, h):
    """Seamless land, sea or space from above."""
    palette = style.palette
    kind = rng.choice(['land', 'tiles', 'road', 'sky'])
    if kind == 'tiles':
        t = int(style.size(rng, 14, 60))
        t = h // max(1, h // t)
        tile = material(rng, palette, t, t, None, style.dither)
        return np.tile(tile, (h // t + 1, w // t + 1, 1))[:h, :w].astype(np.float32)
    if kind == 'sky':
        return shade(palette.ramp(rng, palette.colour(rng, 'back'), 5), fbm(rng, h, w, 6, 5), style.dither)
    ramp = np.array([palette.colour(rng, 'back'), palette.colour(rng, 'ground'), palette.colour(rng, 'ground'), palette.colour(rng, 'any')])
    level = fbm(rng, h, w, 8, 5)
    out = ramp[np.clip((level * 5 - 0.7).astype(int), 0, 3)] if rng.random() < 0.5 else shade(ramp, level, style.dither)
    if kind == 'road':
        a, b = int(w * 0.3), int(w * 0.7)
        out[:, a:b] = palette.colour(rng, 'back') * 0.5 + 40
        dash = max(4, h // 24)
        for y in range(0, h, 2 * dash):
            out[y : y + dash, w // 2 - 1 : w // 2 + 1] = 230
        for x in (a, b):
            out[:, x : x + max(1, round(2 * style.unit))] = 240
    trees = [sheet(rng, palette, style.look, ('plant', 'block'), style.size(rng, 10, 30))[0] for _ in range(3)]
    out = np.ascontiguousarray(out, np.float32)
    for _ in range(int(rng.integers(0, 60))):
        tree = trees[rng.integers(3)]
        x, y = int(rng.integers(0, max(1, w - tree.width))), int(rng.integers(0, max(1, h - tree.height)))
        if kind == 'road' and a - tree.width < x < b:
            continue
        view, p = out[y : y + tree.height, x : x + tree.width], tree.pixels
        view *= 1 - p[..., 3:]
        view += p[..., :3]
    return out


def isometric(rng, style, w, h):
    """A field of diamonds with blocks standing on it."""
    palette = style.palette
    half = max(4, round(style.size(rng, 8, 22)))
    out = np.zeros((h, w, 3), np.float32) + palette.colour(rng, 'back')
    v, u = np.mgrid[0 : 2 * half, 0 : 4 * half].astype(np.float32)
    diamond = np.abs(u + 0.5 - 2 * half) / (2 * half) + np.abs(v + 0.5 - half) / half <= 1
    tops = [material(rng, palette, 2 * half, 4 * half, None, style.dither) for _ in range(3)]
    land = fbm(rng, h // half + 2, w // (2 * half) + 2, 4, 3)
    high = half * rng.choice([0, 0.5, 1, 2])
    for j in range(land.shape[0] + 4):
        for i in range(land.shape[1]):
            level = land[min(j, land.shape[0] - 1), i]
            top, lift = tops[0 if level < 0.4 else 1 if level < 0.7 else 2], int(max(0, level - 0.5) * 2 * high)
            x, y = (i * 4 * half + (j % 2) * 2 * half) - 2 * half, j * half - half - lift
            if x < 0 or y < 0 or x + 4 * half > w or y + 2 * half > h:
                continue
            for k in range(lift, 0, -1):  # the sides below the top, the left one darker
                if y + k + 2 * half <= h:
                    view = out[y + k : y + k + 2 * half, x : x + 4 * half]
                    view[diamond] = (top * np.where(u < 2 * half, 0.45, 0.65)[..., None])[diamond]
            view = out[y : y + 2 * half, x : x + 4 * half]
            view[diamond] = top[diamond]
    return out


class Ground:
    """A painted world in place of a tile map."""

    def __init__(self, image):
        self.image, self.tile = image, 16
        self.rows, self.cols = image.shape[0] // 16, image.shape[1] // 16

    def animate(self, *_):
        pass

    def blocked(self, x, y):
        return not (0 <= x < self.image.shape[1] and 0 <= y < self.image.shape[0])
