"""What moves a 2D camera: following, easing, flipping rooms, gliding on its own, zooming."""

import math

import numpy as np


def _clamp(stage, x, y):
    style, bounds = stage.style, stage.memory_bounds
    if bounds is None:
        return x, y
    w, h = style.width / stage.camera.zoom, style.height / stage.camera.zoom
    return (min(max(x, bounds[0]), max(bounds[0], bounds[2] - w)), min(max(y, bounds[1]), max(bounds[1], bounds[3] - h)))


def follow(stage, target, rng, bounds=None, kind=None):
    """Keeps `target` in view. Kinds: stiff, eased, ahead (looks where it goes), zone (a box), rooms (screen by screen)."""
    stage.memory_bounds = bounds
    kind = kind or str(rng.choice(['stiff', 'eased', 'ahead', 'zone', 'rooms'], p=[0.3, 0.35, 0.15, 0.12, 0.08]))
    ease = float(rng.choice([0.05, 0.1, 0.2]))
    zone = rng.uniform(0.1, 0.25)
    lead = {'x': 0.0}

    def move(stage):
        camera, style = stage.camera, stage.style
        w, h = style.width / camera.zoom, style.height / camera.zoom
        if kind == 'rooms':
            x, y = math.floor(target.x / w) * w, math.floor(target.y / h) * h
            step = lambda now, goal, most: now + min(most, max(-most, goal - now))
            camera.x, camera.y = step(camera.x, x, w / 12), step(camera.y, y, h / 12)
            return
        x, y = target.x - w / 2, target.y - h / 2
        if kind == 'ahead':
            lead['x'] += (np.sign(target.vx) * w * 0.2 - lead['x']) * 0.05
            x += lead['x']
        if kind == 'zone':
            x = camera.x + max(0, x - camera.x - w * zone) + min(0, x - camera.x + w * zone)
            y = camera.y + max(0, y - camera.y - h * zone) + min(0, y - camera.y + h * zone)
        x, y = _clamp(stage, x, y)
        f = ease if kind in ('eased', 'ahead') else 1.0
        camera.x += (x - camera.x) * f
        camera.y += (y - camera.y) * f

    for _ in range(60):
        move(stage)
    return move


def glide(stage, rng, bounds):
    """A camera that no object leads: eases from place to place and rests, as in strategy games."""
    stage.memory_bounds = bounds
    camera = stage.camera
    camera.x, camera.y = _clamp(stage, rng.uniform(bounds[0], bounds[2]), rng.uniform(bounds[1], bounds[3]))
    hold = {'wait': int(rng.integers(5, 40)), 'from': (camera.x, camera.y), 'to': (camera.x, camera.y), 't': 1.0, 'rate': 0.02}

    def move(stage):
        if hold['t'] < 1:
            hold['t'] = min(1.0, hold['t'] + hold['rate'])
            s = hold['t'] ** 2 * (3 - 2 * hold['t'])
            camera.x = hold['from'][0] + (hold['to'][0] - hold['from'][0]) * s
            camera.y = hold['from'][1] + (hold['to'][1] - hold['from'][1]) * s
            return
        hold['wait'] -= 1
        if hold['wait'] <= 0:
            reach = stage.style.width * rng.uniform(0.2, 1.2)
            angle = rng.uniform(0, 6.28)
            goal = _clamp(stage, camera.x + reach * math.cos(angle), camera.y + reach * math.sin(angle))
            hold.update(wait=int(rng.integers(5, 50)), to=goal, t=0.0, rate=rng.uniform(0.015, 0.08))
            hold['from'] = (camera.x, camera.y)
            if rng.random() < 0.12:
                hold['t'], (camera.x, camera.y) = 1.0, goal

    return move


def scroll(stage, vx, vy, rng):
    """Moves steadily; sometimes speeds up or halts."""
    stage.memory_bounds = None
    pace = {'now': 1.0, 'goal': 1.0}

    def move(stage):
        if rng.random() < 0.008:
            pace['goal'] = float(rng.choice([0, 0.5, 1, 1, 2]))
        pace['now'] += (pace['goal'] - pace['now']) * 0.1
        stage.camera.x += vx * pace['now']
        stage.camera.y += vy * pace['now']

    return move


def zooming(stage, rng, inner):
    """Another camera with a slow or sudden change of zoom about the middle of the view."""
    hold = {'goal': stage.camera.zoom}
    low, high = rng.uniform(0.75, 1), rng.uniform(1, 1.6)
    rate = rng.uniform(0.02, 0.15)

    def move(stage):
        camera, style = stage.camera, stage.style
        if rng.random() < 0.015:
            hold['goal'] = rng.choice([low, 1.0, high])
        before = camera.zoom
        camera.zoom += (hold['goal'] - camera.zoom) * rate
        if abs(camera.zoom - hold['goal']) < 0.003:
            camera.zoom = float(hold['goal'])
        camera.x += style.width * (1 / before - 1 / camera.zoom) / 2
        camera.y += style.height * (1 / before - 1 / camera.zoom) / 2
        inner(stage)

    return move
