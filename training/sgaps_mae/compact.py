"""Makes smaller variants of an exported model, each with the inputs and outputs of the first.

    python3 -m training.sgaps_mae.compact --model models/sgaps-mae-small/model.onnx --out DIR [--variants fp16-weights ...] [--data RECORDS ...]

| variant        | stored as                              | computed in                                                        |
| -------------- | -------------------------------------- | ------------------------------------------------------------------ |
| `fp16-weights` | weights fp16                           | fp32: the runtime unpacks the weights once, when it loads them     |
| `int8-weights` | weights int8, a scale for each channel | fp32, likewise                                                     |
| `fp16`         | weights fp16                           | fp16 from the first convolution to the last, the picture in fp32   |
| `int8`         | QDQ, a scale for each channel          | int8 there, first and last convolution and the picture in fp32     |

`int8` needs `--data`: ranges are taken of games that are not held out. Needs the Python package onnx (Debian: python3-onnx), and for ranges Node with ONNX Runtime
(`npm ci`). `compare.py` measures what each is worth."""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import torch

from ..program import run
from .data import load_records, split_records
from .graph import Graph, node, onnx
from .rollout import show
from .runtime import Session

VARIANTS = ("fp16-weights", "int8-weights", "fp16", "int8")
#: What is computed in int8, where it is between convolutions; all else between them stays fp32.
INTEGER = ("Conv", "LeakyRelu", "Relu", "Add", "Concat", "Resize")
#: Frames that ranges are taken of, in stretches of so many.
FRAMES, STRETCH = 120, 4


def scales(weight: np.ndarray, axis: int) -> np.ndarray:
    most = np.abs(weight).max(tuple(k for k in range(weight.ndim) if k != axis))
    return (np.maximum(most, 1e-8) / 127).astype(np.float32)


def along(scale: np.ndarray, weight: np.ndarray, axis: int) -> np.ndarray:
    return scale.reshape([-1 if k == axis else 1 for k in range(weight.ndim)])


def stored(file, bits: int) -> bytes:
    """Weights packed, computed in fp32."""
    g = Graph(file)
    before = []
    for weight in g.weights():
        name, array = weight.name, onnx().numpy_helper.to_array(weight)
        if bits == 16:
            before.append(node("Cast", [g.constant(f"{name}.fp16", array.astype(np.float16))], name, to=1))
            continue
        # Convolutions have their channels first, matrices last.
        axis = 0 if array.ndim > 2 else 1
        scale = along(scales(array, axis), array, axis)
        before.append(node("Cast", [g.constant(f"{name}.int8", np.rint(array / scale).astype(np.int8))], f"{name}.cast", to=1))
        before.append(node("Mul", [f"{name}.cast", g.constant(f"{name}.scale", scale)], name))
    made = {n.output[0] for n in before}
    rest = [i for i in g.graph.initializer if i.name not in made]
    del g.graph.initializer[:]
    g.graph.initializer.extend(rest)
    return g.bytes(before + list(g.graph.node))


def half(file) -> bytes:
    """fp16 from the first convolution to the last."""
    g = Graph(file)
    nodes, cast, back = [], set(), {}
    for n in list(g.graph.node):
        if n.name not in g.inner:
            for k, name in enumerate(n.input):
                n.input[k] = back.get(name, name)
            nodes.append(n)
            continue
        for k, name in enumerate(n.input):
            if name in g.values and g.values[name].data_type == 1 and not (n.op_type == "Resize" and k):
                n.input[k] = g.constant(f"{name}.fp16", g.array(name).astype(np.float16))
        for k in g.moving(n):
            name = n.input[k]
            if name in back:
                continue
            if name not in cast:
                nodes.append(node("Cast", [name], f"{name}.fp16", to=10))
                cast.add(name)
            n.input[k] = f"{name}.fp16"
        for a in n.attribute:
            if n.op_type == "Cast" and a.i == 1:
                a.i = 10
            elif a.name == "value" and a.t.data_type == 1:
                a.t.CopyFrom(onnx().numpy_helper.from_array(onnx().numpy_helper.to_array(a.t).astype(np.float16)))
        nodes.append(n)
        for name in g.floats.intersection(n.output):
            nodes.append(node("Cast", [name], f"{name}.fp32", to=1))
            back[name] = f"{name}.fp32"
    return g.bytes(nodes)


def integer_nodes(g: Graph) -> list:
    """What is computed in int8. The runtime moves bytes for Resize where it only repeats them."""
    ours = [n for n in g.graph.node if n.name in g.inner and n.op_type in INTEGER and g.floats.issuperset(n.output)]
    return [n for n in ours if n.op_type != "Resize" or b"nearest" in [a.s for a in n.attribute]]


