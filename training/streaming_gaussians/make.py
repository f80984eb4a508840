"""Makes a stream of Gaussians (3DGStream, CVPR 2024) of a synthetic moving scene, in one command:

    python3 -m training.streaming_gaussians.make --preset shown --out FOLDER

Frame 0 is fitted to its pictures, then every later frame: the cache that moves all Gaussians, then Gaussians that are added in that frame alone. Prints what each of these is worth on cameras
that were held out. Stopped and run again, it goes on with the first frame that is not on disk. Uses a GPU where there is one."""

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import List, Optional

import torch

from ..program import Progress, add_telling, run, tell_result
from .added import fit_added
from .cloud import Cloud, read_ply, write_ply
from .fit import Last, cloud_of, fit_base, fit_motion, points_of
from .judge import Judge, mean
from .settings import PRESETS, Settings
from .stream import BASE, Bounds, carried, frame_path, read_frame, shown, start, step, write_frame, write_stream, write_whole

#: What a run is made with; a row of figures a frame; the whole of them.
SETTINGS, FIGURES, REPORT = "settings.json", "figures", "report.json"
#: Of the Gaussians that frame 0 begins with.
BASE_OPACITY = 0.1


def parse(argv=None):
    parser = argparse.ArgumentParser(prog="python3 -m training.streaming_gaussians.make", description=__doc__.split("\n")[0])
    parser.add_argument("--preset", choices=sorted(PRESETS), default="shown")
    parser.add_argument("--out", required=True, help="folder of the stream")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--frames", type=int, default=None, help="instead of the preset's")
    add_telling(parser)
    parser.add_argument("--cpu", action="store_true", help="even where there is a GPU")
    args = parser.parse_args(argv)
    if args.frames is not None and args.frames < 1:
        parser.error("--frames must be at least 1")
    return args


def settings_of(args) -> Settings:
    chosen = {name: getattr(args, name) for name in ("seed", "frames") if getattr(args, name) is not None}
    return replace(PRESETS[args.preset], **chosen)


def begin(folder: Path, settings: Settings) -> None:
    """Makes the folder, or finds in it what a run with the same settings left. Raises ValueError where it holds anything else."""
    told = json.dumps(settings.to_dict(), indent=2) + "\n"
    if (folder / SETTINGS).exists():
        if (folder / SETTINGS).read_text() != told:
            raise ValueError(f"{folder} holds a stream made with other settings: name another folder, or remove it.")
    elif folder.exists() and any(folder.iterdir()):
        raise ValueError(f"{folder} is not empty and holds no stream of this trainer: name another folder.")
    for name in ("frames", FIGURES):
        (folder / name).mkdir(parents=True, exist_ok=True)
    write_whole(folder / SETTINGS, told)


def row_path(folder: Path, frame: int) -> Path:
    return folder / FIGURES / f"{frame:06d}.json"


def make_base(folder: Path, settings: Settings, judge: Judge):
    """Frame 0's cloud and the bounds."""
    points, colours, bounds = points_of(judge.world, settings)
    path = folder / BASE
    if not path.exists():
        began = time.monotonic()
        base = fit_base(settings, cloud_of(points, colours, BASE_OPACITY, settings.degree).to(judge.device), judge.views(0))
        took = {"base": time.monotonic() - began}
        row = {"frame": 0, "base": judge.figures(0, [base.splats()])[0], "gaussians": base.count, "seconds": took}
        write_whole(row_path(folder, 0), json.dumps(row) + "\n")
        write_ply(path, base)
    return read_ply(path).to(judge.device), bounds


def is_whole(folder: Path, frame: int, settings: Settings, bounds) -> bool:
    try:
        read_frame(folder, frame, settings.grid, bounds)
        return row_path(folder, frame).exists()
    except (ValueError, OSError):
        return False


def make_frame(folder: Path, frame: int, settings: Settings, judge: Judge, base: Cloud, last: Last, bounds: Bounds) -> None:
    """Fits a frame and writes it and its row of figures."""
    began = time.monotonic()
    views = judge.views(frame)
    first = time.monotonic()
    cache = fit_motion(settings, frame, base, last, views, bounds)
    still = shown(base, step(cache, last.moved))
    second = time.monotonic()
    added = fit_added(settings, frame, still, views, bounds, carried(cache, last.added) if settings.carry_on else None)
    done = time.monotonic()
    whole = still if added is None else still.plus(added.splats())
    of_base, of_first, of_second = judge.figures(frame, [base.splats(), still, whole])
    row = {"frame": frame, "base": of_base, "stage1": of_first, "stage2": of_second, "added": 0 if added is None else added.count}
    row["seconds"] = {"pictures": first - began, "stage1": second - first, "stage2": done - second}
    # The .ntc is what says that a frame is whole, so its row is there before.
    write_whole(row_path(folder, frame), json.dumps(row) + "\n")
    write_frame(folder, frame, cache, added)


