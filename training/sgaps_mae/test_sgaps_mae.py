"""What a user of the trainer would notice if it broke. `python3 -m unittest discover -s training -t .`"""

import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import torch

from . import planes as P
from .ablate import DROPOUT, PASSES, ROWS
from .ablate import main as ablate
from .data import Record, Sampler
from .evaluate import ause, evaluate, spearman
from .export import export, sample_input
from .loss import beta_nll, paper_loss, ssim, told_error
from .model import SgapsMae
from .presets import PRESETS, Preset
from .rollout import carry, show
from .train import parse, train


def write_record(folder: Path, name: str, frames: int = 4, height: int = 36, width: int = 64, seed: int = 0) -> Path:
    """A record of noise that scrolls by 2 pixels a frame."""
    rng = np.random.default_rng(seed)
    path = folder / f"{name}.bin"
    world = rng.integers(0, 256, (3, height, width + 4 * frames), dtype=np.uint8)
    with path.open("wb") as file:
        for t in range(frames):
            truth = world[:, :, 2 * (frames - t) : 2 * (frames - t) + width]
            planes = np.zeros((len(P.PLANES), height, width), np.uint8)
            planes[:3] = truth ^ (rng.random(truth.shape) < 0.3).astype(np.uint8) * 48
            planes[3:6], planes[6], planes[7], planes[10] = planes[:3], 255, rng.integers(0, 200, (height, width)), 255 * (rng.random((height, width)) < 0.2)
            planes[11], planes[12] = 28 * (1 + np.arange(width) % 8), 28 * (1 + np.arange(height)[:, None] % 8)
            motion = np.zeros((2, height, width), np.int16)
            motion[0] = -32
            for part in (planes, truth, motion):
                file.write(np.ascontiguousarray(part).tobytes())
    path.with_suffix(".json").write_text(json.dumps({"width": width, "height": height, "frames": frames, "planes": P.PLANES}))
    return path


class Model(unittest.TestCase):
    def test_takes_any_size_with_every_preset_part(self):
        model = SgapsMae(PRESETS["tiny"]).eval()
        for height, width in ((36, 64), (45, 71), (17, 33)):
            frame, log_variance, gap = model(torch.rand(2, len(P.PLANES), height, width))
            self.assertEqual((frame.shape, log_variance.shape, gap.shape), ((2, 3, height, width), (2, 1, height, width), (2, 1, height, width)))
            self.assertTrue(torch.isfinite(frame).all() and torch.isfinite(log_variance).all() and ((gap >= 0) & (gap <= 1)).all())

    def test_leaves_exact_samples_as_they_are_and_moves_coarse_ones_within_their_cell(self):
        torch.manual_seed(1)
        model = SgapsMae(PRESETS["small"]).eval()
        torch.nn.init.normal_(model.out.weight, 0, 1.0)
        x = torch.rand(1, len(P.PLANES), 32, 48)
        x[:, P.LOOKED] = 1.0
        x[:, P.STEP] = 0
        self.assertTrue(torch.equal(model(x)[0], x[:, P.BASE]))
        x[:, P.STEP] = (1 + P.DOUBLING * 3) / 255
        moved = (model(x)[0] - x[:, P.BASE]).abs().max().item() * 255
        self.assertGreater(moved, 4)
        self.assertLessEqual(moved, 1.5 * 8 + 0.1)

    def test_a_preset_goes_through_json_and_that_of_an_older_trainer_is_refused(self):
        preset = PRESETS["small"]
        self.assertEqual(Preset.from_dict(json.loads(json.dumps(preset.to_dict()))), preset)
        with self.assertRaisesRegex(ValueError, "older trainer"):
            Preset.from_dict({**preset.to_dict(), "blocks": 1})

    def test_a_batch_is_as_its_frames_one_by_one(self):
        model = SgapsMae(PRESETS["tiny"]).eval()
        planes = sample_input().float() / 255
        with torch.no_grad():
            together = model(planes)
            for b in range(planes.shape[0]):
                for part, alone in zip(together, model(planes[b : b + 1])):
                    self.assertLess((part[b : b + 1] - alone).abs().max().item(), 1e-4)


