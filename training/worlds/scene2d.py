"""The parts of a 2D game that a plugin knows: style, camera, actors and the state they give."""

import math

import numpy as np

from .canvas import Scaler, draw
from .font import Font
from .painter import Look
from .palette import Palette, Quantiser


class Style:
    """What all pictures of one clip have in common."""

    CANVASES = (107, 160, 256, 320, 400, 480, 640)
    SHARES = (0.07, 0.18, 0.08, 0.37, 0.08, 0.1, 0.12)

    def __init__(self, rng, canvas=None):
        self.palette = Palette(rng)
        self.width = int(canvas or rng.choice(self.CANVASES, p=self.SHARES))
        self.scaler = Scaler(self.width)
        self.height, self.k = self.scaler.canvas_height, self.scaler.k
        self.pixel = bool(self.width <= 160 or (rng.random() < (0.7 if self.width == 256 else 0.35)))
        self.linear = not self.pixel
        self.round_pixels = bool(self.pixel and rng.random() < 0.8 or rng.random() < 0.15)
        self.look = Look(rng, self.pixel)
        self.dither = bool(self.pixel and rng.random() < 0.3)
        # What the game draws from textures of its own and so gets reported: nearly all, about half of the kinds, or nothing.
        self.reports = float(rng.choice([1.0, 0.6, 0.0], p=[0.72, 0.2, 0.08]))
        self.text_reported = bool(rng.random() < 0.5 and self.reports > 0)
        self.glows = rng.random() < 0.25
        unit = self.height / 180
        self.unit = unit
        self.font = Font(rng, unit * rng.choice([1, 1, 1.5]), self.pixel)
        self.title_font = Font(rng, unit * rng.choice([2, 3, 4]), self.pixel)
        self.quantiser = None
        if self.pixel and rng.random() < 0.18:
            n = int(rng.choice([4, 8, 16, 32]))
            colours = [self.palette.colour(rng, r) for r in ('back', 'ground', 'actor', 'accent', 'text', 'any') for _ in range(6)]
            order = rng.permutation(len(colours))[: n - 2]
            self.quantiser = Quantiser([np.zeros(3), np.full(3, 240)] + [colours[i] for i in order], float(rng.choice([0, 0, 24, 48])))
        self._next_id = 1

    def size(self, rng, low=8, high=28):
        """A sprite's height in canvas pixels, for `low` … `high` pixels of a 180-row picture."""
        return max(4, rng.uniform(low, high) * self.unit)

    def new_id(self):
        self._next_id += 1
        return self._next_id - 1


class Camera:
    """Where a canvas pixel lies in the world: screen = world · zoom − view · scroll factor."""

    def __init__(self):
        self.x = self.y = 0.0  # top left corner in the world
        self.zoom = 1.0
        self.shake = 0.0
        self.view_x = self.view_y = 0.0

    def settle(self, style, rng):
        """Works out the view of this frame, shake and rounding included."""
        jx, jy = rng.uniform(-1, 1, 2) * self.shake
        self.view_x, self.view_y = self.x * self.zoom + jx, self.y * self.zoom + jy
        if style.round_pixels:
            self.view_x, self.view_y = float(round(self.view_x)), float(round(self.view_y))


class Actor:
    """A game object drawn from a texture."""

    def __init__(self, style, frames, name, x, y, **more):
        self.frames, self.name, self.x, self.y = frames, name, float(x), float(y)
        self.id = style.new_id()
        self.vx = self.vy = 0.0
        self.sx = self.sy = 1.0
        self.ox = self.oy = 0.5
        self.rotation, self.flip_x, self.flip_y = 0.0, False, False
        self.alpha, self.tint, self.sf = 1.0, None, (1.0, 1.0)
        self.depth, self.fps, self.frame = 10, 0.0, 0.0
        self.reported, self.alive, self.brain, self.add = True, True, None, False
        self.kind, self.hits, self.age, self.tag, self.type = '', '', 0, 0, 'Sprite'
        self.memory = {}
        for key, value in more.items():
            setattr(self, key, value)

    @property
    def texture(self):
        return self.frames[int(self.frame) % len(self.frames)]

    def step(self, stage):
        self.age += 1
        if self.fps:
            self.frame = (self.frame + self.fps / 30) % len(self.frames)
        if self.brain:
            self.brain(self, stage)

    def place(self, style, camera):
        """Pivot on the canvas and drawn size."""
        z = camera.zoom if self.sf != (0.0, 0.0) else 1.0
        texture = self.texture
        w, h = texture.width * self.sx * z, texture.height * self.sy * z
        x, y = self.x * z - camera.view_x * self.sf[0], self.y * z - camera.view_y * self.sf[1]
        if style.round_pixels and self.rotation == 0:
            x = math.floor(x - self.ox * w + 0.5) + self.ox * w
            y = math.floor(y - self.oy * h + 0.5) + self.oy * h
        return x, y, w, h

    def draw(self, picture, style, camera):
        x, y, w, h = self.place(style, camera)
        draw(
            picture,
            self.texture,
            x,
            y,
            w,
            h,
            self.ox,
            self.oy,
            self.rotation,
            self.flip_x,
            self.flip_y,
            self.alpha,
            self.tint,
            style.linear,
            self.add,
        )

    def state(self, style, camera, z):
        """The entry of `objects`, or None where nothing of it is on the screen."""
        x, y, w, h = self.place(style, camera)
        cos, sin = math.cos(self.rotation), math.sin(self.rotation)
        xs = [x + cos * (i - self.ox) * w - sin * (j - self.oy) * h for i in (0, 1) for j in (0, 1)]
        ys = [y + sin * (i - self.ox) * w + cos * (j - self.oy) * h for i in (0, 1) for j in (0, 1)]
        if max(xs) <= 0 or max(ys) <= 0 or min(xs) >= style.width or min(ys) >= style.height or self.alpha <= 0 or w <= 0 or h <= 0:
            return None
        k = style.k
        n = lambda value: round(float(value) * k, 3)
        out = {
            'id': self.id,
            'type': self.type,
            'name': self.name,
            'x': n(min(xs)),
            'y': n(min(ys)),
            'w': n(max(xs) - min(xs)),
            'h': n(max(ys) - min(ys)),
            'z': z,
            'cx': n(x),
            'cy': n(y),
            'dw': n(w),
            'dh': n(h),
            'ox': round(self.ox, 3),
            'oy': round(self.oy, 3),
        }
        if len(self.frames) > 1:
            out['frame'] = str(int(self.frame) % len(self.frames))
        if self.rotation:
            out['rot'] = round(math.remainder(self.rotation, 2 * math.pi), 4)
        if self.flip_x:
            out['flipX'] = 1
        if self.flip_y:
            out['flipY'] = 1
        if self.alpha < 1:
            out['alpha'] = round(float(self.alpha), 3)
        if self.tint is not None:
            r, g, b = (int(round(255 * c)) for c in self.tint)
            out['tint'] = r << 16 | g << 8 | b
        if self.sf != (1.0, 1.0):
            out['sf'] = [round(float(s), 4) for s in self.sf]
        if self.tag:
            out['tag'] = self.tag
        return out
