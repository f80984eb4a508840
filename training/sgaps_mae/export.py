"""Exports a trained model to ONNX, with what a reader of the file has to know.

    python3 -m training.sgaps_mae.export --model RUN/last.pt --out models/sgaps-mae-small --id sgaps-mae-small@1

Writes model.onnx (input `planes` uint8, outputs `frame` uint8, `logVariance` and `gap` float32; batch, height and width are free), model.json, and parity.json: a small
input and what PyTorch makes of it, which tests hold the served model to."""

import argparse
import base64
import hashlib
import json
from pathlib import Path

import numpy as np
import torch

from ..program import run
from .evaluate import load_model
from .model import Served
from .planes import PLANES

OPSET = 16
OUTPUTS = ("frame", "logVariance", "gap")
HEIGHT, WIDTH = 46, 62


def sample_input(seed: int = 5) -> torch.Tensor:
    """A made-up input that uses all planes: smooth colours, a scatter of samples, a few coded blocks. [2, planes, HEIGHT, WIDTH], uint8."""
    rng = np.random.default_rng(seed)
    planes = np.zeros((2, len(PLANES), HEIGHT, WIDTH), np.uint8)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    for b in range(2):
        for c in range(6):
            planes[b, c] = np.clip(128 + 90 * np.sin(x / rng.uniform(4, 20) + c) * np.cos(y / rng.uniform(4, 20)) + rng.normal(0, 6, x.shape), 0, 255)
        planes[b, 6] = 255 * (rng.random(x.shape) < 0.8)
        planes[b, 7] = rng.integers(0, 256, x.shape)
        planes[b, 8] = rng.integers(0, 256, x.shape)
        planes[b, 9] = rng.integers(0, 60, x.shape)
        seen = rng.random(x.shape) < 0.04
        planes[b, 10] = 255 * seen
        planes[b, 7][seen] = 0
        planes[b, 10, 8:16, 16:32], planes[b, 11, 8:16, 16:32], planes[b, 12, 8:16, 16:32] = 192, 28 * (1 + x[8:16, 16:32] % 8), 28 * (1 + y[8:16, 16:32] % 8)
        planes[b, 13][seen] = rng.integers(0, 120, x.shape)[seen]
    return torch.from_numpy(planes)


def text(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def history(state: dict) -> dict:
    """How it was trained, with the runs whose weights it began with: steps, minutes, the games, and how many of them made by code."""
    in_all = state["in_all"]
    made = [game for game in in_all["games"] if game.startswith("world-")]
    return {"steps": in_all["steps"], "minutes": round(in_all["spent"] / 60, 1), "games": [game for game in in_all["games"] if game not in made], "worlds": len(made)}


def export(model_file: str, out: str, model_id: str, facts: dict) -> Path:
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    state = torch.load(model_file, map_location="cpu")
    served = Served(load_model(model_file)).eval()
    planes = sample_input()
    axes = {name: {0: "batch", 2: "height", 3: "width"} for name in ("planes",) + OUTPUTS}
    file = folder / "model.onnx"
    torch.onnx.export(served, planes, str(file), input_names=["planes"], output_names=list(OUTPUTS), dynamic_axes=axes, opset_version=OPSET)
    with torch.no_grad():
        frame, log_variance, gap = served(planes)
    parity = {"batch": planes.shape[0], "height": HEIGHT, "width": WIDTH, "planes": text(planes.numpy()), "frame": text(frame.numpy()), "logVariance": text(log_variance.numpy()), "gap": text(gap.numpy())}
    (folder / "parity.json").write_text(json.dumps(parity) + "\n")
    card = {
        "id": model_id,
        "planes": list(PLANES),
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "licence": "MIT",
        "preset": state["preset"],
        "parameters": sum(value.numel() for value in state["model"].values()),
        **history(state),
        **facts,
    }
    (folder / "model.json").write_text(json.dumps(card, indent=2) + "\n")
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m training.sgaps_mae.export", description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--id", required=True, help="name@version")
    parser.add_argument("--facts", type=json.loads, default={}, help="more for model.json, as JSON")
    args = parser.parse_args()
    print(export(args.model, args.out, args.id, args.facts))


if __name__ == "__main__":
    run(main)
