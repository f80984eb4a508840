"""3D games under the open sky: hills, cubes, the void."""

import math

import numpy as np

from . import rigs3d
from .materials import liquid
from .mesh import ball, box, height_field, join, prism, turn, voxels
from .noise import fbm
from .props3d import craft, eyes, ground_plane, people, plain, player, spinners, surface, undergrowth


def _land(rng, world, rows, cell, amount):
    heights = (fbm(rng, rows, rows, int(rng.integers(3, 7)), 5, 0.45) - 0.5) * amount
    half = (rows - 1) / 2

    def ground(x, z):
        u, v = np.clip(x / cell + half, 0, rows - 1.001), np.clip(z / cell + half, 0, rows - 1.001)
        i, j = int(u), int(v)
        f, g = u - i, v - j
        a, b, c, d = heights[j, i], heights[j, i + 1], heights[j + 1, i + 1], heights[j + 1, i]
        return float(a + (b - a) * f + (c - b) * g if f > g else a + (c - d) * f + (d - a) * g)

    return heights, ground


def hills(rng, world):
    """Rolling land with trees, rocks and houses; somebody walks, or one flies over it."""
    rows, cell = int(rng.integers(40, 72)), rng.uniform(1.5, 4)
    heights, world.ground = _land(rng, world, rows, cell, rng.uniform(3, 30))
    palette, size = world.style.palette, rows * cell / 2
    by_height = None
    if rng.random() < 0.5:
        low, mid, top = (palette.colour(rng, 'ground') / 255 for _ in range(3))
        a, b = heights.min(), heights.max()
        by_height = lambda h: np.where(
            ((h - a) / (b - a) < 0.5)[:, None],
            low + (mid - low) * (2 * (h - a) / (b - a))[:, None],
            mid + (top - mid) * (2 * (h - a) / (b - a) - 1)[:, None],
        )
    name = None if by_height is None else rng.choice(['flat', 'cloudy', 'speckle', 'grass'])
    colour = None if by_height is None else np.full(3, 200.0)
    world.static.append(
        height_field(
            heights,
            cell,
            surface(rng, world, name or rng.choice(['grass', 'stone', 'cloudy', 'speckle', 'cells', 'checker']), colour=colour),
            rng.uniform(2, 12),
            flat=rng.random() < 0.3,
            tint_by_height=by_height,
        )
    )
    place = lambda: tuple(rng.uniform(-0.8 * size, 0.8 * size, 2))
    bark, leaf, white = surface(rng, world, 'wood'), surface(rng, world, 'grass'), plain(world)
    tints = [palette.colour(rng, 'ground') / 200 for _ in range(3)]
    kind, n = rng.integers(4), int(rng.integers(5, 90))
    for _ in range(n):
        x, z = place()
        s, tint = rng.uniform(0.6, 1.6), tints[rng.integers(3)]
        at = (x, world.ground(x, z) - 0.1, z)
        if kind == 0:
            tree = join([prism(0.2, 1.5, 5, bark), prism(1.1, 2.6, 7, leaf, tint, top=0, smooth=False).moved(np.eye(3), (0, 1.2, 0))])
        elif kind == 1:
            tree = join([prism(0.25, 2, 5, bark), ball(1.3, 4, leaf, tint, 0.15, rng, True).moved(np.eye(3), (0, 2.6, 0))])
        elif kind == 2:
            tree = ball(rng.uniform(0.5, 1.5), 4, leaf, tint * 0.8, 0.25, rng, True)
        else:
            tree = box((2.5, 2.5, 2.5) * rng.uniform(0.5, 1.5, 3), (leaf, bark), tint, repeat=rng.choice([None, 1.5]), centre=(0, 1, 0))
        world.static.append(tree.moved(turn(rng.uniform(0, 6.28), scale=s), at))
    if rng.random() < 0.35:
        y = heights.min() + np.ptp(heights) * rng.uniform(0.15, 0.4)
        ramp = palette.ramp(rng, palette.colour(rng, 'accent'), 4, 0.3)
        water = world.textures.add(np.clip(liquid(rng, ramp, 32, 32, 0.0), 0, 255))
        sea = ground_plane(rows * cell, water, rng.uniform(2, 6), y)
        uv, rate = sea.uv.copy(), rng.uniform(0.002, 0.012)

        def flow(t):
            sea.uv = uv + np.float32(rate * t)
            return sea

        world.movers.append(flow)
        dry = world.ground
        world.ground = lambda x, z: max(dry(x, z), y)
    world.solid = lambda x, z: abs(x) > size * 0.9 or abs(z) > size * 0.9
    spinners(rng, world, int(rng.integers(0, 10)), place, surface(rng, world, role='actor'))
    near = lambda: tuple(rng.uniform(-10, 10, 2))
    if rng.random() < 0.45:
        undergrowth(rng, world, size)
    if rng.random() < 0.5:
        people(rng, world, int(rng.integers(1, 4)), near, [white] * 3)
    mode = rng.choice(['third', 'first', 'fly'], p=[0.45, 0.3, 0.25])
    if mode == 'fly':
        world.rig = rigs3d.flyer(rng, rng.uniform(0.2, 0.9), rng.uniform(4, 20))
        if rng.random() < 0.5:
            craft(rng, world)
        return
    x, z = near()
    m = rigs3d.mind(rng, x, z, rng.uniform(0.06, 0.25), y=world.ground(x, z))
    world.rig = player(rng, world, m, [white] * 3) if mode == 'third' else eyes(rng, world, m)