def read_row(folder: Path, frame: int) -> dict:
    """A frame's figures, and the bytes of its files."""
    size = lambda path: path.stat().st_size if path.exists() else 0
    files = {"cache": frame_path(folder, frame, "ntc"), "added": frame_path(folder, frame, "ply")} if frame else {"base": folder / BASE}
    return {**json.loads(row_path(folder, frame).read_text()), "bytes": {name: size(path) for name, path in files.items()}}


def make(settings: Settings, folder: Path, device: str, tell=print, quiet: bool = False) -> dict:
    """The report. Raises ValueError for a folder that holds something else, or weights that half floats do not hold."""
    begin(folder, settings)
    judge = Judge(settings, device)
    tell(HEAD)
    base, bounds = make_base(folder, settings, judge)
    rows = [read_row(folder, 0)]
    tell(line(rows[0]))
    last = Last(start(base), None, None)
    progress = Progress("frame", quiet=quiet)
    for frame in range(1, settings.frames):
        if not is_whole(folder, frame, settings, bounds):
            make_frame(folder, frame, settings, judge, base, last, bounds)
        cache, added = read_frame(folder, frame, settings.grid, bounds)
        cache.to(device)
        last = Last(step(cache, last.moved), cache, None if added is None else added.to(device))
        rows.append(read_row(folder, frame))
        progress.clear()
        tell(line(rows[-1]))
        progress.show(frame / max(1, settings.frames - 1), frame)
    report = {"settings": settings.to_dict(), "device": device, "torch": torch.__version__, "rows": rows, "mean": summary(rows)}
    write_whole(folder / REPORT, json.dumps(report, indent=1) + "\n")
    write_stream(folder, settings, bounds)
    tell(told(report["mean"]))
    return report


def summary(rows: List[dict]) -> Optional[dict]:
    """Means of all frames but frame 0."""
    later = rows[1:]
    if not later:
        return None
    over = lambda of: sum(map(of, later)) / len(later)
    stages = {stage: {kind: mean((row[stage] for row in later), kind) for kind in later[0][stage]} for stage in ("base", "stage1", "stage2")}
    sizes = {kind: over(lambda row, kind=kind: row["bytes"][kind]) for kind in ("cache", "added")}
    times = {kind: over(lambda row, kind=kind: row["seconds"][kind]) for kind in later[0]["seconds"]}
    return {**stages, "bytes": sizes, "added": over(lambda row: row["added"]), "seconds": times}


STAGES = ("base", "stage1", "stage2")
HEAD = "PSNR in dB, whole picture / moving region, of frame 0's cloud left as it is, after stage 1, after stage 2\n" + f"{'frame':>5s}  {'held-out cameras':^43s}  {'training cameras':^43s}  added    bytes  seconds"


def line(row: dict) -> str:
    number = lambda value: "    –" if value is None else f"{value:5.2f}"
    pair = lambda stage, kind: f"{number(row[stage][kind])} /{number(row[stage][kind + 'Moving'])}" if stage in row else " " * 12
    cells = ["  ".join(f"{pair(stage, kind):13s}" for stage in STAGES) for kind in ("heldOut", "train")]
    size, took = (sum(row[name].values()) for name in ("bytes", "seconds"))
    return f"{row['frame']:>5}  {cells[0]}  {cells[1]}  {row.get('added', ''):>5}  {size:>7.0f}  {took:>7.1f}"


def told(means: Optional[dict]) -> str:
    return "" if means is None else line({**means, "frame": "mean", "added": round(means["added"], 1)})


def main() -> None:
    args = parse()
    where = "cuda" if torch.cuda.is_available() and not args.cpu else "cpu"
    # Several threads add gradients up in any order, unless they are told not to; some kernels of GPUs cannot but do.
    torch.use_deterministic_algorithms(True, warn_only=where == "cuda")
    try:
        # Its table is for people.
        tell = (lambda text: None) if args.json else (lambda text: print(text, flush=True))
        report = make(settings_of(args), Path(args.out), where, tell, args.quiet)
        tell_result(args, {"stream": args.out, "mean": report["mean"]}, args.out)
    except ValueError as error:
        raise SystemExit(str(error))


if __name__ == "__main__":
    run(main)
