"""Exports a trained model to ONNX, with what a reader of the files has to know.

    python3 -m training.hst_mae.export --model RUN/last.pt --out models/hst-mae-tiny --id hst-mae-tiny@1

Writes encoder.onnx, decoder.onnx (inputs and outputs: training/README.md), model.json, and parity.json: a small input and what PyTorch makes of it, which tests hold
the served model to."""

import argparse
import base64
import hashlib
import json
import warnings
from pathlib import Path

import numpy as np
import torch

from ..program import run
from .evaluate import load_model, metrics
from .model import HstMae, ServedDecoder, ServedEncoder
from .presets import REGIONS, SESSION, STATE, Preset

OPSET = 17
#: Names of what is free in each input and output.
AXES = {
    "frames": {2: "height", 3: "width"},
    "context": {2: "height", 3: "width"},
    "mask": {0: "cubes"},
    "state": {0: "tokens"},
    "region": {0: "cubes"},
    "codes": {0: "coded"},
    "places": {0: "active"},
    "levels": {0: "active"},
    "cubes": {0: "active"},
}
#: Of the sample that parity.json holds.
HEIGHT, WIDTH, ACTIVE, TOKENS = 64, 96, 10, 5


def sample_feeds(preset: Preset, height: int = HEIGHT, width: int = WIDTH, active: int = ACTIVE, tokens: int = TOKENS, seed: int = 5):
    """Made-up inputs of both graphs: a picture of waves that moves, a context off by some noise. Arrays by name."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    frames = np.stack([np.stack([0.5 + 0.35 * np.sin((x + 2 * t) / (5 + 3 * c)) * np.cos(y / (7 + c)) for c in range(3)]) for t in range(2)])
    context = np.clip(frames + rng.normal(0, 0.06, frames.shape), 0, 1)
    count = height * width // 256
    state = rng.uniform(-1, 1, (tokens, STATE))
    state[:, 0], state[:, 1] = rng.integers(0, 5, tokens), 1
    both = {
        "context": context.astype(np.float32),
        "state": state.astype(np.float32),
        "region": rng.integers(0, 3, count).astype(np.int32),
        "rank": np.arange(REGIONS)[::-1].astype(np.int32),
        "memory": rng.uniform(-0.5, 0.5, (REGIONS, preset.memory)).astype(np.float32),
        "session": (rng.integers(-127, 128, SESSION) / 127).astype(np.float32),
    }
    encoder = {**both, "frames": frames.astype(np.float32), "mask": np.zeros(count, np.float32)}
    places = np.sort(rng.permutation(count)[:active]).astype(np.int32)
    decoder = {**both, "places": places, "codes": rng.integers(0, preset.entries, (active, preset.codebooks)).astype(np.int32), "levels": rng.integers(1, preset.codebooks + 1, active).astype(np.int32)}
    return {name: encoder[name] for name in ServedEncoder.INPUTS}, {name: decoder[name] for name in ServedDecoder.INPUTS}


def as_text(array: np.ndarray) -> dict:
    return {"type": str(array.dtype), "dims": list(array.shape), "data": base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()}


def write_graph(served, feeds: dict, file: Path) -> dict:
    """Writes the graph; returns what PyTorch makes of the feeds, by name."""
    inputs = tuple(torch.from_numpy(feeds[name]) for name in served.INPUTS)
    with warnings.catch_warnings():
        # Of constants in the trace: sizes are traced, and tests run other sizes.
        warnings.simplefilter("ignore")
        axes = {name: AXES[name] for name in served.INPUTS + served.OUTPUTS if name in AXES}
        torch.onnx.export(served, inputs, str(file), input_names=list(served.INPUTS), output_names=list(served.OUTPUTS), dynamic_axes=axes, opset_version=OPSET)
    with torch.no_grad():
        return {name: value.numpy() for name, value in zip(served.OUTPUTS, served(*inputs))}


def write_model(model: HstMae, folder: Path) -> dict:
    """Both graphs and parity.json; returns the graphs' hashes."""
    folder.mkdir(parents=True, exist_ok=True)
    encoder, decoder = sample_feeds(model.preset)
    parity, hashes = {}, {}
    for name, served, feeds in (("encoder", ServedEncoder(model).eval(), encoder), ("decoder", ServedDecoder(model).eval(), decoder)):
        made = write_graph(served, feeds, folder / f"{name}.onnx")
        parity[name] = {"inputs": {key: as_text(value) for key, value in feeds.items()}, "outputs": {key: as_text(value) for key, value in made.items()}}
        hashes[name] = hashlib.sha256((folder / f"{name}.onnx").read_bytes()).hexdigest()
    (folder / "parity.json").write_text(json.dumps(parity) + "\n")
    return hashes


def export(model_file: str, out: str, model_id: str, facts: dict) -> Path:
    folder = Path(out)
    state = torch.load(model_file, map_location="cpu")
    model = load_model(model_file)
    hashes = write_model(model, folder)
    made = [game for game in state["games"] if game.startswith("world-")]
    card = {
        "id": model_id,
        "kind": "hst-mae",
        "encoder": {"file": "encoder.onnx", "sha256": hashes["encoder"], "inputs": list(ServedEncoder.INPUTS), "outputs": list(ServedEncoder.OUTPUTS)},
        "decoder": {"file": "decoder.onnx", "sha256": hashes["decoder"], "inputs": list(ServedDecoder.INPUTS), "outputs": list(ServedDecoder.OUTPUTS)},
        "memory": model.preset.memory,
        "codebooks": model.preset.codebooks,
        "entries": model.preset.entries,
        "licence": "MIT",
        "preset": state["preset"],
        "parameters": sum(p.numel() for p in model.parameters()) + sum(level.codes.numel() for level in model.quantiser.levels),
        "steps": state["step"],
        "minutes": round(state["spent"] / 60, 1),
        "games": [game for game in state["games"] if game not in made],
        "worlds": len(made),
        **facts,
    }
    (folder / "model.json").write_text(json.dumps(card, indent=2) + "\n")
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m training.hst_mae.export", description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--id", required=True, help="name@version")
    parser.add_argument("--facts", type=json.loads, default={}, help="more for model.json, as JSON")
    parser.add_argument("--judged", help="rows that evaluate wrote: their means go into model.json")
    args = parser.parse_args()
    told = {"judged": metrics(json.loads(Path(args.judged).read_text()))} if args.judged else {}
    print(export(args.model, args.out, args.id, {**told, **args.facts}))


if __name__ == "__main__":
    run(main)
