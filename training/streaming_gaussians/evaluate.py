"""Judges a stream by its files alone: plays base.ply, the caches and the added Gaussians, and compares with the true pictures.

    python3 -m training.streaming_gaussians.evaluate --stream FOLDER [--pictures FOLDER]

Prints PSNR per frame, of cameras held out and trained with, whole pictures and the moving region. With --pictures it writes a PNG a frame: of each held-out camera what is true, what is played and
frame 0's cloud left as it is, one below the other."""

import argparse
import json
from pathlib import Path
from typing import List, Optional

import torch

from ..program import run
from .cloud import read_ply
from .judge import KINDS, Figures, Judge, mean
from ..png import write_png
from .settings import Settings
from .stream import BASE, play

SETTINGS = "settings.json"


def evaluate(folder: Path, device: str = "cpu", pictures: Optional[Path] = None) -> List[Figures]:
    """A row of figures for each frame. Raises ValueError or OSError for a stream that is damaged, or whose settings are not there."""
    settings = Settings.from_dict(json.loads((folder / SETTINGS).read_text()))
    judge, rows, base = Judge(settings, device), [], read_ply(folder / BASE).splats()
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
    for frame, _, splats, added in play(folder, device):
        whole = splats if added is None else splats.plus(added)
        rows += judge.figures(frame, [whole])
        if pictures is not None:
            of = (judge.world.at(judge.seconds(frame)), whole, base)
            strips = [torch.cat(list(judge.draw(cloud, judge.held_out)), 1) for cloud in of]
            write_png(pictures / f"{frame:06d}.png", torch.cat(strips, 0))
    return rows


def table(rows: List[Figures]) -> str:
    number = lambda value: "–" if value is None else f"{value:.2f}"
    show = lambda name, row: f"{name:>5}" + "".join(f"{number(row[kind]):>15s}" for kind in KINDS)
    later = rows[1:]
    means = [show("mean", {kind: mean(later, kind) for kind in KINDS})] if later else []
    return "\n".join([f"{'frame':>5s}" + "".join(f"{kind:>15s}" for kind in KINDS), *(show(str(at), row) for at, row in enumerate(rows)), *means])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m training.streaming_gaussians.evaluate", description=__doc__.split("\n")[0])
    parser.add_argument("--stream", required=True)
    parser.add_argument("--pictures", default=None, help="folder for PNGs to look at")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    try:
        found = evaluate(Path(args.stream), "cuda" if torch.cuda.is_available() else "cpu", Path(args.pictures) if args.pictures else None)
    except (ValueError, OSError) as error:
        raise SystemExit(str(error))
    print(table(found))
    if args.json:
        print(json.dumps(found))


if __name__ == "__main__":
    run(main)
