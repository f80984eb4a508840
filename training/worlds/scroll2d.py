"""Games with a moving camera."""
import math

import numpy as np

from . import brains, cameras2d
from .backdrop import Layer, backdrop, sky, stars
from .canvas import Texture, draw_layer, line, opaque
from .materials import material
from .noise import fbm
from .palette import shade
from .sprites import FLYERS, SPRITES, THINGS, WALKERS, sheet
from .stage import torch
from .static2d import _explode, _make, shooter
from .tilemap import TileMap


def platformer(rng, stage):
    """Side view: runs, jumps, pickups, foes, parallax behind."""
    style = stage.style
    tile = max(5, round(style.height / rng.uniform(6.5, 14)))
    cols, rows = math.ceil(style.width * rng.uniform(2, 3.6) / tile), math.ceil(style.height * rng.choice([1, 1, 1.3, 1.8]) / tile)
    stage.map = TileMap(rng, style, 'platform', rows, cols, tile, floor=False)
    bounds = (0, 0, cols * tile, rows * tile)
    x0 = rng.uniform(0.1, 0.6) * cols * tile
    player = stage.add(sheet(rng, style.palette, style.look, WALKERS, tile * rng.uniform(0.9, 1.9)), 'player', x0, 0, depth=20,
                       brain=brains.walker(rng, style, rng.uniform(1.2, 3.2), bot=True))
    for n in range(int(rng.integers(1, 4))):
        walks = rng.random() < 0.6
        frames = sheet(rng, style.palette, style.look, WALKERS if walks else FLYERS, tile * rng.uniform(0.6, 1.3))
        for _ in range(int(rng.integers(2, 8))):
            x, y = rng.uniform(0, cols * tile), rng.uniform(0, rows * tile * 0.7)
            stage.add(frames, f'foe{n}', x, y, kind='enemy', fps=8, memory={'faces': True},
                      brain=brains.walker(rng, style, jumps=False) if walks else brains.swayer(rng, style, rng.uniform(5, 40) * style.unit, rng.uniform(3, 20) * style.unit))
    things = sheet(rng, style.palette, style.look, THINGS, tile * rng.uniform(0.4, 0.9))
    for x, y in stage.map.open_places(rng, int(rng.integers(4, 30))):
        stage.add(things, 'thing', x, stage.map.floor_below(x, y) - tile * rng.choice([0.5, 1.5]), fps=9 if len(things) > 1 else 0, kind='thing')
    if rng.random() < 0.25:  # tiles that the game has as sprites
        frames = _tile_sprite(rng, style, tile)
        for _ in range(int(rng.integers(4, 40))):
            stage.add(frames, 'block', (rng.integers(cols) + 0.5) * tile, (rng.integers(rows) + 0.5) * tile, depth=6, type='Image')
    if rng.random() < 0.3:
        frames = _make(rng, stage, 'block', 12, 24)
        for x, y in stage.map.open_places(rng, 8):
            stage.add(frames, 'crate', x, y, depth=12, type='Image', brain=brains.both(_fall(style), _tumble(rng)))

    def collect(s):
        for a in s.actors:
            if a.kind == 'thing' and abs(a.x - player.x) < tile * 0.7 and abs(a.y - player.y) < tile:
                a.alive = False
                s.score += 10
                s.burst(a.x, a.y, 10)
    stage.director.append(collect)
    stage.follow = cameras2d.follow(stage, player, rng, bounds)
    if rng.random() < 0.12:
        stage.light = torch(rng, style, player)
    if rng.random() < 0.2:
        _foreground(rng, stage)


def _tile_sprite(rng, style, tile):
    return [Texture(opaque(material(rng, style.palette, tile, tile, rng.choice(['brick', 'slab', 'wood', 'stone', 'metal']), style.dither)))]


def _fall(style):
    def brain(a, stage):
        floor = stage.map.floor_below(a.x, a.y) - a.texture.height / 2
        a.vy += 0.3 * style.unit
        a.y += a.vy
        if a.y > floor:
            a.y, a.vy = floor, -0.4 * a.vy if a.vy > 1 else 0.0
    return brain


def _tumble(rng):
    rate = rng.normal(0, 0.15)

    def brain(a, stage):
        if abs(a.vy) > 0.5:
            a.rotation += rate
    return brain


def _foreground(rng, stage):
    """Dark shapes nearer than the game that move faster than it."""
    style = stage.style
    layer = backdrop_layer(rng, style)
    factor = rng.uniform(1.2, 2)
    stage.over.append(lambda picture, s: draw_layer(picture, layer, round(s.camera.view_x * factor), 0, 1.0, True, False))


