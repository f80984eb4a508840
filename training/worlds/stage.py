"""One running 2D scene: steps its parts, draws them in order and says what a plugin would say."""

import math

import numpy as np

from .canvas import Texture, draw_layer
from .particles import Particles
from .scene2d import Actor, Camera


class Text(Actor):
    """A line of text; its texture is made anew when the words change. `words` may be a function of the stage."""

    def __init__(self, style, font, words, colour, x, y, **more):
        self.font, self.colour, self.words = font, colour, words
        first = words if isinstance(words, str) else ''
        super().__init__(
            style,
            [font.render(first, colour)],
            f'text-{style._next_id}',
            x,
            y,
            ox=0.0,
            oy=0.0,
            sf=(0.0, 0.0),
            type='Text',
            depth=90,
            **more,
        )

    def step(self, stage):
        super().step(stage)
        words = self.words if isinstance(self.words, str) else self.words(stage)
        self.frames = [self.font.render(words, self.colour)]


class Stage:
    """A scene; templates fill it. `marks` draw untracked graphics: before the actors, or after them (`over`)."""

    def __init__(self, rng, style):
        self.rng, self.style = rng, style
        self.camera = Camera()
        self.layers, self.actors, self.marks, self.over = [], [], [], []
        self.map = None
        self.particles = Particles(style)
        self.weather = self.light = None
        self.t = 0
        self.score, self.lives = int(rng.integers(0, 50)), 3
        self.pauses = []  # (first frame, last frame, shows a word)
        self.flash = np.zeros(4, np.float32)  # colour, alpha
        self.flash_fall = float(rng.choice([0.06, 0.12, 0.3]))
        self.fade = 0.0
        self.follow = None  # moves the camera
        self.director = []  # called every frame
        self.wanted = {}
        self.map_depth = 5
        self.vignette = None
        self.memory_bounds = None  # of the camera
        self.outside = lambda x, y: False

    def report(self, kind):
        """Whether things of a kind are in the state: decided once per kind."""
        if kind not in self.wanted:
            self.wanted[kind] = bool(self.rng.random() < self.style.reports)
        return self.wanted[kind]

    def add(self, frames, name, x, y, **more):
        glows = name in ('explosion', 'bullet', 'shot') and self.style.glows  # another blend mode: a plugin leaves it out
        actor = Actor(self.style, frames, name, x, y, reported=self.report(name) and not glows, add=glows, **more)
        self.actors.append(actor)
        return actor

    def say(self, words, x, y, colour=None, font=None, **more):
        """Text on the screen at canvas pixels."""
        colour = self.style.palette.colour(self.rng, 'text') if colour is None else colour
        text = Text(self.style, font or self.style.font, words, colour, x, y, reported=self.style.text_reported, **more)
        self.actors.append(text)
        return text

    def burst(self, x, y, n=16, colours=None):
        s = self.style
        colours = [s.palette.colour(self.rng, 'accent') for _ in range(3)] if colours is None else colours
        self.particles.add(self.rng, n, x, y, 2.5 * s.unit, 25, 2 * s.unit, colours)

    @property
    def paused(self):
        return any(a <= self.t < b for a, b, _ in self.pauses)

    def step(self):
        self.t += 1
        if not self.paused:
            for actor in self.actors:
                actor.step(self)
            self.actors = [a for a in self.actors if a.alive]
            for direct in self.director:
                direct(self)
            self.particles.step()
            for layer in self.layers:
                layer.offset += layer.drift
            if self.follow:
                self.follow(self)
            self.camera.shake *= 0.88
            if self.camera.shake < 0.3:
                self.camera.shake = 0.0
        self.flash[3] = max(0.0, self.flash[3] - self.flash_fall)
        self.camera.settle(self.style, self.rng)

    def draw(self):
        """The canvas of this frame and its state."""
        style, camera = self.style, self.camera
        picture = np.zeros((style.height, style.width, 3), np.float32)
        objects = []
        for layer in self.layers:
            self._draw_layer(picture, layer, objects)
        ordered = sorted(self.actors, key=lambda a: a.depth)
        low = [a for a in ordered if a.depth < self.map_depth]
        self._draw_actors(picture, low, objects)
        if self.map:
            x0, y0 = camera.view_x / camera.zoom, camera.view_y / camera.zoom
            self.map.animate(self.t, x0, y0, x0 + style.width / camera.zoom, y0 + style.height / camera.zoom)
            draw_layer(picture, self.map.image, camera.view_x, camera.view_y, camera.zoom, linear=style.linear)
        for mark in self.marks:
            mark(picture, self)
        self._draw_actors(picture, [a for a in ordered if self.map_depth <= a.depth < 80], objects)
        self.particles.draw(picture, camera)
        for mark in self.over:
            mark(picture, self)
        if self.weather:
            self.weather.draw(picture, style, camera, self.t)
        if self.light:
            self.light(picture, self)
        self._draw_actors(picture, [a for a in ordered if a.depth >= 80], objects)
        if self.flash[3] > 0:
            picture += (self.flash[:3] - picture) * self.flash[3]
        if self.fade > 0:
            picture *= 1 - min(1.0, self.fade)
        if self.paused and any(a <= self.t < b and shows for a, b, shows in self.pauses):
            picture *= 0.5
        if self.vignette is not None:
            picture *= self.vignette
        if style.quantiser:
            picture = style.quantiser(picture)
        k = style.k
        state = {
            'viewX': round(camera.view_x * k, 3),
            'viewY': round(camera.view_y * k, 3),
            'zoom': round(camera.zoom, 5),
            'rotation': 0,
            'objects': objects[:256],
        }  # a plugin has no room for more
        return style.scaler(picture), state

    def overlay(self, picture):
        """Draws only what hangs on the screen over a finished picture: the HUD of a 3D game."""
        for mark in self.over:
            mark(picture, self)
        self._draw_actors(picture, sorted((a for a in self.actors if a.depth >= 80), key=lambda a: a.depth), [])
        if self.flash[3] > 0:
            picture += (self.flash[:3] - picture) * self.flash[3]
        if self.fade > 0:
            picture *= 1 - min(1.0, self.fade)

    def _draw_actors(self, picture, actors, objects):
        for actor in actors:
            actor.draw(picture, self.style, self.camera)
            if actor.reported:
                entry = actor.state(self.style, self.camera, len(objects))
                if entry:
                    objects.append(entry)

    def _draw_layer(self, picture, layer, objects):
        style, camera = self.style, self.camera
        # A layer moves with the view; under zoom its picture is not enlarged, as with tile sprites on the screen.
        ox = camera.view_x * layer.sf[0] + layer.offset
        oy = camera.view_y * layer.sf[1]
        if style.round_pixels:
            ox, oy = float(math.floor(ox + 0.5)), float(math.floor(oy + 0.5))
        draw_layer(picture, layer.image, ox, oy, 1.0, True, layer.sf[1] != 0, linear=style.linear)
        if layer.as_tile == 'image':
            n = lambda value: round(float(value) * style.k, 3) + 0.0
            high, wide = (n(size) for size in layer.image.shape[:2])
            objects.append(
                {
                    'id': layer.id,
                    'type': 'Image',
                    'name': layer.name,
                    'x': n(-ox),
                    'y': n(-oy),
                    'w': wide,
                    'h': high,
                    'z': len(objects),
                    'cx': n(-ox),
                    'cy': n(-oy),
                    'dw': wide,
                    'dh': high,
                    'ox': 0,
                    'oy': 0,
                    'sf': [round(float(f), 4) for f in layer.sf],
                }
            )
        elif layer.as_tile:
            n = lambda value: round(float(value) * style.k, 3)
            width, height = n(style.width), n(style.height)
            objects.append(
                {
                    'id': layer.id,
                    'type': 'TileSprite',
                    'name': layer.name,
                    'x': 0,
                    'y': 0,
                    'w': width,
                    'h': height,
                    'z': len(objects),
                    'cx': width / 2,
                    'cy': height / 2,
                    'dw': width,
                    'dh': height,
                    'ox': 0.5,
                    'oy': 0.5,
                    'sf': [0, 0],
                    'tile': [n(ox), n(oy)],
                }
            )


