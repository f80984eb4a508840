"""Makes a model from nothing, in one command:

    python3 -m training.hst_mae.make --out models/my-model --id my-model@1 --minutes 60

Games made by code, the records of them in the real archive codec, training, judging on games held out (of --clips that split.json names), the export. What the same command has
done already is not done again, and training goes on from where it was last saved; what another command made in the same --work is made anew. Needs Node (`npm ci`) and FFmpeg.
Options that are not its own go to `train`, such as --batch 4."""

import argparse
import sys
from pathlib import Path

from ..program import run
from ..run_steps import ROOT, run_steps

#: Where it works, unless told otherwise; `train` looks for records there.
MADE = ROOT / "training" / "runs" / "hst-make"


def parse(argv=None):
    parser = argparse.ArgumentParser(prog="python3 -m training.hst_mae.make", description=__doc__.split("\n")[0])
    parser.add_argument("--out", required=True, help="folder of the model: encoder.onnx, decoder.onnx, model.json, parity.json")
    parser.add_argument("--id", required=True, help="name@version")
    parser.add_argument("--work", default=None, help="folder of games, records and runs, some 4 GB (default: training/runs/hst-make)")
    parser.add_argument("--preset", default="tiny")
    parser.add_argument("--minutes", type=float, default=60, help="of training; games and records take some 15 more")
    parser.add_argument("--steps", type=int, default=0, help="so many steps of training instead of minutes")
    parser.add_argument("--count", type=int, default=64, help="games made by code")
    parser.add_argument("--frames", type=int, default=96, help="of each game")
    parser.add_argument("--clips", nargs="*", default=[], help="folders of clips with their states, to learn from beside the games made by code")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--jobs", type=int, default=2)
    args, rest = parser.parse_known_args(argv)
    if args.count < 1 or args.frames < 4:
        parser.error("--count must be at least 1, --frames 4")
    return args, rest


def steps_of(args, rest) -> list:
    """(name, what it makes, command) of all that is to be done, in order."""
    work, out = Path(args.work or MADE).absolute(), Path(args.out).absolute()
    python = [sys.executable, "-W", "ignore", "-m"]
    worlds, records, run, judged = work / "worlds", work / "records", work / "run", work / "judged.json"
    inputs = [str(Path(folder).absolute()) for folder in args.clips]
    frames = ["--frames", str(args.frames)]
    length = ["--steps", str(args.steps)] if args.steps else ["--minutes", str(args.minutes)]
    weights = str(run / "last.pt")
    steps = [
        ("worlds", worlds, [*python, "training.worlds", "--out", str(worlds), "--count", str(args.count), *frames, "--seed", str(args.seed), "--jobs", str(args.jobs)]),
        ("records", records, ["npm", "run", "-s", "archive:data", "--", "--out", str(records), *frames, "--input", str(worlds), *inputs]),
        ("train", run, [*python, "training.hst_mae.train", "--data", str(records), "--preset", args.preset, *length, "--seed", str(args.seed), "--resume", "--out", str(run), *rest]),
    ]
    told = []
    if args.clips:
        told = ["--judged", str(judged)]
        steps.append(("evaluate", judged, [*python, "training.hst_mae.evaluate", "--model", weights, "--data", str(records), "--json", str(judged)]))
    steps.append(("export", out / "decoder.onnx", [*python, "training.hst_mae.export", "--model", weights, "--out", str(out), "--id", args.id, *told]))
    return steps


def main() -> None:
    args, rest = parse()
    run_steps(steps_of(args, rest), Path(args.work or MADE).absolute())


if __name__ == "__main__":
    run(main)
