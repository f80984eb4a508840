"""Records of the archive codec, as `npm run archive:data` writes them, and windows of them for training (H18)."""

import json
from pathlib import Path
from typing import Dict, List, Sequence

import numpy as np
import torch

from .presets import CUBE, FRAMES, REGIONS, STATE

#: State tokens of a pair, padded with zeros.
TOKENS = 24
TIME, CAMERA2D, CAMERA3D, OBJECT, VALUE = range(5)
#: Windows of fewer changed cubes than this share are mostly drawn again.
LIVELY = 0.08


class Record:
    """One clip through the real codec. Pairs lie on disk and are read as they are wanted."""

    def __init__(self, path: Path):
        meta = json.loads(path.with_suffix(".json").read_text())
        self.name, self.game = path.stem, meta.get("game", path.stem)
        self.width, self.height, self.pairs = meta["width"], meta["height"], meta["pairs"]
        self.counts, self.keyframes = meta["stateCounts"], meta["keyframes"]
        self.rows, self.columns = self.height // CUBE, self.width // CUBE
        self.cubes = self.rows * self.columns
        pixels = FRAMES * self.height * self.width * 3
        self.parts = np.cumsum([pixels, pixels, self.cubes, REGIONS, self.cubes, 4 * TOKENS * STATE])
        self.bytes = np.memmap(path, np.uint8, "r", shape=(self.pairs, int(self.parts[-1])))

    def pair(self, t: int, top: int = 0, left: int = 0, rows: int = 0, columns: int = 0) -> Dict[str, np.ndarray]:
        """A window (in cubes) of pair t: truth, context uint8 [2, 3, h, w]; region, changed uint8 [rows, columns]; rank uint8 [8]; state float32 [24, 24] of the window; count;
        fresh (1 = nothing is known from before); grey (its context is)."""
        rows, columns = rows or self.rows, columns or self.columns
        truth, context, region, rank, changed, state, _ = np.split(self.bytes[t], self.parts)
        y, x = slice(top * CUBE, (top + rows) * CUBE), slice(left * CUBE, (left + columns) * CUBE)
        picture = lambda part: part.reshape(FRAMES, self.height, self.width, 3)[:, y, x].transpose(0, 3, 1, 2)
        grid = lambda part: part.reshape(self.rows, self.columns)[top : top + rows, left : left + columns]
        state = np.frombuffer(state.tobytes(), np.float32).reshape(TOKENS, STATE)
        return {
            "truth": picture(truth),
            "context": picture(context),
            "region": grid(region),
            "rank": np.array(rank),
            "changed": grid(changed),
            "state": window_state(state, self, top, left, rows, columns),
            "count": max(1, self.counts[t]),
            "fresh": int(self.keyframes[t]),
            "grey": bool(self.keyframes[t]),
        }


def window_state(state: np.ndarray, record: Record, top: int, left: int, rows: int, columns: int) -> np.ndarray:
    """Tokens as they would be of the window alone: places and sizes are shares of the picture."""
    state = state.copy()
    if (rows, columns) != (record.rows, record.columns):
        across, down = record.columns / columns, record.rows / rows
        for kind, place, size in ((OBJECT, 2, 4), (CAMERA2D, 8, 10)):
            of = (state[:, 0] == kind) & (state[:, 1] > 0)
            state[of, place] = (state[of, place] - left / record.columns) * across
            state[of, place + 1] = (state[of, place + 1] - top / record.rows) * down
            state[of, size] *= across
            state[of, size + 1] *= down
        # What lies outside is far off.
        state[:, 2:] = np.clip(state[:, 2:], -8, 8)
    return state


def load_records(folders: Sequence[str]) -> List[Record]:
    """All records of the folders, by name."""
    # One that is still being written has no description yet.
    paths = sorted(path for folder in folders for path in Path(folder).glob("*.bin") if path.with_suffix(".json").exists())
    if not paths:
        raise FileNotFoundError(f"No records in {', '.join(map(str, folders))}: make some with `npm run archive:data -- --out DIR --input CLIPS`.")
    return [record for record in map(Record, paths) if record.pairs]


def split_records(records: Sequence[Record], held_out: Sequence[str]):
    """Split by game, never by frame: records for training, and those of games that are only judged by."""
    held = set(held_out)
    return [r for r in records if r.game not in held], [r for r in records if r.game in held]