class Rollout(unittest.TestCase):
    def test_carries_by_sixteenths_and_marks_what_was_nowhere(self):
        previous = torch.arange(64.0).view(1, 1, 1, 64).expand(1, 3, 36, 64) / 64
        motion = torch.zeros(1, 2, 36, 64, dtype=torch.int16)
        motion[:, 0] = 24
        moved, there = carry(previous, motion, torch.ones(1, 1, 36, 64), torch.zeros(1, 3, 36, 64))
        self.assertTrue(torch.allclose(moved[0, 0, 5, :60] * 64, torch.arange(60.0) + 1.5, atol=1e-3))
        self.assertEqual(there[0, 0, 5].tolist(), [True] * 62 + [False] * 2)
        self.assertEqual(moved[0, :, 5, 62:].abs().sum().item(), 0)

    def test_without_a_frame_before_this_one_stands_for_it(self):
        planes = torch.randint(0, 256, (1, len(P.PLANES), 20, 30), dtype=torch.uint8)
        x = show(planes, torch.zeros(1, 2, 20, 30, dtype=torch.int16), None)
        self.assertTrue(torch.equal(x[:, P.PREVIOUS], x[:, P.BASE]))
        self.assertEqual(x[:, P.KNOWN].sum().item(), 0)


class Data(unittest.TestCase):
    def test_flips_motion_and_places_with_the_picture(self):
        with tempfile.TemporaryDirectory() as folder:
            record = Record(write_record(Path(folder), "noise@whole"))
            sampler = Sampler([record], [1.0], 3, 4, 2, 32)
            flips = set()
            for _ in range(12):
                (_, earlier, _), (planes, truth, motion) = sampler.draw()
                self.assertEqual(planes.shape, (4, len(P.PLANES), 32, 32))
                for b in range(4):
                    # Blocks are read from the left in a flipped picture too.
                    column = planes[b, P.PLANES.index("column")].int()
                    step = (column[:, 1:] - column[:, :-1])[0]
                    self.assertEqual(sorted(set(step.tolist())), [-7 * 28, 28])
                    flips.add(bool((motion[b, 0] < 0).all()))
                    # What a pixel's motion points to in the frame before is what it shows.
                    x = 20
                    before = earlier[b, :, :, x + int(motion[b, 0, 0, x]) // 16]
                    self.assertTrue(torch.equal(truth[b, :, :, x], before))
            self.assertEqual(flips, {False, True})

    def test_refuses_records_of_other_planes(self):
        with tempfile.TemporaryDirectory() as folder:
            path = write_record(Path(folder), "noise@whole")
            meta = json.loads(path.with_suffix(".json").read_text())
            path.with_suffix(".json").write_text(json.dumps({**meta, "planes": ["red"]}))
            with self.assertRaisesRegex(ValueError, "training:data"):
                Record(path)


class Figures(unittest.TestCase):
    def test_ranks_and_sparsification_are_best_for_the_truth(self):
        rng = np.random.default_rng(0)
        error = rng.random(2000) ** 4
        self.assertAlmostEqual(spearman(error, error), 1.0)
        self.assertAlmostEqual(ause(error, error), 0.0)
        self.assertLess(abs(spearman(rng.random(2000), error)), 0.1)
        self.assertGreater(ause(rng.random(2000), error), 0.2)
        self.assertGreater(ause(-error, error), ause(rng.random(2000), error))

    def test_beta_nll_is_least_at_the_true_variance(self):
        error = torch.full((1, 1, 8, 8), 50.0)
        losses = [beta_nll(error, torch.full_like(error, float(np.log(v)))).item() for v in (10, 30, 50, 80, 300)]
        self.assertEqual(int(np.argmin(losses)), 2)

    def test_told_error_is_least_where_the_doubt_adds_up_to_the_error(self):
        error = torch.tensor([4.0, 900.0]).view(2, 1, 1, 1).expand(2, 1, 8, 8)
        losses = [told_error(error, (error * factor).log()).item() for factor in (0.25, 0.5, 1, 2, 4)]
        self.assertEqual(int(np.argmin(losses)), 2)
        self.assertAlmostEqual(losses[2], 0, places=5)

    def test_the_papers_loss_is_none_for_the_truth_and_more_for_worse_pictures(self):
        truth, seen = torch.rand(2, 3, 32, 32), (torch.rand(2, 1, 32, 32) < 0.1).float()
        losses = [paper_loss((truth + off * torch.randn_like(truth)), truth, seen, (truth, truth)).item() for off in (0, 0.05, 0.2)]
        self.assertAlmostEqual(losses[0], 0, places=4)
        self.assertEqual(losses, sorted(losses))

    def test_dropout_gives_a_doubt_of_its_own(self):
        with tempfile.TemporaryDirectory() as name:
            record = Record(write_record(Path(name), "noise@points", frames=18))
            torch.manual_seed(2)
            # Deaf to dropout unless it is on; the last layer of a new model says next to nothing.
            model = SgapsMae(PRESETS["tiny"]).eval()
            torch.nn.init.normal_(model.out.weight, 0, 0.3)
            rows = [evaluate(model, [record], 0, passes)[0] for passes in (0, 4, 0)]
            self.assertEqual(rows[0], rows[2])
            self.assertNotEqual(rows[0]["spearman"], rows[1]["spearman"])
            with self.assertRaisesRegex(ValueError, "two passes"):
                evaluate(model, [record], 0, 1)
            with self.assertRaisesRegex(ValueError, "trained with dropout"):
                evaluate(SgapsMae(PRESETS["small"]), [record], 0, 4)

    def test_ssim_of_a_picture_with_itself_is_one(self):
        picture = torch.rand(1, 3, 32, 32)
        self.assertAlmostEqual(ssim(picture, picture).item(), 1.0, places=4)
        self.assertLess(ssim(picture, 1 - picture).item(), 0.5)


class Training(unittest.TestCase):
    def test_without_data_takes_the_records_that_make_made_or_says_how_to_make_some(self):
        with tempfile.TemporaryDirectory() as name, mock.patch("training.sgaps_mae.train.MADE", Path(name)):
            told = io.StringIO()
            with contextlib.redirect_stderr(told), self.assertRaises(SystemExit):
                parse(["--preset", "small", "--minutes", "60"])
            self.assertIn("training.sgaps_mae.make", told.getvalue())
            for folder in ("records", "asked-1", "worlds"):
                (Path(name) / folder).mkdir()
            self.assertEqual([Path(folder).name for folder in parse(["--preset", "small"]).data], ["asked-1", "records"])

    def test_learns_resumes_repeats_itself_and_exports(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_record(folder, "noise@whole")
            write_record(folder, "bee-platformer@points", seed=1)
            common = ["--data", name, "--preset", "tiny", "--batch", "2", "--length", "2", "--window", "32", "--log-every", "1", "--threads", "1", "--held-out", "bee-platformer"]
            train(parse(common + ["--steps", "8", "--out", f"{name}/a"]))
            train(parse(common + ["--steps", "8", "--out", f"{name}/b"]))
            losses = lambda run: [line.split(",")[2] for line in (folder / run / "log.csv").read_text().splitlines()]
            self.assertEqual(len(losses("a")), 8)
            self.assertEqual(losses("a"), losses("b"))
            train(parse(common + ["--steps", "12", "--out", f"{name}/a", "--resume"]))
            self.assertEqual(len(losses("a")), 12)
            self.assertEqual(torch.load(folder / "a" / "last.pt")["step"], 12)
            self.assertEqual(json.loads((folder / "a" / "settings.json").read_text())["games"], ["noise"])
            table = ablate(["--data", name, "--preset", "tiny", "--steps", "2", "--frames", "3", "--out", f"{name}/rows", "--settings", "points", "--only", next(iter(ROWS)), DROPOUT])
            self.assertEqual(len(table.splitlines()), 5)
            self.assertIn(f"doubt of {PASSES} passes", table)
            train(parse(common + ["--steps", "3", "--out", f"{name}/c", "--init", f"{name}/a/last.pt"]))
            in_all = torch.load(folder / "c" / "last.pt")["in_all"]
            self.assertEqual((in_all["steps"], in_all["games"]), (15, ["noise"]))
            out = export(f"{name}/a/last.pt", f"{name}/model", "tiny@1", {})
            self.assertTrue((out / "model.onnx").stat().st_size > 10_000)
            card = json.loads((out / "model.json").read_text())
            self.assertEqual((card["planes"], card["games"], card["worlds"], card["steps"]), (list(P.PLANES), ["noise"], 0, 12))


if __name__ == "__main__":
    unittest.main()