def blocks(rng, world):
    """Land of cubes."""
    rows = int(rng.integers(36, 60))
    heights = np.floor(fbm(rng, rows, rows, int(rng.integers(2, 6)), 4) * rng.uniform(3, 14)).astype(int)
    palette = world.style.palette
    bands = np.array([palette.colour(rng, 'ground') / 255 for _ in range(3)]) * 1.4
    tints = bands[np.clip(heights * 3 // (heights.max() + 1), 0, 2)] * rng.uniform(0.9, 1.1, (rows, rows, 1))
    for _ in range(int(rng.integers(0, 40))):
        j, i = rng.integers(2, rows - 2, 2)
        heights[j, i] += int(rng.integers(1, 6))
        tints[j, i] = palette.colour(rng, 'accent') / 255
    top = surface(rng, world, rng.choice(['speckle', 'grass', 'cloudy', 'flat', 'cells']), colour=np.full(3, 190.0))
    side = surface(rng, world, rng.choice(['speckle', 'stone', 'brick', 'cloudy', 'flat', 'slab']), colour=np.full(3, 170.0))
    world.static.append(voxels(heights, top, side, tints))
    half = rows // 2

    def ground(x, z):
        i, j = int(math.floor(x)) + half, int(math.floor(z)) + half
        return float(heights[min(max(j, 0), rows - 1), min(max(i, 0), rows - 1)])

    world.ground = ground
    world.solid = lambda x, z: max(abs(x), abs(z)) > half - 3
    place = lambda: tuple(rng.uniform(-half + 4, half - 4, 2))
    spinners(rng, world, int(rng.integers(0, 8)), place, surface(rng, world, role='actor'))
    people(rng, world, int(rng.integers(0, 4)), place, [plain(world)] * 3)
    x, z = rng.uniform(-6, 6, 2)
    m = rigs3d.mind(rng, x, z, rng.uniform(0.08, 0.2), y=ground(x, z))
    mode = rng.random()
    world.rig = (
        eyes(rng, world, m)
        if mode < 0.6
        else player(rng, world, m, [plain(world)] * 3)
        if mode < 0.8
        else rigs3d.flyer(rng, rng.uniform(0.15, 0.5), heights.max() + 4.0)
    )


def void(rng, world):
    """Rocks, stations and platforms floating in the open; flown or jumped through."""
    palette = world.style.palette
    texes = [surface(rng, world) for _ in range(3)] + [plain(world)]
    rocky = rng.random() < 0.6
    for _ in range(int(rng.integers(20, 70))):
        at = rng.uniform(-50, 50, 3) * [1, 0.3, 1]
        tex, tint, s = texes[rng.integers(4)], palette.colour(rng, 'any') / 255 + 0.1, rng.uniform(0.5, 4)
        shape = ball(s, 5, tex, tint, 0.25, rng, True) if rocky else box(rng.uniform(0.5, 5, 3), tex, tint, repeat=rng.choice([None, 1.5]))
        if rng.random() < 0.25:
            rate = rng.normal(0, 0.03)
            world.movers.append(lambda t, shape=shape, at=at, rate=rate: shape.moved(turn(rate * t, 0.6 * rate * t), at))
        else:
            world.static.append(shape.moved(turn(*rng.uniform(0, 6.28, 2)), at))
    if not world.static:
        world.static.append(box((1, 1, 1), texes[0]))
    world.ground = lambda x, z: -1e3
    world.rig = rigs3d.flyer(rng, rng.uniform(0.08, 0.6), 0.0)
    if rng.random() < 0.6:
        craft(rng, world)
