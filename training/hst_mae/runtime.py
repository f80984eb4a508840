"""Times both graphs of a model in ONNX Runtime, on a pair of the default grid, one run right after the other:

    python3 -m training.hst_mae.runtime --model models/hst-mae-tiny [--provider wasm] [--threads 2] [--active 240]"""

import argparse
import json
from pathlib import Path

import numpy as np

from ..program import run
from ..onnx_session import Session


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


def main() -> None:
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


if __name__ == "__main__":
    run(main)
