"""Records of the real loop, as `npm run training:data` writes them (benchmarks/src/training/exportRecords.ts)."""

import json
from pathlib import Path
from typing import List, Sequence

import numpy as np
import torch

from .planes import PLANES

TRUTH = 3
COLUMN, ROW = PLANES.index("column"), PLANES.index("row")
#: Places in a block are told as 1 ... 8 times this.
PHASE = 28
MOTION_BYTES = 4


class Record:
    """One clip run under one setting. Frames lie on disk and are read as they are wanted."""

    def __init__(self, path: Path):
        meta = json.loads(path.with_suffix(".json").read_text())
        if tuple(meta["planes"]) != PLANES:
            raise ValueError(f"{path}: made for planes {meta['planes']}; this trainer knows {list(PLANES)}. Run `npm run training:data` anew.")
        self.name = path.stem
        self.game, _, self.setting = path.stem.partition("@")
        self.width, self.height, self.frames = meta["width"], meta["height"], meta["frames"]
        self.pixels = self.width * self.height
        self.bytes = np.memmap(path, np.uint8, "r", shape=(self.frames, self.pixels * (len(PLANES) + TRUTH + MOTION_BYTES)))

    def frame(self, t: int, top: int = 0, left: int = 0, height: int = 0, width: int = 0):
        """Planes, truth (uint8) and motion (int16) of a window of frame t."""
        height, width = height or self.height, width or self.width
        rows, columns = slice(top, top + height), slice(left, left + width)
        n = self.pixels
        row = self.bytes[t]
        planes = row[: len(PLANES) * n].reshape(-1, self.height, self.width)[:, rows, columns]
        truth = row[len(PLANES) * n : (len(PLANES) + TRUTH) * n].reshape(-1, self.height, self.width)[:, rows, columns]
        motion = row[(len(PLANES) + TRUTH) * n :].view(np.int16).reshape(2, self.height, self.width)[:, rows, columns]
        return planes, truth, motion


def load_records(folders: Sequence[str]) -> List[Record]:
    """All records of the folders, by name."""
    paths = sorted(path for folder in folders for path in Path(folder).glob("*.bin"))
    if not paths:
        raise FileNotFoundError(f"No records in {', '.join(folders)}: make some with `npm run training:data -- --out DIR --input CLIPS`.")
    return [Record(path) for path in paths]


def split_records(records: Sequence[Record], held_out: Sequence[str]):
    """Split by game, never by frame: records for training, and those of games that are only judged by."""
    held = set(held_out)
    return [r for r in records if r.game not in held], [r for r in records if r.game in held]


class Sampler:
    """Draws batches of short sequences of windows, each with an augmentation of its own."""

    def __init__(self, records: Sequence[Record], weights: Sequence[float], seed: int, batch: int, length: int, window: int):
        self.records, self.batch, self.length, self.window = list(records), batch, length, window
        self.rng = np.random.default_rng(seed)
        total = float(sum(weights))
        self.shares = np.array([w / total for w in weights])

    def draw(self):
        """[length] tuples of planes, truth (uint8 [batch, c, window, window]) and motion (int16)."""
        sequences = [self._sequence() for _ in range(self.batch)]
        return [tuple(torch.from_numpy(np.stack([s[t][k] for s in sequences])) for k in range(3)) for t in range(self.length)]

    def _sequence(self):
        rng = self.rng
        for attempt in range(5):
            record = self.records[rng.choice(len(self.records), p=self.shares)]
            size = min(self.window, record.height // 2 * 2, record.width // 2 * 2)
            start = int(rng.integers(0, max(1, record.frames - self.length + 1)))
            top = 2 * int(rng.integers(0, (record.height - size) // 2 + 1))
            left = 2 * int(rng.integers(0, (record.width - size) // 2 + 1))
            # Hard-negative mining: where memory is right already there is little to learn (S16).
            planes, truth, _ = record.frame(min(record.frames - 1, start + self.length - 1), top, left, size, size)
            error = planes[:3, ::2, ::2].astype(np.float32) - truth[:, ::2, ::2]
            if (error * error).mean() > 1 or rng.random() < 0.05:
                break
        channels = rng.permutation(3)
        invert = rng.random() < 0.25
        flip_x, flip_y = rng.random() < 0.5, rng.random() < 0.15
        frames = []
        for t in range(start, start + self.length):
            planes, truth, motion = record.frame(min(t, record.frames - 1), top, left, size, size)
            order = np.concatenate((channels, 3 + channels, np.arange(6, len(PLANES))))
            planes, truth, motion = planes[order], truth[channels], motion.copy()
            if invert:
                planes[:6] = 255 - planes[:6]
                truth = 255 - truth
            if flip_x:
                planes[COLUMN] = _mirror(planes[COLUMN])
                planes, truth, motion = planes[:, :, ::-1], truth[:, :, ::-1], motion[:, :, ::-1] * np.array([-1, 1], np.int16)[:, None, None]
            if flip_y:
                planes[ROW] = _mirror(planes[ROW])
                planes, truth, motion = planes[:, ::-1], truth[:, ::-1], motion[:, ::-1] * np.array([1, -1], np.int16)[:, None, None]
            frames.append((np.ascontiguousarray(planes), np.ascontiguousarray(truth), np.ascontiguousarray(motion)))
        return frames


def _mirror(phase: np.ndarray) -> np.ndarray:
    return np.where(phase > 0, 9 * PHASE - phase, 0).astype(np.uint8)
