"""What 3D scenes share: surfaces, people, sprites, pickups, undergrowth, and players with their cameras."""

import math

import numpy as np

from . import rigs3d
from .materials import material
from .mesh import Mesh, ball, box, height_field, join, prism, turn
from .noise import fbm
from .sprites import sheet


def surface(rng, world, name=None, role='ground', colour=None, bright=None):
    """A new texture of the world."""
    style = world.style
    n = int(rng.choice([16, 32])) if style.pixel else int(rng.choice([32, 64, 128]))
    image = material(rng, style.palette, n, n, name, style.pixel and rng.random() < 0.3, role, colour)
    if not style.pixel and rng.random() < 0.5:
        image = image * (1 + rng.uniform(0.4, 1.3) * (fbm(rng, n, n, int(rng.integers(4, 16)), 5, rng.uniform(0.5, 0.9))[..., None] - 0.5))
    return world.textures.add(np.clip(image * (bright or 1), 0, 255))


def plain(world):
    """White, for things that are only tinted."""
    return world.textures.add(np.full((4, 4, 3), 255, np.float32))


def ground_plane(size, tex, repeat, y=0.0, cells=6, centre=(0, 0)):
    """A floor of several quads."""
    return height_field(np.full((cells + 1, cells + 1), float(y)), size / cells, tex, repeat).moved(np.eye(3), (centre[0], 0, centre[1]))


def people(rng, world, n, place, tex):
    """Figures that walk about by themselves, with round shadows."""
    for _ in range(n):
        x, z = place()
        m = rigs3d.mind(rng, x, z, rng.uniform(0.03, 0.12))
        m['y'] = world.ground(x, z)
        figure = rigs3d.person(rng, world.style.palette, tex)

        def mover(t, m=m, figure=figure):
            rigs3d.walk(m, world, rng)
            return figure(m)

        world.movers.append(mover)
        world.shadows.append(lambda m=m: (m['x'], world.ground(m['x'], m['z']), m['z'], 0.6))


def player(rng, world, m, tex, jumps=True):
    """A figure led by a mind that the camera's rig steps."""
    figure = rigs3d.person(rng, world.style.palette, tex)
    world.movers.append(lambda t: figure(m))
    world.shadows.append(lambda: (m['x'], world.ground(m['x'], m['z']), m['z'], 0.7))
    inner = rigs3d.third_person(rng, world, m)

    def rig(w):
        rigs3d.walk(m, w, rng, jumps)
        return inner(w)

    return rig


def eyes(rng, world, m):
    inner = rigs3d.first_person(rng, world, m, rng.uniform(1.3, 1.9))

    def rig(w):
        rigs3d.walk(m, w, rng, True)
        return inner(w)

    return rig


def boards(rng, world, n, place, kinds, size):
    """Sprites that face the camera: foes, pickups, plants; some hover or wander."""
    for _ in range(n):
        frames = sheet(rng, world.style.palette, world.style.look, kinds, int(rng.integers(16, 48)))
        (x, z), s, moves, rate = place(), size * rng.uniform(0.6, 1.4), rng.random() < 0.4, rng.uniform(0.02, 0.08)

        def board(t, x=x, z=z, s=s, frames=frames, moves=moves, rate=rate):
            px, pz = (x + math.sin(rate * t), z + math.cos(rate * 0.7 * t)) if moves else (x, z)
            texture = frames[t // 5 % len(frames)]
            return texture, (px, world.ground(px, pz), pz), (s * texture.width / texture.height, s)

        world.billboards.append(board)


def spinners(rng, world, n, place, tex):
    """Coins, crates and balls that turn, bob, slide or drop."""
    for _ in range(n):
        kind, (x, z) = rng.integers(4), place()
        tint, s = world.style.palette.colour(rng, 'accent') / 255, rng.uniform(0.3, 1.1)
        shape = (
            prism(s * 0.5, 0.12, 10, tex, tint).moved(turn(0, math.pi / 2), (0, 0, 0))
            if kind == 0
            else box((s, s, s), tex, tint)
            if kind < 3
            else ball(s * 0.6, 6, tex, tint)
        )
        rate, lift, way = rng.normal(0, 0.1), rng.uniform(0, 0.5), rng.choice([0, 0, 3.0]) * rng.normal(size=2)

        def mover(t, x=x, z=z, shape=shape, s=s, rate=rate, lift=lift, way=way, kind=kind):
            px, pz = x + way[0] * math.sin(0.05 * t), z + way[1] * math.sin(0.05 * t)
            y = world.ground(px, pz) + s * 0.6 + lift * (1 + math.sin(0.1 * t + x))
            return shape.moved(turn(rate * t, 0.7 * rate * t if kind == 2 else 0), (px, y, pz))

        world.movers.append(mover)


def undergrowth(rng, world, size):
    """Hundreds of blades, stones or flowers: fine geometry that no memory can know in advance."""
    n = int(rng.integers(150, 900))
    x, z = rng.uniform(-1, 1, (2, n)) * min(size * 0.8, 28)
    y = np.array([world.ground(a, b) for a, b in zip(x, z)]) - 0.05
    a, s = rng.uniform(0, math.pi, n), rng.uniform(0.15, 0.8, n)
    dx, dz = np.cos(a) * s * rng.uniform(0.1, 0.5), np.sin(a) * s * rng.uniform(0.1, 0.5)
    zero = np.zeros(n)
    foot = np.stack([x, y, z], 1)
    left, right, tip = foot - np.stack([dx, zero, dz], 1), foot + np.stack([dx, zero, dz], 1), foot + np.stack([0.3 * dz, s, 0.3 * dx], 1)
    tint = world.style.palette.colour(rng, 'ground') / 255 * rng.uniform(0.6, 1.4, (n, 1))
    pos = np.stack([left, right, tip], 1)
    side = np.stack([-np.sin(a), zero + 0.3, np.cos(a)], 1)
    uv = np.tile([[(0, 1), (1, 1), (0.5, 0)]], (n, 1, 1))
    tex = plain(world)
    for sign in (1, -1):  # seen from both sides
        world.static.append(Mesh(pos, np.repeat((side * [sign, 1, sign])[:, None], 3, 1), uv, tex, tint))


def craft(rng, world):
    """A ship before the camera, drawn at the place of the last frame's camera as a chase camera shows it."""
    m, white = world.rig.mind, plain(world)
    tint, trim = world.style.palette.colour(rng, 'actor') / 255, world.style.palette.colour(rng, 'accent') / 255
    hull = join(
        [
            prism(0.35, 2, 8, white, tint, top=0.05).moved(turn(0, math.pi / 2), (0, 0, -0.5)),
            box((2.6, 0.08, 0.7), white, trim),
            box((0.08, 0.7, 0.5), white, trim, centre=(0, 0.3, -0.4)),
        ]
    )

    def mover(t):
        s, c = math.sin(m['yaw']), math.cos(m['yaw'])
        return hull.moved(
            turn(m['yaw'] + 4 * m['turn'], m['pitch'], -12 * m['turn']),
            (m['x'] + 5 * s, m['y'] - 1.2 - 5 * math.sin(m['pitch']), m['z'] + 5 * c),
        )

    world.movers.append(mover)
