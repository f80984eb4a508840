"""Tile maps: what is solid, and the whole map baked into one picture with autotiled edges."""

import numpy as np

from .materials import liquid, material
from .noise import fbm
from .sprites import sheet


def platform_map(rng, rows, cols):
    """Ground of varying height with pits, and ledges above."""
    solid = np.zeros((rows, cols), bool)
    height = rows - int(rng.integers(2, max(3, rows // 3)))
    x, flat = 0, rng.random() < 0.3
    while x < cols:
        run = int(rng.integers(3, 10))
        if rng.random() < 0.2 and 4 < x < cols - 8:
            x += int(rng.integers(1, 4))
            continue
        solid[height:, x : x + run] = True
        x += run
        if not flat:
            height = int(np.clip(height + rng.integers(-2, 3), rows // 2, rows - 1))
    for _ in range(int(cols * rng.uniform(0.03, 0.14))):
        x, y, n = rng.integers(cols), rng.integers(2, max(3, rows - 3)), rng.integers(2, 6)
        solid[y : y + rng.integers(1, 3), x : x + n] = True
    return solid


def room_map(rng, rows, cols):
    """Rooms and corridors dug out of the solid."""
    solid = np.ones((rows, cols), bool)
    centres = []
    for _ in range(int(rng.integers(5, 14))):
        h, w = rng.integers(4, max(5, rows // 2)), rng.integers(5, max(6, cols // 3))
        y, x = rng.integers(1, max(2, rows - h - 1)), rng.integers(1, max(2, cols - w - 1))
        solid[y : min(y + h, rows - 1), x : min(x + w, cols - 1)] = False
        centres.append((min(rows - 2, y + h // 2), min(cols - 2, x + w // 2)))
    for (ay, ax), (by, bx) in zip(centres, centres[1:]):
        wide = int(rng.integers(1, 3))
        solid[ay : ay + wide, min(ax, bx) : max(ax, bx) + 1] = False
        solid[min(ay, by) : max(ay, by) + 1, bx : bx + wide] = False
    solid[[0, -1]] = True
    solid[:, [0, -1]] = True
    return solid


def cave_map(rng, rows, cols):
    solid = fbm(rng, rows, cols, 5, 3) > rng.uniform(0.5, 0.62)
    solid[[0, -1]] = True
    solid[:, [0, -1]] = True
    return solid


def arena_map(rng, rows, cols):
    """A walled field with blocks strewn about."""
    solid = rng.random((rows, cols)) < rng.uniform(0.01, 0.1)
    for _ in range(int(rng.integers(2, 9))):
        y, x = rng.integers(rows), rng.integers(cols)
        if rng.random() < 0.5:
            solid[y, x : x + rng.integers(2, 7)] = True
        else:
            solid[y : y + rng.integers(2, 5), x] = True
    solid[[0, -1]] = True
    solid[:, [0, -1]] = True
    return solid


def street_map(rng, rows, cols):
    """Blocks of houses between streets."""
    solid = np.ones((rows, cols), bool)
    for axis, n in ((0, rows), (1, cols)):
        at = int(rng.integers(1, 4))
        while at < n:
            wide = int(rng.integers(2, 4))
            if axis == 0:
                solid[at : at + wide] = False
            else:
                solid[:, at : at + wide] = False
            at += wide + int(rng.integers(3, 8))
    return solid


MAPS = {'platform': platform_map, 'room': room_map, 'cave': cave_map, 'arena': arena_map, 'street': street_map}


class TileMap:
    """`solid` is rows × cols; `image` the baked picture: 4 premultiplied channels, or 3 where there is floor everywhere."""

    def __init__(self, rng, style, kind, rows, cols, tile, floor):
        self.tile, self.solid = tile, MAPS[kind](rng, rows, cols)
        self.rows, self.cols = rows, cols
        self.floor, self.wet, self.waves = floor, [], []
        self._bake(rng, style)

    def _bake(self, rng, style):
        t, palette = self.tile, style.palette
        dither = style.dither
        base = palette.colour(rng, 'ground')
        name = rng.choice(['brick', 'grass', 'stone', 'wood', 'metal', 'slab', 'cloudy', 'speckle', 'cells', 'flat'])
        variants = [material(rng, palette, t, t, name, dither, colour=base * f) for f in rng.uniform(0.85, 1.1, int(rng.integers(1, 4)))]
        deep = [v * rng.uniform(0.6, 1.0) for v in variants]
        image = np.zeros((self.rows * t, self.cols * t, 3 if self.floor else 4), np.float32)
        if self.floor:
            ground = palette.colour(rng, 'back') if rng.random() < 0.6 else palette.colour(rng, 'ground')
            fname = rng.choice(['grass', 'stone', 'wood', 'slab', 'cloudy', 'speckle', 'checker', 'flat', 'flat'])
            floors = [material(rng, palette, t, t, fname, dither, colour=ground * f) for f in (1.0, 1.0, rng.uniform(0.8, 1.15))]
            if rng.random() < 0.35:  # one seamless picture instead of tiles: painted floors
                broad = material(
                    rng, palette, 8 * t, 8 * t, rng.choice(['cloudy', 'grass', 'stone', 'cells', 'speckle']), dither, colour=ground
                )
                image[...] = np.tile(broad, (self.rows // 8 + 1, self.cols // 8 + 1, 1))[: self.rows * t, : self.cols * t]
            else:
                pick = rng.choice(3, (self.rows, self.cols), p=[0.6, 0.3, 0.1])
                image[...] = np.stack(floors)[pick].transpose(0, 2, 1, 3, 4).reshape(image.shape)
        s = self.solid
        pad = np.pad(s, 1, mode='edge')
        up, down, left, right = pad[:-2, 1:-1], pad[2:, 1:-1], pad[1:-1, :-2], pad[1:-1, 2:]
        cap = palette.colour(rng, 'accent' if rng.random() < 0.3 else 'ground')
        cap_mode = rng.integers(4)
        cap_depth = max(1, int(t * rng.uniform(0.12, 0.4)))
        fringe = (cap_depth * rng.uniform(0.5, 1, t)).astype(int) + 1 if rng.random() < 0.6 else np.full(t, cap_depth)
        cap_mask = np.arange(t)[:, None] < fringe[None, :]
        line = max(1, round(t / 14))
        rim = base * rng.choice([0.25, 0.5, 1.6])
        rim_on = rng.random() < 0.7
        wall_face = self.floor and rng.random() < 0.5
        for j, i in zip(*np.nonzero(s)):
            cell = (variants if not (up[j, i] and down[j, i] and left[j, i] and right[j, i]) else deep)[
                (i * 7 + j * 3) % len(variants)
            ].copy()
            if not up[j, i] and cap_mode < 3:
                cell[cap_mask] = cap * (1 if cap_mode else 0.9)
                if cap_mode == 2:
                    cell[:line] = np.minimum(255, cap * 1.3)
            if wall_face and not down[j, i]:
                cell[t // 2 :] *= 0.55
            if rim_on:
                if not left[j, i]:
                    cell[:, :line] = rim
                if not right[j, i]:
                    cell[:, -line:] = rim * 0.8
                if not down[j, i]:
                    cell[-line:] = rim * 0.7
                if not up[j, i] and cap_mode == 3:
                    cell[:line] = rim
            view = image[j * t : (j + 1) * t, i * t : (i + 1) * t]
            view[..., :3] = np.clip(cell, 0, 255)
            if not self.floor:
                view[..., 3] = 1
        self._scatter(rng, style, image)
        self._flood(rng, style, image)
        self.image = image

    def _scatter(self, rng, style, image):
        """Small untracked ornaments: cracks, flowers, signs."""
        t = self.tile
        free = np.argwhere(~self.solid[1:-1, 1:-1]) + 1
        if not len(free):
            return
        sheets = [sheet(rng, style.palette, style.look, ('plant', 'block', 'gem', 'plant'), t * rng.uniform(0.5, 1.2))[0] for _ in range(3)]
        for j, i in free[rng.random(len(free)) < rng.uniform(0, 0.08)]:
            texture = sheets[rng.integers(3)]
            if not self.floor and not self.solid[j + 1, i]:
                continue
            x, y = i * t + (t - texture.width) // 2, (j + 1) * t - texture.height
            if x < 0 or y < 0 or x + texture.width > image.shape[1]:
                continue
            view, p = image[y : y + texture.height, x : x + texture.width], texture.pixels
            view *= 1 - p[..., 3:]
            view += p[..., : image.shape[2]] if image.shape[2] == 4 else p[..., :3]

    def _flood(self, rng, style, image):
        """Animated water or lava in the open cells of the lowest rows, or in ponds of a floor."""
        if rng.random() > 0.4:
            return
        t = self.tile
        ramp = style.palette.ramp(rng, style.palette.colour(rng, 'accent'), 4, 0.3)
        if self.floor:
            wet = (fbm(rng, self.rows, self.cols, 3, 2) > 0.68) & ~self.solid
        else:
            wet = np.zeros_like(self.solid)
            wet[-int(rng.integers(1, 3)) :] = True
            wet &= ~self.solid
        frames = int(rng.choice([2, 4, 8]))
        self.waves = [np.clip(liquid(rng, ramp, t, t, f / frames), 0, 255) for f in range(frames)]
        self.wet = np.argwhere(wet)
        self.wave_rate = int(rng.choice([3, 4, 6, 8]))
        self.wet_mask = wet

    def animate(self, frame, x0, y0, x1, y1):
        """Redraws the moving tiles within a window of the baked picture."""
        if not len(self.wet) or frame % self.wave_rate:
            return
        t, wave = self.tile, self.waves[frame // self.wave_rate % len(self.waves)]
        for j, i in self.wet:
            if x0 - t <= i * t <= x1 and y0 - t <= j * t <= y1:
                view = self.image[j * t : (j + 1) * t, i * t : (i + 1) * t]
                view[..., :3] = wave
                if view.shape[2] == 4:
                    view[..., 3] = 1

    def blocked(self, x, y):
        """Whether the cell at world place (x, y) is solid; outside the map is."""
        i, j = int(x // self.tile), int(y // self.tile)
        if i < 0 or i >= self.cols or j >= self.rows:
            return True
        return bool(j >= 0 and self.solid[j, i])

    def floor_below(self, x, y):
        """World y of the first solid top at or below y, the map's bottom if none."""
        i, j = int(np.clip(x // self.tile, 0, self.cols - 1)), int(np.clip(y // self.tile, 0, self.rows - 1))
        below = np.nonzero(self.solid[j:, i])[0]
        return (j + below[0]) * self.tile if len(below) else self.rows * self.tile + 4 * self.tile

    def open_places(self, rng, n):
        """World places in the middle of open cells."""
        free = np.argwhere(~self.solid)
        if not len(free):
            free = np.argwhere(self.solid)
        picked = free[rng.integers(len(free), size=n)]
        return [((i + 0.5) * self.tile, (j + 0.5) * self.tile) for j, i in picked]
