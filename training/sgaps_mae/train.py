"""Trains the reconstructor.

    python3 -m training.sgaps_mae.train --preset small --minutes 60 --data DIR

Resumable (--resume), deterministic by seed up to the time limit (--steps for a fixed number), AMP on a GPU, EMA weights, a CSV log."""

import argparse
import csv
import json
import random
import time
from pathlib import Path

import numpy as np
import torch

from ..program import Progress, add_telling, run, tell_result
from . import planes as P
from .data import Sampler, load_records, split_records
from .evaluate import evaluate, summarise
from .loss import frame_loss
from .make import MADE
from .model import SgapsMae
from .presets import PRESETS
from .rollout import show

SPLIT = Path(__file__).parent / "split.json"
#: What each setting counts in training: (from, to) of the run, by its share done. Sparse sampling comes in as training goes on (S16).
CURRICULUM = {
    "whole": (1.0, 1.0),
    "whole1": (0.7, 0.7),
    "whole4": (0.3, 0.3),
    "samples": (0.8, 0.8),
    "points10": (1.0, 0.2),
    "points5": (1.0, 0.5),
    "points": (0.6, 1.0),
    "points2": (0.2, 0.8),
    "sparse": (0.2, 0.8),
    "points05": (0.0, 0.4),
}
#: The same all along, to tell what the phases are worth.
FLAT = {setting: (sum(ends) / 2,) * 2 for setting, ends in CURRICULUM.items()}
PHASES = 4


def parse(argv=None):
    parser = argparse.ArgumentParser(prog="python3 -m training.sgaps_mae.train", description=__doc__.split("\n")[0])
    parser.add_argument("--data", nargs="+", default=None, help="folders of records (npm run training:data; default: those that training.sgaps_mae.make made)")
    parser.add_argument("--preset", choices=sorted(PRESETS), default="small")
    parser.add_argument("--parts", type=json.loads, default={}, help='parts of the preset changed, such as {"pyramid": false}')
    parser.add_argument("--loss", type=json.loads, default={}, help='weights of the loss, such as {"ssim": 0.2}')
    parser.add_argument("--out", default=None, help="folder of the run (default: training/runs/PRESET)")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--steps", type=int, default=0, help="so many steps instead of minutes")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--length", type=int, default=5, help="frames that the loop is unrolled for")
    parser.add_argument("--window", type=int, default=128, help="pixels")
    parser.add_argument("--rate", type=float, default=1.5e-3, help="learning rate at its peak")
    parser.add_argument("--flat", action="store_true", help="no curriculum: the settings' mean weights all along")
    parser.add_argument("--worlds", type=float, default=1.0, help="what a game made by code (world-…) counts beside another")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--init", help="weights to start from (fine-tuning)")
    parser.add_argument("--held-out", nargs="*", default=None, help="games that are only judged by (default: split.json)")
    parser.add_argument("--all-games", action="store_true", help="train on every game: no figure of the run is a validation")
    parser.add_argument("--evaluate-every", type=float, default=10, help="minutes between those at which the run is saved, and judged where games are held out")
    parser.add_argument("--evaluate-frames", type=int, default=60)
    parser.add_argument("--log-every", type=int, default=50, help="steps")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--threads", type=int, default=0)
    add_telling(parser)
    args = parser.parse_args(argv)
    args.data = args.data or sorted(map(str, [*MADE.glob("records"), *MADE.glob("asked-*")]))
    if not args.data:
        parser.error("there are no records: make some with `python3 -m training.sgaps_mae.make` or `npm run training:data`, and name them with --data")
    return args


