"""Who moves in 3D and how cameras look at it. A mind is a dictionary with x, y, z, yaw and speed, stepped once a frame."""

import math

import numpy as np

from .mesh import ball, box, join, prism, turn
from .raster3d import look


def mind(rng, x, z, speed, **more):
    """Someone who walks, turns, waits and keeps out of walls."""
    return {
        'x': x,
        'z': z,
        'y': 0.0,
        'vy': 0.0,
        'yaw': rng.uniform(0, 6.28),
        'turn': 0.0,
        'goal': 0.0,
        'speed': 0.0,
        'pace': speed,
        'top': speed,
        'side': 0.0,
        'wait': 0,
        'walked': 0.0,
        'calm': rng.uniform(0.5, 1),
        **more,
    }


def walk(m, world, rng, jumps=False):
    """One step of a mind."""
    m['wait'] -= 1
    if m['wait'] <= 0:
        m['wait'] = int(rng.integers(10, 60))
        m['goal'] = rng.choice([0, 0, 1, -1]) * rng.uniform(0.01, 0.07) * m['calm']
        m['pace'] = m['top'] * rng.choice([0, 0.5, 1, 1, 1])
        m['strafe'] = rng.choice([0, 0, 0, 1, -1]) * m['top'] * 0.6
        if jumps and rng.random() < 0.2 and m['vy'] == 0:
            m['vy'] = 0.16
    ahead = 0.8 + 6 * m['speed']
    if world.solid(m['x'] + ahead * math.sin(m['yaw']), m['z'] + ahead * math.cos(m['yaw'])):
        m['goal'] = 0.08 if m['goal'] >= 0 else -0.08
        m['wait'] = max(m['wait'], 6)
    m['turn'] += (m['goal'] - m['turn']) * 0.2
    m['speed'] += (m['pace'] - m['speed']) * 0.15
    m['side'] += (m.get('strafe', 0) - m['side']) * 0.15
    m['yaw'] += m['turn']
    s, c = math.sin(m['yaw']), math.cos(m['yaw'])
    x, z = m['x'] + m['speed'] * s + m['side'] * c, m['z'] + m['speed'] * c - m['side'] * s
    room = 0.5
    if not world.solid(x + math.copysign(room, x - m['x']), m['z']):
        m['x'] = x
    if not world.solid(m['x'], z + math.copysign(room, z - m['z'])):
        m['z'] = z
    m['walked'] += m['speed']
    floor = world.ground(m['x'], m['z'])
    m['vy'] -= 0.012
    m['y'] += m['vy']
    if m['y'] <= floor:
        m['y'] += (floor - m['y']) * 0.4 if floor - m['y'] < 1.2 else floor - m['y']
        m['vy'] = 0.0


def first_person(rng, world, m, eye=1.7, jumps=True):
    """Through the eyes of a mind, with bob, glances up and down, and stillness."""
    bob, hold = rng.choice([0, 0.03, 0.06]), {'pitch': 0.0, 'goal': 0.0, 'roll': 0.0}

    def rig(w):
        if rng.random() < 0.03:
            hold['goal'] = rng.uniform(-0.35, 0.4)
        hold['pitch'] += (hold['goal'] - hold['pitch']) * 0.08
        up = bob * math.sin(m['walked'] * 3.2)
        return look((m['x'], m['y'] + eye + up, m['z']), m['yaw'], hold['pitch'])

    return rig


def third_person(rng, world, m):
    """Behind a mind with lag; sometimes the camera is turned about it."""
    away, up = rng.uniform(3, 9), rng.uniform(1, 5)
    lag, hold = float(rng.choice([1, 0.2, 0.08])), {'yaw': m['yaw'], 'swing': 0.0, 'goal': 0.0, 'x': m['x'], 'y': None, 'z': m['z']}

    def rig(w):
        if rng.random() < 0.02:
            hold['goal'] = rng.choice([0, 0, 1, -1]) * rng.uniform(0.3, 2)
        hold['swing'] += (hold['goal'] - hold['swing']) * 0.05
        hold['yaw'] += math.remainder(m['yaw'] + hold['swing'] - hold['yaw'], 2 * math.pi) * max(lag, 0.06)
        hold['y'] = m['y'] if hold['y'] is None else hold['y'] + (m['y'] - hold['y']) * 0.3
        for c in 'xz':
            hold[c] += (m[c] - hold[c]) * max(lag, 0.3)
        far = away
        while far > 1 and w.solid(hold['x'] - far * math.sin(hold['yaw']), hold['z'] - far * math.cos(hold['yaw'])):
            far *= 0.85
        x, z = hold['x'] - far * math.sin(hold['yaw']), hold['z'] - far * math.cos(hold['yaw'])
        y = max(hold['y'] + up, w.ground(x, z) + 0.6)
        return look((x, y, z), hold['yaw'], math.atan2(y - hold['y'] - 1.3, far))

    return rig


def orbit(rng, centre, radius, height):
    """About a place: resting, turning, coming nearer."""
    hold = {'a': rng.uniform(0, 6.28), 'goal': 0.0, 'rate': 0.0, 'r': radius, 'rg': radius, 'h': height, 'hg': height}
    centre = np.array(centre, float)

    def rig(w):
        if rng.random() < 0.03:
            hold['goal'] = rng.choice([0, 0, 1, -1]) * rng.uniform(0.003, 0.05)
            hold['rg'], hold['hg'] = radius * rng.uniform(0.6, 1.3), height * rng.uniform(0.6, 1.4)
        hold['rate'] += (hold['goal'] - hold['rate']) * 0.1
        hold['a'] += hold['rate']
        hold['r'] += (hold['rg'] - hold['r']) * 0.04
        hold['h'] += (hold['hg'] - hold['h']) * 0.04
        x, z = centre[0] - hold['r'] * math.sin(hold['a']), centre[2] - hold['r'] * math.cos(hold['a'])
        return look((x, centre[1] + hold['h'], z), hold['a'], math.atan2(hold['h'], hold['r']))

    return rig


