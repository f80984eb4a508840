"""Trains the archive codec.

    python3 -m training.hst_mae.train --preset tiny --minutes 60 --data DIR

Resumable (--resume), deterministic by seed up to the time limit (--steps for a fixed number, one thread), AMP on a GPU, DDP under torchrun, EMA weights, a CSV log."""

import argparse
import csv
import json
import os
import random
import time
from pathlib import Path

import numpy as np
import torch
from torch import distributed

from ..program import Progress, add_telling, run, tell_result
from .config import Curriculum, Losses, Masks, Optimiser, changed
from .data import Sampler, load_records, split_records
from .evaluate import evaluate, summarise
from .model import HstMae
from .objective import Objective
from .optimiser import Average, groups, rate_at
from .presets import PRESETS, Preset

SPLIT = Path(__file__).parent / "split.json"
#: Means that are shown while it trains.
TOLD = ("loss", "reconstruction", "gain", "commitment", "latent")
#: Batches whose latents the codebooks start with.
START = 8
MADE = Path(__file__).parents[1] / "runs" / "hst-make" / "records"


def parse(argv=None):
    parser = argparse.ArgumentParser(prog="python3 -m training.hst_mae.train", description=__doc__.split("\n")[0])
    parser.add_argument("--data", nargs="+", default=None, help="folders of records (npm run archive:data; default: those that training.hst_mae.make made)")
    parser.add_argument("--preset", choices=sorted(PRESETS), default="tiny")
    parser.add_argument("--parts", type=json.loads, default={}, help='parts of the preset changed, such as {"state": false}')
    parser.add_argument("--loss", type=json.loads, default={}, help='values of config.Losses, such as {"kind": "mse"}')
    parser.add_argument("--masks", type=json.loads, default={}, help="values of config.Masks")
    parser.add_argument("--optimiser", type=json.loads, default={}, help="values of config.Optimiser")
    parser.add_argument("--masked-share", type=float, default=None, help="share of windows in masked mode (H1)")
    parser.add_argument("--out", default=None, help="folder of the run (default: training/runs/hst-PRESET)")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--steps", type=int, default=0, help="so many steps instead of minutes")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--length", type=int, default=2, help="pairs that memory and session are unrolled over")
    parser.add_argument("--window", type=int, default=128, help="pixels, a multiple of 32")
    parser.add_argument("--whole-share", type=float, default=0.25, help="share of steps on whole pictures")
    parser.add_argument("--rate", type=float, default=None, help="peak learning rate (default: the preset's)")
    parser.add_argument("--worlds", type=float, default=1.0, help="what a game made by code (world-…) counts beside another")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--init", help="weights to start from")
    parser.add_argument("--held-out", nargs="*", default=None, help="games that are only judged by (default: split.json)")
    parser.add_argument("--evaluate-every", type=float, default=10, help="minutes between those at which the run is saved and judged")
    parser.add_argument("--evaluate-pairs", type=int, default=4)
    parser.add_argument("--log-every", type=int, default=50, help="steps")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--threads", type=int, default=0)
    add_telling(parser)
    args = parser.parse_args(argv)
    args.data = args.data or ([str(MADE)] if MADE.exists() else None)
    if not args.data:
        parser.error("there are no records: make some with `python3 -m training.hst_mae.make` or `npm run archive:data`, and name them with --data")
    if args.masked_share is not None:
        args.masks = {**args.masks, "share": args.masked_share}
    return args


