"""Runs the commands that make a model, one after the other, and what was done before not again."""

import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run_steps(steps, work: Path) -> None:
    """steps: (name, what it makes, command), in order; `work` is where is noted what was done. Ends the process with 1 where a command fails: run again, it goes on from there."""
    try:
        work.mkdir(parents=True, exist_ok=True)
        _run(steps, work)
    except subprocess.CalledProcessError as error:
        print(f"{shlex.join(error.cmd)}\nended with {error.returncode}: see above. Run this command again to go on from there.", file=sys.stderr)
        sys.exit(1)


def _run(steps, work: Path) -> None:
    anew = False
    for at, (name, made, command) in enumerate(steps, 1):
        line, begun, done = shlex.join(command), work / f"{name}.begun", work / f"{name}.done"
        print(f"[{at}/{len(steps)}] {name}", file=sys.stderr, flush=True)
        # What another command made, or what was made of something else, is of no use.
        anew = anew or not begun.exists() or begun.read_text() != line
        if done.exists() and made.exists() and not anew:
            continue
        if made.is_dir() and not begun.exists():
            raise SystemExit(f"{made} is there already and was not made by this command: it is left alone. Name another --work.")
        done.unlink(missing_ok=True)
        if anew:
            shutil.rmtree(made, ignore_errors=True)
            begun.write_text(line)
        started = time.monotonic()
        subprocess.run(command, cwd=ROOT, check=True)
        done.touch()
        # Weights that were trained on make what comes after them anew, too.
        anew = True
        print(f"[{at}/{len(steps)}] {name}: {(time.monotonic() - started) / 60:.1f} min", file=sys.stderr, flush=True)
