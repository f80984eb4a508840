"""How actors move: each function makes one `brain(actor, stage)` with its own memory, in canvas pixels per frame."""

import math

import numpy as np


def _smooth_random(rng, low, high):
    """A count of frames until the next decision."""
    return int(rng.integers(low, high))


def walker(rng, style, speed=None, jumps=True, bot=False):
    """Walks and jumps on a platform map, turning at walls; `bot` stops and turns of its own will as a player does."""
    speed = (speed or rng.uniform(0.6, 2.2)) * style.unit
    gravity, leap = 0.35 * style.unit, -rng.uniform(4.5, 6.5) * style.unit
    eager = rng.uniform(0.01, 0.06) if jumps else 0
    accel = rng.choice([1.0, 0.2, 0.1])
    hold = {'wait': 30, 'go': rng.choice([-1, 1])}

    def brain(a, stage):
        m = stage.map
        hold['wait'] -= 1
        if hold['wait'] <= 0:
            hold['wait'] = _smooth_random(rng, 20, 90)
            hold['go'] = rng.choice([-1, 0, 1, 1, 1]) if bot else hold['go']
        a.vx += (hold['go'] * speed - a.vx) * accel
        half = a.texture.height / 2 * a.sy
        side = a.texture.width * 0.35 * a.sx
        ahead = a.x + a.vx + math.copysign(side, a.vx or 1)
        if m.blocked(ahead, a.y) or m.blocked(ahead, a.y + half - 2):
            a.vx = 0
            on_ground = m.blocked(a.x, a.y + half + 1)
            if jumps and on_ground and rng.random() < 0.7:
                a.vy = leap
            elif rng.random() < (0.1 if jumps else 1):
                hold['go'] = -hold['go'] or 1
        a.x += a.vx
        floor = m.floor_below(a.x, a.y)
        a.vy = min(a.vy + gravity, 9 * style.unit)
        if a.vy < 0 and m.blocked(a.x, a.y - half + a.vy):
            a.vy = 0
        a.y += a.vy
        if a.y + half >= floor and a.vy >= 0:
            a.y, a.vy = floor - half, 0.0
            if rng.random() < eager:
                a.vy = leap
                if rng.random() < 0.5:
                    stage.particles.add(rng, 5, a.x, a.y + half, style.unit, 12, 2 * style.unit, [[200, 200, 190]])
        if a.y > m.rows * m.tile + 3 * m.tile:
            x, y = m.open_places(rng, 1)[0]
            a.x, a.y, a.vy = x, 0.0, 0.0
            stage.flash[:] = [255, 255, 255, 0.5] if bot else stage.flash
        if a.vx:
            a.flip_x = a.vx < 0
        a.fps = 10 if abs(a.vx) > 0.2 * speed and a.vy == 0 else 0

    return brain


def roamer(rng, style, speed=None, turns=False, bot=False):
    """Wanders in a map seen from above (or the bounds of the stage), sliding along walls; `turns`: the picture points ahead."""
    speed = (speed or rng.uniform(0.5, 2.2)) * style.unit
    hold = {'wait': 0, 'dx': 0.0, 'dy': 0.0}
    eight = rng.random() < 0.5
    accel = rng.choice([1.0, 0.15])

    def brain(a, stage):
        hold['wait'] -= 1
        if hold['wait'] <= 0:
            hold['wait'] = _smooth_random(rng, 15, 80)
            if rng.random() < (0.2 if bot else 0.3):
                hold['dx'] = hold['dy'] = 0.0
            else:
                angle = (
                    rng.integers(8 if not eight else 4) * math.pi / (4 if not eight else 2) if rng.random() < 0.8 else rng.uniform(0, 6.28)
                )
                hold['dx'], hold['dy'] = math.cos(angle), math.sin(angle)
        a.vx += (hold['dx'] * speed - a.vx) * accel
        a.vy += (hold['dy'] * speed - a.vy) * accel
        r = a.texture.width * 0.4 * a.sx
        blocked = stage.map.blocked if stage.map else stage.outside
        nx, ny = a.x + a.vx, a.y + a.vy
        if not blocked(nx + math.copysign(r, a.vx), a.y):
            a.x = nx
        else:
            hold['wait'] = min(hold['wait'], 8)
        if not blocked(a.x, ny + math.copysign(r, a.vy)):
            a.y = ny
        else:
            hold['wait'] = min(hold['wait'], 8)
        if turns and abs(a.vx) + abs(a.vy) > 0.05:
            goal = math.atan2(a.vy, a.vx)
            a.rotation += np.clip(math.remainder(goal - a.rotation, 2 * math.pi), -0.15, 0.15)
        elif abs(a.vx) > 0.05:
            a.flip_x = a.vx < 0
        a.fps = 9 if abs(a.vx) + abs(a.vy) > 0.1 else 0

    return brain


