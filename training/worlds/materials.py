"""Tileable surfaces for tiles, walls and meshes: float32 height × width × 3, 0 … 255."""

import numpy as np

from .noise import fbm, value_noise, worley
from .palette import shade


def brick(rng, ramp, h, w, dither):
    rows = int(rng.choice([2, 4, 4, 6, 8]))
    cols = max(1, int(rng.choice([1, 2, 2, 3, 4])))
    mortar = max(1.0, h / rows * rng.uniform(0.06, 0.16))
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    row = np.floor(y * rows / h)
    shift = (row % 2) * (0.5 if rng.random() < 0.8 else 0)
    column = np.floor(x * cols / w + shift) % cols
    fy, fx = (y * rows / h - row) * h / rows, ((x * cols / w + shift) % 1) * w / cols
    tone = rng.random((rows, cols)).astype(np.float32)[row.astype(int), column.astype(int)]
    level = 0.45 + 0.35 * (tone - 0.5) + 0.2 * (fbm(rng, h, w, 6, 3) - 0.5)
    if rng.random() < 0.6:
        level += np.where(fy < 2 * mortar, 0.18, 0) - np.where(fy > h / rows - mortar, 0.15, 0)
    seam = (fy < mortar) | (fx < mortar)
    level = np.where(seam, rng.choice([0.05, 0.1, 0.9]), level)
    return shade(ramp, level, dither)


