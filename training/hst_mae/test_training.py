"""What a user of the trainer would notice if it broke: data, learning, judging, exports. `python3 -m unittest discover -s training -t .`"""

import json
import math
import shutil
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from .ablate import ROWS
from .ablate import main as ablate
from .config import Losses, Masks, Optimiser
from .cubes import cubes_of, frames_of
from .data import CAMERA2D, CAMERA3D, OBJECT, TOKENS, Record, Sampler, load_records, mirror_state
from .evaluate import evaluate, load_model, metrics, summarise
from .export import export, sample_feeds, write_model
from .loss import contrast, reconstruction, spatial, temporal
from .make import parse as parse_make
from .make import steps_of
from .model import HstMae, ServedDecoder, ServedEncoder
from .objective import Objective
from .optimiser import rate_at
from .presets import PRESETS, REGIONS, STATE
from ..onnx_session import RuntimeUnavailable, Session
from .train import parse, train


def write_record(folder: Path, game: str, pairs: int = 6, height: int = 64, width: int = 96, seed: int = 0) -> Path:
    """A record of a square that moves over a picture; the context does not know of the square."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    ground = (128 + 60 * np.sin(x[..., None] / rng.uniform(5, 12, 3)) * np.cos(y[..., None] / 9)).astype(np.uint8)
    path = folder / f"{game}.bin"
    with path.open("wb") as file:
        for t in range(pairs):
            context = np.stack([ground, ground]) if t % 4 else np.full((2, height, width, 3), 128, np.uint8)
            truth = np.stack([ground, ground])
            left = 4 + 6 * t
            truth[:, 20:40, left : left + 20] = rng.integers(40, 220, 3)
            off = (truth.astype(int) != context).any((0, 3)).reshape(height // 16, 16, width // 16, 16).any((1, 3))
            state = np.zeros((TOKENS, STATE), np.float32)
            state[0, :3] = 0, 1, t / 60
            state[1, :6] = OBJECT, 1, (left + 10) / width, 30 / height, 20 / width, 20 / height
            parts = (truth, context, off.astype(np.uint8) * 2, np.roll(np.arange(REGIONS), 1).astype(np.uint8), off.astype(np.uint8), state)
            file.write(b"".join(np.ascontiguousarray(part).tobytes() for part in parts))
    path.with_suffix(".json").write_text(json.dumps({"game": game, "width": width, "height": height, "pairs": pairs, "stateCounts": [2] * pairs, "keyframes": [int(t % 4 == 0) for t in range(pairs)]}))
    return path


class Data(unittest.TestCase):
    def test_reads_pairs_and_windows_of_them(self):
        with tempfile.TemporaryDirectory() as folder:
            record = Record(write_record(Path(folder), "squares"))
            whole, part = record.pair(1), record.pair(1, 1, 2, 2, 4)
            self.assertEqual((whole["truth"].shape, whole["region"].shape, whole["state"].shape), ((2, 3, 64, 96), (4, 6), (TOKENS, STATE)))
            self.assertTrue(np.array_equal(part["truth"], whole["truth"][:, :, 16:48, 32:96]))
            self.assertTrue(np.array_equal(part["changed"], whole["changed"][1:3, 2:6]))
            self.assertEqual((record.pair(0)["fresh"], record.pair(1)["fresh"], whole["count"]), (1, 0, 2))
            # The square is where the token says, in the window's own measure.
            at, size = part["state"][1, 2:4], part["state"][1, 4:6]
            self.assertTrue(np.allclose(at * [64, 32], [20 - 32, 30 - 16], atol=1e-3) and np.allclose(size * [64, 32], 20, atol=1e-3))

    def test_one_that_is_still_being_written_is_left_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            write_record(Path(folder), "squares")
            shutil.copy(Path(folder) / "squares.bin", Path(folder) / "later.bin")
            self.assertEqual([record.name for record in load_records([folder])], ["squares"])
            with self.assertRaisesRegex(FileNotFoundError, "archive:data"):
                load_records([f"{folder}/nowhere"])

    def test_mirrors_the_state_with_the_picture(self):
        with tempfile.TemporaryDirectory() as folder:
            write_record(Path(folder), "squares")
            sampler = Sampler(load_records([folder]), [1.0], 2, 4, 2, 64)
            mirrored, upside = set(), set()
            for _ in range(12):
                for pair in sampler.draw():
                    for b in range(4):
                        kind, x = pair["state"][b, 1, 0].item(), pair["state"][b, 1, 2].item() * 64
                        upside.add(kind != OBJECT)
                        if kind != OBJECT or not 12 < x < 52:
                            continue
                        # Columns of the square are off by its colour: what is there, is there.
                        y = int(pair["state"][b, 1, 3].item() * 64)
                        row = pair["truth"][b, 0, :, y].float()
                        middle, edge = row[:, int(x) - 6 : int(x) + 6], row[:, max(0, int(x) - 14)]
                        self.assertLess(middle.std(1).max().item(), 1)
                        mirrored.add(bool((middle.mean(1) - edge).abs().max() > 0))
            self.assertEqual(upside, {False, True})
        state = np.zeros((3, STATE), np.float32)
        state[:, 0], state[:, 1], state[:, 2:] = (OBJECT, CAMERA2D, CAMERA3D), 1, 0.25
        made = mirror_state(state)
        self.assertEqual([made[0, k] for k in (2, 6, 9, 17, 3, 10)], [0.75, -0.25, -0.25, 0.75, 0.25, 0.25])
        self.assertEqual([made[1, k] for k in (2, 5, 6, 8, 7)], [-0.25, -0.25, -0.25, 0.5, 0.25])
        self.assertEqual(np.abs(made[2]).sum(), 0)
        self.assertTrue(np.allclose(mirror_state(made)[:2], state[:2]))

    def test_a_keyframe_stays_grey_in_any_colours(self):
        with tempfile.TemporaryDirectory() as folder:
            write_record(Path(folder), "squares")
            sampler = Sampler(load_records([folder]), [1.0], 3, 8, 1, 64)
            for _ in range(6):
                (pair,) = sampler.draw()
                grey = pair["fresh"] == 1
                self.assertTrue((pair["context"][grey] == 128).all())


class Loss(unittest.TestCase):
    def test_is_least_for_the_truth_and_grows_with_what_is_off(self):
        torch.manual_seed(1)
        truth = torch.rand(2, 24, 2, 3, 16, 16)
        for kind in ("log", "mse"):
            losses = Losses(kind=kind)
            rows = []
            for off in (0, 0.02, 0.1):
                cubes = truth + off * torch.randn_like(truth)
                picture = frames_of(cubes - truth, 4, 6)
                rows.append((reconstruction(cubes, truth, torch.ones(2, 24), torch.tensor([False, True]), losses).item(), spatial(picture, losses).item(), temporal(picture, picture * 0, torch.ones(2), losses).item()))
            for column in zip(*rows):
                self.assertEqual(list(column), sorted(column))
                self.assertAlmostEqual(column[0], math.log(losses.floor) if kind == "log" else 0, places=4)

    def test_contrast_is_low_for_partners_and_needs_two(self):
        a = torch.randn(6, 8, generator=torch.Generator().manual_seed(1))
        there = torch.ones(6)
        self.assertLess(contrast(a, a, there, 0.1).item(), 0.1)
        self.assertGreater(contrast(a, a.roll(1, 0), there, 0.1).item(), 3)
        self.assertEqual(contrast(a, a, (torch.arange(6) < 1).float(), 0.1).item(), 0)


class Training(unittest.TestCase):
    def test_warms_up_and_comes_down(self):
        rates = [rate_at(1.0, step / 1000, step, Optimiser()) for step in range(1000)]
        self.assertLess(rates[0], 0.02)
        self.assertGreater(max(rates), 0.95)
        self.assertLess(rates[-1], 0.03)
        self.assertLess(rates.index(max(rates)), 150)

    def test_overfits_one_window_past_its_context(self):
        torch.manual_seed(2)
        with tempfile.TemporaryDirectory() as folder:
            write_record(Path(folder), "squares")
            window = Sampler(load_records([folder]), [1.0], 4, 2, 2, 64).draw()
        objective = Objective(PRESETS["test"], masks=Masks(share=0))
        objective.begin([window])
        optimiser = torch.optim.AdamW(objective.parameters(), lr=3e-3)
        gains = []
        for _ in range(40):
            loss, parts = objective(window)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(objective.parameters(), 1.0)
            optimiser.step()
            gains.append(float(parts["gain"]))
        self.assertEqual(set(parts), {"reconstruction", "spatial", "temporal", "alignment", "views", "commitment", "latent", "gain"})
        self.assertGreater(np.mean(gains[-8:]), 2)
        self.assertTrue(all(p.grad is not None and torch.isfinite(p.grad).all() for p in objective.model.decoder.parameters()))

    def test_learns_resumes_repeats_itself_is_judged_and_exports(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_record(folder, "squares")
            write_record(folder, "world-1-00001", seed=1)
            write_record(folder, "tank-arena", seed=2)
            common = ["--data", name, "--preset", "test", "--batch", "2", "--window", "64", "--log-every", "1", "--threads", "1", "--evaluate-pairs", "0"]
            train(parse(common + ["--steps", "4", "--out", f"{name}/a"]))
            train(parse(common + ["--steps", "4", "--out", f"{name}/b"]))
            losses = lambda run: [line.split(",")[3:] for line in (folder / run / "log.csv").read_text().splitlines()]
            self.assertEqual(len(losses("a")), 5)
            self.assertEqual(losses("a"), losses("b"))
            train(parse(common + ["--steps", "6", "--out", f"{name}/a", "--resume"]))
            self.assertEqual(len(losses("a")), 7)
            settings = json.loads((folder / "a" / "settings.json").read_text())
            self.assertEqual((settings["games"], settings["judged"]), (["squares", "world-1-00001"], ["tank-arena"]))
            model = load_model(f"{name}/a/last.pt")
            rows = evaluate(model, [Record(folder / "tank-arena.bin")], 3, pictures=folder / "pictures")
            self.assertEqual((folder / "pictures" / "tank-arena.png").read_bytes()[:8], b"\x89PNG\r\n\x1a\n")
            wanted = ["context", *(f"{n} codebooks" for n in range(1, 7)), "no state", "one region", *(f"masked {share} %{more}" for share in (90, 95) for more in (": context", "", ", no state", ", first: spread", ", first", ", first, no state"))]
            self.assertEqual(sorted(rows[0]), sorted([*(name.replace(" %", "%") for name in wanted), "name", "game"]))
            self.assertIn("6 codebooks", summarise(rows))
            told = metrics(rows)
            self.assertEqual((told["games"], told["psnr"]["context"]["whole"]), (["tank-arena"], round(rows[0]["context"]["whole"], 2)))
            out = export(f"{name}/a/last.pt", f"{name}/model", "test@1", {"note": "n"})
            card = json.loads((out / "model.json").read_text())
            self.assertEqual((card["id"], card["steps"], card["games"], card["worlds"], card["note"]), ("test@1", 6, ["squares"], 1, "n"))
            table = ablate(["--data", name, "--preset", "test", "--steps", "2", "--pairs", "2", "--out", f"{name}/rows", "--only", *list(ROWS)[:2], "--", "--batch", "2", "--window", "64"])
            self.assertEqual(len(table.splitlines()), 4)

    def test_make_knows_its_steps(self):
        args, rest = parse_make(["--out", "model", "--id", "x@1", "--minutes", "5", "--clips", "clips", "--batch", "4"])
        steps = steps_of(args, rest)
        self.assertEqual([name for name, _, _ in steps], ["worlds", "records", "train", "evaluate", "export"])
        self.assertEqual(steps[2][2][-2:], ["--batch", "4"])


class Exported(unittest.TestCase):
    def test_gives_pytorchs_numbers_in_both_runtimes_on_any_grid(self):
        torch.manual_seed(3)
        model = HstMae(PRESETS["test"]).eval()
        torch.nn.init.constant_(model.decoder.loud.bias, 0)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_model(model, folder)
            parity = json.loads((folder / "parity.json").read_text())
            self.assertEqual(list(parity["decoder"]["outputs"]), ["cubes", "memoryOut"])
            for provider in ("cpu", "wasm"):
                for which, served in enumerate((ServedEncoder(model).eval(), ServedDecoder(model).eval())):
                    try:
                        session = Session(folder / f"{('encoder', 'decoder')[which]}.onnx", provider, 1)
                    except RuntimeUnavailable as error:
                        self.skipTest(str(error))
                    with session:
                        for sizes in ((64, 96, 10, 5), (32, 32, 1, 1), (96, 160, 60, 24)):
                            feeds = sample_feeds(model.preset, *sizes)[which]
                            made = session.run(feeds)
                            with torch.no_grad():
                                wanted = served(*(torch.from_numpy(feeds[key]) for key in served.INPUTS))
                            for key, value in zip(served.OUTPUTS, wanted):
                                self.assertEqual(made[key].shape, tuple(value.shape))
                                if key == "codes":
                                    self.assertEqual(made[key].dtype, np.int32)
                                    self.assertGreaterEqual((made[key] == value.numpy()).mean(), 0.99)
                                else:
                                    self.assertLess(np.abs(made[key] - value.numpy()).max(), 1e-3)


if __name__ == "__main__":
    unittest.main()
