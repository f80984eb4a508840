"""3D games among walls: mazes, towns, tables, tracks; and the choice among all templates."""

import math

import numpy as np

from . import rigs3d
from .lands3d import blocks, hills, void
from .materials import MATERIALS, material
from .mesh import ball, box, height_field, prism, quads, turn
from .props3d import boards, eyes, ground_plane, people, plain, player, spinners, surface
from .sprites import WALKERS
from .tilemap import MAPS


def corridors(rng, world):
    """Walls on a grid, with floor and perhaps ceiling; through somebody's eyes."""
    rows = cols = int(rng.integers(14, 24))
    solid = MAPS[str(rng.choice(['room', 'cave', 'arena', 'street']))](rng, rows, cols)
    cell, high = rng.uniform(2, 3.5), rng.uniform(2.4, 5)
    walls = [surface(rng, world) for _ in range(int(rng.integers(1, 4)))]
    j, i = np.nonzero(solid)
    corners, normals, uvs, texes, tints = [], [], [], [], []
    for y, x in zip(j, i):
        for dx, dz in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            if 0 <= y + dz < rows and 0 <= x + dx < cols and not solid[y + dz, x + dx]:
                ax, az = (x + max(dx, 0), y) if dx else (x, y + max(dz, 0))
                bx, bz = (ax, az + 1) if dx else (ax + 1, az)
                corners.append(
                    [(ax * cell, 0, az * cell), (bx * cell, 0, bz * cell), (bx * cell, high, bz * cell), (ax * cell, high, az * cell)]
                )
                normals.append((dx, 0, dz))
                r = cell / 2.5
                uvs.append([(0, high / 2.5), (r, high / 2.5), (r, 0), (0, 0)])
                texes.append(walls[(x * 5 + y * 3) // 4 % len(walls)])
                tints.append((1, 1, 1))
    world.static.append(quads(corners, normals, uvs, texes, tints))
    size = cols * cell
    world.static.append(ground_plane(size, surface(rng, world), rng.uniform(1.5, 4), centre=(size / 2, size / 2)))
    if rng.random() < 0.6:
        roof = ground_plane(size, surface(rng, world), rng.uniform(1.5, 4), centre=(size / 2, size / 2), y=high)
        roof.normal = -roof.normal
        world.static.append(roof)
        world.strength *= 0.6
    world.solid = lambda x, z: not (0 <= x < size and 0 <= z < size) or bool(solid[int(z // cell), int(x // cell)])
    free = np.argwhere(~solid)
    place = lambda: tuple((free[rng.integers(len(free))][::-1] + rng.uniform(0.3, 0.7, 2)) * cell)
    if rng.random() < 0.5:
        boards(rng, world, int(rng.integers(4, 16)), place, WALKERS + ('block', 'gem', 'plant'), rng.uniform(1, 1.8))
    else:
        people(rng, world, int(rng.integers(1, 6)), place, [plain(world)] * 3)
    spinners(rng, world, int(rng.integers(0, 8)), place, surface(rng, world, role='actor'))
    if rng.random() < 0.4:
        world.lamp = rng.uniform(6, 16)
    m = rigs3d.mind(rng, *place(), rng.uniform(0.06, 0.16))
    world.rig = eyes(rng, world, m) if rng.random() < 0.75 else player(rng, world, m, [plain(world)] * 3)


def town(rng, world):
    """Streets of houses with cars; one drives, walks or looks on."""
    rows = int(rng.integers(16, 24))
    solid = MAPS['street'](rng, rows, rows)
    cell = 5.0
    size = rows * cell
    palette = world.style.palette
    world.static.append(
        ground_plane(
            size,
            surface(rng, world, rng.choice(['stone', 'flat', 'speckle', 'slab', 'grass', 'cloudy'])),
            rng.uniform(2, 6),
            centre=(size / 2, size / 2),
        )
    )
    faces = []
    for _ in range(3):
        wall = material(rng, palette, 64, 64, rng.choice(['flat', 'brick', 'stone', 'metal']), False)
        pane, n = palette.colour(rng, 'any'), int(rng.choice([2, 4]))
        step = 64 // n
        for a in range(n):
            for b in range(n):
                wall[a * step + step // 4 : a * step + 3 * step // 4, b * step + step // 4 : b * step + 3 * step // 4] = pane * (
                    0.6 if rng.random() < 0.6 else 1.2
                )
        faces.append(world.textures.add(np.clip(wall, 0, 255)))
    roof = surface(rng, world)
    tall = rng.uniform(3, 18)
    for j, i in np.argwhere(solid):
        if rng.random() < 0.85:
            high = max(2.5, rng.uniform(0.4, 1) * tall)
            world.static.append(
                box(
                    (cell * rng.uniform(0.8, 1), high, cell * rng.uniform(0.8, 1)),
                    (faces[(i // 2 + j) % 3], roof),
                    rng.uniform(0.7, 1.1, 3),
                    repeat=4.0,
                    centre=((i + 0.5) * cell, high / 2, (j + 0.5) * cell),
                )
            )
    world.solid = lambda x, z: not (1 <= x < size - 1 and 1 <= z < size - 1) or bool(solid[int(z // cell), int(x // cell)])
    free = np.argwhere(~solid)
    place = lambda: tuple((free[rng.integers(len(free))][::-1] + 0.5) * cell)
    white = plain(world)
    for _ in range(int(rng.integers(2, 9))):
        m = rigs3d.mind(rng, *place(), rng.uniform(0.1, 0.3))
        m['yaw'] = rng.integers(4) * math.pi / 2
        body = rigs3d.car(rng, palette, [white, white, white])

        def drive(t, m=m, body=body):
            rigs3d.walk(m, world, rng)
            return body(m)

        world.movers.append(drive)
        world.shadows.append(lambda m=m: (m['x'], 0.0, m['z'], 1.6))
    people(rng, world, int(rng.integers(0, 5)), place, [white] * 3)
    mode = rng.choice(['drive', 'third', 'first', 'orbit'], p=[0.4, 0.2, 0.25, 0.15])
    if mode == 'orbit':
        world.rig = rigs3d.orbit(rng, (size / 2, 2, size / 2), rng.uniform(20, 45), rng.uniform(12, 35))
        return
    m = rigs3d.mind(rng, *place(), rng.uniform(0.1, 0.2) * (2.5 if mode == 'drive' else 1))
    if mode == 'drive':
        body = rigs3d.car(rng, palette, [white, white, white])
        world.movers.append(lambda t: body(m))
        world.shadows.append(lambda: (m['x'], 0.0, m['z'], 1.7))
        inner = rigs3d.third_person(rng, world, m)

        def rig(w):
            rigs3d.walk(m, w, rng)
            return inner(w)

        world.rig = rig
    else:
        world.rig = player(rng, world, m, [white] * 3) if mode == 'third' else eyes(rng, world, m)


def tabletop(rng, world):
    """A board or arena with pieces and rolling things, seen from an orbiting or fixed camera."""
    palette, size = world.style.palette, rng.uniform(8, 16)
    world.static.append(
        box(
            (size, 0.5, size),
            surface(rng, world, rng.choice(list(MATERIALS))),
            repeat=rng.choice([size, size / 2, 2.0]),
            centre=(0, -0.25, 0),
        )
    )
    if rng.random() < 0.5:
        world.static.append(ground_plane(80, surface(rng, world), rng.uniform(2, 10), -0.6))
    tex = [surface(rng, world, role='actor') for _ in range(2)] + [plain(world)] * 2
    tints = [palette.colour(rng, 'actor') / 255 for _ in range(4)]
    half, n = size / 2 - 0.6, int(rng.integers(3, 9))
    shapes = [
        lambda: box(rng.uniform(0.4, 1.3, 3), tex[rng.integers(4)], tints[rng.integers(4)], centre=(0, 0.4, 0)),
        lambda: prism(0.4, rng.uniform(0.5, 1.6), 10, tex[rng.integers(4)], tints[rng.integers(4)]),
        lambda: prism(0.45, 1.1, 8, tex[rng.integers(4)], tints[rng.integers(4)], top=0),
        lambda: ball(0.45, 6, tex[rng.integers(4)], tints[rng.integers(4)]).moved(np.eye(3), (0, 0.45, 0)),
    ]
    shape = shapes[rng.integers(4)] if rng.random() < 0.4 else None
    for i in range(n):
        for j in range(n):
            if rng.random() < 0.45:
                at = ((i + 0.5) / n * 2 * half - half, 0, (j + 0.5) / n * 2 * half - half)
                world.static.append((shape or shapes[rng.integers(4)])().moved(turn(rng.uniform(0, 6.28) if rng.random() < 0.3 else 0), at))
    world.solid = lambda x, z: max(abs(x), abs(z)) > half
    place = lambda: tuple(rng.uniform(-half, half, 2))
    for _ in range(int(rng.integers(1, 7))):
        r, (x, z), way = rng.uniform(0.25, 0.6), place(), rng.normal(0, 0.08, 2)
        sphere = ball(r, 7, tex[rng.integers(2)], tints[rng.integers(4)])
        at = {'x': x, 'z': z}

        def roll(t, at=at, way=way, r=r, sphere=sphere):
            for c, k in (('x', 0), ('z', 1)):
                at[c] += way[k]
                if abs(at[c]) > half:
                    way[k] = -math.copysign(abs(way[k]), at[c])
            return sphere.moved(turn(0, at['z'] / r, -at['x'] / r), (at['x'], r, at['z']))

        world.movers.append(roll)
        world.shadows.append(lambda at=at, r=r: (at['x'], 0.0, at['z'], r * 1.2))
    spinners(rng, world, int(rng.integers(0, 6)), place, tex[0])
    people(rng, world, int(rng.integers(0, 3)), place, [plain(world)] * 3)
    world.rig = rigs3d.orbit(rng, (0, 0, 0), size * rng.uniform(0.6, 1.3), size * rng.uniform(0.4, 1.1))


def tunnel(rng, world):
    """An endless track with obstacles, pickups and gates coming on."""
    palette, wide, long, speed = world.style.palette, rng.uniform(2, 3), 260, rng.uniform(0.25, 1.1)
    lanes = int(rng.integers(1, 3))
    half = (lanes + 0.5) * wide
    floor = surface(rng, world)
    strip = height_field(np.zeros((40, 3)), 1.0, floor, 1.0)
    world.static.append(strip.moved(np.diag([half, 1, long / 39]), (0, 0, long / 2 - 10)))
    world.static[-1].uv = world.static[-1].pos[..., [0, 2]] / np.float32(rng.uniform(1.5, 4))
    if rng.random() < 0.6:
        side = surface(rng, world)
        for s in (-1, 1):
            world.static.append(box((0.5, rng.uniform(0.5, 6), long), side, repeat=2.5, centre=(s * (half + 0.25), 0.5, long / 2 - 10)))
    if rng.random() < 0.5:
        world.static.append(ground_plane(3 * long, surface(rng, world), rng.uniform(3, 10), -1.0, cells=16, centre=(0, long / 2)))
    texes, tints = [surface(rng, world, role='actor') for _ in range(3)], [palette.colour(rng, 'actor') / 200 for _ in range(4)]
    z = 12.0
    while z < long - 20:
        x = int(rng.integers(-lanes, lanes + 1)) * wide
        kind, tint = rng.integers(5), tints[rng.integers(4)]
        if kind < 2:
            world.static.append(box((wide * 0.8, rng.uniform(0.5, 2.5), 1.0), texes[rng.integers(3)], tint, centre=(x, 0.6, z)))
        elif kind == 2:
            world.static.append(prism(0.5, rng.uniform(1, 5), 8, texes[0], tint).moved(np.eye(3), (x, 0, z)))
        elif kind == 3:
            for part in ((-half, 2, 0.4, 4), (half, 2, 0.4, 4), (0, 4.2, 2 * half, 0.5)):
                world.static.append(box((part[2], part[3], 0.5), texes[1], tint, repeat=2.0, centre=(part[0], part[1], z)))
        z += rng.uniform(3, 10)
    place = lambda: (int(rng.integers(-lanes, lanes + 1)) * wide, rng.uniform(5, long - 20))
    spinners(rng, world, int(rng.integers(4, 16)), place, texes[2])
    height = rng.uniform(2, 4)
    world.rig = rigs3d.rail(rng, speed, lanes, wide, height, rng.uniform(0.1, 0.3))
    m, white = world.rig.mind, [plain(world)] * 3
    if rng.random() < 0.7:
        figure = rigs3d.person(rng, palette, white) if rng.random() < 0.5 else rigs3d.car(rng, palette, white)
        ahead = rng.uniform(4, 7)
        world.movers.append(
            lambda t: figure({'x': m['x'], 'y': 0.0, 'z': m['z'] + ahead, 'yaw': 0.0, 'walked': m['z'] * 0.5, 'speed': 1.0})
        )
        world.shadows.append(lambda: (m['x'], 0.0, m['z'] + ahead, 0.9))


TEMPLATES = {corridors: 1.5, hills: 1.6, blocks: 1.2, town: 1.2, tabletop: 1.2, tunnel: 0.8, void: 0.7}
INDOORS = (corridors,)


def choose(rng):
    """One of the templates."""
    shares = np.array(list(TEMPLATES.values()))
    return list(TEMPLATES)[rng.choice(len(shares), p=shares / shares.sum())]