def ranges(file, records, kept) -> dict:
    """Least and most of each tensor between the convolutions, means over frames of short stretches with the model's own last frame carried along."""
    g = Graph(file, kept)
    names = sorted({name for n in integer_nodes(g) for name in [n.input[k] for k in g.moving(n)] + list(n.output)})
    nodes = list(g.graph.node)
    for name in names:
        for kind in ("ReduceMin", "ReduceMax"):
            nodes.append(node(kind, [name], f"{name}.{kind}", keepdims=0))
            g.graph.output.append(onnx().helper.make_tensor_value_info(f"{name}.{kind}", 1, []))
    found = []
    with tempfile.NamedTemporaryFile(suffix=".onnx") as probe:
        probe.write(g.bytes(nodes))
        probe.flush()
        rng = np.random.default_rng(1)
        with Session(probe.name) as session:
            for k in range(FRAMES // STRETCH):
                record, previous = records[k * len(records) * STRETCH // FRAMES % len(records)], None
                start = int(rng.integers(0, max(1, record.frames - STRETCH)))
                for t in range(start, min(record.frames, start + STRETCH)):
                    planes, _, motion = (torch.from_numpy(np.array(part)).unsqueeze(0) for part in record.frame(t))
                    out = session.run((show(planes, motion, previous) * 255 + 0.5).to(torch.uint8).numpy())
                    previous = torch.from_numpy(out["frame"].copy()).float() / 255
                    found.append([[float(out[f"{name}.{kind}"]) for kind in ("ReduceMin", "ReduceMax")] for name in names])
    return dict(zip(names, np.mean(found, 0)))


def integer(file, records, kept=None) -> bytes:
    """QDQ around all that is computed in int8. `kept`: convolutions, by name, that stay fp32; without it the first and the last."""
    names = [n.name for n in Graph(file).convs]
    kept = (names[0], names[-1]) if kept is None else kept
    seen, g = ranges(file, records, kept), Graph(file, kept)
    ours = {n.name for n in integer_nodes(g)}
    nodes, coded, scale_of = [], {}, {}

    def code(name: str) -> None:
        low, high = min(seen[name][0], 0), max(seen[name][1], 0, seen[name][0] + 1e-6)
        scale_of[name] = scale = np.float32((high - low) / 255)
        tail = [g.constant(f"{name}.scale", scale), g.constant(f"{name}.zero", np.uint8(np.clip(round(-low / scale), 0, 255)))]
        nodes.append(node("QuantizeLinear", [name] + tail, f"{name}.u8"))
        nodes.append(node("DequantizeLinear", [f"{name}.u8"] + tail, f"{name}.coded"))
        coded[name] = f"{name}.coded"

    outside = set()
    for n in list(g.graph.node):
        is_ours, sources = n.name in ours, list(n.input)
        for k in g.moving(n):
            if is_ours and n.input[k] not in coded:
                code(n.input[k])
                outside.add(sources[k])
            if n.input[k] in coded and (is_ours or n.input[k] not in outside):
                n.input[k] = coded[n.input[k]]
        if is_ours and n.op_type == "Conv":
            weight = g.array(n.input[1])
            scale = scales(weight, 0)
            places = {1: (np.rint(weight / along(scale, weight, 0)).astype(np.int8), scale)}
            if len(n.input) > 2:
                fine = scale * scale_of[sources[0]]
                places[2] = (np.rint(g.array(n.input[2]) / fine).astype(np.int32), fine)
            for k, (whole, unit) in places.items():
                name = f"{n.name}.{k}"
                parts = [(".whole", whole), (".unit", unit), (".none", np.zeros(len(unit), whole.dtype))]
                nodes.append(node("DequantizeLinear", [g.constant(name + end, part) for end, part in parts], f"{name}.coded", axis=0))
                n.input[k] = f"{name}.coded"
        nodes.append(n)
        if is_ours:
            if n.op_type == "Resize":
                # Moved only: the same range, so that the runtime moves bytes.
                seen[n.output[0]] = seen[sources[0]]
            for name in n.output:
                code(name)
    return g.bytes(nodes)


def compact(file, variant: str, records=()) -> bytes:
    if variant == "int8":
        if not records:
            raise SystemExit("int8 needs records of games that are not held out: --data DIR.")
        return integer(file, records)
    return {"fp16-weights": lambda: stored(file, 16), "int8-weights": lambda: stored(file, 8), "fp16": lambda: half(file)}[variant]()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m training.sgaps_mae.compact", description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=None)
    parser.add_argument("--data", nargs="*", default=[])
    args = parser.parse_args()
    held_out = json.loads((Path(__file__).parent / "split.json").read_text())["validation"]
    records, _ = split_records(load_records(args.data), held_out) if args.data else ([], [])
    Path(args.out).mkdir(parents=True, exist_ok=True)
    for variant in args.variants or [v for v in VARIANTS if v != "int8" or records]:
        file = Path(args.out) / f"{variant}.onnx"
        file.write_bytes(compact(args.model, variant, records))
        print(f"{file}: {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    run(main)
