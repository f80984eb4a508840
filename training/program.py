"""What the programs of training have in common: how they tell how far they are, and how they end.

They end as all of ours do: 0, 1 where something failed, 2 where they were asked wrongly (argparse), 130 where they were stopped. What is of use to other programs is on standard
output, with --json as one line of JSON, the last; everything else is on standard error, without colours. DEBUG=1 in the environment shows where an error came from."""

import json
import os
import sys
import time

BAR = 24
#: Seconds between two drawings in a terminal, and between two lines elsewhere.
DRAWN_EVERY = 0.1
TOLD_EVERY = 5.0


def run(main) -> None:
    """Runs a program's `main()` and ends the process as it should end."""
    try:
        main()
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        # Nobody reads any more; Python would say so once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("DEBUG"):
            raise
        print(f"{type(error).__name__}: {error} (DEBUG=1 shows where)", file=sys.stderr)
        sys.exit(1)


def add_telling(parser) -> None:
    """--quiet and --json."""
    parser.add_argument("--quiet", action="store_true", help="tell nothing of how far it is")
    parser.add_argument("--json", action="store_true", help="one line of JSON last on standard output")


def tell_result(args, value: dict, text: str) -> None:
    """The outcome, for people or for programs."""
    print(json.dumps(value) if args.json else text, flush=True)


class Progress:
    """One line that is drawn over in a terminal, else a plain line every five seconds; with rate and time left."""

    def __init__(self, unit: str, quiet: bool = False, stream=None, clock=time.monotonic):
        self.unit, self.quiet, self.stream, self.clock = unit, quiet, stream or sys.stderr, clock
        self.since, self.begun_at = clock(), None
        self.shown = -DRAWN_EVERY if self._terminal() else self.since
        self.drawn = False

    def show(self, done: float, count: int, told: str = "") -> None:
        """done: share of the work, 0 … 1; count: units done."""
        now = self.clock()
        if self.begun_at is None:
            # A run that is taken up again did not do before what it does per second now.
            self.begun_at = (done, count)
        if self.quiet or now - self.shown < (DRAWN_EVERY if self._terminal() else TOLD_EVERY):
            return
        self.shown = now
        spent, (first, counted) = now - self.since, self.begun_at
        parts = [f"{100 * done:3.0f} %", f"{self.unit} {count}"]
        if spent >= 1 and count > counted:
            parts.append(f"{(count - counted) / spent:.1f}/s")
        if done - first > 0.005 and done < 1:
            parts.append(f"{duration(spent * (1 - done) / (done - first))} left")
        if told:
            parts.append(told)
        text = "  ".join(parts)
        if not self._terminal():
            print(text, file=self.stream, flush=True)
            return
        filled = round(BAR * min(1.0, max(0.0, done)))
        columns = os.get_terminal_size(self.stream.fileno()).columns
        bar = "█" * filled + "░" * (BAR - filled)
        print(f"\r\x1b[2K  {bar}  {text}"[: columns + 4], end="", file=self.stream, flush=True)
        self.drawn = True

    def clear(self) -> None:
        if self.drawn:
            print("\r\x1b[2K", end="", file=self.stream, flush=True)
        self.drawn = False

    def _terminal(self) -> bool:
        return self.stream.isatty()


def duration(seconds: float) -> str:
    # A little less: 75 computed is 75.0000001.
    whole = int(-(-(seconds - 1e-6) // 1))
    if whole < 60:
        return f"{whole} s"
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
