"""2D states tell the truth about the pixels."""

import unittest

import numpy as np

from training.worlds import scroll2d
from training.worlds.backdrop import Layer
from training.worlds.canvas import Texture, opaque
from training.worlds.materials import material
from training.worlds.scene2d import Style
from training.worlds.stage import Stage
from training.worlds.tilemap import TileMap


def bare_stage(seed, canvas=None):
    """A plain grey stage whose style reports everything."""
    rng = np.random.default_rng(seed)
    style = Style(rng, canvas)
    style.reports, style.quantiser = 1.0, None
    stage = Stage(rng, style)
    stage.layers = [Layer(style, np.full((style.height, style.width, 3), 90, np.float32), (0.0, 0.0))]
    return rng, style, stage


class Bounds(unittest.TestCase):
    def test_an_object_paints_within_its_bounds_and_fills_them(self):
        for seed in range(40):
            rng, style, stage = bare_stage(seed)
            size = int(rng.integers(6, 40) * style.unit) + 4
            actor = stage.add(
                [Texture(opaque(np.full((size, size + 3, 3), 250, np.float32)))],
                'box',
                rng.uniform(0.2, 0.8) * style.width,
                rng.uniform(0.2, 0.8) * style.height,
                rotation=float(rng.choice([0, rng.uniform(0, 6.28)])),
                sx=rng.uniform(0.5, 2),
                sy=rng.uniform(0.5, 2),
                ox=float(rng.choice([0, 0.5, 1])),
                oy=float(rng.choice([0, 0.5])),
                flip_x=rng.random() < 0.5,
            )
            stage.camera.x = float(rng.uniform(-20, 20))
            stage.step()
            with_it, state = stage.draw()
            stage.actors.remove(actor)
            without, _ = stage.draw()
            y, x = np.nonzero(np.abs(with_it.astype(int) - without).max(-1) > 8)
            (o,) = state['objects']
            slack = 0.9 + style.k
            left, right, top, bottom = max(0, o['x']), min(320, o['x'] + o['w']), max(0, o['y']), min(180, o['y'] + o['h'])
            with self.subTest(seed=seed, canvas=style.width, state=o):
                self.assertGreaterEqual(x.min(), left - slack)
                self.assertLessEqual(x.max() + 1, right + slack)
                self.assertGreaterEqual(y.min(), top - slack)
                self.assertLessEqual(y.max() + 1, bottom + slack)
                self.assertLess(
                    abs(x.min() - left) + abs(x.max() + 1 - right) + abs(y.min() - top) + abs(y.max() + 1 - bottom), 4 * slack + 2
                )

    def test_a_rotated_object_is_where_its_pivot_and_angle_say(self):
        # A square with one bright quarter: that quarter must turn clockwise on the screen, as y points down.
        _, style, stage = bare_stage(1, 320)
        style.round_pixels = False
        picture = np.zeros((40, 40, 3), np.float32)
        picture[:20, 20:] = 255  # top right
        stage.add([Texture(opaque(picture))], 'quarter', 160, 90, rotation=np.pi / 2)
        stage.step()
        out, state = stage.draw()
        (o,) = state['objects']
        self.assertAlmostEqual(o['rot'], np.pi / 2, 3)
        bright = np.argwhere(out.min(-1) > 200).mean(0)
        self.assertTrue(bright[0] > 95 and bright[1] > 165, f'bottom right expected, found {bright}')


class Scrolling(unittest.TestCase):
    def test_the_map_moves_by_the_view(self):
        for seed, canvas in ((0, 320), (1, 160), (2, 640), (3, 320), (4, 107)):
            rng, style, stage = bare_stage(seed, canvas)
            stage.map = TileMap(rng, style, 'arena', 40, 60, 16, floor=True)
            stage.map.wet = []
            pictures, views = [], []
            for x, y in ((30, 40), (36, 44)):
                stage.camera.x, stage.camera.y = float(x), float(y)
                stage.step()
                picture, state = stage.draw()
                pictures.append(picture.astype(int))
                views.append((state['viewX'], state['viewY']))
            dx, dy = round(views[1][0] - views[0][0]), round(views[1][1] - views[0][1])
            with self.subTest(canvas=canvas):
                self.assertEqual((dx, dy), (round(6 * style.k), round(4 * style.k)))
                self.assertEqual(np.abs(pictures[0][dy:, dx:] - pictures[1][: 180 - dy, : 320 - dx]).max(), 0)
                self.assertGreater(np.abs(pictures[0] - pictures[1]).mean(), 0.5)

    def test_sub_pixel_views_resample(self):
        rng, style, stage = bare_stage(7, 320)
        style.linear, style.round_pixels = True, False
        stage.map = TileMap(rng, style, 'arena', 40, 60, 16, floor=True)
        stage.map.wet = []
        out = {}
        for x in (50.0, 50.25, 51.0):
            stage.camera.x, stage.camera.y = x, 40.0
            stage.step()
            out[x], state = stage.draw()
            self.assertEqual(state['viewX'], x)
        expected = out[50.0] * 0.75 + out[51.0] * 0.25
        self.assertLessEqual(np.abs(out[50.25] - expected).max(), 1.1)

    def test_parallax_layers_move_by_their_factor(self):
        rng, style, stage = bare_stage(9, 320)
        style.round_pixels = False
        image = material(rng, style.palette, 180, 640, 'cells')
        for as_tile in (True, False):
            stage.layers = [Layer(style, image, (0.5, 0.0), 0.0, 'far', as_tile)]
            pictures = []
            for x in (10.0, 30.0):
                stage.camera.x = x
                stage.step()
                picture, state = stage.draw()
                pictures.append(picture.astype(int))
            self.assertEqual(np.abs(pictures[0][:, 10:] - pictures[1][:, :310]).max(), 0)
            self.assertEqual([o['tile'] for o in state['objects']], [[15.0, 0.0]] if as_tile else [])

    def test_whole_games_scroll_by_their_views(self):
        # Most of what a game in pixel art shows stays where the view says, whatever moves in it; its light is left out.
        for template in (scroll2d.topdown, scroll2d.overview, scroll2d.platformer):
            same, still = [], []
            for seed in range(12):
                rng, style, stage = bare_stage(seed, 320)
                style.linear, style.round_pixels = False, True
                template(rng, stage)
                stage.light = None
                frames = []
                for _ in range(16):
                    stage.step()
                    frames.append(stage.draw())
                for (a, sa), (b, sb) in zip(frames, frames[1:]):
                    dx, dy = int(sb['viewX'] - sa['viewX']), int(sb['viewY'] - sa['viewY'])
                    if 0 < abs(dx) + abs(dy) <= 20:
                        inner = (slice(24, -24), slice(24, -24))
                        moved = np.roll(a, (-dy, -dx), (0, 1))[inner].astype(int)
                        same.append((np.abs(moved - b[inner]).max(-1) <= 2).mean())
                        still.append((np.abs(a[inner].astype(int) - b[inner]).max(-1) <= 2).mean())
            with self.subTest(template.__name__):
                self.assertGreater(len(same), 10)
                self.assertGreater(np.mean(np.array(same) >= still), 0.9)
                self.assertGreater(np.median(same), 0.9)


if __name__ == '__main__':
    unittest.main()