def backdrop_layer(rng, style):
    """A strip of bushes in front."""
    out = np.zeros((style.height, style.width * 2, 4), np.float32)
    colour = style.palette.colour(rng, 'back') * 0.3
    bushes = [sheet(rng, style.palette, style.look, 'plant', style.size(rng, 30, 80))[0].pixels for _ in range(3)]
    for _ in range(int(rng.integers(2, 9))):
        bush = bushes[rng.integers(3)]
        x = int(rng.integers(0, max(1, out.shape[1] - bush.shape[1])))
        y = out.shape[0] - int(bush.shape[0] * rng.uniform(0.4, 0.8))
        view = out[y:y + bush.shape[0], x:x + bush.shape[1]]
        p = bush[:view.shape[0], :view.shape[1]]
        view[...] = np.where(p[..., 3:] > 0.5, np.append(colour, 1), view)
    return out


def topdown(rng, stage):
    """Dungeons, caves, towns and arenas seen from above."""
    style = stage.style
    tile = max(5, round(style.height / rng.uniform(6.5, 14)))
    cols, rows = math.ceil(style.width * rng.uniform(1.6, 2.8) / tile), math.ceil(style.height * rng.uniform(1.6, 3) / tile)
    stage.map = TileMap(rng, style, str(rng.choice(['room', 'room', 'cave', 'arena', 'arena', 'street'])), rows, cols, tile, floor=True)
    stage.layers = [Layer(style, np.zeros((style.height, style.width, 3), np.float32) + style.palette.colour(rng, 'back') * rng.choice([0, 0.2, 1]), (0.0, 0.0))]
    vehicles = rng.random() < 0.35
    kinds = ('vehicle', 'ship') if vehicles else WALKERS
    places = stage.map.open_places(rng, 40)
    frames = sheet(rng, style.palette, style.look, 'vehicle' if vehicles else kinds, tile * rng.uniform(0.8, 1.5))
    player = stage.add(frames, 'player', *places[0], depth=20, brain=brains.roamer(rng, style, rng.uniform(1, 3.4), turns=vehicles, bot=True))
    explode = _explode(rng, stage)
    for n in range(int(rng.integers(1, 4))):
        frames = sheet(rng, style.palette, style.look, 'vehicle' if vehicles else WALKERS + ('flyer',), tile * rng.uniform(0.7, 1.2))
        for place in places[1 + 8 * n:1 + 8 * n + int(rng.integers(2, 9))]:
            stage.add(frames, f'foe{n}', *place, kind='enemy', depth=18, brain=brains.roamer(rng, style, turns=vehicles))
    things = sheet(rng, style.palette, style.look, THINGS, tile * rng.uniform(0.6, 1))
    for place in places[28:28 + int(rng.integers(0, 12))]:
        stage.add(things, 'thing', *place, fps=8 if len(things) > 1 else 0, depth=8)
    if rng.random() < 0.5:
        shot, every = _make(rng, stage, 'bullet', 4, 9), int(rng.integers(8, 30))

        def fire(s):
            for a in s.actors:
                if a.kind == 'enemy' or a is player:
                    if (s.t + a.id * 7) % every == 0 and rng.random() < 0.4 and (abs(a.vx) + abs(a.vy)) > 0.1:
                        angle = a.rotation if vehicles else math.atan2(a.vy, a.vx)
                        v = 4.5 * style.unit
                        s.add(shot, 'shot', a.x, a.y, rotation=angle, depth=22,
                              brain=brains.flight(v * math.cos(angle), v * math.sin(angle), 60, 'enemy' if a is player else '', explode=explode))
        stage.director.append(fire)
    bounds = (0, 0, cols * tile, rows * tile) if rng.random() < 0.6 else None
    stage.follow = cameras2d.follow(stage, player, rng, bounds)
    if rng.random() < 0.2:
        stage.light = torch(rng, style, player)


