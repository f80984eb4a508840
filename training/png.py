"""Pictures to look at."""

import struct
import zlib
from pathlib import Path

import torch
from torch import Tensor


def eight_bits(picture: Tensor) -> Tensor:
    """[..., 3], 0 ... 1, as bytes."""
    return (picture.detach().cpu().clamp(0, 1) * 255).round().to(torch.uint8)


def write_png(path: Path, picture: Tensor) -> None:
    """[height, width, 3], 0 ... 1."""
    pixels = eight_bits(picture)
    rows = b"".join(b"\0" + row.numpy().tobytes() for row in pixels)
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))
