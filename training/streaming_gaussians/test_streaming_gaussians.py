"""What a user of the trainer of streamed Gaussians would notice if it broke. `python3 -m unittest discover -s training -t .`"""

import contextlib
import io
import json
import math
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from dataclasses import replace
from pathlib import Path

import torch

from . import turns
from .added import missing
from .cloud import Cloud, read_ply, write_ply
from .evaluate import evaluate, table
from .fit import cloud_of as fresh
from .fixture import expected
from .judge import Judge
from .loss import psnr, ssim
from .make import begin, make, parse, settings_of
from .ntc import HEADER, PRIMES, Moved, TransformationCache, crc32c, entries, read_ntc, resolutions, write_ntc
from .settings import PRESETS, Grid
from .splatting import LOW_PASS, Blend, Camera, Splats, draw
from .stream import Bounds, play, read_stream, step
from .world import World, cameras_of

torch.set_num_threads(1)

ROOT = Path(__file__).parents[2]
TINY = PRESETS["tiny"]
FIXTURE = ROOT / "splats" / "src" / "stream" / "fixtures" / "tiny"
#: What the tiny stream must be above frame 0's cloud left as it is, held-out cameras, moving region, mean of its frames: 9.8 dB when this was written. And what stage 2 must be above stage 1 in the
#: frame in which a flame is lit: 4.6 dB.
MARGIN, FLAME_MARGIN = 6.0, 2.0


def camera(width: int = 24, height: int = 20, focal: float = 22.0) -> Camera:
    return Camera(width, height, focal, focal * 1.1, width / 2 + 0.3, height / 2 - 0.7, torch.eye(4))


def cloud_of(positions, scales, opacities, colours, rotations=None, degree: int = 0, dtype=torch.float32) -> Splats:
    tensor = lambda values: torch.tensor(values, dtype=dtype)
    harmonics = torch.zeros(len(positions), (degree + 1) ** 2, 3, dtype=dtype)
    harmonics[:, 0] = (tensor(colours) - 0.5) / turns.C0
    rotations = tensor([[1.0, 0, 0, 0]] * len(positions)) if rotations is None else turns.unit(tensor(rotations))
    return Splats(tensor(positions), tensor(scales), rotations, tensor(opacities), harmonics)


def some(count: int, degree: int = 1, seed: int = 3) -> Splats:
    draw_from = torch.Generator().manual_seed(seed)
    noise = lambda *size: torch.randn(*size, generator=draw_from, dtype=torch.float64)
    positions = noise(count, 3) * torch.tensor([0.9, 0.7, 0.6]) + torch.tensor([0, 0, 3.0])
    return Splats(positions, 0.08 + 0.2 * noise(count, 3).abs(), turns.unit(noise(count, 4)), (0.8 * noise(count)).sigmoid(), 0.6 * noise(count, (degree + 1) ** 2, 3))


def one_by_one(splats: Splats, seen_by: Camera) -> torch.Tensor:
    """The rules of drawing (the reference renderer's), pixel by pixel, with no tiles: [height, width, 3]."""
    rotation, offset = seen_by.view[:3, :3].double(), seen_by.view[:3, 3].double()
    picture = torch.zeros(seen_by.height, seen_by.width, 3, dtype=torch.float64)
    left = torch.ones(seen_by.height, seen_by.width, dtype=torch.float64)
    v, u = torch.meshgrid(torch.arange(seen_by.height).double() + 0.5, torch.arange(seen_by.width).double() + 0.5, indexing="ij")
    seen = splats.positions.double() @ rotation.T + offset
    for at in seen[:, 2].argsort(stable=True).tolist():
        x, y, z = seen[at].tolist()
        if z < 0.05:
            continue
        bent = [z * max(-edge, min(edge, value / z)) for value, edge in ((x, 0.65 * seen_by.width / seen_by.fx), (y, 0.65 * seen_by.height / seen_by.fy))]
        jacobian = torch.tensor([[seen_by.fx / z, 0, -seen_by.fx * bent[0] / z**2], [0, seen_by.fy / z, -seen_by.fy * bent[1] / z**2]], dtype=torch.float64)
        axes = turns.matrix(splats.rotations[at].double()) @ torch.diag(splats.scales[at].double())
        flat = jacobian @ rotation @ axes
        conic = torch.linalg.inv(flat @ flat.T + LOW_PASS * torch.eye(2))
        away = torch.stack((u - (seen_by.fx * x / z + seen_by.cx), v - (seen_by.fy * y / z + seen_by.cy)), -1)
        alpha = (splats.opacities[at] * torch.exp(-0.5 * torch.einsum("hwa,ab,hwb->hw", away, conic, away))).clamp(max=0.99)
        alpha = torch.where((alpha < 1 / 255) | (left < 1e-4), torch.zeros(()).double(), alpha)
        way = splats.positions[at].double() + rotation.T @ offset
        basis = turns.basis(way / way.norm(), math.isqrt(splats.harmonics.shape[1]) - 1)
        colour = (0.5 + basis @ splats.harmonics[at].double()).clamp_min(0)
        picture += (left * alpha)[..., None] * colour
        left = left * (1 - alpha)
    return picture


