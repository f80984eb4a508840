"""Trains the model once for each of its parts without it, and for each of the paper's parts with it, and says what the part is worth.

    python3 -m training.sgaps_mae.ablate --data DIR --steps 1500

Every row is trained alike (seed, steps, windows) and judged on the games of split.json. Prints a Markdown table; `--out` keeps the runs, and rows that are there with
the same arguments are not trained again."""

import argparse
import json
import re
from pathlib import Path

import numpy as np
import torch

from ..program import run
from . import evaluate as judge
from .data import load_records, split_records
from .presets import PRESETS
from .train import SPLIT, parse, train

WHOLE = "all of the preset's parts"
DROPOUT = "Monte Carlo dropout 0.1 (S8)"
#: Passes of it (S8).
PASSES = 10
#: Arguments of each row.
ROWS = {
    WHOLE: [],
    "no normalised convolution (`pyramid`)": ["--parts", '{"pyramid": false}'],
    "no frame before (`recurrent`)": ["--parts", '{"recurrent": false}'],
    "samples not imposed (`impose`)": ["--parts", '{"impose": false}'],
    "no innovations (`innovation`)": ["--parts", '{"innovation": false}'],
    "10 diffusion steps (S7)": ["--parts", '{"diffusion": 10}'],
    "graph attention, 32 wide, 2 layers (S6)": ["--parts", '{"graph": 32, "layers": 2, "heads": 4, "nodes": 288}'],
    DROPOUT: ["--parts", '{"dropout": 0.1}'],
    "the paper's loss (S17, see `paper_loss`)": ["--loss", '{"paper": true}'],
    "0.2 SSIM in the loss": ["--loss", '{"ssim": 0.2}'],
    "plain NLL (β = 0)": ["--loss", '{"beta": 0}'],
    "quality not told (S9)": ["--loss", '{"told": 0}'],
    "no curriculum (S16)": ["--flat"],
    "8 frames, not 4": ["--length", "8", "--batch", "2"],
}


def run(name: str, extra: list, args) -> Path:
    """The weights of a row; trained anew where those that are there are of other arguments."""
    folder = Path(args.out) / re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    common = ["--data", *args.data, "--preset", args.preset, "--steps", str(args.steps), "--batch", "4", "--length", "4", "--window", "96", "--seed", str(args.seed)]
    quiet = ["--log-every", "500", "--evaluate-every", "100000", "--evaluate-frames", "3", "--out", str(folder)]
    wanted = parse([*common, *quiet, *extra])
    last, settings = folder / "last.pt", folder / "settings.json"
    if last.exists() and settings.exists():
        found = json.loads(settings.read_text())
        same = all(found.get(key) == value for key, value in vars(wanted).items())
        if same and torch.load(last, map_location="cpu")["step"] >= args.steps:
            return last
    return train(wanted)


def summary(results: list, settings: list) -> dict:
    mean = lambda key, of: float(np.nanmean([row[key] for row in of]))
    row = {key: mean(key, results) for key in ("spearman", "ause", "told")}
    return {**row, **{setting: mean("after", [result for result in results if result["setting"] == setting]) for setting in settings}}


def table(rows: dict, settings: list) -> str:
    whole = rows[WHOLE]
    head = ["", *(f"{setting}, dB" for setting in settings), "Spearman", "AUSE", "told off, dB"]
    lines = [" | ".join(head), " | ".join(["---"] + ["---:"] * (len(head) - 1))]
    for name, row in rows.items():
        cells = [name]
        for setting in settings:
            cells.append(f"{row[setting]:.2f}" if name == WHOLE else f"{row[setting] - whole[setting]:+.2f}")
        cells += [f"{row[key]:.2f}" for key in ("spearman", "ause", "told")]
        lines.append(" | ".join(cells))
    return "\n".join(f"| {line} |" for line in lines)


def main(argv=None) -> str:
    parser = argparse.ArgumentParser(prog="python3 -m training.sgaps_mae.ablate", description=__doc__.split("\n")[0])
    parser.add_argument("--data", nargs="+", required=True)
    parser.add_argument("--out", default=str(Path(__file__).parents[1] / "runs" / "ablation"))
    parser.add_argument("--preset", choices=sorted(PRESETS), default="small")
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--frames", type=int, default=45, help="frames of each record that are judged")
    parser.add_argument("--settings", nargs="+", default=["points", "sparse"])
    parser.add_argument("--only", nargs="*", default=list(ROWS), help="rows by name; the first is always there")
    args = parser.parse_args(argv)
    _, judged = split_records(load_records(args.data), json.loads(SPLIT.read_text())["validation"])
    judged = [record for record in judged if record.setting in args.settings]
    rows = {}
    for name, extra in ROWS.items():
        if name != WHOLE and name not in args.only:
            continue
        model = judge.load_model(str(run(name, extra, args)))
        rows[name] = summary(judge.evaluate(model, judged, args.frames), args.settings)
        if name == DROPOUT:
            rows[f"… doubt of {PASSES} passes"] = summary(judge.evaluate(model, judged, args.frames, PASSES), args.settings)
        print(f"{name}: {rows[name]}", flush=True)
    return table(rows, args.settings)


if __name__ == "__main__":
    run(lambda: print(main()))
