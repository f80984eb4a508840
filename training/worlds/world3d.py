"""A 3D scene and how it is shaded: light, fog, sky, shadows, billboards; `draw` gives picture, state and depth."""

import math

import numpy as np

from .mesh import join
from .noise import fbm
from .raster3d import Raster, Textures, mirrored, perspective, project


class Sky:
    """A gradient by height with clouds, stars or a sun; or one colour, as a cleared canvas."""

    def __init__(self, rng, palette, outdoors):
        self.low, self.high = palette.colour(rng, 'back'), palette.colour(rng, 'back')
        self.kind = str(rng.choice(['plain', 'gradient', 'clouds', 'clouds', 'stars'])) if outdoors else 'plain'
        self.sun = np.array([rng.normal(), rng.uniform(0.1, 0.8), rng.normal()])
        self.sun /= np.linalg.norm(self.sun)
        self.sun_on = outdoors and rng.random() < 0.3
        self.disc = rng.uniform(0.985, 0.9985)
        self.clouds = np.clip(fbm(rng, 128, 128, 4, 5) * 2.2 - rng.uniform(0.6, 1.2), 0, 1)
        self.stars = rng.random((256, 256)) < 0.004
        self.white = palette.colour(rng, 'back') * 0.3 + 170
        if self.kind == 'stars':
            self.low, self.high = self.low * 0.3, self.high * 0.1

    def colour(self, rays, t):
        """Colours for unit rays n × 3."""
        if self.kind == 'plain':
            return np.broadcast_to(self.low, rays.shape).astype(np.float32)
        up = np.clip(rays[:, 1], 0, 1)[:, None]
        out = self.low + (self.high - self.low) * np.sqrt(up)
        if self.kind == 'clouds':
            over = np.maximum(rays[:, 1], 0.03)
            u, v = (rays[:, 0] / over * 12 + t * 0.05) % 128, rays[:, 2] / over * 12 % 128
            iu, iv = u.astype(int), v.astype(int)
            fu, fv = u - iu, v - iv
            c, ju, jv = self.clouds, (iu + 1) % 128, (iv + 1) % 128
            cover = (c[iv, iu] * (1 - fu) + c[iv, ju] * fu) * (1 - fv) + (c[jv, iu] * (1 - fu) + c[jv, ju] * fu) * fv
            out = out + (self.white - out) * (cover * np.clip(rays[:, 1] * 6, 0, 1))[:, None]
        elif self.kind == 'stars':
            a, b = np.arctan2(rays[:, 0], rays[:, 2]) * (256 / math.pi) % 256, np.arcsin(np.clip(rays[:, 1], -1, 1)) * (256 / math.pi) % 256
            out = np.where(self.stars[b.astype(int), a.astype(int)][:, None], 255, out)
        if self.sun_on:
            out = np.where((rays @ self.sun > self.disc)[:, None], np.array([255, 245, 210]), out)
        return out.astype(np.float32)