class Drawing(unittest.TestCase):
    def test_one_round_gaussian_is_the_bell_that_it_must_be(self):
        seen_by, z, size, opacity = camera(), 2.0, 0.2, 0.7
        drawn = draw(cloud_of([[0, 0, z]], [[size] * 3], [opacity], [[1.0, 0.5, 0.25]]), [seen_by])
        for i, j in ((12, 9), (10, 9), (14, 12), (9, 7)):
            dx, dy = i + 0.5 - seen_by.cx, j + 0.5 - seen_by.cy
            alpha = opacity * math.exp(-0.5 * (dx**2 / ((seen_by.fx * size / z) ** 2 + 0.3) + dy**2 / ((seen_by.fy * size / z) ** 2 + 0.3)))
            for channel, colour in enumerate((1.0, 0.5, 0.25)):
                self.assertAlmostEqual(drawn.pictures[0, j, i, channel].item(), alpha * colour, places=5)
            self.assertAlmostEqual(drawn.left[0, j, i].item(), 1 - alpha, places=5)

    def test_the_nearer_one_covers_whatever_their_order(self):
        near, far = ([0, 0, 2.0], [1.0, 0, 0]), ([0, 0, 3.0], [0, 1.0, 0])
        seen_by = Camera(9, 9, 20, 20, 4.5, 4.5, torch.eye(4))
        for first, second in ((near, far), (far, near)):
            drawn = draw(cloud_of([first[0], second[0]], [[0.3] * 3] * 2, [0.6, 0.6], [first[1], second[1]]), [seen_by])
            self.assertAlmostEqual(drawn.pictures[0, 4, 4, 0].item(), 0.6, places=5)
            self.assertAlmostEqual(drawn.pictures[0, 4, 4, 1].item(), 0.4 * 0.6, places=5)

    def test_draws_nothing_behind_the_camera_and_its_gradients_are_numbers(self):
        splats = cloud_of([[0, 0, -2.0], [0, 0, 0.0], [0, 0, 0.04]], [[0.3] * 3] * 3, [0.9] * 3, [[1.0, 1, 1]] * 3)
        leaf = Splats(*(part.requires_grad_() for part in splats))
        drawn = draw(leaf, [camera()])
        self.assertEqual(drawn.pictures.max().item(), 0)
        drawn.colour.sum().backward()
        for part in leaf:
            self.assertTrue(torch.isfinite(part.grad).all())

    def test_is_what_the_rules_give_pixel_by_pixel(self):
        for degree, seed in ((0, 1), (1, 2), (3, 3)):
            splats = some(60, degree, seed)
            # Looks from aside, sees some at its edges and some behind it; no side is whole tiles.
            q = turns.unit(torch.tensor([1.0, 0.05, -0.12, 0.1]))
            view = torch.eye(4)
            view[:3, :3], view[:3, 3] = turns.matrix(q), torch.tensor([0.6, -0.1, -2.2])
            seen_by = Camera(27, 21, 30.0, 26.0, 13.0, 10.2, view)
            drawn = draw(Splats(*(part.float() for part in splats)), [seen_by, camera(27, 21)])
            for at, one in enumerate((seen_by, camera(27, 21))):
                truth = one_by_one(splats, one)
                self.assertGreater(truth.max().item(), 0.3)
                self.assertLess((drawn.colour[at] - truth).abs().max().item(), 5e-3)
                self.assertLess((drawn.colour[at] - truth).abs().mean().item(), 2e-6)

    def test_gradients_are_those_of_finite_differences(self):
        splats = some(6)
        # Of no unit length, and opaque enough that the least alpha is passed nowhere near.
        inputs = [splats.positions, splats.scales + 0.25, splats.rotations, 0.3 + 0.5 * splats.opacities, splats.harmonics]
        seen_by = [Camera(11, 9, 9.0, 9.5, 5.2, 4.4, torch.eye(4))]
        blended = lambda *parts: draw(Splats(parts[0], parts[1], turns.unit(parts[2]), *parts[3:]), seen_by)[:2]
        self.assertTrue(torch.autograd.gradcheck(blended, [part.detach().clone().requires_grad_() for part in inputs], eps=1e-6, atol=1e-5, rtol=1e-4))

    def test_gradients_of_blending_are_those_that_autograd_finds(self):
        torch.manual_seed(4)
        coefficients, colours, terms = torch.randn(2, 7, 6, dtype=torch.float64), torch.rand(2, 7, 3, dtype=torch.float64), torch.rand(6, 5, dtype=torch.float64)
        coefficients[..., 5] -= 1

        def plain(a, b):
            alpha = (a @ terms).exp().clamp(max=0.99)
            before = torch.cumprod(torch.cat((torch.ones_like(alpha[:, :1]), 1 - alpha[:, :-1]), 1), 1)
            alpha = torch.where((alpha < 1 / 255) | (before < 1e-4), torch.zeros_like(alpha), alpha)
            weights = before * alpha
            return weights.transpose(1, 2) @ b, 1 - weights.sum(1)

        found = []
        for of in (plain, lambda a, b: Blend.apply(a, b, terms)):
            leaf = [part.clone().requires_grad_() for part in (coefficients, colours)]
            pictures, left = of(*leaf)
            ((pictures**2).sum() + (left * torch.arange(5)).sum()).backward()
            found.append((pictures, left, *(part.grad for part in leaf)))
        for ours, theirs in zip(*found):
            self.assertLess((ours - theirs).abs().max().item(), 1e-9)


