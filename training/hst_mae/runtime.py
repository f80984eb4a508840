"""Runs exported models as the product does, in ONNX Runtime for Node and Web (`npm ci` brings them).

    python3 -m training.hst_mae.runtime --model models/hst-mae-tiny [--provider wasm] [--threads 2] [--active 240]

times both graphs of a model on a pair of the default grid, one run right after the other."""

import argparse
import json
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np

TYPES = {"int32": np.int32, "float32": np.float32}


class RuntimeUnavailable(RuntimeError):
    """There is no Node, or no ONNX Runtime for it."""


class Session:
    """A graph held open in a process of its own. `ms`: what its last run took, without the way there and back; `cpu_ms`: the work of all its threads."""

    def __init__(self, model, provider: str = "cpu", threads: int = 2):
        if provider not in ("cpu", "wasm"):
            raise ValueError(f"provider {provider}: cpu and wasm are known")
        node = shutil.which("node")
        if node is None:
            raise RuntimeUnavailable("No `node` on PATH: install Node 20 or newer, then `npm ci`.")
        self.ms = self.cpu_ms = 0.0
        self.process = subprocess.Popen([node, str(Path(__file__).with_suffix(".mjs")), str(model), provider, str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            self._answer()
        except Exception:
            self.close()
            raise

    def run(self, feeds: dict) -> dict:
        """Arrays (float32 or int32) by name to the outputs by name."""
        arrays = {name: np.ascontiguousarray(array) for name, array in feeds.items()}
        head = json.dumps([{"name": name, "type": str(a.dtype), "dims": a.shape, "bytes": a.nbytes} for name, a in arrays.items()]).encode()
        self.process.stdin.write(struct.pack("<I", len(head)) + head + b"".join(a.tobytes() for a in arrays.values()))
        self.process.stdin.flush()
        answer = self._answer()
        self.ms, self.cpu_ms = answer["ms"], answer["cpuMs"]
        return {o["name"]: np.frombuffer(self.process.stdout.read(o["bytes"]), TYPES[o["type"]]).reshape(o["dims"]) for o in answer["outputs"]}

    def _answer(self) -> dict:
        size = self.process.stdout.read(4)
        if len(size) < 4:
            raise RuntimeUnavailable("ONNX Runtime's process ended.")
        head = json.loads(self.process.stdout.read(struct.unpack("<I", size)[0]))
        if "error" in head:
            error = head["error"]
            raise RuntimeUnavailable(f"{error} Run `npm ci`.") if "Cannot find package" in error else ValueError(error)
        return head

    def close(self) -> None:
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def times(file, feeds: dict, provider: str = "cpu", threads: int = 2, runs: int = 100) -> dict:
    """ms of a run: quantiles once ten have warmed up; and the median of all threads' work, which tells more on a busy machine."""
    took, worked = [], []
    with Session(file, provider, threads) as session:
        for at in range(-10, runs):
            session.run(feeds)
            if at >= 0:
                took.append(session.ms)
                worked.append(session.cpu_ms)
    return {**{f"p{q}": round(float(np.percentile(took, q)), 2) for q in (10, 50, 95)}, "cpu": round(float(np.median(worked)), 2)}


if __name__ == "__main__":
    from .export import sample_feeds
    from .presets import Preset

    parser = argparse.ArgumentParser(prog="python3 -m training.hst_mae.runtime", description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True, help="folder with encoder.onnx, decoder.onnx and model.json")
    parser.add_argument("--provider", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--active", type=int, default=240, help="active cubes of 240")
    args = parser.parse_args()
    folder = Path(args.model)
    preset = Preset.from_dict(json.loads((folder / "model.json").read_text())["preset"])
    encoder, decoder = sample_feeds(preset, 192, 320, args.active, 24)
    for name, feeds in (("encoder", encoder), ("decoder", decoder)):
        print(name, times(folder / f"{name}.onnx", feeds, args.provider, args.threads, args.runs), "ms", flush=True)
