"""The folder of a stream (docs/protocol/streamed-splats.md): written frame by frame, and played from the files alone."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple, Optional, Tuple

import torch

from . import turns
from .cloud import Cloud, read_ply, write_ply
from .ntc import Moved, TransformationCache, read_ntc, write_ntc
from .settings import Grid, Settings
from .splatting import Splats

FORMAT, VERSION = "sgaps-splat-stream", 1
BASE, STREAM = "base.ply", "stream.json"


class Bounds(NamedTuple):
    low: Tuple[float, float, float]
    high: Tuple[float, float, float]


class Header(NamedTuple):
    """What stream.json says."""

    fps: float
    frames: int
    degree: int
    bounds: Bounds
    grid: Grid


def frame_path(folder: Path, frame: int, kind: str) -> Path:
    return folder / "frames" / f"{frame:06d}.{kind}"


def write_whole(path: Path, text: str) -> None:
    """Appears under its name only once it is whole."""
    partial = path.with_suffix(".part")
    partial.write_text(text)
    partial.replace(path)


def write_stream(folder: Path, settings: Settings, bounds: Bounds) -> None:
    """The file that makes a folder a stream: written last."""
    grid, box = asdict(settings.grid), {"low": list(bounds.low), "high": list(bounds.high)}
    head = {"format": FORMAT, "version": VERSION, "fps": settings.fps, "frames": settings.frames, "degree": settings.degree, "bounds": box, "grid": grid}
    write_whole(folder / STREAM, json.dumps(head, indent=2) + "\n")


def read_stream(folder: Path) -> Header:
    """Raises ValueError for a folder that is no stream, or one that was not made to its end."""
    if not (folder / STREAM).exists():
        raise ValueError(f"{folder} has no {STREAM}: it is no stream, or was not made to its end.")
    head = json.loads((folder / STREAM).read_text())
    if (head.get("format"), head.get("version")) != (FORMAT, VERSION):
        raise ValueError(f"{folder / STREAM} is not of {FORMAT} {VERSION}.")
    box = head["bounds"]
    return Header(head["fps"], head["frames"], head["degree"], Bounds(tuple(box["low"]), tuple(box["high"])), Grid(**head["grid"]))


def start(base: Cloud) -> Moved:
    """Frame 0: nothing has moved."""
    return Moved(base.positions, base.positions.new_tensor([1.0, 0, 0, 0]).expand(base.count, 4))


def shown(base: Cloud, moved: Moved) -> Splats:
    """What of the base is drawn: where it has moved to, turned, its colours with it."""
    still = base.splats()
    return still._replace(positions=moved.positions, rotations=turns.multiply(moved.turns, still.rotations), harmonics=turns.turn_harmonics(still.harmonics, moved.turns))


def step(cache: TransformationCache, moved: Moved) -> Moved:
    """The state of the next frame. Takes no gradients: what is played. A Gaussian whose place or turn would be no finite number stays as it was."""
    with torch.no_grad():
        to = cache.move(moved, cache.places(moved.positions))
        finite = torch.isfinite(to.positions).all(1) & torch.isfinite(to.turns).all(1)
        keep = lambda now, before: torch.where(finite[:, None], now, before)
        return Moved(keep(to.positions, moved.positions), keep(to.turns, moved.turns))


def carried(cache: TransformationCache, added: Optional[Cloud]) -> Optional[Cloud]:
    """Where a frame's cache would move what was added in the frame before. No part of what is played, where those are gone: what the frame is fitted from."""
    if added is None:
        return None
    moved = step(cache, start(added))
    splats = shown(added, moved)
    return added._replace(positions=moved.positions, rotations=splats.rotations, harmonics=splats.harmonics)


def write_frame(folder: Path, frame: int, cache: TransformationCache, added: Optional[Cloud]) -> Tuple[int, int]:
    """Writes a frame; the bytes of its cache and of what is added. The .ntc comes last: where it is, the frame is whole."""
    path, size = frame_path(folder, frame, "ply"), 0
    path.unlink(missing_ok=True)
    if added is not None:
        write_ply(path, added)
        size = path.stat().st_size
    return write_ntc(frame_path(folder, frame, "ntc"), cache, frame, 0 if added is None else added.count), size


def read_frame(folder: Path, frame: int, grid: Grid, bounds: Bounds) -> Tuple[TransformationCache, Optional[Cloud]]:
    """A frame's cache and the Gaussians added in it, None where there are none. Raises ValueError or OSError for what is damaged or missing."""
    cache, count = read_ntc(frame_path(folder, frame, "ntc"), grid, *bounds, frame)
    added = read_ply(frame_path(folder, frame, "ply")) if count else None
    if added is not None and added.count != count:
        raise ValueError(f"{frame_path(folder, frame, 'ply')} holds {added.count} Gaussians, not {count}.")
    return cache, added


def play(folder: Path, device="cpu"):
    """Yields (frame, state, what of the base is drawn, what is added or None), from frame 0 on, from the files alone."""
    head = read_stream(folder)
    base = read_ply(folder / BASE).to(device)
    moved = start(base)
    yield 0, moved, shown(base, moved), None
    for frame in range(1, head.frames):
        cache, added = read_frame(folder, frame, head.grid, head.bounds)
        moved = step(cache.to(device), moved)
        yield frame, moved, shown(base, moved), None if added is None else added.to(device).splats()
