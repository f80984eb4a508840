"""Trains the model once for each of its parts without it, and says what the part is worth.

    python3 -m training.hst_mae.ablate --data DIR --steps 1500

Every row is trained alike (seed, steps, windows) and judged on the games of split.json. Prints a Markdown table; `--out` keeps the runs, and rows that are there with
the same arguments are not trained again. What follows `--` goes to `train`."""

import argparse
import json
import re
import sys
from pathlib import Path

import numpy as np
import torch

from ..program import run
from . import evaluate as judge
from .data import load_records, split_records
from .presets import PRESETS
from .train import SPLIT, parse, train

WHOLE = "all parts"
#: Arguments of each row.
ROWS = {
    WHOLE: [],
    "no state fusion (H5)": ["--parts", '{"state": false}'],
    "no region awareness (H6)": ["--parts", '{"regions": false}'],
    "single scale (H3)": ["--parts", '{"hierarchical": false}'],
    "1 codebook (H11)": ["--parts", '{"codebooks": 1}'],
    "3 codebooks (H11)": ["--parts", '{"codebooks": 3}'],
    "squared error, no logarithm (H9)": ["--loss", '{"kind": "mse"}'],
    "no spatial, temporal and contrastive terms (H9)": ["--loss", '{"spatial": 0, "temporal": 0, "alignment": 0, "views": 0}'],
    "no masked windows (H1)": ["--masked-share", "0"],
}


def run(name: str, extra: list, args, rest: list) -> Path:
    """The weights of a row; trained anew where those that are there are of other arguments."""
    folder = Path(args.out) / re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    common = ["--data", *args.data, "--preset", args.preset, "--steps", str(args.steps), "--seed", str(args.seed), "--threads", str(args.threads)]
    wanted = parse([*common, "--log-every", "250", "--evaluate-pairs", "0", "--out", str(folder), *rest, *extra])
    last, settings = folder / "last.pt", folder / "settings.json"
    if last.exists() and settings.exists():
        found = json.loads(settings.read_text())
        same = all(found.get(key) == value for key, value in vars(wanted).items())
        if same and torch.load(last, map_location="cpu")["step"] >= args.steps:
            return last
    return train(wanted)


def summary(rows: list, codebooks: int) -> dict:
    """Means over games: gain over the context in changed cubes, dB, and PSNR of hidden cubes of masked frames."""
    mean = lambda name, key: float(np.nanmean([np.nanmean([row[name][key] for row in rows if row["game"] == game]) for game in sorted({row["game"] for row in rows})]))
    whole = f"{codebooks} codebooks"
    return {
        "gain": mean(whole, "judged") - mean("context", "judged"),
        "picture": mean(whole, "whole") - mean("context", "whole"),
        "masked": mean("masked 90%, first", "judged"),
        "stateless": mean("masked 90%, first, no state", "judged"),
    }


HEADS = ("", "changed cubes, dB over the context", "whole pictures", "90 % hidden, no context: PSNR", "… without the state")


def table(rows: dict) -> str:
    lines = [" | ".join(HEADS), " | ".join(["---"] + ["---:"] * (len(HEADS) - 1))]
    for name, row in rows.items():
        lines.append(" | ".join([name, f"{row['gain']:+.2f}", f"{row['picture']:+.2f}", f"{row['masked']:.2f}", f"{row['stateless']:.2f}"]))
    return "\n".join(f"| {line} |" for line in lines)


def main(argv=None) -> str:
    argv = list(sys.argv[1:] if argv is None else argv)
    argv, rest = (argv[: argv.index("--")], argv[argv.index("--") + 1 :]) if "--" in argv else (argv, [])
    parser = argparse.ArgumentParser(prog="python3 -m training.hst_mae.ablate", description=__doc__.split("\n")[0])
    parser.add_argument("--data", nargs="+", required=True)
    parser.add_argument("--out", default=str(Path(__file__).parents[1] / "runs" / "hst-ablation"))
    parser.add_argument("--preset", choices=sorted(PRESETS), default="tiny")
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pairs", type=int, default=16, help="pairs of each record that are judged")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=list(ROWS), help="rows by name; the first is always there")
    args = parser.parse_args(argv)
    _, judged = split_records(load_records(args.data), json.loads(SPLIT.read_text())["validation"])
    rows = {}
    for name, extra in ROWS.items():
        if name != WHOLE and name not in args.only:
            continue
        model = judge.load_model(str(run(name, extra, args, rest)))
        rows[name] = summary(judge.evaluate(model, judged, args.pairs, brief=True), model.preset.codebooks)
        print(f"{name}: {rows[name]}", flush=True)
    return table(rows)


if __name__ == "__main__":
    run(lambda: print(main()))
