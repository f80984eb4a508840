"""Particles: bursts, trails and weather. Never in the state, as in real games."""

import numpy as np

from .canvas import dots


class Particles:
    """A pool of square or soft dots in world or screen space."""

    def __init__(self, style, limit=600):
        self.style, self.limit = style, limit
        self.data = np.zeros((0, 8), np.float32)  # x, y, vx, vy, age, life, size, on the screen
        self.colours = np.zeros((0, 3), np.float32)
        self.gravity = 0.0

    def add(self, rng, n, x, y, speed, life, size, colours, on_screen=False, angle=None, spread=3.1416, spread_x=0.0, spread_y=0.0):
        """`n` particles from (x, y), strewn by spread_x, spread_y, flying off at `angle` ± `spread`."""
        n = min(n, self.limit - len(self.data))
        if n <= 0:
            return
        a = rng.uniform(-3.1416, 3.1416, n) if angle is None else angle + rng.uniform(-spread, spread, n)
        v = speed * rng.uniform(0.3, 1, n)
        rows = np.stack(
            [
                x + rng.uniform(-1, 1, n) * spread_x,
                y + rng.uniform(-1, 1, n) * spread_y,
                v * np.cos(a),
                v * np.sin(a),
                np.zeros(n),
                life * rng.uniform(0.5, 1, n),
                np.maximum(1, np.round(size * rng.uniform(0.5, 1.2, n))),
                np.full(n, on_screen),
            ],
            1,
        )
        self.data = np.concatenate([self.data, rows.astype(np.float32)])
        colours = np.asarray(colours, np.float32).reshape(-1, 3)
        self.colours = np.concatenate([self.colours, colours[rng.integers(len(colours), size=n)]])

    def step(self):
        d = self.data
        d[:, 3] += self.gravity
        d[:, :2] += d[:, 2:4]
        d[:, 4] += 1
        keep = d[:, 4] < d[:, 5]
        self.data, self.colours = d[keep], self.colours[keep]

    def draw(self, picture, camera):
        d = self.data
        if not len(d):
            return
        world = d[:, 7] == 0
        zoom = np.where(world, camera.zoom, 1)
        x = d[:, 0] * zoom - np.where(world, camera.view_x, 0)
        y = d[:, 1] * zoom - np.where(world, camera.view_y, 0)
        alpha = np.clip(1.4 * (1 - d[:, 4] / d[:, 5]), 0, 1)
        if self.style.pixel:
            alpha = (alpha > 0.3).astype(np.float32)
        for size in np.unique(d[:, 6]):
            of = d[:, 6] == size
            dots(picture, x[of], y[of], int(size), self.colours[of], alpha[of].astype(np.float32))


class Weather:
    """Rain, snow, embers or bubbles over the whole screen, wrapping."""

    def __init__(self, rng, style):
        self.kind = str(rng.choice(['rain', 'snow', 'embers', 'dust']))
        n = int(rng.integers(15, 120))
        self.x, self.y = rng.uniform(0, style.width, n), rng.uniform(0, style.height, n)
        u = style.unit
        self.vx, self.vy = {
            'rain': (-1.5 * u, 6 * u),
            'snow': (0.4 * u, 0.8 * u),
            'embers': (0.3 * u, -1.0 * u),
            'dust': (1.2 * u, 0.1 * u),
        }[self.kind]
        self.own = rng.uniform(0.5, 1.3, n)
        self.colour = {
            'rain': np.array([150, 180, 220.0]),
            'snow': np.full(3, 245.0),
            'embers': np.array([255, 140, 40.0]),
            'dust': np.array([200, 190, 150.0]),
        }[self.kind].astype(np.float32)
        self.alpha = rng.uniform(0.3, 0.9)
        self.factor = float(rng.choice([0, 1]))

    def draw(self, picture, style, camera, t):
        w, h = style.width, style.height
        sway = np.sin(t * 0.08 + self.own * 20) * (0 if self.kind == 'rain' else 4 * style.unit)
        x = (self.x + self.vx * self.own * t + sway - camera.view_x * self.factor) % w
        y = (self.y + self.vy * self.own * t - camera.view_y * self.factor) % h
        n = len(x)
        colours = np.broadcast_to(self.colour, (n, 3))
        alpha = np.full(n, self.alpha, np.float32)
        if self.kind == 'rain':
            for i in range(max(2, round(4 * style.unit))):
                dots(picture, x - self.vx / self.vy * -i, y + i, 1, colours, alpha)
        else:
            dots(picture, x, y, max(1, round(style.unit)), colours, alpha)
