"""Writes what PyTorch makes of a stream, for readers in other languages to be held to:

    python3 -m training.streaming_gaussians.fixture --stream FOLDER

puts expected.json into the folder: of each frame some Gaussians' positions, turns since frame 0 and turned harmonics (coefficient after coefficient, each red, green, blue), and pictures of the last
frame and frame 0 from a held-out camera (RGB bytes in base64; its view column by column)."""

import argparse
import base64
import json
from pathlib import Path

import torch

from ..program import run
from .cloud import read_ply
from ..png import eight_bits
from .settings import Settings
from .splatting import draw
from .stream import BASE, play
from .world import cameras_of

EXPECTED = "expected.json"
#: Gaussians that are told of: so many that move most, and so many of all.
MOVED, SPREAD = 6, 6


def picture(frame: int, splats, camera) -> dict:
    pixels = eight_bits(draw(splats, [camera]).pictures[0])
    told = {name: getattr(camera, name) for name in ("width", "height", "fx", "fy", "cx", "cy")}
    return {"frame": frame, **told, "view": camera.view.T.flatten().tolist(), "rgb": base64.b64encode(pixels.numpy().tobytes()).decode()}


def expected(folder: Path) -> dict:
    camera = cameras_of(Settings.from_dict(json.loads((folder / "settings.json").read_text())))[1][0]
    with torch.no_grad():
        frames = list(play(folder))
        base = read_ply(folder / BASE)
        far = (frames[-1][1].positions - base.positions).norm(dim=1)
        chosen = sorted({*far.argsort(descending=True)[:MOVED].tolist(), *torch.linspace(0, base.count - 1, SPREAD).long().tolist()})
        rows = []
        for frame, moved, splats, added in frames:
            parts = {"positions": moved.positions, "turns": moved.turns, "harmonics": splats.harmonics.flatten(1)}
            rows.append({"frame": frame, "added": 0 if added is None else len(added.positions), **{name: part[chosen].tolist() for name, part in parts.items()}})
        drawn = [picture(frame, splats if added is None else splats.plus(added), camera) for frame, _, splats, added in (frames[0], frames[-1])]
    return {"gaussians": chosen, "frames": rows, "pictures": drawn}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m training.streaming_gaussians.fixture", description=__doc__.split("\n")[0])
    parser.add_argument("--stream", required=True)
    folder = Path(parser.parse_args().stream)
    torch.set_num_threads(1)
    (folder / EXPECTED).write_text(json.dumps(expected(folder)) + "\n")


if __name__ == "__main__":
    run(main)
