"""Makes a model from nothing, in one command:

    python3 -m training.sgaps_mae.make --out models/my-model --id my-model@1 --minutes 100

Games made by code, the records of them in the real loop, training, then round by round records whose samples the model's own doubt chose, and training on from its weights on all
records; the export. Where --clips hold games of split.json, those are only judged by. What the same command has done already is not done again, and training goes on from where it was last saved;
what another command made in the same --work is made anew. Needs Node (`npm ci`) and FFmpeg. Options that are not its own go to `train`, such as --batch 4."""

import argparse
import sys
from pathlib import Path

from ..program import run
from ..run_steps import ROOT, run_steps

#: Where it works, unless told otherwise; `train` looks for records there.
MADE = ROOT / "training" / "runs" / "make"
#: How the sessions are run that a model learns from, first and once it has a doubt of its own.
SETTINGS = ("samples", "points", "points2", "sparse")
ASKED = ("points", "sparse")
#: The first round's share of the time, where there are more; peak learning rates of the first and of later rounds.
FIRST_SHARE = 0.6
RATES = ("1.5e-3", "1e-3")
#: What a game made by code counts beside one that people made, from the second round on.
WORLDS = "0.4"


def parse(argv=None):
    parser = argparse.ArgumentParser(prog="python3 -m training.sgaps_mae.make", description=__doc__.split("\n")[0])
    parser.add_argument("--out", required=True, help="folder of the model: model.onnx, model.json, parity.json")
    parser.add_argument("--id", required=True, help="name@version")
    parser.add_argument("--work", default=None, help="folder of games, records and runs, some 30 GB (default: training/runs/make)")
    parser.add_argument("--preset", default="small")
    parser.add_argument("--minutes", type=float, default=100, help="of training in all; games and records take some 20 more")
    parser.add_argument("--steps", type=int, default=0, help="so many steps of training in all instead of minutes")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--count", type=int, default=64, help="games made by code")
    parser.add_argument("--frames", type=int, default=60, help="of each game")
    parser.add_argument("--clips", nargs="*", default=[], help="folders of clips with their states, to learn from beside the games made by code")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    args, rest = parser.parse_known_args(argv)
    if args.rounds < 1 or args.count < 1 or args.frames < 2:
        parser.error("--rounds and --count must be at least 1, --frames 2")
    return args, rest


def steps_of(args, rest) -> list:
    """(name, what it makes, command) of all that is to be done, in order."""
    work = Path(args.work or MADE).absolute()
    python = [sys.executable, "-W", "ignore", "-m"]
    worlds, inputs = work / "worlds", [str(Path(folder).absolute()) for folder in args.clips]
    frames = ["--frames", str(args.frames)]
    data = lambda out, settings, *more: ["npm", "run", "-s", "training:data", "--", "--out", str(out), *frames, "--settings", *settings, *more, "--input", str(worlds), *inputs]
    steps = [("worlds", worlds, [*python, "training.worlds", "--out", str(worlds), "--count", str(args.count), *frames, "--seed", str(args.seed), "--jobs", str(args.jobs)])]
    steps.append(("records", work / "records", data(work / "records", SETTINGS)))
    folders, weights = [work / "records"], None
    for at in range(args.rounds):
        run = work / f"round-{at + 1}"
        share = 1 if args.rounds == 1 else FIRST_SHARE if at == 0 else (1 - FIRST_SHARE) / (args.rounds - 1)
        length = ["--steps", str(max(1, round(share * args.steps)))] if args.steps else ["--minutes", str(round(share * args.minutes, 2))]
        later = ["--init", str(weights), "--worlds", WORLDS] if weights else []
        train = ["training.sgaps_mae.train", "--data", *map(str, folders), "--preset", args.preset, *length, "--rate", RATES[min(at, 1)], "--seed", str(args.seed + at)]
        steps.append((f"train-{at + 1}", run, [*python, *train, *later, "--resume", "--out", str(run), *rest]))
        weights = run / "last.pt"
        if at + 1 == args.rounds:
            break
        model, asked = work / f"model-{at + 1}", work / f"asked-{at + 1}"
        steps.append((f"export-{at + 1}", model, [*python, "training.sgaps_mae.export", "--model", str(weights), "--out", str(model), "--id", args.id]))
        steps.append((f"asked-{at + 1}", asked, data(asked, ASKED, "--model", str(model))))
        folders.append(asked)
    out = Path(args.out).absolute()
    steps.append(("export", out / "model.onnx", [*python, "training.sgaps_mae.export", "--model", str(weights), "--out", str(out), "--id", args.id]))
    return steps


def main() -> None:
    args, rest = parse()
    run_steps(steps_of(args, rest), Path(args.work or MADE).absolute())


if __name__ == "__main__":
    run(main)
