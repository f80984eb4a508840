"""Colours of a clip: a handful of ramps that belong together, from neon on black to pale pastels."""

import colorsys

import numpy as np

BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) / 16 + 1 / 32


def hsv(h, s, v):
    """RGB 0 … 255 as float32."""
    return np.array(colorsys.hsv_to_rgb(h % 1, min(1, max(0, s)), min(1, max(0, v))), np.float32) * 255


class Palette:
    """Draws colours for roles. `mood` is one of those below; each has its own range of brightness and saturation."""

    MOODS = ('natural', 'bright', 'dark', 'pastel', 'neon', 'earth', 'grey', 'wild', 'night')
    # What grounds and skies are of in games that look like the world: hue, saturation, value.
    GROUNDS = (
        (0.28, 0.6, 0.6),
        (0.24, 0.7, 0.7),
        (0.08, 0.5, 0.45),
        (0.07, 0.35, 0.6),
        (0.12, 0.45, 0.8),
        (0.6, 0.06, 0.5),
        (0.58, 0.12, 0.65),
        (0.1, 0.1, 0.4),
        (0.55, 0.1, 0.92),
        (0.03, 0.55, 0.5),
        (0.35, 0.5, 0.35),
        (0.0, 0.0, 0.35),
    )
    SKIES = (
        (0.56, 0.45, 0.95),
        (0.55, 0.25, 0.97),
        (0.6, 0.6, 0.8),
        (0.08, 0.4, 0.95),
        (0.65, 0.6, 0.25),
        (0.6, 0.1, 0.7),
        (0.0, 0.0, 0.08),
        (0.5, 0.2, 0.9),
        (0.75, 0.3, 0.6),
        (0.28, 0.4, 0.6),
        (0.1, 0.3, 0.5),
    )

    def __init__(self, rng):
        self.mood = rng.choice(self.MOODS, p=[0.4, 0.14, 0.1, 0.07, 0.06, 0.09, 0.04, 0.05, 0.05])
        self.hue = rng.random()
        scheme = rng.choice(['analog', 'complement', 'triad', 'any'])
        offsets = {'analog': [0, 0.06, -0.06, 0.12], 'complement': [0, 0.5, 0.05, 0.55], 'triad': [0, 1 / 3, 2 / 3, 0.1]}
        self.offsets = offsets.get(scheme, list(rng.random(4)))
        self.saturation, self.value, self.back = {
            'natural': (0.6, 0.85, (0.4, 0.8)),
            'bright': (0.7, 0.9, (0.45, 0.95)),
            'dark': (0.5, 0.55, (0.5, 0.15)),
            'pastel': (0.35, 0.95, (0.2, 0.97)),
            'neon': (0.95, 1.0, (0.6, 0.06)),
            'earth': (0.45, 0.65, (0.35, 0.6)),
            'grey': (0.08, 0.7, (0.04, 0.5)),
            'wild': (0.9, 0.8, (0.8, 0.6)),
            'night': (0.45, 0.5, (0.65, 0.25)),
        }[self.mood]
        picks = rng.permutation(len(self.GROUNDS))[:3]
        self.grounds = [self.GROUNDS[i] for i in picks]
        self.skies = [self.SKIES[i] for i in rng.permutation(len(self.SKIES))[:2]]
        self.dark = (self.skies[0][2] if self.mood == 'natural' else self.back[1]) < 0.4
        self.contrast = rng.uniform(0.5, 1.3)
        self.grain = float(rng.choice([0, 0.15, 0.35, 0.6], p=[0.6, 0.15, 0.15, 0.1]))

    def colour(self, rng, role='any'):
        """An RGB colour for 'back', 'ground', 'actor', 'accent', 'text' or any."""
        h = self.hue + self.offsets[rng.integers(4)] + rng.normal(0, 0.02)
        if self.mood == 'natural' and role in ('back', 'ground', 'any'):
            h, s, v = (self.skies if role == 'back' else self.grounds)[rng.integers(2 if role == 'back' else 3)]
            return hsv(h + rng.normal(0, 0.015), s * rng.uniform(0.8, 1.15), v * rng.uniform(0.85, 1.1))
        if role == 'back':
            if self.mood == 'neon' and rng.random() < 0.4:
                return np.zeros(3, np.float32) + rng.integers(0, 12)
            return hsv(h, self.back[0] * rng.uniform(0.6, 1.2), self.back[1] * rng.uniform(0.75, 1.1))
        if role == 'ground':
            return hsv(h, self.saturation * rng.uniform(0.5, 1), self.value * rng.uniform(0.4, 0.9))
        if role == 'actor':
            return hsv(rng.random() if rng.random() < 0.5 else h, self.saturation * rng.uniform(0.7, 1.2), rng.uniform(0.5, 1))
        if role == 'accent':
            return hsv(rng.random(), rng.uniform(0.7, 1), rng.uniform(0.85, 1))
        if role == 'text':
            return hsv(h, rng.choice([0, 0.2, 0.8]), 1 if self.dark or rng.random() < 0.5 else rng.choice([0.05, 1]))
        return hsv(h, self.saturation * rng.uniform(0.5, 1.2), self.value * rng.uniform(0.6, 1.1))

    def ramp(self, rng, colour, steps=5, spread=None):
        """`steps` colours from dark to light around one, the hue turning a little as painters do."""
        spread = self.contrast * 0.45 if spread is None else spread
        h, s, v = colorsys.rgb_to_hsv(*(np.asarray(colour) / 255))
        turn = rng.uniform(-0.06, 0.06)
        out = []
        for t in np.linspace(-1, 1, steps):
            out.append(hsv(h + turn * t, s * (1 - 0.25 * t), v * (1 + spread * t) + 0.06 * t))
        return np.array(out, np.float32)


def shade(ramp, level, dither=False):
    """Colours along a ramp by a map 0 … 1: smooth, or `dither`: hard steps with an ordered pattern between them."""
    steps = len(ramp) - 1
    at = np.clip(level, 0, 1) * steps
    if dither:
        h, w = level.shape
        pattern = np.tile(BAYER, (h // 4 + 1, w // 4 + 1))[:h, :w]
        return ramp[np.clip(np.floor(at + pattern), 0, steps).astype(np.int32)]
    low = np.clip(np.floor(at), 0, max(0, steps - 1)).astype(np.int32)
    t = (at - low)[..., None]
    return ramp[low] * (1 - t) + ramp[np.minimum(low + 1, steps)] * t


class Quantiser:
    """Maps pictures to a fixed list of colours through a 32³ table; `dither` is the size of an ordered pattern in 8-bit steps."""

    def __init__(self, colours, dither=0.0):
        self.colours = np.asarray(colours, np.float32)
        self.dither = dither
        axis = np.arange(32, dtype=np.float32) * 8 + 4
        cube = np.stack(np.meshgrid(axis, axis, axis, indexing='ij'), -1).reshape(-1, 1, 3)
        parts = [((c[:, :, :] - self.colours) ** 2 @ np.array([2, 4, 1], np.float32)).argmin(1) for c in np.array_split(cube, 16)]
        self.table = np.concatenate(parts)

    def __call__(self, image):
        h, w, _ = image.shape
        if self.dither:
            pattern = np.tile(BAYER, (h // 4 + 1, w // 4 + 1))[:h, :w, None] - 0.5
            image = image + pattern * self.dither
        i = np.clip(image, 0, 255).astype(np.int32) >> 3
        return self.colours[self.table[(i[..., 0] << 10) | (i[..., 1] << 5) | i[..., 2]]]