def torch(rng, style, target):
    """Darkness with a circle of light around an actor, smooth or in rings."""
    radius, dark, rings = style.height * rng.uniform(0.25, 0.6), rng.uniform(0.0, 0.35), int(rng.choice([0, 0, 2, 4]))
    v, u = np.mgrid[0 : style.height, 0 : style.width].astype(np.float32)
    flicker = rng.uniform(0, 0.05)

    def light(picture, stage):
        x, y, _, _ = target.place(style, stage.camera)
        r = radius * (1 + flicker * math.sin(stage.t * 0.9) + flicker * math.sin(stage.t * 2.3))
        level = np.clip(1.25 - np.hypot(u - x, v - y) / r, 0, 1)
        if rings:
            level = np.ceil(level * rings) / rings
        picture *= (dark + (1 - dark) * level)[..., None]

    return light


def panel(rng, style, width, height, colour=None):
    """A box for dialogues and buttons."""
    colour = style.palette.colour(rng, 'any') if colour is None else colour
    h, w = max(4, round(height)), max(4, round(width))
    out = np.zeros((h, w, 4), np.float32)
    out[..., :3], out[..., 3] = colour * rng.uniform(0.3, 1), rng.choice([1, 0.85, 0.6])
    if rng.random() < 0.4:
        out[..., :3] *= np.linspace(1.2, 0.7, h, dtype=np.float32)[:, None, None]
    edge = max(1, round(style.unit * rng.choice([1, 2])))
    line = np.append(style.palette.colour(rng, 'text'), 1).astype(np.float32)
    for part in (out[:edge], out[-edge:], out[:, :edge], out[:, -edge:]):
        part[...] = line
    if rng.random() < 0.5:
        out[:edge, :edge] = out[:edge, -edge:] = out[-edge:, :edge] = out[-edge:, -edge:] = 0
    return Texture(np.clip(out, 0, 255))
