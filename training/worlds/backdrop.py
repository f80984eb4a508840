"""Backgrounds: skies and parallax layers, baked once, wrapping along x."""

import math

import numpy as np

from .materials import material
from .noise import fbm
from .palette import shade
from .sprites import sheet


def sky(rng, style, w, h):
    """An opaque gradient, plain colour, cloud or pattern over the whole canvas."""
    palette = style.palette
    top, low = palette.colour(rng, 'back'), palette.colour(rng, 'back' if rng.random() < 0.7 else 'any')
    kind = rng.choice(['plain', 'gradient', 'gradient', 'banded', 'cloudy', 'pattern'])
    if kind == 'plain':
        return np.broadcast_to(top, (h, w, 3)).astype(np.float32).copy()
    if kind == 'pattern':
        t = int(style.size(rng, 10, 60))
        tile = material(rng, palette, t, t, None, style.dither, colour=top)
        tile = top + (tile - top) * rng.uniform(0.2, 0.8)
        return np.tile(tile, (h // t + 1, math.ceil(w / t), 1))[:h, :w].astype(np.float32)
    level = np.repeat(np.linspace(0, 1, h, dtype=np.float32)[:, None], w, 1) ** rng.uniform(0.6, 1.8)
    if kind == 'cloudy':
        level = 0.4 * level + 0.6 * fbm(rng, h, w, int(rng.integers(2, 6)), 4)
    ramp = np.linspace(top, low, int(rng.integers(3, 7)) if kind == 'banded' else 2).astype(np.float32)
    return (
        shade(ramp, level, style.dither)
        if kind != 'banded' or style.dither
        else ramp[np.minimum((level * len(ramp)).astype(int), len(ramp) - 1)]
    )


def _silhouette(rng, style, w, h, heights, colour, texture=True):
    y = np.arange(h, dtype=np.float32)[:, None]
    cover = np.clip(y - (h - heights)[None, :] + 0.5, 0, 1)
    if style.pixel:
        cover = (cover > 0.5).astype(np.float32)
    rgb = np.broadcast_to(colour, (h, w, 3)).astype(np.float32)
    if texture and rng.random() < 0.5:
        depth = np.clip((y - (h - heights)[None, :]) / h, 0, 1)
        noise = fbm(rng, h, w, 6, 3) - 0.5 if rng.random() < 0.5 else 0
        rgb = shade(style.palette.ramp(rng, colour, 4, 0.3), np.clip(1 - 1.6 * depth + noise * 0.5, 0, 1).astype(np.float32), style.dither)
    return np.concatenate([rgb * cover[..., None], cover[..., None]], -1)


def hills(rng, style, w, h, colour):
    x = np.arange(w, dtype=np.float32) / w * 2 * math.pi
    wave = sum(rng.uniform(0.3, 1) / (n + 1) * np.sin((n + 1) * x + rng.uniform(0, 6.28)) for n in range(int(rng.integers(2, 6))))
    return _silhouette(rng, style, w, h, (h * (rng.uniform(0.2, 0.6) + 0.12 * wave)).astype(np.float32), colour)


def mountains(rng, style, w, h, colour):
    line = (
        fbm(rng, 1, w, 3, 6, 0.55)[0]
        if rng.random() < 0.4
        else np.abs(((np.arange(w) * rng.integers(2, 6) / w) % 1) - 0.5).astype(np.float32) * 1.5
    )
    line = line + 0.15 * fbm(rng, 1, w, 8, 3)[0]
    return _silhouette(rng, style, w, h, h * (rng.uniform(0.05, 0.3) + 0.45 * line), colour)


def city(rng, style, w, h, colour):
    out = np.zeros((h, w, 4), np.float32)
    x, lit = 0, style.palette.colour(rng, 'accent')
    win = max(1, round(2 * style.unit))
    while x < w:
        bw, bh = int(rng.uniform(12, 46) * style.unit) + 4, int(h * rng.uniform(0.2, 0.65))
        out[h - bh :, x : x + bw, :3] = colour * rng.uniform(0.8, 1.15)
        out[h - bh :, x : x + bw, 3] = 1
        for wy in range(h - bh + 2 * win, h, 3 * win):
            for wx in range(x + win, min(x + bw - win, w), 3 * win):
                if rng.random() < 0.4:
                    out[wy : wy + win, wx : wx + win, :3] = lit
        x += bw + int(rng.choice([0, 0, 4]) * style.unit)
    return out


def forest(rng, style, w, h, colour):
    out = hills(rng, style, w, h, colour)
    trees = [sheet(rng, style.palette, style.look, 'plant', style.size(rng, 20, 80))[0] for _ in range(3)]
    blend = rng.uniform(0.2, 1)
    for _ in range(int(rng.integers(8, 40))):
        tree = trees[rng.integers(3)]
        x, y = int(rng.integers(w)), int(h * rng.uniform(0.45, 0.98)) - tree.height
        if x + tree.width < w and y > 0:
            view, p = out[y : y + tree.height, x : x + tree.width], tree.pixels.copy()
            p[..., :3] = p[..., :3] * blend + colour * p[..., 3:] * (1 - blend)
            view *= 1 - p[..., 3:]
            view += p
    return out


def clouds(rng, style, w, h, colour):
    out = np.zeros((h, w, 4), np.float32)
    white = np.minimum(255, colour * 0.4 + 150 * rng.uniform(0.5, 1))
    v, u = np.mgrid[0:h, 0:w].astype(np.float32)
    for _ in range(int(rng.integers(3, 9))):
        cx, cy, s = rng.uniform(0, w), rng.uniform(0, h * 0.6), rng.uniform(8, 26) * style.unit
        cover = np.zeros((h, w), np.float32)
        for _ in range(5):
            px, py, r = cx + rng.normal(0, s), cy + rng.normal(0, s * 0.25), s * rng.uniform(0.4, 0.9)
            du = np.abs(u - px % w)
            cover = np.maximum(cover, np.clip(r - np.hypot(np.minimum(du, w - du), (v - py) * 1.4) + 0.5, 0, 1))
        if style.pixel:
            cover = (cover > 0.5).astype(np.float32)
        cover *= rng.uniform(0.4, 1)
        out *= 1 - cover[..., None]
        out += np.concatenate([white * cover[..., None], cover[..., None]], -1)
    return out


def stars(rng, style, w, h, colour):
    out = np.zeros((h, w, 4), np.float32)
    n = int(rng.integers(20, 260))
    y, x, bright = rng.integers(h, size=n), rng.integers(w, size=n), rng.uniform(60, 255, n)
    out[y, x, :3] = np.clip(bright[:, None] * rng.uniform(0.7, 1, (n, 3)), 0, 255)
    out[y, x, 3] = 1
    for _ in range(int(rng.integers(0, 3))):
        r, cx, cy = style.size(rng, 8, 40), rng.uniform(0, w), rng.uniform(0, h)
        v, u = np.mgrid[0:h, 0:w].astype(np.float32)
        d = np.hypot(u - cx, v - cy)
        cover = np.clip(r - d + 0.5, 0, 1)[..., None]
        light = np.clip(0.6 + 0.5 * ((u - cx) + (v - cy)) / -r, 0.1, 1.1)[..., None]
        out = (
            out * (1 - cover) + np.concatenate([np.clip(style.palette.colour(rng, 'any') * light, 0, 255), np.ones_like(cover)], -1) * cover
        )
    return out


LAYERS = {f.__name__: f for f in (hills, mountains, city, forest, clouds, stars)}


class Layer:
    """A wrapping picture behind the game with its scroll factors; `drift` moves it by itself. `as_tile`: reported as a tile
    sprite, or as an 'image' where it stands still."""

    def __init__(self, style, image, sf, drift=0.0, name='', as_tile=False):
        self.image, self.sf, self.drift, self.name, self.as_tile = image, sf, drift, name, as_tile
        self.id = style.new_id()
        self.offset = 0.0


def backdrop(rng, style, scrolling, reported):
    """Layers back to front, the first opaque. `reported` ones are tile sprites that the plugin sees, as many games build them."""
    w, h = style.width, style.height
    wide = w * 2 if scrolling else w
    layers = [
        Layer(
            style,
            sky(rng, style, wide if scrolling and rng.random() < 0.5 else w, h),
            (0.0, 0.0),
            0.0,
            'sky',
            ('tile' if scrolling or rng.random() < 0.3 else 'image') if reported and rng.random() < 0.6 else '',
        )
    ]
    n = int(rng.choice([0, 1, 2, 3, 4], p=[0.15, 0.2, 0.25, 0.25, 0.15])) if scrolling else int(rng.choice([0, 1, 2], p=[0.5, 0.3, 0.2]))
    kinds = [str(k) for k in rng.choice(list(LAYERS), n, p=[0.25, 0.2, 0.15, 0.2, 0.12, 0.08])]
    kinds.sort(key=lambda k: {'stars': 0, 'clouds': 1}.get(k, 2))
    horizon = layers[0].image[h // 2, 0]
    for i, kind in enumerate(kinds):
        t = (i + 1) / (n + 1)
        colour = horizon * (1 - t) + style.palette.colour(rng, 'ground') * t
        factor = round(t * rng.uniform(0.5, 1), 3) if scrolling else 0.0
        upward = factor if kind == 'stars' else 0.0
        drift = float(rng.choice([0, 0.1, 0.35])) * style.unit if kind == 'clouds' or rng.random() < 0.1 else 0.0
        as_image = not scrolling and not drift and rng.random() < 0.5
        layers.append(
            Layer(
                style,
                LAYERS[kind](rng, style, wide, h, colour),
                (factor, upward),
                drift,
                f'{kind}{i}',
                'image' if reported and as_image else reported,
            )
        )
    return layers
