"""Measures a model in PyTorch by batch size: the twin of `npm run bench:gpu`, with the same figures.

    python3 -m training.sgaps_mae.bench --preset small --json

On a CUDA card: fp16 by autocast, channels last; bytes go up and pictures come down with every batch, as they do in ONNX Runtime. Memory is what PyTorch's tensors take at most."""

import argparse
import json
import sys
import time

import numpy as np
import torch

from ..program import run
from .evaluate import load_model
from .model import Served, SgapsMae
from .planes import PLANES
from .presets import PRESETS

GPU_BATCHES = [1, 2, 4, 8, 16, 32, 64, 128, 256]
CPU_BATCHES = [1, 2, 4, 8]
WARM_UP = 3
LEAST_BATCHES = 3
FPS = 30
#: ms after which a live picture is of no use any more, as in the inference service.
LATE_MS = 50
MIB = 2**20


def parse(argv=None):
    parser = argparse.ArgumentParser(prog="python3 -m training.sgaps_mae.bench", description=__doc__.split("\n")[0])
    parser.add_argument("--preset", choices=sorted(PRESETS), default="small", help="untrained weights of this size")
    parser.add_argument("--model", help="weights (last.pt of a run); their own preset")
    parser.add_argument("--batches", type=sizes, default=None, help="such as 1,2,4 (default: 1,2,4,...,256; on the CPU to 8)")
    parser.add_argument("--seconds", type=float, default=3, help="measured for each size")
    parser.add_argument("--width", type=int, default=320)
    parser.add_argument("--height", type=int, default=180)
    parser.add_argument("--cpu", action="store_true", help="measure the CPU instead")
    parser.add_argument("--json", action="store_true", help="one line of JSON last on standard output")
    return parser.parse_args(argv)


def sizes(text: str) -> list:
    try:
        values = sorted({int(part) for part in text.split(",")})
    except ValueError:
        raise argparse.ArgumentTypeError("whole numbers with commas between them are needed, such as 1,2,4") from None
    if values[0] < 1 or values[-1] > 256:
        raise argparse.ArgumentTypeError("1 to 256 frames a batch")
    return values


def resident_mb() -> float:
    """Peak of this process on the CPU; null on systems that do not tell."""
    try:
        import resource
    except ImportError:
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / MIB if sys.platform == "darwin" else peak / 1024


def measure(served: Served, device: torch.device, batch: int, args, before_mb: float) -> dict:
    planes = torch.from_numpy(np.random.default_rng(batch).integers(0, 256, (batch, len(PLANES), args.height, args.width), np.uint8))
    cuda = device.type == "cuda"
    if cuda:
        planes = planes.pin_memory()
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)

    def run():
        # The copies down wait for the run to end.
        x = planes.to(device, non_blocking=True).contiguous(memory_format=torch.channels_last)
        with torch.no_grad(), torch.autocast(device.type, dtype=torch.float16 if cuda else torch.bfloat16, enabled=cuda):
            return [part.cpu() for part in served(x)]

    for _ in range(WARM_UP):
        run()
    times, started = [], time.perf_counter()
    while len(times) < LEAST_BATCHES or time.perf_counter() - started < args.seconds:
        asked = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - asked))
    frames_per_second = batch * len(times) / (time.perf_counter() - started)
    used = torch.cuda.max_memory_allocated(device) / MIB if cuda else max(0.0, resident_mb() - before_mb)
    return {
        "batch": batch,
        "batches": len(times),
        "framesPerSecond": frames_per_second,
        "latencyMs": {"p50": float(np.percentile(times, 50)), "p95": float(np.percentile(times, 95))},
        "memoryPerSessionMb": None if used != used else used / batch,
        "sessionsAt30fps": int(frames_per_second // FPS),
    }


def bench(args) -> dict:
    if not args.cpu and not torch.cuda.is_available():
        return {"gpu": None, "reason": f"PyTorch {torch.__version__} finds no CUDA card"}
    device = torch.device("cpu" if args.cpu else "cuda")
    torch.set_flush_denormal(True)
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(1)
    before = resident_mb()
    model = load_model(args.model) if args.model else SgapsMae(PRESETS[args.preset])
    served = Served(model).eval().to(device=device, memory_format=torch.channels_last)
    rows = []
    for batch in args.batches or (CPU_BATCHES if args.cpu else GPU_BATCHES):
        try:
            rows.append(measure(served, device, batch, args, before))
        except RuntimeError as error:
            if "out of memory" not in str(error).lower():
                raise
            print(f"A batch of {batch} does not fit into memory.", file=sys.stderr)
            break
    in_time = [row["sessionsAt30fps"] for row in rows if row["latencyMs"]["p95"] <= LATE_MS]
    card = None if args.cpu else torch.cuda.get_device_properties(device)
    return {
        "gpu": card and {"name": card.name, "memoryMb": card.total_memory / MIB},
        "provider": f"pytorch-{device.type}",
        "model": f"{model.preset.name} ({sum(p.numel() for p in model.parameters())} parameters{'' if args.model else ', untrained'})",
        "grid": {"width": args.width, "height": args.height},
        "rows": rows,
        "sessionsPerDevice": max(in_time) if in_time else None,
    }


def table(figures: dict) -> str:
    grid, gpu = figures["grid"], figures["gpu"]
    lines = [f"{figures['model']}, {grid['width']}x{grid['height']}, {figures['provider']} on {gpu['name'] if gpu else 'the CPU'}"]
    lines.append(f"{'batch':>5s}  {'frames/s':>9s}  {'ms p50':>8s}  {'p95':>8s}  MB per session  sessions at 30 fps")
    for row in figures["rows"]:
        latency, memory = row["latencyMs"], row["memoryPerSessionMb"]
        told = "-" if memory is None else f"{memory:.1f}"
        lines.append(f"{row['batch']:5d}  {row['framesPerSecond']:9.1f}  {latency['p50']:8.2f}  {latency['p95']:8.2f}  {told:>14s}  {row['sessionsAt30fps']:18d}")
    return "\n".join(lines)


def main() -> None:
    arguments = parse()
    result = bench(arguments)
    print(f"No GPU: {result['reason']}." if "reason" in result else table(result))
    if arguments.json:
        print(json.dumps(result))


if __name__ == "__main__":
    run(main)
