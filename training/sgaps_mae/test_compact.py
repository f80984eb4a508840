"""What a user of the compact variants would notice if they broke."""

import importlib.util
import shutil
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from .compact import VARIANTS, compact
from .compare import compare, table
from .data import Record
from .export import OPSET, OUTPUTS, sample_input
from .model import Served, SgapsMae
from .presets import PRESETS
from .runtime import Session
from .test_sgaps_mae import write_record

#: Levels that a picture may be off by on average, and the doubt: random weights, whose every number counts.
NEAR = {"fp16-weights": (0.1, 0.02), "int8-weights": (0.5, 0.2), "fp16": (0.1, 0.05), "int8": (1.5, 1.0)}


def write_model(file: Path) -> None:
    """A small model whose pictures depend on all of its weights, as export.py writes it."""
    torch.manual_seed(3)
    model = SgapsMae(PRESETS["tiny"]).eval()
    torch.nn.init.normal_(model.out.weight, 0, 0.05)
    axes = {name: {0: "batch", 2: "height", 3: "width"} for name in ("planes",) + OUTPUTS}
    torch.onnx.export(Served(model).eval(), sample_input(), str(file), input_names=["planes"], output_names=list(OUTPUTS), dynamic_axes=axes, opset_version=OPSET)


@unittest.skipUnless(importlib.util.find_spec("onnx"), "needs the Python package onnx (Debian: python3-onnx)")
@unittest.skipUnless(shutil.which("node"), "needs Node, for ONNX Runtime")
class Compact(unittest.TestCase):
    def test_variants_load_and_stay_near_the_model(self):
        planes = sample_input().numpy()
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_model(folder / "model.onnx")
            record = Record(write_record(folder, "noise@points"))
            with Session(folder / "model.onnx") as session:
                wanted = session.run(planes)
            size = (folder / "model.onnx").stat().st_size
            for variant in VARIANTS:
                file = folder / f"{variant}.onnx"
                file.write_bytes(compact(folder / "model.onnx", variant, [record]))
                self.assertLess(file.stat().st_size, size, variant)
                with Session(file) as session:
                    got = session.run(planes)
                    # Batch, height and width stay free.
                    self.assertEqual(session.run(planes[:1, :, :33, :51])["frame"].shape, (1, 3, 33, 51))
                self.assertEqual([(k, v.shape, v.dtype) for k, v in got.items()], [(k, v.shape, v.dtype) for k, v in wanted.items()])
                off = lambda part: np.abs(got[part].astype(np.float32) - wanted[part]).mean()
                picture, doubt = NEAR[variant]
                self.assertLess(off("frame"), picture, variant)
                self.assertLess(off("logVariance"), doubt, variant)
                self.assertLess(off("gap"), 1e-3, variant)
                # Exact samples stay exact.
                exact = (planes[:, 10] == 255) & (planes[:, 7] == 0)
                self.assertTrue((got["frame"].transpose(1, 0, 2, 3)[:, exact] == planes.transpose(1, 0, 2, 3)[:3, exact]).all(), variant)

    def test_compares_variants_on_records(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_model(folder / "model.onnx")
            record = Record(write_record(folder, "bee-platformer@points"))
            (folder / "int8-weights.onnx").write_bytes(compact(folder / "model.onnx", "int8-weights"))
            rows = compare([folder / "model.onnx", folder / "int8-weights.onnx"], [record], 3, [("cpu", 1)], 1)
            self.assertEqual([row["name"] for row in rows], ["model", "int8-weights"])
            self.assertLess(rows[1]["bytes"], rows[0]["bytes"])
            self.assertLess(abs(rows[1]["after"] - rows[0]["after"]), 3)
            self.assertIn("int8-weights", table(rows))

    def test_int8_without_records_says_what_it_lacks(self):
        with self.assertRaisesRegex(SystemExit, "--data"):
            compact("none.onnx", "int8")


if __name__ == "__main__":
    unittest.main()