def seed_all(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def weights_of(records, done: float, curriculum: dict, worlds: float):
    phase = min(PHASES - 1, int(done * PHASES)) / (PHASES - 1)
    weights = []
    for record in records:
        start, end = curriculum.get(record.setting, (1.0, 1.0))
        weights.append((start + (end - start) * phase + 1e-6) * (worlds if record.game.startswith("world-") else 1))
    return weights


class Average:
    """Exponential moving average of the weights."""

    def __init__(self, model, decay=0.998):
        self.decay = decay
        self.weights = {name: value.detach().clone() for name, value in model.state_dict().items()}

    def update(self, model, step):
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, value in model.state_dict().items():
            if value.dtype.is_floating_point:
                self.weights[name].mul_(decay).add_(value.detach(), alpha=1 - decay)
            else:
                self.weights[name].copy_(value)


def train(args) -> Path:
    out = Path(args.out or Path(__file__).parents[1] / "runs" / args.preset)
    out.mkdir(parents=True, exist_ok=True)
    if args.threads:
        torch.set_num_threads(args.threads)
    seed_all(args.seed)
    # Denormals are slow, ten times and more.
    torch.set_flush_denormal(True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    preset = PRESETS[args.preset].with_parts(**args.parts)
    model = SgapsMae(preset).to(device)
    earlier = {"games": [], "steps": 0, "spent": 0.0}
    if args.init:
        state = torch.load(args.init, map_location=device)
        model.load_state_dict(state["model"])
        earlier = state.get("in_all", earlier)
    model = model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), lr=args.rate)
    scaler = torch.cuda.amp.GradScaler(enabled=device.type == "cuda")
    average = Average(model)
    held_out = [] if args.all_games else args.held_out if args.held_out is not None else json.loads(SPLIT.read_text())["validation"]
    records, judged = split_records(load_records(args.data), held_out)
    step, spent, phase, mean = 0, 0.0, -1, None
    last = out / "last.pt"
    if args.resume and last.exists():
        state = torch.load(last, map_location=device)
        model.load_state_dict(state["raw"])
        optimizer.load_state_dict(state["optimizer"])
        average.weights = state["model"]
        step, spent, mean = state["step"], state["spent"], state.get("loss")
        earlier = state.get("earlier", earlier)
    games = sorted({r.game for r in records}.union(earlier["games"]))
    settings = {**vars(args), "games": games, "judged": sorted({r.game for r in judged}), "parameters": sum(p.numel() for p in model.parameters())}
    (out / "settings.json").write_text(json.dumps(settings, indent=1))
    log = csv.writer((out / "log.csv").open("a" if step else "w"), lineterminator="\n")
    started, evaluated = time.time() - spent, time.time()
    progress = Progress("step", quiet=args.quiet)

    def save():
        spent = time.time() - started
        # Of this run and of those whose weights it began with.
        in_all = {"games": games, "steps": earlier["steps"] + step, "spent": earlier["spent"] + spent}
        weights = {"model": average.weights, "raw": model.state_dict(), "optimizer": optimizer.state_dict(), "preset": preset.to_dict()}
        torch.save({**weights, "step": step, "spent": spent, "loss": mean, "earlier": earlier, "in_all": in_all}, last)

    while True:
        done = step / args.steps if args.steps else (time.time() - started) / (60 * args.minutes)
        if done >= 1:
            break
        if int(done * PHASES) != phase:
            phase = int(done * PHASES)
            sampler = Sampler(records, weights_of(records, done, FLAT if args.flat else CURRICULUM, args.worlds), args.seed + 1000 * step + phase, args.batch, args.length, args.window)
        for group in optimizer.param_groups:
            group["lr"] = args.rate * min(1.0, (step + 1) / 300) * (1 - done) + 1e-5
        loss, previous, before = 0.0, None, None
        for planes, truth, motion in sampler.draw():
            x = show(planes.to(device), motion.to(device), previous).contiguous(memory_format=torch.channels_last)
            truth = truth.to(device).float() / 255
            with torch.autocast(device.type, enabled=device.type == "cuda"):
                frame, log_variance, _ = model(x)
            seen = (x[:, P.LOOKED] > P.NONE).float()
            loss = loss + frame_loss(frame.float(), log_variance.float(), truth, args.loss, seen, before)
            before = (frame.float(), truth) if args.loss.get("paper") else None
            previous = frame.detach().float().clamp(0, 1)
        loss = loss / args.length
        optimizer.zero_grad(set_to_none=True)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()
        step += 1
        average.update(model, step)
        mean = loss.item() if mean is None else 0.99 * mean + 0.01 * loss.item()
        progress.show(done, step, f"loss {mean:.4f}")
        if step % args.log_every == 0:
            log.writerow([step, round(time.time() - started, 1), round(mean, 5), round(float(norm), 4)])
        if time.time() - evaluated > 60 * args.evaluate_every:
            save()
            if judged:
                progress.clear()
                print(summarise(evaluate(averaged(preset, average, device), judged, args.evaluate_frames)), flush=True)
            evaluated = time.time()
    save()
    progress.clear()
    if judged:
        print(summarise(evaluate(averaged(preset, average, device), judged, args.evaluate_frames)), flush=True)
    return last


def averaged(preset, average: Average, device) -> SgapsMae:
    model = SgapsMae(preset).to(device)
    model.load_state_dict(average.weights)
    return model.to(memory_format=torch.channels_last).eval()


def main() -> None:
    args = parse()
    weights = train(args)
    tell_result(args, {"weights": str(weights)}, str(weights))


if __name__ == "__main__":
    run(main)
