"""Games that go ever on by themselves: shooting while the world glides by, running over rolling ground."""

import math

from . import brains, cameras2d
from .backdrop import Layer, stars
from .ground2d import ground_picture
from .gunfire import explosions, make
from .sprites import FLYERS, THINGS, WALKERS, sheet
from .tilemap import TileMap


def shmup(rng, stage):
    """The world glides by, up or sideways; ships come and go."""
    style = stage.style
    w, h = style.width, style.height
    up = rng.random() < 0.55
    speed = rng.uniform(0.5, 4) * style.unit
    if up:
        ground = ground_picture(rng, style, w, 3 * h)
        factor = round(rng.uniform(0.4, 1), 2)
        stage.layers = [Layer(style, ground, (1.0, factor), 0.0, 'ground', stage.report('ground'))]
        if rng.random() < 0.4:
            stage.layers.append(
                Layer(style, stars(rng, style, w, h, None), (0.0, round(factor * 0.5, 3)), 0.0, 'stars', stage.report('stars'))
            )
        stage.camera.y = 10000.0
        stage.follow = cameras2d.scroll(stage, 0, -speed, rng)
    else:
        stage.follow = cameras2d.scroll(stage, speed, 0, rng)
        if rng.random() < 0.4:
            tile = max(5, round(h / rng.uniform(8, 14)))
            stage.map = TileMap(rng, style, 'platform', math.ceil(h / tile), math.ceil((w + speed * 200) / tile), tile, floor=False)
    box = (w * 0.1, h * 0.5, w * 0.9, h * 0.92) if up else (w * 0.06, h * 0.1, w * 0.5, h * 0.85)
    screen = (0.0, 0.0)
    player = stage.add(
        make(rng, stage, ('ship', 'flyer', 'vehicle'), 14, 30),
        'player',
        *(w / 2, h * 0.8) if up else (w * 0.2, h / 2),
        depth=20,
        sf=screen,
        rotation=0 if up else math.pi / 2,
        brain=brains.dodger(rng, style, box),
        fps=8,
    )
    shot, explode, every = make(rng, stage, 'bullet', 4, 12), explosions(rng, stage), int(rng.integers(4, 20))
    aim = -math.pi / 2 if up else 0.0

    def fire(s):
        if s.t % every == 0:
            v = rng.uniform(5, 9) * style.unit
            s.add(
                shot,
                'shot',
                player.x,
                player.y,
                sf=screen,
                rotation=aim,
                depth=9,
                brain=brains.flight(v * math.cos(aim), v * math.sin(aim), 50),
            )

    stage.director.append(fire)
    waves = [make(rng, stage, FLYERS + ('blob', 'vehicle', 'block'), 10, 34) for _ in range(int(rng.integers(1, 4)))]
    pace = int(rng.integers(5, 30))

    def spawn(s):
        if s.t % pace == 0 or s.t == 1:
            for _ in range(6 if s.t == 1 else 1):
                n = int(rng.integers(len(waves)))
                v = rng.uniform(0.5, 3) * style.unit
                x, y = (rng.uniform(0, w), -20 * style.unit) if up else (w + 20 * style.unit, rng.uniform(0.05, 0.9) * h)
                if s.t == 1:
                    x, y = rng.uniform(0, w), rng.uniform(0, 0.7 * h)
                a = s.add(
                    waves[n],
                    f'foe{n}',
                    x,
                    y,
                    sf=screen,
                    kind='enemy',
                    fps=8,
                    rotation=(math.pi if up else -math.pi / 2) * rng.integers(0, 2),
                    tag=int(rng.random() < 0.2),
                    brain=brains.flight(0 if up else -v, v if up else 0, int(1.3 * max(w, h) / v), spin=rng.choice([0, 0, 0.06])),
                )
                a.memory['life'] = int(rng.integers(20, 150))

    def ends(s):
        for a in s.actors:
            if a.kind == 'enemy' and a.age > a.memory.get('life', 999):
                a.alive = False
                explode(s, a.x, a.y)
        for a in s.actors:
            if a.name == 'explosion':
                a.sf = screen

    stage.director += [spawn, ends]


def runner(rng, stage):
    """Runs ever on over rolling ground; obstacles come."""
    style = stage.style
    tile = max(5, round(style.height / rng.uniform(7, 12)))
    speed = rng.uniform(1.5, 5) * style.unit
    cols = math.ceil((style.width * 1.5 + speed * 210) / tile)
    stage.map = TileMap(rng, style, 'platform', math.ceil(style.height / tile), cols, tile, floor=False)
    stage.map.solid[-2:] = True
    player = stage.add(
        sheet(rng, style.palette, style.look, WALKERS + ('vehicle', 'flyer'), tile * rng.uniform(0.9, 1.8)),
        'player',
        style.width * 0.3,
        0,
        depth=20,
        fps=12,
    )

    def run(a, s):
        a.x += speed
        floor = s.map.floor_below(a.x, max(0, a.y)) - a.texture.height / 2
        a.vx = speed
        a.vy += 0.35 * style.unit
        a.y += a.vy
        if a.y >= floor:
            a.y, a.vy = floor, 0.0
            ahead = s.map.floor_below(a.x + 2.5 * tile, max(0, a.y - 2 * tile))
            if ahead != floor + a.texture.height / 2 and rng.random() < 0.3 or rng.random() < 0.02:
                a.vy = -rng.uniform(4.5, 6) * style.unit

    player.brain = run
    if rng.random() < 0.4:
        player.memory['dust'] = True
        stage.director.append(
            lambda s: s.particles.add(
                rng, 1, player.x, player.y + player.texture.height / 2, style.unit, 14, 2 * style.unit, [[220, 210, 190]]
            )
        )
    frames, things = make(rng, stage, ('block', 'plant', 'blob'), 10, 22), make(rng, stage, THINGS, 8, 14)
    for i in range(3, cols, int(rng.integers(3, 9))):
        x = i * tile
        texture = frames if rng.random() < 0.5 else things
        stage.add(
            texture,
            'obstacle' if texture is frames else 'thing',
            x,
            stage.map.floor_below(x, 0) - texture[0].height * rng.choice([0.5, 0.5, 2]),
            fps=8,
        )
    offset = style.width * rng.uniform(0.15, 0.4)

    def move(s):
        s.camera.x = player.x - offset
        s.camera.y = 0.0

    stage.follow = move
