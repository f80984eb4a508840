"""Prints, as JSON, how far the planes that training shows a model are from those that the product shows it, for the parity test of both.

    python3 -m training.sgaps_mae.carried RECORD.bin FRAME PLANES.bin

PLANES.bin holds what `ModelInput` makes of that frame with the true frame before as the model's last one."""

import json
import sys
from pathlib import Path

import numpy as np
import torch

from ..program import run
from .data import Record
from .rollout import show

def main() -> None:
    record, t = Record(Path(sys.argv[1])), int(sys.argv[2])
    planes, _, motion = (torch.from_numpy(np.array(part)).unsqueeze(0) for part in record.frame(t))
    before = torch.from_numpy(np.array(record.frame(t - 1)[1])).unsqueeze(0).float() / 255
    ours = show(planes, motion, before)[0].numpy()
    theirs = np.fromfile(sys.argv[3], np.uint8).reshape(ours.shape).astype(np.float32) / 255
    # Theirs are whole levels.
    off = np.maximum(0, np.abs(ours - theirs) - 0.5 / 255)
    print(json.dumps({"most": float(off.max()), "known": float((theirs[6] > 0).mean()), "moved": float((motion != 0).float().mean())}))


if __name__ == "__main__":
    run(main)
