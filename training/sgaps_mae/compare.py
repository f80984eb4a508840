"""What compact variants of a model cost and are worth, beside the model they were made of.

    python3 -m training.sgaps_mae.compare --model models/sgaps-mae-small/model.onnx --variants DIR/*.onnx --data DIR [--frames 60] [--providers cpu wasm]

On records of games held out: size; milliseconds a frame of each provider, in turns, and the median of each variant's ratio to the model in the same turn, and that of
CPU time, which a busy machine disturbs less (of more than one thread it counts their waiting too); PSNR to the
model's own pictures of the same inputs (of all frames' squared errors together) and how far its doubt is off (RMS of the log-variance); PSNR to the truth, Spearman and AUSE as
evaluate.py has them, each with its own last frame carried along."""

import argparse
import gzip
import json
from pathlib import Path

import numpy as np
import torch

from ..program import run
from .data import load_records, split_records
from .evaluate import evaluate
from .rollout import show
from .runtime import Session


class Judged(torch.nn.Module):
    """A session as `evaluate` takes models."""

    def __init__(self, session: Session):
        super().__init__()
        self.session = session
        self.device = torch.nn.Parameter(torch.zeros(1))

    def forward(self, x):
        out = self.session.run((x * 255 + 0.5).to(torch.uint8).numpy())
        return tuple(torch.from_numpy(out[name].copy()).float() / unit for name, unit in (("frame", 255), ("logVariance", 1), ("gap", 1)))


def inputs_of(model: Judged, records, each: int = 6, stretch: int = 4) -> list:
    """Inputs of some frames of each record, as the model leaves them when its last frames are carried along."""
    inputs = []
    for record in records:
        for start in np.linspace(0, record.frames - stretch, each).astype(int):
            previous = None
            for t in range(start, start + stretch):
                planes, _, motion = (torch.from_numpy(np.array(part)).unsqueeze(0) for part in record.frame(t))
                x = show(planes, motion, previous)
                previous = model(x)[0]
            inputs.append((x * 255 + 0.5).to(torch.uint8).numpy())
    return inputs


def same_inputs(sessions, inputs) -> list:
    """For each session: PSNR to the first one's pictures, the RMS of what its log-variance is off by."""
    squared, doubt = np.zeros(len(sessions)), np.zeros(len(sessions))
    for planes in inputs:
        outs = [session.run(planes) for session in sessions]
        for k, out in enumerate(outs):
            squared[k] += ((out["frame"].astype(np.float32) - outs[0]["frame"]) ** 2).mean() / len(inputs)
            doubt[k] += ((out["logVariance"] - outs[0]["logVariance"]) ** 2).mean() / len(inputs)
    return [(10 * np.log10(255**2 / max(s, 1e-6)), np.sqrt(d)) for s, d in zip(squared, doubt)]


def times(files, planes, provider: str, threads: int, turns: int, burst: int = 5) -> list:
    """For each file: median milliseconds, and the median ratios of time and of CPU time to the first one in the same turn. None where the provider refuses the file."""
    sessions = []
    for file in files:
        try:
            sessions.append(Session(file, provider, threads))
        except ValueError as error:
            print(f"{provider} refuses {file}: {error}")
            sessions.append(None)
    taken = np.full((2, len(files), turns), np.nan)
    for turn in range(-1, turns):
        for k, session in enumerate(sessions):
            if session:
                runs = [(session.run(planes), (session.ms, session.cpu_ms))[1] for _ in range(burst)]
                # The first run of a burst finds cold caches, the first turn (overwritten) allocates.
                taken[:, k, turn] = np.median(runs[1:], 0)
    for session in filter(None, sessions):
        session.close()
    ratios = np.median(taken / taken[:, :1], 2)
    return [None if s is None else {"p50": float(np.median(taken[0, k])), "ratio": float(ratios[0, k]), "cpuRatio": float(ratios[1, k])} for k, s in enumerate(sessions)]


def compare(files, records, frames: int, timings, turns: int) -> list:
    sessions = [Session(file) for file in files]
    judged = [Judged(session).eval() for session in sessions]
    with torch.no_grad():
        inputs = inputs_of(judged[0], records)
    near = same_inputs(sessions, inputs)
    worth = [evaluate(model, records, frames) for model in judged]
    for session in sessions:
        session.close()
    cost = {f"{provider} {threads}": times(files, inputs[0], provider, threads, turns) for provider, threads in timings}
    rows = []
    for k, file in enumerate(files):
        mean = {key: float(np.nanmean([row[key] for row in worth[k]])) for key in ("after", "spearman", "ause")}
        least = min(row["after"] - first["after"] for row, first in zip(worth[k], worth[0]))
        rows.append({"name": Path(file).stem, "bytes": Path(file).stat().st_size, "gzip": len(gzip.compress(Path(file).read_bytes())), "same": float(near[k][0]), "doubt": float(near[k][1]), **mean, "least": least})
        rows[-1]["ms"] = {name: of[k] for name, of in cost.items()}
    return rows


def table(rows) -> str:
    timings = list(rows[0]["ms"])
    lines = [f"{'':16s} {'kB':>6s} {'gzip':>6s} {'to fp32':>8s} {'doubt':>6s} {'truth':>7s} {'loss':>6s} {'worst':>6s} {'rank':>6s} {'AUSE':>6s}" + "".join(f" {name + ' ms':>9s} {'ratio':>5s} {'CPU':>5s}" for name in timings)]
    for row in rows:
        line = f"{row['name']:16s} {row['bytes'] / 1000:6.0f} {row['gzip'] / 1000:6.0f} {row['same']:8.1f} {row['doubt']:6.3f} {row['after']:7.2f} {row['after'] - rows[0]['after']:+6.2f} {row['least']:+6.2f} {row['spearman']:6.3f} {row['ause']:6.3f}"
        for name in timings:
            ms = row["ms"][name]
            line += f" {'refused':>9s} {'':11s}" if ms is None else f" {ms['p50']:9.1f} {ms['ratio']:5.2f} {ms['cpuRatio']:5.2f}"
        lines.append(line)
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m training.sgaps_mae.compare", description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True)
    parser.add_argument("--variants", nargs="+", required=True)
    parser.add_argument("--data", nargs="+", required=True)
    parser.add_argument("--settings", nargs="*", default=["points", "sparse"])
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--turns", type=int, default=40)
    parser.add_argument("--providers", nargs="*", choices=("cpu", "wasm"), default=["cpu", "wasm"])
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    held_out = json.loads((Path(__file__).parent / "split.json").read_text())["validation"]
    _, judged = split_records(load_records(args.data), held_out)
    timings = [(provider, threads) for provider, threads in (("cpu", 2), ("cpu", 1), ("wasm", 1)) if provider in args.providers]
    judged = [r for r in judged if r.setting in args.settings]
    if not judged:
        raise SystemExit(f"No record of a game held out, of {', '.join(args.settings)}, in {', '.join(args.data)}.")
    rows = compare([args.model] + args.variants, judged, args.frames, timings, args.turns)
    print(table(rows))
    if args.json:
        print(json.dumps(rows))


if __name__ == "__main__":
    run(main)