def mirror_state(state: np.ndarray) -> np.ndarray:
    """Tokens of the picture seen in a mirror (left and right): 3D cameras are taken out, as it is not known what their handedness means."""
    state = state.copy()
    of = (state[:, 0] == OBJECT) & (state[:, 1] > 0)
    state[of, 2] = 1 - state[of, 2]
    state[of, 6] *= -1
    state[of, 9] *= -1
    state[of, 17] = 1 - state[of, 17]
    of = (state[:, 0] == CAMERA2D) & (state[:, 1] > 0)
    state[of, 2] *= -1
    state[of, 5] *= -1
    state[of, 6] *= -1
    state[of, 8] = 1 - state[of, 8] - state[of, 10]
    state[state[:, 0] == CAMERA3D] = 0
    return state


class Sampler:
    """Draws batches of windows of consecutive pairs, each with an augmentation of its own."""

    def __init__(self, records: Sequence[Record], weights: Sequence[float], seed: int, batch: int, length: int, window: int, stride: int = 2):
        self.records, self.batch, self.length, self.cubes, self.stride = list(records), batch, length, window // CUBE, stride
        self.rng = np.random.default_rng(seed)
        self.shares = np.array(weights, np.float64) / sum(weights)

    def draw(self, whole: bool = False) -> List[Dict[str, torch.Tensor]]:
        """[length] dicts of tensors [batch, ...], as Record.pair has them, grids flat and long. `whole`: whole pictures, so many fewer that the work is about the same."""
        if whole:
            size = self._record()
            sizes = (size.rows, size.columns)
            count = max(1, round(self.batch * self.cubes**2 / size.cubes))
        else:
            sizes, count = (self.cubes, self.cubes), self.batch
        windows = [self._window(*sizes) for _ in range(count)]
        return [{key: batched([w[t][key] for w in windows], key) for key in windows[0][0]} for t in range(self.length)]

    def _record(self) -> Record:
        return self.records[self.rng.choice(len(self.records), p=self.shares)]

    def _window(self, rows: int, columns: int) -> List[Dict[str, np.ndarray]]:
        rng = self.rng
        for _ in range(6):
            record = self._record()
            if record.rows < rows or record.columns < columns:
                continue
            stride = int(rng.integers(1, self.stride + 1))
            start = int(rng.integers(0, max(1, record.pairs - stride * (self.length - 1))))
            top, left = int(rng.integers(0, record.rows - rows + 1)), int(rng.integers(0, record.columns - columns + 1))
            pairs = [record.pair(min(record.pairs - 1, start + k * stride), top, left, rows, columns) for k in range(self.length)]
            # Hard-negative mining: where nothing has to be coded there is little to learn.
            if pairs[-1]["changed"].mean() > LIVELY or rng.random() < 0.1:
                break
        else:
            raise ValueError(f"No record is as large as the training window of {rows * CUBE} x {columns * CUBE} pixels.")
        # A pair between two that are shown may be a keyframe.
        for k in range(1, self.length):
            pairs[k]["fresh"] = int(any(record.keyframes[min(record.pairs - 1, start + j)] for j in range((k - 1) * stride + 1, k * stride + 1)))
        return self._augment(pairs)

    def _augment(self, pairs: list) -> list:
        rng = self.rng
        channels = rng.permutation(3) if rng.random() < 0.5 else np.arange(3)
        invert, mirror, upside = rng.random() < 0.15, rng.random() < 0.5, rng.random() < 0.1
        gain, shift = (rng.uniform(0.7, 1.15), rng.uniform(-24, 24)) if rng.random() < 0.25 else (1.0, 0.0)
        table = np.clip(np.arange(256) * gain + shift, 0, 255).round().astype(np.uint8)
        table = 255 - table if invert else table
        for pair in pairs:
            grey = pair.pop("grey")
            for key in ("truth", "context"):
                # A keyframe's context is grey whatever the picture.
                pixels = pair[key] if grey and key == "context" else table[pair[key][:, channels]]
                pixels = pixels[..., ::-1] if mirror else pixels
                pair[key] = pixels[..., ::-1, :] if upside else pixels
            for key in ("region", "changed"):
                grid = pair[key][:, ::-1] if mirror else pair[key]
                pair[key] = grid[::-1] if upside else grid
            if mirror:
                pair["state"] = mirror_state(pair["state"])
            if upside:
                # Nothing is known of a world upside down.
                pair["state"], pair["count"] = np.zeros_like(pair["state"]), 1
        return pairs


def batched(parts: list, key: str) -> torch.Tensor:
    if key in ("count", "fresh"):
        return torch.tensor(parts)
    made = torch.from_numpy(np.stack([np.ascontiguousarray(part) for part in parts]))
    if key in ("region", "changed"):
        return made.flatten(1).long()
    return made.long() if key == "rank" else made
