"""Runs exported models as the product does, in ONNX Runtime for Node and Web (`npm ci` brings them): Python's own is one thing more to install."""

import json
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np

#: What ONNX Runtime calls the types that come and go.
TYPES = {"int32": np.int32, "uint8": np.uint8, "float32": np.float32}


class RuntimeUnavailable(RuntimeError):
    """There is no Node, or no ONNX Runtime for it."""


class Session:
    """A graph held open in a process of its own. `ms`: what its last run took, without the way there and back; `cpu_ms`: the work of all its threads."""

    def __init__(self, model, provider: str = "cpu", threads: int = 2):
        if provider not in ("cpu", "wasm"):
            raise ValueError(f"provider {provider}: cpu and wasm are known")
        node = shutil.which("node")
        if node is None:
            raise RuntimeUnavailable("No `node` on PATH: install Node 20 or newer, then `npm ci`.")
        self.ms = self.cpu_ms = 0.0
        self.process = subprocess.Popen([node, str(Path(__file__).with_suffix(".mjs")), str(model), provider, str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            self._answer()
        except Exception:
            self.close()
            raise

    def run(self, feeds: dict) -> dict:
        """Arrays (float32, int32 or uint8) by name to the outputs by name."""
        arrays = {name: np.ascontiguousarray(array) for name, array in feeds.items()}
        head = json.dumps([{"name": name, "type": str(a.dtype), "dims": a.shape, "bytes": a.nbytes} for name, a in arrays.items()]).encode()
        self.process.stdin.write(struct.pack("<I", len(head)) + head + b"".join(a.tobytes() for a in arrays.values()))
        self.process.stdin.flush()
        answer = self._answer()
        self.ms, self.cpu_ms = answer["ms"], answer["cpuMs"]
        return {o["name"]: np.frombuffer(self.process.stdout.read(o["bytes"]), TYPES[o["type"]]).reshape(o["dims"]) for o in answer["outputs"]}

    def _answer(self) -> dict:
        size = self.process.stdout.read(4)
        if len(size) < 4:
            raise RuntimeUnavailable("ONNX Runtime's process ended.")
        head = json.loads(self.process.stdout.read(struct.unpack("<I", size)[0]))
        if "error" in head:
            error = head["error"]
            raise RuntimeUnavailable(f"{error} Run `npm ci`.") if "Cannot find package" in error else ValueError(error)
        return head

    def close(self) -> None:
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