class World:
    """Templates fill it: `static` meshes, `movers` (functions of time giving a mesh), `billboards`, `shadows` and the camera's `rig`."""

    FILTERS = ('nearest', 'linear', 'mip', 'trilinear')

    def __init__(self, rng, style, outdoors=True):
        self.rng, self.style = rng, style
        self.textures = Textures()
        self.static, self.movers, self.billboards, self.shadows = [], [], [], []
        self.filter = 'nearest' if style.pixel else str(rng.choice(self.FILTERS, p=[0.1, 0.15, 0.3, 0.45]))
        self.sky = Sky(rng, style.palette, outdoors)
        self.ambient, self.strength = rng.uniform(0.25, 0.7), rng.uniform(0.3, 0.9)
        self.sun_colour = (np.ones(3) + rng.normal(0, 0.08, 3)).astype(np.float32)
        self.fog = float(rng.choice([0, 0, 0.01, 0.03, 0.08]))
        self.fog_colour = self.sky.low if rng.random() < 0.8 else style.palette.colour(rng, 'back')
        self.lamp = 0.0  # reach of a light at the camera in the dark
        self.fov, self.near, self.far = rng.choice([0.8, 0.8, 0.8, 1.0, 1.2]), 0.1, 1000.0
        self.right_handed = rng.random() < 0.15
        self.raster = Raster(style.width, style.height)
        self.rig, self.t = None, 0
        self.ground = lambda x, z: 0.0
        self.solid = lambda x, z: False

    def seal(self):
        """Call when all static things are in."""
        self.textures.seal()
        self.static = join(self.static)
        self.light = self.lit(self.static)
        i = np.arange(self.style.width * self.style.height)
        self.px, self.py = i % self.style.width + 0.5, i // self.style.width + 0.5
        grid_x = ((np.arange(320) + 0.5) / self.style.k).astype(int)
        grid_y = ((np.arange(180) + 0.5) / self.style.k).astype(int)
        self.grid = (grid_y[:, None], grid_x[None, :])
        self._expose()

    def _expose(self):
        """Sets the light so that what is drawn at first is as bright as this clip shall be."""
        wanted, lamp, fog = self.rng.uniform(35, 150), self.lamp, self.fog
        self.lamp = self.fog = 0
        picture, _, depth = self.draw()
        self.lamp, self.fog = lamp, fog
        drawn = np.isfinite(depth)
        if drawn.sum() > 500 and not self.style.quantiser:
            self.sun_colour *= np.float32(np.clip(wanted / max(4.0, picture[drawn].mean()), 0.6, 4))

    def lit(self, mesh):
        """Light on each vertex, T × 3."""
        return (self.ambient + self.strength * np.maximum(0, mesh.normal @ self.sky.sun.astype(np.float32))).astype(np.float32)

    def draw(self, overlay=None):
        """(picture, state, depth on the capture grid) of this frame; `overlay` paints the HUD onto the canvas."""
        style, w, h = self.style, self.style.width, self.style.height
        view = self.rig(self)
        fy = 1 / math.tan(self.fov / 2)
        fx = fy * 9 / 16
        mesh, light = self.static, self.light
        cam, attributes, index = project(mesh, light, view, fx, fy, self.near)
        tex, tint = mesh.tex, mesh.tint
        moving = [m for m in (mover(self.t) for mover in self.movers) if m is not None]
        if moving:
            moving = join(moving)
            cam2, attributes2, index2 = project(moving, self.lit(moving), view, fx, fy, self.near)
            cam, attributes, index = (
                np.concatenate([cam, cam2]),
                np.concatenate([attributes, attributes2]),
                np.concatenate([index, index2 + len(mesh.pos)]),
            )
            tex, tint = np.concatenate([tex, moving.tex]), np.concatenate([tint, moving.tint])
        picture = np.zeros((h * w, 3), np.float32)
        depth = np.full(h * w, np.inf)
        if len(cam):
            pixel, triangle, z, (u, v, bright), footprint = self.raster.render(cam, attributes, fx, fy)
            number = index[triangle]
            colour = (
                self.textures.sample(tex[number], u, v, footprint, self.filter)
                * tint[number]
                * (bright[:, None].astype(np.float32) * self.sun_colour)
            )
            depth[pixel] = z
            if self.shadows:
                colour *= self._shade(pixel, z, view, fx, fy)[:, None]
            picture[pixel] = self._haze(np.minimum(colour, 255), z)
        empty = np.nonzero(np.isinf(depth))[0]
        if len(empty):
            rays = (
                np.stack([(self.px[empty] / (w / 2) - 1) / fx, (1 - self.py[empty] / (h / 2)) / fy, np.ones(len(empty))], 1)
                @ view[:3, :3].T
            )
            picture[empty] = self.sky.colour(rays / np.linalg.norm(rays, axis=1, keepdims=True), self.t)
        picture, depth = picture.reshape(h, w, 3), depth.reshape(h, w)
        for board in self.billboards:
            self._billboard(picture, depth, board, view, fx, fy)
        if overlay:
            overlay(picture)
        if style.quantiser:
            picture = style.quantiser(picture)
        return style.scaler(picture), self._state(view), depth[self.grid]

    def _state(self, view):
        projection = perspective(self.fov, 16 / 9, self.near, self.far, self.right_handed)
        position = -view[3, :3] @ view[:3, :3].T
        shown = view
        if self.right_handed:
            shown, position = mirrored(view), position * [1, 1, -1]
        single = lambda m: [float(f'{x:.8g}') for x in m.astype(np.float32).ravel()]
        return {'view': single(shown), 'projection': single(projection), 'position': single(position)}

    def _haze(self, colour, z):
        if self.lamp:
            colour = colour * np.clip(1.25 - z / self.lamp, 0.02, 1)[:, None].astype(np.float32)
        if self.fog:
            clear = np.exp(-self.fog * z)[:, None].astype(np.float32)
            colour = colour * clear + self.fog_colour * (1 - clear)
        return colour

    def _shade(self, pixel, z, view, fx, fy):
        """Round shadows under things: a factor per pixel."""
        x, y = (self.px[pixel] / (self.style.width / 2) - 1) / fx * z, (1 - self.py[pixel] / (self.style.height / 2)) / fy * z
        place = (np.stack([x, y, z], 1) - view[3, :3]) @ view[:3, :3].T
        out = np.ones(len(pixel), np.float32)
        for shadow in self.shadows:
            cx, cy, cz, r = shadow()
            d = ((place[:, 0] - cx) ** 2 + (place[:, 2] - cz) ** 2) / (r * r)
            out *= 1 - 0.5 * np.clip(1.5 - 1.5 * d, 0, 1) * (np.abs(place[:, 1] - cy) < 0.35 * r + 0.1)
        return out

    def _billboard(self, picture, depth, board, view, fx, fy):
        """A sprite that faces the camera, cut out by its alpha; `board` is a function giving texture, place and size in the world."""
        shown = board(self.t)
        if shown is None:
            return
        texture, (x, y, z), (bw, bh) = shown
        cx, cy, cz = np.array([x, y, z]) @ view[:3, :3] + view[3, :3]
        if cz < self.near * 2:
            return
        w, h = self.style.width, self.style.height
        sx, sy, pw, ph = (1 + cx / cz * fx) * w / 2, (1 - cy / cz * fy) * h / 2, bw / cz * fx * w / 2, bh / cz * fy * h / 2
        left, right, top, bottom = (
            max(0, math.ceil(sx - pw / 2 - 0.5)),
            min(w, math.ceil(sx + pw / 2 - 0.5)),
            max(0, math.ceil(sy - ph - 0.5)),
            min(h, math.ceil(sy - 0.5)),
        )
        if left >= right or top >= bottom:
            return
        tu = ((np.arange(left, right) + 0.5 - sx) / pw + 0.5) * texture.width
        tv = ((np.arange(top, bottom) + 0.5 - sy) / ph + 1) * texture.height
        source = texture.pixels[
            np.clip(tv.astype(int), 0, texture.height - 1)[:, None], np.clip(tu.astype(int), 0, texture.width - 1)[None, :]
        ]
        j, i = np.nonzero((source[..., 3] > 0.5) & (depth[top:bottom, left:right] > cz))
        picture[top + j, left + i] = self._haze(source[j, i, :3] / source[j, i, 3:], np.full(len(j), cz))
        depth[top + j, left + i] = cz
