"""Judges a model on records of games that it never saw, in the loop: its own last frame carried along.

    python3 -m training.sgaps_mae.evaluate --model RUN/last.pt --data DIR

Prints PSNR (per frame over RGB, capped at 60 dB) of what memory and diffusion drew and of the model, Spearman's correlation of predicted with true error and
AUSE, the area between the sparsification curves by predicted and by true error (0 is perfect), and how far off the PSNR is that the doubt tells (S9)."""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from ..program import run
from .data import load_records, split_records
from .model import SgapsMae
from .presets import Preset
from .rollout import show

#: Frames of warm-up, 2 s: "steady" begins after them.
STEADY = 60


def psnr(squared: float) -> float:
    return 60.0 if squared <= 0 else float(min(60.0, 10 * np.log10(255**2 / squared)))


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    ra, rb = a.argsort().argsort().astype(np.float64), b.argsort().argsort().astype(np.float64)
    return float(np.corrcoef(ra, rb)[0, 1])


def ause(predicted: np.ndarray, error: np.ndarray, steps: int = 20) -> float:
    """Area under the sparsification error: root mean squared error of what remains as the most uncertain pixels are taken away, less the same by true error, both
    as a share of the error of all."""
    total = np.sqrt(error.mean())
    if total == 0:
        return 0.0
    by_prediction, by_truth = error[np.argsort(-predicted)], error[np.argsort(-error)]
    area = 0.0
    for k in range(steps):
        cut = len(error) * k // steps
        area += (np.sqrt(by_prediction[cut:].mean()) - np.sqrt(by_truth[cut:].mean())) / total / steps
    return float(area)


def passes(model: SgapsMae, x: torch.Tensor, count: int):
    """Frame and log-variance of `count` passes with dropout on (S8): their mean, and how far they are apart."""
    frames = torch.stack([model(x)[0] for _ in range(count)])
    spread = frames.var(0).mean(1, keepdim=True) * 255**2
    return frames.mean(0), (spread + 1e-3).log()


def evaluate(model: SgapsMae, records, frames: int = 0, monte_carlo: int = 0) -> list:
    """A row for each record: name, game, setting, PSNR before and after (all frames from the second second on, or all of a short one), Spearman, AUSE, and
    the mean absolute difference of told and true PSNR. With `monte_carlo` passes the doubt is how far apart those are with dropout on
    (S8, without its entropy, which colours have none of), not the log-variance. Raises ValueError for a single pass, and for a model without dropout."""
    if monte_carlo:
        if monte_carlo < 2 or model.preset.dropout == 0:
            raise ValueError("The doubt of dropout needs two passes or more, of a model trained with dropout (--parts '{\"dropout\": 0.1}').")
        model.dropout.train()
    device = next(model.parameters()).device
    rows = []
    with torch.no_grad():
        for record in records:
            before, after, told, ranks, areas, previous = [], [], [], [], [], None
            count = min(record.frames, frames or record.frames)
            first = min(STEADY, count // 3)
            for t in range(count):
                planes, truth, motion = (torch.from_numpy(np.array(part)).unsqueeze(0).to(device) for part in record.frame(t))
                x = show(planes, motion, previous).contiguous(memory_format=torch.channels_last)
                frame, log_variance = passes(model, x, monte_carlo) if monte_carlo else model(x)[:2]
                previous = (frame.clamp(0, 1) * 255 + 0.5).floor() / 255
                if t < first:
                    continue
                truth = truth.float()
                error = ((previous * 255 - truth) ** 2).mean(1)
                after.append(psnr(error.mean().item()))
                told.append(abs(psnr(log_variance.exp().mean().item()) - after[-1]))
                before.append(psnr(((x[:, :3] * 255 - truth) ** 2).mean().item()))
                if t % 15 == 0 and error.max() > 0:
                    flat, predicted = error.flatten().cpu().numpy(), log_variance.flatten().cpu().numpy()
                    ranks.append(spearman(predicted, flat))
                    areas.append(ause(predicted, flat))
            mean = lambda values: float(np.mean(values)) if values else float("nan")
            rows.append({"name": record.name, "game": record.game, "setting": record.setting, "before": mean(before), "after": mean(after), "spearman": mean(ranks), "ause": mean(areas), "told": mean(told)})
    if monte_carlo:
        model.dropout.eval()
    return rows


def summarise(rows: list) -> str:
    lines = [f"{'':32s}  before   after    gain  spearman   AUSE  told off"]
    show_row = lambda name, r: lines.append(f"{name:32s} {r['before']:7.2f} {r['after']:7.2f} {r['after'] - r['before']:+7.2f} {r['spearman']:9.3f} {r['ause']:6.3f} {r['told']:9.2f}")
    for row in rows:
        show_row(row["name"], row)
    for setting in sorted({row["setting"] for row in rows}):
        of = [row for row in rows if row["setting"] == setting]
        show_row(f"mean @{setting}", {key: float(np.nanmean([row[key] for row in of])) for key in ("before", "after", "spearman", "ause", "told")})
    return "\n".join(lines)


def load_model(path: str) -> SgapsMae:
    state = torch.load(path, map_location="cpu")
    model = SgapsMae(Preset.from_dict(state["preset"]))
    model.load_state_dict(state["model"])
    return model.to(memory_format=torch.channels_last).eval()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m training.sgaps_mae.evaluate", description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", nargs="+", required=True)
    parser.add_argument("--held-out", nargs="*", default=None)
    parser.add_argument("--frames", type=int, default=0)
    parser.add_argument("--monte-carlo", type=int, default=0, help="so many passes with dropout instead of the log-variance (S8; a model trained with dropout)")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    split = json.loads((Path(__file__).parent / "split.json").read_text())["validation"]
    _, judged = split_records(load_records(args.data), args.held_out if args.held_out is not None else split)
    rows = evaluate(load_model(args.model), judged, args.frames, args.monte_carlo)
    print(summarise(rows))
    if args.json:
        print(json.dumps(rows))


if __name__ == "__main__":
    run(main)
