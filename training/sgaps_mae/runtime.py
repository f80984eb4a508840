"""Runs exported models as the product does, in ONNX Runtime for Node (`npm ci` brings it): Python's own is one thing more to install."""

import json
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np

TYPES = {"uint8": np.uint8, "float32": np.float32}


class RuntimeUnavailable(RuntimeError):
    """There is no Node, or no ONNX Runtime for it."""


class Session:
    """A model held open in a process of its own. `ms` is what its last run took, without the way there and back, `cpu_ms` the work of all its threads."""

    def __init__(self, model, provider: str = "cpu", threads: int = 2):
        if provider not in ("cpu", "wasm"):
            raise ValueError(f"provider {provider}: cpu and wasm are known")
        node = shutil.which("node")
        if node is None:
            raise RuntimeUnavailable("No `node` on PATH: install Node 20 or newer, then `npm ci`.")
        script = str(Path(__file__).with_suffix(".mjs"))
        self.ms = self.cpu_ms = 0.0
        self.process = subprocess.Popen([node, script, str(model), provider, str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            self._answer()
        except Exception:
            self.close()
            raise

    def run(self, planes: np.ndarray) -> dict:
        """planes uint8 [batch, planes, height, width]; returns the outputs by name."""
        self.process.stdin.write(struct.pack("<4I", *planes.shape) + np.ascontiguousarray(planes, np.uint8).tobytes())
        self.process.stdin.flush()
        head = self._answer()
        self.ms, self.cpu_ms = head["ms"], head["cpuMs"]
        return {o["name"]: np.frombuffer(self.process.stdout.read(o["bytes"]), TYPES[o["type"]]).reshape(o["dims"]) for o in head["outputs"]}

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