def bouncer(rng, style, box, speed=None, spin=0.0):
    """Flies straight and bounces within box (x0, y0, x1, y1)."""
    angle, speed = rng.uniform(0, 6.28), (speed or rng.uniform(0.5, 4)) * style.unit
    go = [speed * math.cos(angle), speed * math.sin(angle)]

    def brain(a, stage):
        a.x, a.y = a.x + go[0], a.y + go[1]
        if not box[0] < a.x < box[2]:
            go[0] = abs(go[0]) if a.x <= box[0] else -abs(go[0])
        if not box[1] < a.y < box[3]:
            go[1] = abs(go[1]) if a.y <= box[1] else -abs(go[1])
        a.vx, a.vy = go
        a.rotation += spin

    return brain


def drifter(rng, style, vx, vy, box, spin=0.0):
    """Moves steadily and comes in again at the other side of box."""

    def brain(a, stage):
        a.x = box[0] + (a.x + vx - box[0]) % (box[2] - box[0])
        a.y = box[1] + (a.y + vy - box[1]) % (box[3] - box[1])
        a.rotation += spin

    return brain


def swayer(rng, style, rx, ry, rate=None):
    """Lissajous curves about where it began: hovering enemies, bobbing pickups, a pilot dodging."""
    rate = rate or rng.uniform(0.02, 0.09)
    p, q, f = rng.uniform(0, 6.28), rng.uniform(0, 6.28), rng.uniform(0.5, 2)

    def brain(a, stage):
        home = a.memory.setdefault('home', (a.x, a.y))
        last = a.x
        a.x = home[0] + rx * math.sin(rate * a.age + p)
        a.y = home[1] + ry * math.sin(f * rate * a.age + q)
        a.vx = a.x - last
        if a.memory.get('faces') and abs(a.vx) > 0.05:
            a.flip_x = a.vx < 0

    return brain


def dodger(rng, style, box, speed=None):
    """A player in a box: eases to random places, waits, dashes."""
    speed = speed or rng.uniform(0.05, 0.2)
    hold = {'wait': 0, 'x': 0.0, 'y': 0.0}

    def brain(a, stage):
        hold['wait'] -= 1
        if hold['wait'] <= 0:
            hold['wait'] = _smooth_random(rng, 8, 50)
            hold['x'], hold['y'] = rng.uniform(box[0], box[2]), rng.uniform(box[1], box[3])
        a.vx, a.vy = ((hold[c] - v) * speed for c, v in (('x', a.x), ('y', a.y)))
        top = 5 * style.unit
        a.x += np.clip(a.vx, -top, top)
        a.y += np.clip(a.vy, -top, top)

    return brain


