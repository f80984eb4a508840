"""Tileable noise: what materials, skies and terrains are made of. All functions return float32 maps, 0 … 1."""

import numpy as np


def _smooth(t):
    return t * t * (3 - 2 * t)


def value_noise(rng, height, width, cells_y, cells_x, hard=False):
    """Random values on a periodic lattice of cells_y × cells_x, interpolated (or held, `hard`) over height × width."""
    cells_y, cells_x = max(1, int(cells_y)), max(1, int(cells_x))
    grid = rng.random((cells_y, cells_x), dtype=np.float32)
    y = (np.arange(height, dtype=np.float32) * (cells_y / height)).astype(np.float32)
    x = (np.arange(width, dtype=np.float32) * (cells_x / width)).astype(np.float32)
    iy, ix = y.astype(np.int32) % cells_y, x.astype(np.int32) % cells_x
    if hard:
        return grid[iy[:, None], ix[None, :]]
    fy, fx = _smooth(y - np.floor(y))[:, None], _smooth(x - np.floor(x))[None, :]
    rows = grid[iy] * (1 - fy) + grid[(iy + 1) % cells_y] * fy
    return rows[:, ix] * (1 - fx) + rows[:, (ix + 1) % cells_x] * fx


def fbm(rng, height, width, cells=4, octaves=4, gain=0.5, stretch=1.0):
    """Sum of octaves of value noise, brought to 0 … 1; `stretch` > 1 makes it run along x."""
    total = np.zeros((height, width), np.float32)
    weight = 1.0
    for octave in range(octaves):
        n = cells * 2**octave
        if n > 2 * max(height, width):
            break
        total += weight * value_noise(rng, height, width, n, max(1, round(n * width / height / stretch)))
        weight *= gain
    low, high = total.min(), total.max()
    return (total - low) / max(1e-6, high - low)


def worley(rng, height, width, points=24, second=False):
    """Distance to the nearest of random points on a torus (`second`: the distance to the border between cells), and the cell's number."""
    px, py = rng.random(points) * width, rng.random(points) * height
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    dx = np.abs(x[..., None] - px.astype(np.float32))
    dy = np.abs(y[..., None] - py.astype(np.float32))
    dx, dy = np.minimum(dx, width - dx), np.minimum(dy, height - dy)
    d = np.sqrt(dx * dx + dy * dy)
    cell = d.argmin(-1)
    if second:
        parted = np.partition(d, 1, axis=-1)
        out = parted[..., 1] - parted[..., 0]
    else:
        out = d.min(-1)
    return (out / max(1e-6, out.max())).astype(np.float32), cell


def blur(image, radius):
    """Box blur, wrapping, twice: near enough to a Gaussian."""
    radius = int(radius)
    if radius < 1:
        return image
    out = image.astype(np.float32)
    for _ in range(2):
        for axis in (0, 1):
            total = out.copy()
            for shift in range(1, radius + 1):
                total += np.roll(out, shift, axis) + np.roll(out, -shift, axis)
            out = total / (2 * radius + 1)
    return out
