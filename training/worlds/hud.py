"""What hangs on the screen: scores, bars, icons, maps, dialogues, menus, and what happens to a scene as a whole."""

import math

import numpy as np

from .canvas import draw, rectangle
from .noise import fbm
from .scene2d import Actor
from .sprites import sheet
from .stage import panel

_WORDS = (
    'PLAY START LEVEL SCORE TIME LIVES READY GO BOSS WAVE COINS POWER HP MP XP GOLD AMMO NEXT STAGE BONUS COMBO Quest Map Shop Back '
    'Options Continue Sound Music Attack Defend Magic Item Run Hello traveller You found a key The door is locked Beware of '
    'Press space to jump Find all the gems before dark Well done Try again New record Paused Loading'
).split()


def words(rng, low, high):
    """Some words."""
    return ' '.join(rng.choice(_WORDS, int(rng.integers(low, high + 1))))


def number(rng, style, stage):
    """A function that tells a running figure."""
    label = rng.choice(['', 'Score: ', 'TIME ', 'x', 'Lv ', '$', 'HP '])
    digits, kind, start, step = int(rng.integers(1, 7)), rng.integers(3), int(rng.integers(0, 3000)), int(rng.integers(1, 15))
    if kind == 0:
        return lambda s: f'{label}{s.score:0{digits}d}'
    if kind == 1:
        return lambda s: f'{label}{(start + s.t // 30):0{digits}d}'
    return lambda s: f'{label}{(start + s.t // step * step) % 100000:0{digits}d}'


def bar(rng, style):
    """A health bar drawn as graphics: not in the state."""
    w, h = style.width * rng.uniform(0.12, 0.4), style.height * rng.uniform(0.02, 0.06)
    x = rng.choice([style.width * 0.02, style.width * 0.98 - w, (style.width - w) / 2])
    y = rng.choice([style.height * 0.03, style.height * 0.93 - h])
    colour, back, rate, phase = (
        style.palette.colour(rng, 'accent'),
        style.palette.colour(rng, 'any') * 0.3,
        rng.uniform(0.002, 0.02),
        rng.uniform(0, 6),
    )
    jumps = rng.random() < 0.5
    if style.pixel:
        x, y, w, h = round(x), round(y), round(w), max(2, round(h))

    def mark(picture, stage):
        level = 0.55 + 0.45 * math.sin(rate * stage.t + phase)
        if jumps:
            level = round(level * 8) / 8
        rectangle(picture, x - 1, y - 1, w + 2, h + 2, np.zeros(3), 0.8)
        rectangle(picture, x, y, w, h, back)
        rectangle(picture, x, y, round(w * level) if style.pixel else w * level, h, colour)
        rectangle(picture, x, y, w * level, max(1, h / 4), np.minimum(255, colour + 60), 0.7)

    return mark


def minimap(rng, style):
    """A small map with a blinking dot: graphics, not in the state."""
    s = round(style.height * rng.uniform(0.14, 0.24))
    x, y = (style.width - s - 3 if rng.random() < 0.6 else 3), (3 if rng.random() < 0.6 else style.height - s - 3)
    land = fbm(rng, s, s, 4, 3) > 0.5
    a, b = style.palette.colour(rng, 'any') * 0.6, style.palette.colour(rng, 'ground')
    image = np.where(land[..., None], a, b).astype(np.float32)
    alpha = rng.uniform(0.6, 1)

    def mark(picture, stage):
        view = picture[y : y + s, x : x + s]
        view += (image[: view.shape[0], : view.shape[1]] - view) * np.float32(alpha)
        fx, fy = (stage.camera.x * 0.03 + s / 2) % s, (stage.camera.y * 0.03 + s / 2) % s
        if stage.t % 20 < 12:
            rectangle(picture, x + fx, y + fy, 2, 2, np.array([255, 255, 255]))

    return mark


def add_hud(rng, stage):
    """A random set of readouts."""
    style = stage.style
    if rng.random() < 0.12:
        return
    w, h, line = style.width, style.height, 9 * style.font.scale
    for corner in rng.permutation(4)[: int(rng.integers(0, 4))]:
        x = w * 0.02 if corner % 2 == 0 else w * rng.uniform(0.62, 0.75)
        y = h * 0.02 if corner < 2 else h * 0.96 - line
        if rng.random() < 0.6:
            stage.say(number(rng, style, stage), x, y)
        else:
            icon = sheet(rng, style.palette, style.look, ('gem', 'coin', 'ship', 'humanoid'), max(5, line))
            n = int(rng.integers(1, 6))
            for i in range(n):
                stage.actors.append(
                    Actor(
                        style,
                        icon,
                        'icon',
                        round(x + i * line * 1.2 + line / 2),
                        round(y + line / 2),
                        sf=(0.0, 0.0),
                        depth=91,
                        type='Image',
                        reported=stage.report('icon'),
                    )
                )
    if rng.random() < 0.35:
        stage.over.append(bar(rng, style))
    if rng.random() < 0.15:
        stage.over.append(minimap(rng, style))
    if rng.random() < 0.12:  # a bar of tools along an edge
        height = round(h * rng.uniform(0.08, 0.18))
        face = panel(rng, style, w, height)
        y = 0 if rng.random() < 0.5 else h - height
        stage.over.append(lambda picture, _: draw(picture, face, 0, y, w, height, 0, 0))
        things = [
            sheet(rng, style.palette, style.look, ('gem', 'coin', 'block', 'card', 'plant'), height * 0.7)[0]
            for _ in range(int(rng.integers(2, 8)))
        ]
        for i, thing in enumerate(things):
            stage.over.append(
                lambda picture, _, i=i, thing=thing: draw(
                    picture, thing, round((i + 0.7) * height * 1.1), y + height // 2, thing.width, thing.height
                )
            )


