"""Small pictures from signed distances: hard-edged and stepped (pixel art) or anti-aliased and smooth (vector art)."""

import math

import numpy as np

from .palette import BAYER


class Look:
    """How the sprites of one clip are painted."""

    def __init__(self, rng, pixel):
        self.hard = pixel
        self.outline = float(rng.choice([0, 0, 0.9, 1, 1.5])) if not pixel else float(rng.choice([0, 1, 1]))
        self.outline_colour = np.array(rng.choice([0, 10, 20, 255], p=[0.5, 0.2, 0.2, 0.1]) + np.zeros(3), np.float32)
        self.tinted_outline = rng.random() < 0.4
        self.shading = str(rng.choice(['flat', 'gradient', 'cell', 'round', 'noise']))
        self.light = rng.uniform(-2.6, -0.5)
        self.strength = rng.uniform(0.15, 0.5)
        self.steps = int(rng.integers(2, 5))
        self.grain = float(rng.choice([0, 0, 0.6, 1.2]))
        self.dither = pixel and rng.random() < 0.3


class Painter:
    """Paints shapes onto a width × height RGBA picture. Shapes are in units of the picture's height, the middle is (0, 0)."""

    def __init__(self, width, height, look, rng):
        self.look, self.rng = look, rng
        self.size = height
        self.rgba = np.zeros((height, width, 4), np.float32)
        v, u = np.mgrid[0:height, 0:width].astype(np.float32)
        self.u, self.v = (u + 0.5 - width / 2) / height, (v + 0.5 - height / 2) / height
        self.grain = look.grain * (rng.random((height, width), dtype=np.float32) - 0.5) if look.grain and not look.hard else None
        if look.shading == 'noise':
            self.noise = rng.random((height, width), dtype=np.float32)

    def _fill(self, distance, colour, outline=True, alpha=1.0):
        """Paints where distance < 0 (picture heights)."""
        look, px = self.look, distance * self.size
        if look.outline and outline:
            edge = np.asarray(colour) * 0.35 if look.tinted_outline else look.outline_colour
            self._cover(self._coverage(px - look.outline), edge, alpha)
        inside = np.clip(-px / max(2.0, 0.25 * self.size), 0, 1)
        along = math.cos(look.light) * self.u + math.sin(look.light) * self.v
        if look.shading == 'gradient':
            light = along * 2
        elif look.shading in ('round', 'cell'):
            light = along * 2.2 + 0.7 * inside - 0.35
        elif look.shading == 'noise':
            light = self.noise - 0.5 + along
        else:
            light = np.zeros_like(along)
        if look.shading == 'cell' or (look.hard and look.shading != 'flat'):
            n = look.steps
            if look.dither:
                h, w = light.shape
                light = light + (np.tile(BAYER, (h // 4 + 1, w // 4 + 1))[:h, :w] - 0.5) / n
            light = np.round(np.clip(light, -1, 1) * n) / n
        if self.grain is not None:
            light = light + self.grain
        shaded = (
            np.asarray(colour, np.float32) * (1 + look.strength * np.clip(light, -1, 1))[..., None] + 12 * np.maximum(light, 0)[..., None]
        )
        self._cover(self._coverage(px), np.clip(shaded, 0, 255), alpha)

    def _coverage(self, px):
        return (px < 0).astype(np.float32) if self.look.hard else np.clip(0.5 - px, 0, 1)

    def _cover(self, cover, colour, alpha):
        cover = cover * np.float32(alpha)
        a = self.rgba[..., 3]
        out = cover + a * (1 - cover)
        mix = cover / np.maximum(out, 1e-6)
        self.rgba[..., :3] += (np.asarray(colour, np.float32) - self.rgba[..., :3]) * mix[..., None]
        self.rgba[..., 3] = out

    def _local(self, x, y, angle):
        c, s = math.cos(angle), math.sin(angle)
        du, dv = self.u - x, self.v - y
        return c * du + s * dv, -s * du + c * dv

    def ellipse(self, x, y, rx, ry, colour, angle=0.0, **more):
        p, q = self._local(x, y, angle)
        r = np.hypot(p / rx, q / ry)
        self._fill((r - 1) * min(rx, ry), colour, **more)

    def box(self, x, y, hw, hh, colour, radius=0.0, angle=0.0, **more):
        p, q = self._local(x, y, angle)
        dx, dy = np.abs(p) - hw + radius, np.abs(q) - hh + radius
        self._fill(np.hypot(np.maximum(dx, 0), np.maximum(dy, 0)) + np.minimum(np.maximum(dx, dy), 0) - radius, colour, **more)

    def capsule(self, x0, y0, x1, y1, r, colour, **more):
        du, dv, ex, ey = self.u - x0, self.v - y0, x1 - x0, y1 - y0
        t = np.clip((du * ex + dv * ey) / max(1e-9, ex * ex + ey * ey), 0, 1)
        self._fill(np.hypot(du - t * ex, dv - t * ey) - r, colour, **more)

    def polygon(self, points, colour, **more):
        points = np.asarray(points, np.float32)
        d = np.full(self.u.shape, 1e9, np.float32)
        sign = np.ones(self.u.shape, np.float32)
        for (ax, ay), (bx, by) in zip(points, np.roll(points, 1, 0)):
            ex, ey, wx, wy = bx - ax, by - ay, self.u - ax, self.v - ay
            t = np.clip((wx * ex + wy * ey) / max(1e-9, ex * ex + ey * ey), 0, 1)
            d = np.minimum(d, np.hypot(wx - ex * t, wy - ey * t))
            a, b, c = self.v >= ay, self.v < by, ex * wy > ey * wx
            sign = np.where((a & b & c) | (~a & ~b & ~c), -sign, sign)
        self._fill(d * sign, colour, **more)

    def star(self, x, y, outer, inner, spikes, colour, turn=0.0, **more):
        angles = np.arange(2 * spikes) * math.pi / spikes + turn
        r = np.where(np.arange(2 * spikes) % 2 == 0, outer, inner)
        self.polygon(np.stack([x + r * np.sin(angles), y - r * np.cos(angles)], 1), colour, **more)