def seed_all(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def start_devices(args):
    """Device and rank of this process, under torchrun or by itself."""
    if args.threads:
        torch.set_num_threads(args.threads)
    # Denormals are slow, ten times and more.
    torch.set_flush_denormal(True)
    cuda = torch.cuda.is_available()
    if "RANK" not in os.environ:
        return torch.device("cuda" if cuda else "cpu"), 0
    distributed.init_process_group("nccl" if cuda else "gloo")
    local = int(os.environ.get("LOCAL_RANK", 0))
    return torch.device("cuda", local) if cuda else torch.device("cpu"), distributed.get_rank()


def train(args) -> Path:
    out = Path(args.out or Path(__file__).parents[1] / "runs" / f"hst-{args.preset}")
    out.mkdir(parents=True, exist_ok=True)
    device, rank = start_devices(args)
    seed_all(args.seed + rank)
    preset = PRESETS[args.preset].with_parts(**args.parts)
    optimiser_values = changed(Optimiser(), args.optimiser)
    objective = Objective(preset, changed(Losses(), args.loss), changed(Masks(), args.masks)).to(device)
    wrapped = objective
    if distributed.is_available() and distributed.is_initialized():
        wrapped = torch.nn.parallel.DistributedDataParallel(objective, find_unused_parameters=True)
    if args.init:
        objective.model.load_state_dict(torch.load(args.init, map_location=device)["model"])
    peak = (args.rate or preset.rate) * args.batch / optimiser_values.batch
    optimiser = torch.optim.AdamW(groups(objective, optimiser_values), lr=peak, betas=optimiser_values.betas)
    scaler = torch.cuda.amp.GradScaler(enabled=device.type == "cuda")
    average = Average(objective.model, optimiser_values.average)
    held_out = args.held_out if args.held_out is not None else json.loads(SPLIT.read_text())["validation"]
    records, judged = split_records(load_records(args.data), held_out)
    step, spent, mean, last = 0, 0.0, {}, out / "last.pt"
    if args.resume and last.exists():
        state = torch.load(last, map_location=device)
        objective.load_state_dict(state["raw"])
        optimiser.load_state_dict(state["optimiser"])
        average.weights = state["model"]
        step, spent, mean = state["step"], state["spent"], state["mean"]
    games = sorted({r.game for r in records})
    (out / "settings.json").write_text(json.dumps({**vars(args), "games": games, "judged": sorted({r.game for r in judged}), "parameters": sum(p.numel() for p in objective.model.parameters())}, indent=1))
    sampler = Sampler(records, [args.worlds if r.game.startswith("world-") else 1.0 for r in records], args.seed + 1000 * rank + step, args.batch, args.length, args.window)
    log = csv.writer((out / "log.csv").open("a" if step else "w", buffering=1), lineterminator="\n")
    started, evaluated, headed = time.time() - spent, time.time(), step > 0
    progress = Progress("step", quiet=args.quiet)

    def save():
        if rank:
            return
        weights = {"model": average.weights, "raw": objective.state_dict(), "optimiser": optimiser.state_dict(), "preset": preset.to_dict()}
        torch.save({**weights, "step": step, "spent": time.time() - started, "mean": mean, "games": games}, out / "last.part")
        (out / "last.part").replace(last)

    def judge():
        if judged and not rank and args.evaluate_pairs:
            progress.clear()
            print(summarise(evaluate(averaged(preset, average, device), judged, args.evaluate_pairs, brief=True)), flush=True)

    draw = lambda whole: [{key: value.to(device) for key, value in pair.items()} for pair in sampler.draw(whole)]
    if not step and not args.init:
        objective.begin([draw(False) for _ in range(START)])
        average.update(objective.model, 0)
    while True:
        done = step / args.steps if args.steps else agreed((time.time() - started) / (60 * args.minutes), device)
        if done >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = rate_at(peak, done, step, optimiser_values) * group["scale"]
        objective.progress.done, objective.progress.step = done, step
        window = draw(sampler.rng.random() < args.whole_share)
        with torch.autocast(device.type, enabled=device.type == "cuda"):
            loss, parts = wrapped(window)
        optimiser.zero_grad(set_to_none=True)
        scaler.scale(loss).backward()
        scaler.unscale_(optimiser)
        norm = torch.nn.utils.clip_grad_norm_(objective.parameters(), optimiser_values.clip)
        scaler.step(optimiser)
        scaler.update()
        step += 1
        average.update(objective.model, step)
        for name, value in {"loss": loss.item(), **{key: float(part) for key, part in parts.items()}}.items():
            mean[name] = value if name not in mean else 0.99 * mean[name] + 0.01 * value
        if not rank:
            progress.show(done, step, "  ".join(f"{name} {mean[name]:.3f}" for name in TOLD if name in mean))
        if step % args.log_every == 0 and not rank:
            if not headed:
                log.writerow(["step", "seconds", "norm", *sorted(mean)])
                headed = True
            log.writerow([step, round(time.time() - started, 1), round(float(norm), 4), *(round(mean[name], 5) for name in sorted(mean))])
        if time.time() - evaluated > 60 * args.evaluate_every:
            save()
            judge()
            evaluated = time.time()
    save()
    progress.clear()
    judge()
    return last


def agreed(done: float, device) -> float:
    """What the first process says: clocks differ, and all have to end after the same step."""
    if not (distributed.is_available() and distributed.is_initialized()):
        return done
    value = torch.tensor([done], dtype=torch.float64, device=device)
    distributed.broadcast(value, 0)
    return value.item()


def averaged(preset: Preset, average: Average, device) -> HstMae:
    model = HstMae(preset).to(device)
    model.load_state_dict(average.weights)
    return model.eval()


def main() -> None:
    args = parse()
    weights = train(args)
    tell_result(args, {"weights": str(weights)}, str(weights))


if __name__ == "__main__":
    run(main)