def shmup(rng, stage):
    """The world glides by, up or sideways; ships come and go."""
    style = stage.style
    w, h = style.width, style.height
    up = rng.random() < 0.55
    speed = rng.uniform(0.5, 4) * style.unit
    if up:
        ground = _ground_picture(rng, style, w, 3 * h)
        factor = round(rng.uniform(0.4, 1), 2)
        stage.layers = [Layer(style, ground, (1.0, factor), 0.0, 'ground', stage.report('ground'))]
        if rng.random() < 0.4:
            stage.layers.append(Layer(style, stars(rng, style, w, h, None), (0.0, round(factor * 0.5, 3)), 0.0, 'stars', stage.report('stars')))
        stage.camera.y = 10000.0
        stage.follow = cameras2d.scroll(stage, 0, -speed, rng)
    else:
        stage.follow = cameras2d.scroll(stage, speed, 0, rng)
        if rng.random() < 0.4:
            tile = max(5, round(h / rng.uniform(8, 14)))
            stage.map = TileMap(rng, style, 'platform', math.ceil(h / tile), math.ceil((w + speed * 200) / tile), tile, floor=False)
    box = (w * 0.1, h * 0.5, w * 0.9, h * 0.92) if up else (w * 0.06, h * 0.1, w * 0.5, h * 0.85)
    screen = (0.0, 0.0)
    player = stage.add(_make(rng, stage, ('ship', 'flyer', 'vehicle'), 14, 30), 'player', *(w / 2, h * 0.8) if up else (w * 0.2, h / 2), depth=20, sf=screen,
                       rotation=0 if up else math.pi / 2, brain=brains.dodger(rng, style, box), fps=8)
    shot, explode, every = _make(rng, stage, 'bullet', 4, 12), _explode(rng, stage), int(rng.integers(4, 20))
    aim = -math.pi / 2 if up else 0.0

    def fire(s):
        if s.t % every == 0:
            v = rng.uniform(5, 9) * style.unit
            s.add(shot, 'shot', player.x, player.y, sf=screen, rotation=aim, depth=9, brain=brains.flight(v * math.cos(aim), v * math.sin(aim), 50))
    stage.director.append(fire)
    waves = [_make(rng, stage, FLYERS + ('blob', 'vehicle', 'block'), 10, 34) for _ in range(int(rng.integers(1, 4)))]
    pace = int(rng.integers(5, 30))

    def spawn(s):
        if s.t % pace == 0 or s.t == 1:
            for _ in range(6 if s.t == 1 else 1):
                n = int(rng.integers(len(waves)))
                v = rng.uniform(0.5, 3) * style.unit
                x, y = (rng.uniform(0, w), -20 * style.unit) if up else (w + 20 * style.unit, rng.uniform(0.05, 0.9) * h)
                if s.t == 1:
                    x, y = rng.uniform(0, w), rng.uniform(0, 0.7 * h)
                a = s.add(waves[n], f'foe{n}', x, y, sf=screen, kind='enemy', fps=8, rotation=(math.pi if up else -math.pi / 2) * rng.integers(0, 2), tag=int(rng.random() < 0.2),
                          brain=brains.flight(0 if up else -v, v if up else 0, int(1.3 * max(w, h) / v), spin=rng.choice([0, 0, 0.06])))
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


