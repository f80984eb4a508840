"""3D states tell the truth: matrices and depth carry one frame to the next."""

import unittest

import numpy as np

from training.worlds import scenes3d
from training.worlds.mesh import box, join
from training.worlds.raster3d import look
from training.worlds.scene2d import Style
from training.worlds.world3d import World


def make_world(template, seed, still=True, **style):
    """A world with smooth textures; `still`: nothing moves but the camera."""
    rng = np.random.default_rng(seed)
    look_of = Style(rng, 320)
    look_of.pixel, look_of.quantiser = False, None
    for key, value in style.items():
        setattr(look_of, key, value)
    world = World(rng, look_of)
    world.filter = 'trilinear'
    template(rng, world)
    world.seal()
    if still:
        world.movers, world.billboards, world.shadows, world.lamp = [], [], [], 0.0
    return world


def sample(image, x, y):
    x, y = np.clip(x - 0.5, 0, 318.99), np.clip(y - 0.5, 0, 178.99)
    i, j = x.astype(int), y.astype(int)
    f, g = (x - i)[..., None], (y - j)[..., None]
    return (image[j, i] * (1 - f) + image[j, i + 1] * f) * (1 - g) + (image[j + 1, i] * (1 - f) + image[j + 1, i + 1] * f) * g


def carry(before, after):
    """Frame `before` as seen by the camera of `after`, with the depth of `after`; and where it can be known. Uses only what states say."""
    (picture, state, depth), (_, state2, depth2) = before, after
    view, projection = (np.array(state[k]).reshape(4, 4) for k in ('view', 'projection'))
    view2, projection2 = (np.array(state2[k]).reshape(4, 4) for k in ('view', 'projection'))
    v, u = np.mgrid[0:180, 0:320] + 0.5
    z = np.where(np.isfinite(depth2), depth2, 1.0)
    sign = projection2[2, 3]  # −1: right-handed, the view looks along −z
    x, y = (u / 160 - 1) * z / projection2[0, 0], (1 - v / 90) * z / projection2[1, 1]
    world = np.stack([x, y, sign * z, np.ones_like(z)], -1) @ np.linalg.inv(view2)
    clip = world @ view @ projection
    px, py = (clip[..., 0] / clip[..., 3] + 1) * 160, (1 - clip[..., 1] / clip[..., 3]) * 90
    there = np.isfinite(depth2) & (clip[..., 3] > 0) & (px > 1) & (px < 319) & (py > 1) & (py < 179)
    i, j = np.clip(px, 0, 319).astype(int), np.clip(py, 0, 179).astype(int)
    there &= np.abs(depth[j, i] / clip[..., 3] - 1) < 0.02
    return sample(picture.astype(float), px, py), there


class Reprojection(unittest.TestCase):
    def test_depth_and_matrices_carry_static_things(self):
        for template, seed in (
            (scenes3d.hills, 1),
            (scenes3d.town, 2),
            (scenes3d.corridors, 3),
            (scenes3d.blocks, 4),
            (scenes3d.void, 5),
            (scenes3d.tabletop, 6),
        ):
            for right_handed in (False, True):
                world = make_world(template, seed)
                world.right_handed = right_handed
                frames = []
                for _ in range(12):
                    frames.append(world.draw())
                    world.t += 1
                a, b = frames[5], frames[8]
                moved, there = carry(a, b)
                wrong, _ = carry((a[0], b[1], b[2]), b)
                truth = b[0].astype(float)
                error, unmoved = np.abs(moved - truth)[there].mean(), np.abs(wrong - truth)[there].mean()
                with self.subTest(template=template.__name__, right_handed=right_handed):
                    self.assertGreater(there.mean(), 0.02)
                    self.assertTrue(
                        error < 4 and (error < 0.7 * unmoved or unmoved < 1), f'carried {error:.2f}, left where it was {unmoved:.2f}'
                    )

    def test_babylon_conventions(self):
        world = make_world(scenes3d.hills, 1)
        _, state, _ = world.draw()
        view, projection = np.array(state['view']).reshape(4, 4), np.array(state['projection']).reshape(4, 4)
        self.assertTrue(np.allclose(view[:3, :3] @ view[:3, :3].T, np.eye(3), atol=1e-5))
        self.assertTrue(np.allclose(np.append(state['position'], 1) @ view, [0, 0, 0, 1], atol=1e-3))
        self.assertAlmostEqual(abs(projection[2, 3]), 1)
        near = np.array([0, 0, world.near * projection[2, 3], 1]) @ projection
        self.assertAlmostEqual(near[2] / near[3], -1, 3)


class Drawing(unittest.TestCase):
    def one(self, mesh, eye, yaw=0.0, pitch=0.0):
        """A world of one mesh."""

        def template(rng, world):
            world.static.append(mesh(world))
            world.rig = lambda w: look(eye, yaw, pitch)

        world = make_world(template, 3)
        world.fov = 0.9
        return world

    def test_depth_is_the_distance_along_the_view(self):
        world = self.one(lambda w: box((40, 40, 1), scenes3d.plain(w)), (0, 0, -6))
        _, _, depth = world.draw()
        self.assertLess(np.abs(depth - 5.5).max(), 1e-4)

    def test_no_cracks_from_within(self):
        def room(w):
            mesh = box((10, 6, 8), scenes3d.surface(w.rng, w, 'brick'), repeat=1.0)
            mesh.normal = -mesh.normal
            return mesh

        for yaw in (0.0, 0.7, 2.1, 4.4):
            world = self.one(room, (1.3, 0.4, -1.1), yaw, 0.2)
            _, _, depth = world.draw()
            self.assertTrue(np.isfinite(depth).all())
            self.assertTrue(0.5 < depth.min() and depth.max() < 13)

    def test_the_nearer_thing_hides_the_farther(self):
        world = self.one(
            lambda w: join(
                [box((2, 2, 2), scenes3d.plain(w), (1, 0, 0)), box((20, 20, 1), scenes3d.plain(w), (0, 1, 0), centre=(0, 0, 6))]
            ),
            (0, 0, -6),
        )
        picture, _, depth = world.draw()
        self.assertGreater(int(picture[90, 160, 0]), int(picture[90, 160, 1]))
        self.assertGreater(int(picture[20, 20, 1]), int(picture[20, 20, 0]))
        self.assertTrue(depth[90, 160] < 5.1 and depth[20, 20] > 11)


if __name__ == '__main__':
    unittest.main()