def flyer(rng, speed, height, reach=30.0):
    """Free flight with banking; `m` of it is in `rig.mind`."""
    m = {'x': 0.0, 'y': height, 'z': 0.0, 'yaw': rng.uniform(0, 6.28), 'pitch': 0.05, 'roll': 0.0, 'turn': 0.0, 'goal': 0.0, 'dive': 0.0}
    banks = rng.uniform(0, 6)

    def rig(w):
        if rng.random() < 0.04:
            m['goal'], m['dive'] = rng.choice([0, 0, 1, -1]) * rng.uniform(0.005, 0.03), rng.uniform(-0.25, 0.3)
        if math.hypot(m['x'], m['z']) > reach:  # back to where there is something to see
            m['goal'] = 0.04 * np.sign(math.remainder(math.atan2(-m['x'], -m['z']) - m['yaw'], 2 * math.pi))
        m['turn'] += (m['goal'] - m['turn']) * 0.08
        m['yaw'] += m['turn']
        low = w.ground(m['x'] + 8 * math.sin(m['yaw']), m['z'] + 8 * math.cos(m['yaw'])) + height * 0.4
        goal = m['dive'] + (m['y'] - height) * 0.02 if m['y'] > low else -0.4
        m['pitch'] += (goal - m['pitch']) * 0.05
        m['x'] += speed * math.sin(m['yaw']) * math.cos(m['pitch'])
        m['z'] += speed * math.cos(m['yaw']) * math.cos(m['pitch'])
        m['y'] -= speed * math.sin(m['pitch'])
        return look((m['x'], m['y'], m['z']), m['yaw'], m['pitch'], -banks * m['turn'])

    rig.mind = m
    return rig


def rail(rng, speed, lanes, wide, height, pitch):
    """Ever forward along z with changes of lane, as endless runners; z is kept in `rig.mind`."""
    m = {'x': 0.0, 'z': 0.0, 'lane': 0, 'y': height}

    def rig(w):
        if rng.random() < 0.03:
            m['lane'] = int(rng.integers(-lanes, lanes + 1))
        m['x'] += (m['lane'] * wide - m['x']) * 0.15
        m['z'] += speed
        return look((m['x'] * 0.7, height, m['z']), 0.0, pitch)

    rig.mind = m
    return rig


def person(rng, palette, tex, scale=1.0):
    """A figure of boxes, prisms and balls that swings arms and legs: function (m, world) -> mesh."""
    pick = lambda role: palette.colour(rng, role) / 255
    skin, shirt, legs = pick('actor'), pick('actor'), pick('any')
    tall = rng.uniform(1.5, 2.1) * scale
    head = ball(0.13 * tall, 5, tex[0], skin) if rng.random() < 0.5 else box((0.22 * tall, 0.22 * tall, 0.22 * tall), tex[0], skin)
    body = (
        box((0.3 * tall, 0.36 * tall, 0.18 * tall), tex[1], shirt)
        if rng.random() < 0.6
        else prism(0.16 * tall, 0.36 * tall, 8, tex[1], shirt).moved(np.eye(3), (0, -0.18 * tall, 0))
    )
    limb = lambda tint, length, thick: box((thick, length, thick), tex[2], tint, centre=(0, -length / 2, 0))
    arm, leg = limb(skin, 0.36 * tall, 0.08 * tall), limb(legs, 0.42 * tall, 0.11 * tall)

    def mesh(m):
        swing = math.sin(m['walked'] * 3 / scale) * min(1.0, 12 * abs(m['speed']) / scale) * 0.7
        parts = [head.moved(np.eye(3), (0, 0.9 * tall, 0)), body.moved(np.eye(3), (0, 0.6 * tall, 0))]
        for side in (-1, 1):
            parts.append(arm.moved(turn(0, side * swing), (side * 0.2 * tall, 0.76 * tall, 0)))
            parts.append(leg.moved(turn(0, -side * swing), (side * 0.08 * tall, 0.42 * tall, 0)))
        return join(parts).moved(turn(m['yaw']), (m['x'], m['y'], m['z']))

    return mesh


def car(rng, palette, tex):
    """A car of boxes: function (m) -> mesh."""
    tint, dark = palette.colour(rng, 'actor') / 255, np.full(3, 0.2)
    long, high = rng.uniform(2.2, 4.5), rng.uniform(0.6, 1.4)
    parts = [
        box((1.6, 0.6, long), tex[0], tint, centre=(0, 0.6, 0)),
        box((1.4, high * 0.6, long * 0.5), tex[1], tint * 0.8, centre=(0, 0.9 + high * 0.3, -0.1 * long)),
    ]
    for x in (-0.8, 0.8):
        for z in (-0.33, 0.33):
            parts.append(box((0.25, 0.6, 0.6), tex[2], dark, centre=(x, 0.3, z * long)))
    whole = join(parts)
    return lambda m: whole.moved(turn(m['yaw']), (m['x'], m['y'], m['z']))