def add_events(rng, stage, frames):
    """Pauses, flashes, shakes, fades, dialogues and pop-ups on the way."""
    style = stage.style

    def at(t, action):
        stage.director.append(lambda s: action(s) if s.t == t else None)

    if rng.random() < 0.15:
        a = int(rng.integers(10, max(11, frames - 30)))
        b, shows = a + int(rng.integers(15, 60)), rng.random() < 0.6
        stage.pauses.append((a, b, shows))
    for _ in range(int(rng.choice([0, 0, 0, 0, 1, 2, 4]))):
        t, colour, strength = int(rng.integers(5, max(6, frames))), style.palette.colour(rng, 'accent'), rng.uniform(0.3, 1)
        at(t, lambda s, c=colour, a=strength: s.flash.__setitem__(slice(None), [*c, a]))
    for _ in range(int(rng.choice([0, 0, 0, 0, 1, 3]))):
        t, power = int(rng.integers(5, max(6, frames))), rng.uniform(2, 9) * style.unit
        at(t, lambda s, p=power: setattr(s.camera, 'shake', p))
    if rng.random() < 0.12:
        begin, length = (0, int(rng.integers(8, 30))) if rng.random() < 0.5 else (int(rng.integers(10, max(11, frames))), 20)
        stage.director.append(lambda s: setattr(s, 'fade', max(0.0, 1 - abs(s.t - begin) / length)))
    if rng.random() < 0.12:
        _dialogue(rng, stage, int(rng.integers(0, max(1, frames - 60))), int(rng.integers(40, 120)))
    if rng.random() < 0.15:
        _banner(rng, stage, int(rng.integers(0, max(1, frames - 40))), int(rng.integers(25, 70)))


def _dialogue(rng, stage, start, length):
    style = stage.style
    w, h = round(style.width * rng.uniform(0.6, 0.95)), round(style.height * rng.uniform(0.2, 0.35))
    face, x = panel(rng, style, w, h), (style.width - w) // 2
    y = style.height - h - 3 if rng.random() < 0.7 else 3
    lines, colour = [words(rng, 3, 6)[: int(w / (6.2 * style.font.scale))] for _ in range(2)], style.palette.colour(rng, 'text')
    rate = rng.uniform(0.5, 2)

    def mark(picture, s):
        if start <= s.t < start + length:
            draw(picture, face, x, y, w, h, 0, 0, linear=style.linear)
            shown = int((s.t - start) * rate)
            for i, line in enumerate(lines):
                text = style.font.render(line[: max(0, shown - i * len(lines[0]))], colour)
                draw(picture, text, x + 5, y + 4 + i * 11 * style.font.scale, text.width, text.height, 0, 0)

    stage.over.append(mark)


def _banner(rng, stage, start, length):
    style = stage.style
    text = style.title_font.render(words(rng, 1, 1) + rng.choice(['', ' 2', ' 7', '!']), style.palette.colour(rng, 'accent'))
    x, y, pop = style.width / 2, style.height * rng.uniform(0.25, 0.6), rng.random() < 0.5

    def mark(picture, s):
        t = (s.t - start) / length
        if 0 <= t < 1:
            grow = min(1, 5 * t) * (1 + 0.2 * math.sin(min(1, 5 * t) * 3.14)) if pop else 1
            slide = 0 if pop else (max(0, 1 - 6 * t) - max(0, 6 * t - 5)) * style.width
            draw(picture, text, round(x + slide), round(y), text.width * grow, text.height * grow, linear=style.linear)

    stage.over.append(mark)


def menu(rng, stage, frames):
    """A title with buttons, the choice moving, over what is there."""
    style = stage.style
    w, h = style.width, style.height
    title = style.title_font.render(words(rng, 1, 2)[:12], style.palette.colour(rng, 'accent'))
    wave = rng.random() < 0.5
    grow = min(1.0, w * 0.9 / title.width)
    stage.over.append(
        lambda picture, s: draw(
            picture,
            title,
            w / 2,
            h * 0.2 + (math.sin(s.t * 0.08) * 4 * style.unit if wave else 0),
            title.width * grow,
            title.height * grow,
            linear=style.linear,
        )
    )
    n, gap = int(rng.integers(2, 6)), h * 0.6 / 5
    plain, lit = panel(rng, style, w * 0.4, gap * 0.8), panel(rng, style, w * 0.4, gap * 0.8)
    every = int(rng.integers(12, 60))
    for i in range(n):

        def choose(a, s, i=i):
            on = (s.t // every) % n == i
            a.frame = 1.0 if on else 0.0
            a.sx = a.sy = 1.06 if on and style.linear else 1.0

        stage.add([plain, lit], 'button', round(w / 2), round(h * 0.42 + i * gap), brain=choose, sf=(0.0, 0.0), depth=80)
        words_at = words(rng, 1, 2)[:14]
        text = style.font.render(words_at, style.palette.colour(rng, 'text'))
        stage.say(words_at, round((w - text.width) / 2), round(h * 0.42 + i * gap - text.height / 2))
