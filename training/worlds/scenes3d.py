"""3D games: each template fills a world and sets its camera."""
import math

import numpy as np

from . import rigs3d
from .materials import MATERIALS, liquid, material
from .mesh import Mesh, ball, box, height_field, join, prism, quads, turn, voxels
from .noise import fbm
from .sprites import WALKERS, sheet
from .tilemap import MAPS


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


def _people(rng, world, n, place, tex):
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


def _player(rng, world, m, tex, jumps=True):
    """A figure led by a mind that the camera's rig steps."""
    figure = rigs3d.person(rng, world.style.palette, tex)
    world.movers.append(lambda t: figure(m))
    world.shadows.append(lambda: (m['x'], world.ground(m['x'], m['z']), m['z'], 0.7))
    inner = rigs3d.third_person(rng, world, m)

    def rig(w):
        rigs3d.walk(m, w, rng, jumps)
        return inner(w)
    return rig


def _eyes(rng, world, m):
    inner = rigs3d.first_person(rng, world, m, rng.uniform(1.3, 1.9))

    def rig(w):
        rigs3d.walk(m, w, rng, True)
        return inner(w)
    return rig


def _boards(rng, world, n, place, kinds, size):
    """Sprites that face the camera: foes, pickups, plants; some hover or wander."""
    for _ in range(n):
        frames = sheet(rng, world.style.palette, world.style.look, kinds, int(rng.integers(16, 48)))
        (x, z), s, moves, rate = place(), size * rng.uniform(0.6, 1.4), rng.random() < 0.4, rng.uniform(0.02, 0.08)

        def board(t, x=x, z=z, s=s, frames=frames, moves=moves, rate=rate):
            px, pz = (x + math.sin(rate * t), z + math.cos(rate * 0.7 * t)) if moves else (x, z)
            texture = frames[t // 5 % len(frames)]
            return texture, (px, world.ground(px, pz), pz), (s * texture.width / texture.height, s)
        world.billboards.append(board)


def _spinners(rng, world, n, place, tex):
    """Coins, crates and balls that turn, bob, slide or drop."""
    for _ in range(n):
        kind, (x, z) = rng.integers(4), place()
        tint, s = world.style.palette.colour(rng, 'accent') / 255, rng.uniform(0.3, 1.1)
        shape = (prism(s * 0.5, 0.12, 10, tex, tint).moved(turn(0, math.pi / 2), (0, 0, 0)) if kind == 0 else box((s, s, s), tex, tint) if kind < 3 else ball(s * 0.6, 6, tex, tint))
        rate, lift, way = rng.normal(0, 0.1), rng.uniform(0, 0.5), rng.choice([0, 0, 3.0]) * rng.normal(size=2)

        def mover(t, x=x, z=z, shape=shape, s=s, rate=rate, lift=lift, way=way, kind=kind):
            px, pz = x + way[0] * math.sin(0.05 * t), z + way[1] * math.sin(0.05 * t)
            y = world.ground(px, pz) + s * 0.6 + lift * (1 + math.sin(0.1 * t + x))
            return shape.moved(turn(rate * t, 0.7 * rate * t if kind == 2 else 0), (px, y, pz))
        world.movers.append(mover)


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
                corners.append([(ax * cell, 0, az * cell), (bx * cell, 0, bz * cell), (bx * cell, high, bz * cell), (ax * cell, high, az * cell)])
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
        _boards(rng, world, int(rng.integers(4, 16)), place, WALKERS + ('block', 'gem', 'plant'), rng.uniform(1, 1.8))
    else:
        _people(rng, world, int(rng.integers(1, 6)), place, [plain(world)] * 3)
    _spinners(rng, world, int(rng.integers(0, 8)), place, surface(rng, world, role='actor'))
    if rng.random() < 0.4:
        world.lamp = rng.uniform(6, 16)
    m = rigs3d.mind(rng, *place(), rng.uniform(0.06, 0.16))
    world.rig = _eyes(rng, world, m) if rng.random() < 0.75 else _player(rng, world, m, [plain(world)] * 3)


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


def _undergrowth(rng, world, size):
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


def hills(rng, world):
    """Rolling land with trees, rocks and houses; somebody walks, or one flies over it."""
    rows, cell = int(rng.integers(40, 72)), rng.uniform(1.5, 4)
    heights, world.ground = _land(rng, world, rows, cell, rng.uniform(3, 30))
    palette, size = world.style.palette, rows * cell / 2
    by_height = None
    if rng.random() < 0.5:
        low, mid, top = (palette.colour(rng, 'ground') / 255 for _ in range(3))
        a, b = heights.min(), heights.max()
        by_height = lambda h: np.where(((h - a) / (b - a) < 0.5)[:, None], low + (mid - low) * (2 * (h - a) / (b - a))[:, None], mid + (top - mid) * (2 * (h - a) / (b - a) - 1)[:, None])
    name = None if by_height is None else rng.choice(['flat', 'cloudy', 'speckle', 'grass'])
    colour = None if by_height is None else np.full(3, 200.0)
    world.static.append(height_field(heights, cell, surface(rng, world, name or rng.choice(['grass', 'stone', 'cloudy', 'speckle', 'cells', 'checker']), colour=colour),
                                     rng.uniform(2, 12), flat=rng.random() < 0.3, tint_by_height=by_height))
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
    _spinners(rng, world, int(rng.integers(0, 10)), place, surface(rng, world, role='actor'))
    near = lambda: tuple(rng.uniform(-10, 10, 2))
    if rng.random() < 0.45:
        _undergrowth(rng, world, size)
    if rng.random() < 0.5:
        _people(rng, world, int(rng.integers(1, 4)), near, [white] * 3)
    mode = rng.choice(['third', 'first', 'fly'], p=[0.45, 0.3, 0.25])
    if mode == 'fly':
        world.rig = rigs3d.flyer(rng, rng.uniform(0.2, 0.9), rng.uniform(4, 20))
        if rng.random() < 0.5:
            _craft(rng, world)
        return
    x, z = near()
    m = rigs3d.mind(rng, x, z, rng.uniform(0.06, 0.25), y=world.ground(x, z))
    world.rig = _player(rng, world, m, [white] * 3) if mode == 'third' else _eyes(rng, world, m)


def _craft(rng, world):
    """A ship before the camera, drawn at the place of the last frame's camera as a chase camera shows it."""
    m, white = world.rig.mind, plain(world)
    tint, trim = world.style.palette.colour(rng, 'actor') / 255, world.style.palette.colour(rng, 'accent') / 255
    hull = join([prism(0.35, 2, 8, white, tint, top=0.05).moved(turn(0, math.pi / 2), (0, 0, -0.5)), box((2.6, 0.08, 0.7), white, trim), box((0.08, 0.7, 0.5), white, trim, centre=(0, 0.3, -0.4))])

    def mover(t):
        s, c = math.sin(m['yaw']), math.cos(m['yaw'])
        return hull.moved(turn(m['yaw'] + 4 * m['turn'], m['pitch'], -12 * m['turn']), (m['x'] + 5 * s, m['y'] - 1.2 - 5 * math.sin(m['pitch']), m['z'] + 5 * c))
    world.movers.append(mover)


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
    _spinners(rng, world, int(rng.integers(0, 8)), place, surface(rng, world, role='actor'))
    _people(rng, world, int(rng.integers(0, 4)), place, [plain(world)] * 3)
    x, z = rng.uniform(-6, 6, 2)
    m = rigs3d.mind(rng, x, z, rng.uniform(0.08, 0.2), y=ground(x, z))
    mode = rng.random()
    world.rig = _eyes(rng, world, m) if mode < 0.6 else _player(rng, world, m, [plain(world)] * 3) if mode < 0.8 else rigs3d.flyer(rng, rng.uniform(0.15, 0.5), heights.max() + 4.0)


def town(rng, world):
    """Streets of houses with cars; one drives, walks or looks on."""
    rows = int(rng.integers(16, 24))
    solid = MAPS['street'](rng, rows, rows)
    cell = 5.0
    size = rows * cell
    palette = world.style.palette
    world.static.append(ground_plane(size, surface(rng, world, rng.choice(['stone', 'flat', 'speckle', 'slab', 'grass', 'cloudy'])), rng.uniform(2, 6), centre=(size / 2, size / 2)))
    faces = []
    for _ in range(3):
        wall = material(rng, palette, 64, 64, rng.choice(['flat', 'brick', 'stone', 'metal']), False)
        pane, n = palette.colour(rng, 'any'), int(rng.choice([2, 4]))
        step = 64 // n
        for a in range(n):
            for b in range(n):
                wall[a * step + step // 4:a * step + 3 * step // 4, b * step + step // 4:b * step + 3 * step // 4] = pane * (0.6 if rng.random() < 0.6 else 1.2)
        faces.append(world.textures.add(np.clip(wall, 0, 255)))
    roof = surface(rng, world)
    tall = rng.uniform(3, 18)
    for j, i in np.argwhere(solid):
        if rng.random() < 0.85:
            high = max(2.5, rng.uniform(0.4, 1) * tall)
            world.static.append(box((cell * rng.uniform(0.8, 1), high, cell * rng.uniform(0.8, 1)), (faces[(i // 2 + j) % 3], roof), rng.uniform(0.7, 1.1, 3), repeat=4.0,
                                    centre=((i + 0.5) * cell, high / 2, (j + 0.5) * cell)))
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
    _people(rng, world, int(rng.integers(0, 5)), place, [white] * 3)
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
        world.rig = _player(rng, world, m, [white] * 3) if mode == 'third' else _eyes(rng, world, m)


def tabletop(rng, world):
    """A board or arena with pieces and rolling things, seen from an orbiting or fixed camera."""
    palette, size = world.style.palette, rng.uniform(8, 16)
    world.static.append(box((size, 0.5, size), surface(rng, world, rng.choice(list(MATERIALS))), repeat=rng.choice([size, size / 2, 2.0]), centre=(0, -0.25, 0)))
    if rng.random() < 0.5:
        world.static.append(ground_plane(80, surface(rng, world), rng.uniform(2, 10), -0.6))
    tex = [surface(rng, world, role='actor') for _ in range(2)] + [plain(world)] * 2
    tints = [palette.colour(rng, 'actor') / 255 for _ in range(4)]
    half, n = size / 2 - 0.6, int(rng.integers(3, 9))
    shapes = [lambda: box(rng.uniform(0.4, 1.3, 3), tex[rng.integers(4)], tints[rng.integers(4)], centre=(0, 0.4, 0)), lambda: prism(0.4, rng.uniform(0.5, 1.6), 10, tex[rng.integers(4)], tints[rng.integers(4)]),
              lambda: prism(0.45, 1.1, 8, tex[rng.integers(4)], tints[rng.integers(4)], top=0), lambda: ball(0.45, 6, tex[rng.integers(4)], tints[rng.integers(4)]).moved(np.eye(3), (0, 0.45, 0))]
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
    _spinners(rng, world, int(rng.integers(0, 6)), place, tex[0])
    _people(rng, world, int(rng.integers(0, 3)), place, [plain(world)] * 3)
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
    _spinners(rng, world, int(rng.integers(4, 16)), place, texes[2])
    height = rng.uniform(2, 4)
    world.rig = rigs3d.rail(rng, speed, lanes, wide, height, rng.uniform(0.1, 0.3))
    m, white = world.rig.mind, [plain(world)] * 3
    if rng.random() < 0.7:
        figure = rigs3d.person(rng, palette, white) if rng.random() < 0.5 else rigs3d.car(rng, palette, white)
        ahead = rng.uniform(4, 7)
        world.movers.append(lambda t: figure({'x': m['x'], 'y': 0.0, 'z': m['z'] + ahead, 'yaw': 0.0, 'walked': m['z'] * 0.5, 'speed': 1.0}))
        world.shadows.append(lambda: (m['x'], 0.0, m['z'] + ahead, 0.9))


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
        _craft(rng, world)


TEMPLATES = {corridors: 1.5, hills: 1.6, blocks: 1.2, town: 1.2, tabletop: 1.2, tunnel: 0.8, void: 0.7}
INDOORS = (corridors,)


def choose(rng):
    """One of the templates."""
    shares = np.array(list(TEMPLATES.values()))
    return list(TEMPLATES)[rng.choice(len(shares), p=shares / shares.sum())]