def _ground_picture(rng, style, w, h):
    """Seamless land, sea or space from above."""
    palette = style.palette
    kind = rng.choice(['land', 'tiles', 'road', 'sky'])
    if kind == 'tiles':
        t = int(style.size(rng, 14, 60))
        t = h // max(1, h // t)
        tile = material(rng, palette, t, t, None, style.dither)
        return np.tile(tile, (h // t + 1, w // t + 1, 1))[:h, :w].astype(np.float32)
    if kind == 'sky':
        return shade(palette.ramp(rng, palette.colour(rng, 'back'), 5), fbm(rng, h, w, 6, 5), style.dither)
    ramp = np.array([palette.colour(rng, 'back'), palette.colour(rng, 'ground'), palette.colour(rng, 'ground'), palette.colour(rng, 'any')])
    level = fbm(rng, h, w, 8, 5)
    out = ramp[np.clip((level * 5 - 0.7).astype(int), 0, 3)] if rng.random() < 0.5 else shade(ramp, level, style.dither)
    if kind == 'road':
        a, b = int(w * 0.3), int(w * 0.7)
        out[:, a:b] = palette.colour(rng, 'back') * 0.5 + 40
        dash = max(4, h // 24)
        for y in range(0, h, 2 * dash):
            out[y:y + dash, w // 2 - 1:w // 2 + 1] = 230
        for x in (a, b):
            out[:, x:x + max(1, round(2 * style.unit))] = 240
    trees = [sheet(rng, palette, style.look, ('plant', 'block'), style.size(rng, 10, 30))[0] for _ in range(3)]
    out = np.ascontiguousarray(out, np.float32)
    for _ in range(int(rng.integers(0, 60))):
        tree = trees[rng.integers(3)]
        x, y = int(rng.integers(0, max(1, w - tree.width))), int(rng.integers(0, max(1, h - tree.height)))
        if kind == 'road' and a - tree.width < x < b:
            continue
        view, p = out[y:y + tree.height, x:x + tree.width], tree.pixels
        view *= 1 - p[..., 3:]
        view += p[..., :3]
    return out


def _isometric(rng, style, w, h):
    """A field of diamonds with blocks standing on it."""
    palette = style.palette
    half = max(4, round(style.size(rng, 8, 22)))
    out = np.zeros((h, w, 3), np.float32) + palette.colour(rng, 'back')
    v, u = np.mgrid[0:2 * half, 0:4 * half].astype(np.float32)
    diamond = np.abs(u + 0.5 - 2 * half) / (2 * half) + np.abs(v + 0.5 - half) / half <= 1
    tops = [material(rng, palette, 2 * half, 4 * half, None, style.dither) for _ in range(3)]
    land = fbm(rng, h // half + 2, w // (2 * half) + 2, 4, 3)
    high = half * rng.choice([0, 0.5, 1, 2])
    for j in range(land.shape[0] + 4):
        for i in range(land.shape[1]):
            level = land[min(j, land.shape[0] - 1), i]
            top, lift = tops[0 if level < 0.4 else 1 if level < 0.7 else 2], int(max(0, level - 0.5) * 2 * high)
            x, y = (i * 4 * half + (j % 2) * 2 * half) - 2 * half, j * half - half - lift
            if x < 0 or y < 0 or x + 4 * half > w or y + 2 * half > h:
                continue
            for k in range(lift, 0, -1):  # the sides below the top, the left one darker
                if y + k + 2 * half <= h:
                    view = out[y + k:y + k + 2 * half, x:x + 4 * half]
                    view[diamond] = (top * np.where(u < 2 * half, 0.45, 0.65)[..., None])[diamond]
            view = out[y:y + 2 * half, x:x + 4 * half]
            view[diamond] = top[diamond]
    return out


class _Ground:
    """A painted world in place of a tile map."""

    def __init__(self, image):
        self.image, self.tile = image, 16
        self.rows, self.cols = image.shape[0] // 16, image.shape[1] // 16

    def animate(self, *_):
        pass

    def blocked(self, x, y):
        return not (0 <= x < self.image.shape[1] and 0 <= y < self.image.shape[0])


def runner(rng, stage):
    """Runs ever on over rolling ground; obstacles come."""
    style = stage.style
    tile = max(5, round(style.height / rng.uniform(7, 12)))
    speed = rng.uniform(1.5, 5) * style.unit
    cols = math.ceil((style.width * 1.5 + speed * 210) / tile)
    stage.map = TileMap(rng, style, 'platform', math.ceil(style.height / tile), cols, tile, floor=False)
    stage.map.solid[-2:] = True
    player = stage.add(sheet(rng, style.palette, style.look, WALKERS + ('vehicle', 'flyer'), tile * rng.uniform(0.9, 1.8)), 'player', style.width * 0.3, 0, depth=20, fps=12)

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
        stage.director.append(lambda s: s.particles.add(rng, 1, player.x, player.y + player.texture.height / 2, style.unit, 14, 2 * style.unit, [[220, 210, 190]]))
    frames, things = _make(rng, stage, ('block', 'plant', 'blob'), 10, 22), _make(rng, stage, THINGS, 8, 14)
    for i in range(3, cols, int(rng.integers(3, 9))):
        x = i * tile
        texture = frames if rng.random() < 0.5 else things
        stage.add(texture, 'obstacle' if texture is frames else 'thing', x, stage.map.floor_below(x, 0) - texture[0].height * rng.choice([0.5, 0.5, 2]), fps=8)
    offset = style.width * rng.uniform(0.15, 0.4)

    def move(s):
        s.camera.x = player.x - offset
        s.camera.y = 0.0
    stage.follow = move


def space(rng, stage):
    """Inertia over a large painted field: racing, sailing, space flight."""
    style = stage.style
    w, h = style.width, style.height
    size = (int(w * rng.uniform(1.8, 2.6)), int(h * rng.uniform(2, 3)))
    if rng.random() < 0.6:
        image = _ground_picture(rng, style, *size)
        if rng.random() < 0.5:  # a track
            t = np.linspace(0, 2 * math.pi, 24)
            r = rng.uniform(0.25, 0.42, 24)
            r[-1] = r[0]
            xs, ys = size[0] * (0.5 + r * np.cos(t)), size[1] * (0.5 + r * np.sin(t))
            colour, wide = style.palette.colour(rng, 'back') * 0.6 + 30, style.size(rng, 30, 60)
            for extra, c in ((4, np.full(3, 235)), (0, colour)):
                for i in range(23):
                    line(image, xs[i], ys[i], xs[i + 1], ys[i + 1], c, wide + extra)
        stage.map = _Ground(image)
        stage.layers = [Layer(style, sky(rng, style, w, h) * 0.2, (0.0, 0.0))]
    world = (0, 0, *size)
    kind = ('ship',) if stage.map is None or rng.random() < 0.4 else ('vehicle',)
    player = stage.add(_make(rng, stage, kind, 14, 28), 'player', size[0] / 2, size[1] / 2, depth=20, brain=brains.pilot(rng, style, world, rng.uniform(1.5, 6)),
                       memory={'nose': math.pi / 2 if kind == ('ship',) else 0.0, 'trail': rng.random() < 0.6})
    for n in range(int(rng.integers(1, 4))):
        frames = _make(rng, stage, kind + ('ball', 'block', 'creature'), 10, 34)
        for _ in range(int(rng.integers(3, 14))):
            x, y = rng.uniform(0, size[0]), rng.uniform(0, size[1])
            brain = (brains.pilot(rng, style, world, rng.uniform(1, 4)) if rng.random() < 0.4 else
                     brains.drifter(rng, style, rng.normal(0, 0.7) * style.unit, rng.normal(0, 0.7) * style.unit, world, rng.normal(0, 0.03)))
            s = rng.uniform(0.6, 1.5)
            stage.add(frames, f'foe{n}', x, y, brain=brain, sx=s, sy=s, memory={'nose': math.pi / 2 if kind == ('ship',) else 0.0})
    stage.follow = cameras2d.follow(stage, player, rng, world if stage.map else None)


def overview(rng, stage):
    """A map with units, the camera gliding and resting: strategy, management, adventure scenes."""
    style = stage.style
    w, h = style.width, style.height
    tile = max(5, round(h / rng.uniform(8, 18)))
    cols, rows = math.ceil(w * 2.4 / tile), math.ceil(h * 2.4 / tile)
    if rng.random() < 0.6:
        stage.map = TileMap(rng, style, str(rng.choice(['arena', 'street', 'cave'])), rows, cols, tile, floor=True)
        places = stage.map.open_places(rng, 80)
    else:
        paint = _isometric if rng.random() < 0.5 else _ground_picture
        stage.map = _Ground(paint(rng, style, cols * tile, rows * tile))
        places = [(rng.uniform(0, cols * tile), rng.uniform(0, rows * tile)) for _ in range(80)]
    at = 0
    for n in range(int(rng.integers(2, 6))):
        frames, moves = _make(rng, stage, tuple(SPRITES), 10, 30), rng.random() < 0.6
        for place in places[at:at + int(rng.integers(3, 20))]:
            stage.add(frames, f'unit{n}', *place, brain=brains.roamer(rng, style, rng.uniform(0.3, 1.2)) if moves else None, depth=10 + n)
        at += 15
    if rng.random() < 0.4:
        chosen = stage.actors[:5]

        def mark(picture, s):
            for a in chosen:
                x, y, aw, ah = a.place(style, s.camera)
                r = max(aw, ah) * 0.6
                for x0, y0, x1, y1 in ((-r, -r, r, -r), (r, -r, r, r), (r, r, -r, r), (-r, r, -r, -r)):
                    line(picture, x + x0, y + y0, x + x1, y + y1, np.array([80, 255, 80]))
        stage.over.append(mark)
    stage.follow = cameras2d.glide(stage, rng, (0, 0, cols * tile, rows * tile))


TEMPLATES = {platformer: 1.6, topdown: 1.6, shmup: 1.0, runner: 0.8, space: 1.0, overview: 0.8}


def style_zooms(rng, stage):
    """Whether the whole clip is seen through a zoomed camera."""
    return rng.random() < (0.12 if stage.style.linear else 0.04)


def build(rng, stage):
    """Fills a stage with one of the templates."""
    shares = np.array(list(TEMPLATES.values()))
    template = list(TEMPLATES)[rng.choice(len(shares), p=shares / shares.sum())]
    stage.layers = backdrop(rng, stage.style, True, stage.report('layers'))
    template(rng, stage)
    if stage.follow and template is not shmup and style_zooms(rng, stage):
        stage.camera.zoom = float(rng.choice([0.8, 1.25, 1.5, 2.0]))
    if stage.follow and template is not shmup and rng.random() < 0.1:
        stage.follow = cameras2d.zooming(stage, rng, stage.follow)
    return template.__name__