def pilot(rng, style, world, speed=None):
    """Inertia in space or on a road: turns, thrusts, coasts; the picture points ahead (its nose up or right by `nose`)."""
    speed = (speed or rng.uniform(1.5, 5)) * style.unit
    hold = {'wait': 0, 'turn': 0.0, 'thrust': 1.0, 'angle': rng.uniform(0, 6.28)}

    def brain(a, stage):
        hold['wait'] -= 1
        if hold['wait'] <= 0:
            hold['wait'] = _smooth_random(rng, 10, 60)
            hold['turn'] = rng.choice([0, 0, -1, 1]) * rng.uniform(0.01, 0.09)
            hold['thrust'] = rng.choice([0, 1, 1, 1])
        if world is not None and not (world[0] < a.x + 12 * a.vx < world[2] and world[1] < a.y + 12 * a.vy < world[3]):
            centre = math.atan2((world[1] + world[3]) / 2 - a.y, (world[0] + world[2]) / 2 - a.x)
            hold['angle'] += np.clip(math.remainder(centre - hold['angle'], 2 * math.pi), -0.1, 0.1)
        hold['angle'] += hold['turn']
        a.vx += (math.cos(hold['angle']) * speed * hold['thrust'] - a.vx) * 0.06
        a.vy += (math.sin(hold['angle']) * speed * hold['thrust'] - a.vy) * 0.06
        a.x, a.y = a.x + a.vx, a.y + a.vy
        a.rotation = hold['angle'] + a.memory.get('nose', 0.0)
        if a.memory.get('trail') and hold['thrust'] and a.age % 2 == 0:
            stage.particles.add(
                rng,
                2,
                a.x - 6 * style.unit * math.cos(hold['angle']),
                a.y - 6 * style.unit * math.sin(hold['angle']),
                style.unit,
                18,
                2 * style.unit,
                [[255, 200, 80], [255, 120, 40]],
                angle=hold['angle'] + math.pi,
                spread=0.4,
            )

    return brain


def flight(vx, vy, life, target='', gravity=0.0, spin=0.0, explode=None):
    """A bullet: straight or falling, dies after `life` frames or at an actor of kind `target`, which it harms."""

    def brain(a, stage):
        a.vy, a.vx = a.memory.setdefault('vy', vy), vx
        a.memory['vy'] += gravity
        a.x, a.y = a.x + vx, a.y + a.vy
        a.rotation += spin
        hit = a.age > life or (stage.map is not None and stage.map.blocked(a.x, a.y))
        if target and not hit:
            for other in stage.actors:
                if (
                    other.kind == target
                    and abs(other.x - a.x) < other.texture.width * 0.45 * other.sx
                    and abs(other.y - a.y) < other.texture.height * 0.45
                ):
                    other.alive, hit = False, True
                    stage.score += 10
                    if explode:
                        explode(stage, other.x, other.y)
                    break
        if hit:
            a.alive = False

    return brain


def popper(life, grow=0.0, rise=0.0):
    """Plays once and goes: explosions, floating numbers."""

    def brain(a, stage):
        a.y -= rise
        a.sx += grow
        a.sy += grow
        a.alpha = max(0.0, min(1.0, 2 * (1 - a.age / life))) if grow or rise else 1.0
        a.frame = min(len(a.frames) - 1, a.age * len(a.frames) / life)
        a.alive = a.age < life

    return brain


def pulse(rng, amount=0.15, rate=0.15, squash=False):
    """Breathes or squashes where it stands."""
    phase = rng.uniform(0, 6.28)

    def brain(a, stage):
        s = amount * math.sin(rate * a.age + phase)
        a.sx, a.sy = 1 + s, 1 - s if squash else 1 + s

    return brain


def both(*brains):
    """Several brains in turn."""

    def brain(a, stage):
        for part in brains:
            part(a, stage)

    return brain


def faller(style):
    """Falls onto the map and bounces a little."""

    def brain(a, stage):
        floor = stage.map.floor_below(a.x, a.y) - a.texture.height / 2
        a.vy += 0.3 * style.unit
        a.y += a.vy
        if a.y > floor:
            a.y, a.vy = floor, -0.4 * a.vy if a.vy > 1 else 0.0

    return brain


def tumbler(rng):
    """Turns while it falls."""
    rate = rng.normal(0, 0.15)

    def brain(a, stage):
        if abs(a.vy) > 0.5:
            a.rotation += rate

    return brain