class Turning(unittest.TestCase):
    def test_turned_harmonics_are_seen_where_the_turn_brings_them(self):
        torch.manual_seed(5)
        q = turns.unit(torch.randn(8, 4, dtype=torch.float64))
        way = turns.unit(torch.randn(8, 3, dtype=torch.float64))
        for degree in range(4):
            harmonics = torch.randn(8, (degree + 1) ** 2, 3, dtype=torch.float64)
            seen = torch.einsum("nk,nkc->nc", turns.basis(way, degree), harmonics)
            turned = (turns.matrix(q) @ way[..., None])[..., 0]
            again = torch.einsum("nk,nkc->nc", turns.basis(turned, degree), turns.turn_harmonics(harmonics, q))
            self.assertLess((seen - again).abs().max().item(), 1e-9)

    def test_a_product_is_the_second_and_then_the_first(self):
        torch.manual_seed(6)
        a, b = turns.unit(torch.randn(2, 5, 4, dtype=torch.float64))
        self.assertLess((turns.matrix(turns.multiply(a, b)) - turns.matrix(a) @ turns.matrix(b)).abs().max().item(), 1e-12)


class Cache(unittest.TestCase):
    GRID = Grid(levels=4, features=2, log2_table=8, base=3, growth=1.6, hidden=1, width=8)
    LOW, HIGH = (-1.0, -2.0, 0.0), (1.0, 1.0, 4.0)

    def make(self, spread: float = 0.5) -> TransformationCache:
        torch.manual_seed(7)
        cache = TransformationCache(self.GRID, self.LOW, self.HIGH)
        torch.nn.init.uniform_(cache.tables, -spread, spread)
        return cache.rounded()

    def test_looks_up_what_the_format_says(self):
        """Corner by corner, in plain Python, of dense and of hashed levels."""
        cache = self.make()
        self.assertEqual(resolutions(self.GRID), [3, 4, 7, 12])
        self.assertEqual(entries(self.GRID), [64, 125, 256, 256])
        points = [(-1.0, -2.0, 0.0), (1.0, 1.0, 4.0), (0.3, -0.7, 1.9), (-0.99, 0.999, 3.2), (1 / 3, -1.0, 2.0)]
        found = cache.features(cache.places(torch.tensor(points)))
        tables = cache.tables.detach().tolist()
        for row, point in zip(found, torch.tensor(points).double().tolist()):
            begin, values = 0, []
            for cells, size in zip(resolutions(self.GRID), entries(self.GRID)):
                at = [(value - low) / (high - low) * cells for value, low, high in zip(point, self.LOW, self.HIGH)]
                cell = [min(math.floor(value), cells - 1) for value in at]
                sums = [0.0] * self.GRID.features
                for corner in range(8):
                    bits = [corner >> axis & 1 for axis in range(3)]
                    x, y, z = (a + b for a, b in zip(cell, bits))
                    index = x + (cells + 1) * (y + (cells + 1) * z) if size == (cells + 1) ** 3 else (x ^ y * PRIMES[1] ^ z * PRIMES[2]) % 2**32 % size
                    share = math.prod(value - c if bit else 1 - (value - c) for value, c, bit in zip(at, cell, bits))
                    sums = [a + share * b for a, b in zip(sums, tables[begin + index])]
                begin += size
                values += sums
            self.assertLess(max(abs(a - b) for a, b in zip(row.tolist(), values)), 1e-6)

    def test_moves_what_is_inside_and_nothing_else(self):
        cache = self.make(4.0)
        positions = torch.tensor([[0.0, 0, 1], [1.0, 1, 4], [1.001, 0, 1], [0, -2.001, 1], [float("nan"), 0, 0]])
        moved = Moved(positions, torch.tensor([[0.6, 0.8, 0, 0]] * 5))
        after = cache.move(moved, cache.places(positions))
        by, turn = cache.motion(cache.places(positions))
        self.assertTrue((by[:2].abs().sum(1) > 0.01).all())
        self.assertTrue(torch.equal(after.positions[:4], (positions + by)[:4]))
        self.assertTrue(torch.equal(after.positions[2:4], positions[2:4]))
        self.assertTrue(torch.allclose(after.turns[2:], moved.turns[2:]))
        self.assertTrue(torch.allclose(after.turns[:2], turns.multiply(turn, moved.turns)[:2], atol=1e-6))
        self.assertTrue(torch.allclose(after.turns.norm(dim=1), torch.ones(5)))

    def test_a_turn_of_no_length_turns_nothing(self):
        cache = self.make()
        for layer in cache.layers:
            layer.data.zero_()
        cache.tables.data.fill_(1.0)
        for layer in cache.layers:
            layer.data[0] = 1.0
        cache.layers[-1].data[0] = torch.tensor([0, 0, 0, -1.0, 0, 0, 0]) / self.GRID.features * self.GRID.features
        positions = torch.tensor([[0.0, 0, 1]])
        self.assertEqual(cache.motion(cache.places(positions))[1].tolist(), [[1.0, 0, 0, 0]])

    def test_what_would_be_no_finite_number_stays_as_it_was(self):
        grid = Grid(levels=1, features=1, log2_table=4, base=2, hidden=1, width=1)
        cache = TransformationCache(grid, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
        with torch.no_grad():
            # Products beyond floats: infinite, and of both signs.
            for part in cache.parameters():
                part.fill_(3e38)
        positions = torch.tensor([[0.5, 0.5, 0.5], [2.0, 0.5, 0.5]])
        moved = Moved(positions, torch.tensor([[1.0, 0, 0, 0], [0, 1.0, 0, 0]]))
        after = step(cache, moved)
        self.assertTrue(torch.equal(after.positions, moved.positions))
        self.assertTrue(torch.equal(after.turns, moved.turns))

    def test_is_read_as_it_was_written_and_damaged_files_are_refused(self):
        cache = self.make()
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "000005.ntc"
            size = write_ntc(path, cache, 5, 3)
            whole = path.read_bytes()
            self.assertEqual(len(whole), size)
            numbers = sum(entries(self.GRID)) * 2, 8 * 8 + 8 * 7
            self.assertEqual(HEADER.unpack_from(whole), (b"SGNT", 1, 0, 5, 3, *numbers))
            self.assertEqual(struct.unpack_from("<e", whole, 24)[0], cache.tables[0, 0].item())
            self.assertEqual(struct.unpack_from("<e", whole, 24 + 2 * numbers[0] + 2)[0], cache.layers[0][0, 1].item())
            again, added = read_ntc(path, self.GRID, self.LOW, self.HIGH, 5)
            self.assertEqual(added, 3)
            for ours, theirs in zip(again.parameters(), cache.parameters()):
                self.assertTrue(torch.equal(ours, theirs))

            def refused(data: bytes, grid: Grid = self.GRID, frame: int = 5):
                path.write_bytes(data)
                with self.assertRaises(ValueError):
                    read_ntc(path, grid, self.LOW, self.HIGH, frame)

            sealed = lambda data: data + struct.pack("<I", crc32c(data))
            for at in (0, 5, 8, 13, 17, 24, 500, len(whole) - 1):
                refused(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
            for length in (0, 3, 23, 24, 200, len(whole) - 1):
                refused(whole[:length])
            refused(whole + b"\0")
            refused(whole, frame=6)
            refused(whole, grid=replace(self.GRID, log2_table=7))
            refused(sealed(whole[:4] + b"\2" + whole[5:-4]))
            refused(sealed(whole[:6] + b"\1" + whole[7:-4]))
            refused(sealed(whole[:40] + struct.pack("<e", math.inf) + whole[42:-4]))

    def test_weights_beyond_half_floats_are_told_of(self):
        cache = self.make()
        cache.tables.data[0, 0] = 1e6
        with self.assertRaisesRegex(ValueError, "half floats"):
            cache.rounded()

    def test_checksums_are_castagnolis(self):
        self.assertEqual(crc32c(b"123456789"), 0xE3069283)


class Clouds(unittest.TestCase):
    def test_a_ply_is_read_as_it_was_written_and_damaged_ones_are_refused(self):
        torch.manual_seed(8)
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "base.ply"
            for degree in (0, 1, 3):
                cloud = Cloud(torch.randn(5, 3), torch.randn(5, 3), torch.randn(5, 4), torch.randn(5), torch.randn(5, (degree + 1) ** 2, 3))
                write_ply(path, cloud)
                for ours, theirs in zip(read_ply(path), cloud):
                    self.assertTrue(torch.equal(ours, theirs))
            whole = path.read_bytes()
            # Red of coefficient 2 is the first channel's second of the rest.
            row = struct.unpack_from("<62f", whole, whole.index(b"end_header\n") + 11)
            self.assertEqual(row[9 + 1], cloud.harmonics[0, 2, 0].item())
            self.assertEqual(row[9 + 15 + 1], cloud.harmonics[0, 2, 1].item())
            for data in (b"", b"ply\n", b"ply\nend_header\n", whole[:-1], whole + b"\0", whole.replace(b"float f_dc_1", b"float f_dc_9"), whole.replace(b"vertex 5", b"vertex x"), whole[:-4] + struct.pack("<f", math.nan)):
                path.write_bytes(data)
                with self.assertRaises(ValueError):
                    read_ply(path)


    def test_one_that_is_missing_alone_has_a_size_all_the_same(self):
        for count in (1, 2, 5):
            cloud = fresh(torch.rand(count, 3), torch.rand(count, 3), 0.1, 1)
            self.assertTrue(all(torch.isfinite(part).all() for part in cloud))
            self.assertTrue((cloud.log_scales.exp() < 2).all())
        judge = Judge(TINY)
        views, splats = judge.views(0), judge.world.at(0.0)
        for most in (1, 3):
            found = missing(TINY, splats._replace(harmonics=-splats.harmonics), views, Bounds((-1.5, -1.5, -1.2), (1.5, 0.0, 1.5)), most, torch.Generator().manual_seed(1))
            self.assertEqual(found.count, most)
            self.assertTrue(all(torch.isfinite(part).all() for part in found))
        self.assertIsNone(missing(TINY, splats, views, Bounds((-1.5, -1.5, -1.2), (1.5, 0.0, 1.5)), 3, torch.Generator().manual_seed(1)))


class Scene(unittest.TestCase):
    def test_moves_turns_and_lights_a_flame_alike_each_time(self):
        settings = replace(TINY, period=2.0)
        world, again = World(settings), World(settings)
        for a, b in zip(world.at(0.3), again.at(0.3)):
            self.assertTrue(torch.equal(a, b))
        still, lit = world.at(0.0), world.at(0.3)
        self.assertGreater(len(lit.positions), len(still.positions))
        count = sum(len(body.splats.positions) for body in world.bodies[:3])
        self.assertTrue(torch.equal(lit.positions[:count], still.positions[:count]))
        self.assertGreater((lit.positions[count : len(still.positions)] - still.positions[count:]).norm(dim=1).mean().item(), 0.1)

    def test_held_out_cameras_are_none_of_those_trained_with(self):
        train, held_out = cameras_of(PRESETS["shown"])
        eye = lambda one: -one.view[:3, :3].T @ one.view[:3, 3]
        for one in held_out:
            self.assertGreater(min((eye(one) - eye(other)).norm().item() for other in train), 0.2)

    def test_the_moving_region_is_where_something_moves(self):
        judge = Judge(TINY)
        moving = judge.covered(2) | judge.first
        cameras = judge.train + judge.held_out
        apart = (judge.draw(judge.world.at(judge.seconds(2)), cameras) - judge.draw(judge.world.at(0), cameras)).abs().amax(-1)
        self.assertTrue(0.02 < moving.float().mean().item() < 0.3)
        self.assertLess(apart[~moving].max().item(), 0.12)
        self.assertGreater(apart[moving].mean().item(), 0.1)


class Losses(unittest.TestCase):
    def test_psnr_and_ssim_of_known_pictures(self):
        picture = torch.rand(2, 24, 24, 3, generator=torch.Generator().manual_seed(9)) * 0.5
        self.assertEqual(psnr(picture, picture), 60.0)
        self.assertAlmostEqual(psnr((picture * 255).round() / 255 + 51 / 255, picture), 20 * math.log10(5), places=3)
        self.assertAlmostEqual(ssim(picture, picture).item(), 1.0, places=5)
        self.assertLess(ssim(picture, picture.flip(1)).item(), 0.5)
        where = torch.zeros(2, 24, 24, dtype=torch.bool)
        self.assertIsNone(psnr(picture, picture, where))
        where[1, 3, 4] = True
        off = picture.clone()
        off[0] += 0.3
        self.assertEqual(psnr(off, picture, where), 60.0)


class Runs(unittest.TestCase):
    """One tiny stream, made as a user makes it."""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temporary.name) / "stream"
        cls.lines = []
        cls.report = make(TINY, cls.folder, "cpu", cls.lines.append)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def files(self, folder: Path) -> dict:
        return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.suffix in (".ntc", ".ply") or path.name in ("stream.json", "settings.json")}

    def test_beats_frame_0s_cloud_on_cameras_held_out(self):
        means, last = self.report["mean"], self.report["rows"][-1]
        self.assertGreater(means["stage2"]["heldOutMoving"], means["base"]["heldOutMoving"] + MARGIN)
        self.assertGreater(means["stage1"]["heldOutMoving"], means["base"]["heldOutMoving"] + MARGIN - 2)
        self.assertGreater(last["stage2"]["heldOutMoving"], last["stage1"]["heldOutMoving"] + FLAME_MARGIN)
        self.assertGreater(means["stage2"]["heldOut"], means["base"]["heldOut"] + 2)
        self.assertEqual(len([line for line in self.lines if line.split()[0] in ("0", "1", "2", "3", "mean")]), 5)

    def test_what_is_read_back_is_worth_what_was_told(self):
        rows = evaluate(self.folder)
        self.assertEqual(len(rows), TINY.frames)
        for row, told in zip(rows, self.report["rows"]):
            for kind, value in told["stage2" if told["frame"] else "base"].items():
                self.assertAlmostEqual(row[kind], value, places=6)
        self.assertIn("mean", table(rows))
        head = read_stream(self.folder)
        self.assertEqual((head.frames, head.fps, head.degree, head.grid), (TINY.frames, TINY.fps, TINY.degree, TINY.grid))
        self.assertEqual(self.report["rows"][1]["bytes"]["cache"], (self.folder / "frames" / "000001.ntc").stat().st_size)

    def test_a_killed_run_goes_on_and_gives_the_same_files(self):
        folder = Path(self.temporary.name) / "killed"
        command = [sys.executable, "-c", f"import torch; torch.set_num_threads(1)\nfrom training.streaming_gaussians.make import *\nmake(settings_of(parse(['--preset', 'tiny', '--out', 'x'])), Path({str(folder)!r}), 'cpu')"]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        try:
            for _ in range(6000):
                if (folder / "frames" / "000001.ntc").exists() or process.poll() is not None:
                    break
                time.sleep(0.01)
        finally:
            process.kill()
            process.wait()
        self.assertTrue((folder / "frames" / "000001.ntc").exists())
        self.assertFalse((folder / "stream.json").exists())
        with self.assertRaisesRegex(ValueError, "not made to its end"):
            evaluate(folder)
        # What it was writing as it was killed is of no use.
        (folder / "frames" / "000002.ply").write_bytes(b"ply")
        first = (folder / "frames" / "000001.ntc").stat().st_mtime_ns
        make(TINY, folder, "cpu", lambda _: None)
        self.assertEqual((folder / "frames" / "000001.ntc").stat().st_mtime_ns, first)
        self.assertEqual(self.files(folder), self.files(self.folder))
        # A frame that was damaged since is made again.
        path = folder / "frames" / "000003.ntc"
        path.write_bytes(path.read_bytes()[:-1])
        make(TINY, folder, "cpu", lambda _: None)
        self.assertEqual(self.files(folder), self.files(self.folder))

    def test_another_seed_gives_other_files(self):
        folder = Path(self.temporary.name) / "other"
        with contextlib.redirect_stdout(io.StringIO()):
            make(settings_of(parse(["--preset", "tiny", "--seed", "2", "--frames", "1", "--out", str(folder)])), folder, "cpu")
        self.assertNotEqual((folder / "base.ply").read_bytes(), (self.folder / "base.ply").read_bytes())
        self.assertEqual(len(evaluate(folder)), 1)

    def test_leaves_folders_alone_that_hold_anything_else(self):
        with self.assertRaisesRegex(ValueError, "other settings"):
            begin(self.folder, replace(TINY, seed=5))
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / "mine").touch()
            with self.assertRaisesRegex(ValueError, "not empty"):
                begin(Path(name), TINY)

    def test_writes_pictures_to_look_at(self):
        pictures = Path(self.temporary.name) / "pictures"
        evaluate(self.folder, pictures=pictures)
        self.assertEqual(len(list(pictures.glob("*.png"))), TINY.frames)
        data = (pictures / "000003.png").read_bytes()
        self.assertEqual((data[:8], struct.unpack(">II", data[16:24])), (b"\x89PNG\r\n\x1a\n", (TINY.side * TINY.held_out_cameras, 3 * TINY.side)))


class Fixture(unittest.TestCase):
    def test_what_readers_in_other_languages_are_held_to_is_what_is_played_here(self):
        told = json.loads((FIXTURE / "expected.json").read_text())
        found = expected(FIXTURE)
        self.assertEqual(found["gaussians"], told["gaussians"])
        for ours, theirs in zip(found["frames"], told["frames"]):
            self.assertEqual((ours["frame"], ours["added"]), (theirs["frame"], theirs["added"]))
            for part in ("positions", "turns", "harmonics"):
                self.assertLess((torch.tensor(ours[part]) - torch.tensor(theirs[part])).abs().max().item(), 1e-5)
        self.assertEqual(len(list(play(FIXTURE))), len(told["frames"]))


if __name__ == "__main__":
    unittest.main()