def grass(rng, ramp, h, w, dither):
    level = 0.3 + 0.3 * fbm(rng, h, w, 3, 3) + rng.uniform(0.1, 0.5) * (value_noise(rng, h, w, h // 3 + 1, w, hard=True) - 0.4)
    if rng.random() < 0.5:
        for _ in range(int(h * w / rng.integers(60, 300))):
            x, y, length = rng.integers(w), rng.integers(h), rng.integers(1, 4)
            level[(y + np.arange(length)) % h, x] += rng.choice([0.3, -0.2])
    return shade(ramp, level, dither)


def stone(rng, ramp, h, w, dither):
    d, cell = worley(rng, h, w, int(rng.integers(5, 40)), second=True)
    tone = rng.random(64).astype(np.float32)[cell % 64]
    edge = rng.uniform(0.04, 0.2)
    level = 0.35 + 0.4 * tone * rng.random() + 0.25 * np.clip(d / (3 * edge), 0, 1) + 0.2 * (fbm(rng, h, w, 5, 4) - 0.5)
    level = np.where(d < edge, 0.08, level)
    return shade(ramp, level, dither)


def wood(rng, ramp, h, w, dither):
    planks = int(rng.choice([1, 2, 3, 4]))
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    plank = np.floor(y * planks / h).astype(int)
    grain = fbm(rng, h, w, 8, 3, stretch=rng.uniform(4, 10))
    rings = 0.5 + 0.5 * np.sin((grain * rng.uniform(4, 14) + y * planks / h * 6) * 3.1416)
    level = 0.35 + 0.3 * rings + 0.25 * (rng.random(planks)[plank] - 0.5)
    seam = (y * planks / h) % 1 < 1.2 * planks / h
    level = np.where(seam, 0.05, level).astype(np.float32)
    out = shade(ramp, level, dither)
    return out.transpose(1, 0, 2).copy() if h == w and rng.random() < 0.4 else out


def metal(rng, ramp, h, w, dither):
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    n = int(rng.choice([1, 2, 2, 3]))
    fy, fx = (y * n / h) % 1, (x * n / w) % 1
    level = 0.45 + 0.25 * (0.5 - fy) + 0.12 * (value_noise(rng, h, w, h, 2) - 0.5)
    edge = 1.3 * n / min(h, w)
    level += np.where((fx < edge) | (fy < edge), 0.35, 0) - np.where((fx > 1 - edge) | (fy > 1 - edge), 0.35, 0)
    r = 0.07
    for cx, cy in ((0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8)):
        d = np.hypot(fx - cx, fy - cy)
        level += np.where(d < r, 0.3 * np.sign(cy - fy), 0)
    return shade(ramp, level, dither)


def checker(rng, ramp, h, w, dither):
    n = int(rng.choice([2, 2, 4, 8]))
    y, x = np.mgrid[0:h, 0:w]
    odd = ((y * n // h) + (x * n // w)) % 2
    gap = rng.uniform(0.15, 0.9)
    level = 0.5 + gap * (odd - 0.5) + rng.choice([0, 0.15]) * (fbm(rng, h, w, 6, 3) - 0.5)
    return shade(ramp, level.astype(np.float32), dither)


def slab(rng, ramp, h, w, dither):
    """Flat with a bevel, a cross, a diagonal or a dot: sci-fi panels, crates, board squares."""
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    e = np.minimum(np.minimum(x, w - 1 - x) / w, np.minimum(y, h - 1 - y) / h)
    level = np.full((h, w), rng.uniform(0.35, 0.65), np.float32)
    border = rng.uniform(0.03, 0.15)
    level = np.where(e < border, np.where(x / w + y / h < 1, 0.95, 0.1), level)
    kind = rng.integers(5)
    if kind == 1:
        level += np.where(np.abs(x / w - y / h) < 0.08, -0.25, 0) + np.where(np.abs(x / w + y / h - 1) < 0.08, -0.25, 0)
    elif kind == 2:
        level += np.where(np.hypot(x / w - 0.5, y / h - 0.5) < 0.2, 0.25, 0)
    elif kind == 3:
        level += np.where((x + y) % max(4, w // 4) < max(2, w // 8), 0.2, -0.1)
    return shade(ramp, level + 0.06 * (fbm(rng, h, w, 8, 2) - 0.5), dither)


def cloudy(rng, ramp, h, w, dither):
    return shade(ramp, fbm(rng, h, w, int(rng.integers(1, 6)), int(rng.integers(2, 6)), rng.uniform(0.4, 0.75)), dither)


def speckle(rng, ramp, h, w, dither):
    level = np.full((h, w), 0.5, np.float32) + 0.15 * (fbm(rng, h, w, 3, 2) - 0.5)
    dots = rng.random((h, w)) < rng.uniform(0.01, 0.12)
    level[dots] += rng.choice([-0.4, 0.4], dots.sum())
    return shade(ramp, level, dither)


def stripes(rng, ramp, h, w, dither):
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    n, a = int(rng.choice([1, 2, 4, 6])), int(rng.choice([0, 1, 1]))
    level = 0.5 + 0.4 * np.sign(np.sin(6.2832 * n * (a * x / w + y / h) + 0.1))
    return shade(ramp, level * rng.uniform(0.5, 1), dither)


def flat(rng, ramp, h, w, dither):
    return np.broadcast_to(ramp[len(ramp) // 2], (h, w, 3)).astype(np.float32).copy()


def cells(rng, ramp, h, w, dither):
    d, cell = worley(rng, h, w, int(rng.integers(8, 60)))
    level = d if rng.random() < 0.5 else rng.random(64).astype(np.float32)[cell % 64]
    return shade(ramp, 0.15 + 0.7 * level, dither)


def liquid(rng, ramp, h, w, phase):
    """Waves that come round at phase 1; for animated tiles and planes."""
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    wave = np.sin(6.2832 * (x / w + phase) + 2 * np.sin(6.2832 * y / h)) + np.sin(
        6.2832 * (2 * y / h - phase) + 1.5 * np.sin(6.2832 * x / w)
    )
    return shade(ramp, 0.5 + 0.2 * wave)


MATERIALS = {
    'brick': brick,
    'grass': grass,
    'stone': stone,
    'wood': wood,
    'metal': metal,
    'checker': checker,
    'slab': slab,
    'cloudy': cloudy,
    'speckle': speckle,
    'stripes': stripes,
    'flat': flat,
    'cells': cells,
}


def material(rng, palette, h, w, name=None, dither=None, role='ground', colour=None):
    """A surface by name, or any; `dither` None draws it."""
    name = name or rng.choice(list(MATERIALS))
    dither = rng.random() < 0.25 if dither is None else dither
    steps = int(rng.integers(3, 7))
    ramp = palette.ramp(rng, palette.colour(rng, role) if colour is None else colour, steps)
    if rng.random() < 0.3 and colour is None:
        ramp[-1] = palette.colour(rng, role)
    out = MATERIALS[str(name)](rng, ramp, h, w, dither)
    if palette.grain:  # painted and photographed looks: fine detail over everything
        out = out * (1 + palette.grain * (fbm(rng, h, w, max(2, min(h, w) // 6), 4, 0.8) - 0.5) * 2)[..., None]
    return np.clip(out, 0, 255).astype(np.float32)
