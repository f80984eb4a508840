import contextlib
import io
import unittest

from .program import Progress, duration, run


class Clock:
    seconds = 0.0

    def __call__(self):
        return self.seconds


class TestProgress(unittest.TestCase):
    def test_tells_a_line_every_five_seconds_where_nobody_looks(self):
        clock, told = Clock(), io.StringIO()
        progress = Progress("step", stream=told, clock=clock)
        for second in range(13):
            clock.seconds = float(second)
            progress.show(0.2 + second / 100, 1000 + 10 * second, "loss 0.5000")
        progress.clear()
        self.assertEqual(told.getvalue().splitlines(), [" 25 %  step 1050  10.0/s  1:15 left  loss 0.5000", " 30 %  step 1100  10.0/s  1:10 left  loss 0.5000"])

    def test_is_quiet_when_it_is_told_to(self):
        clock, told = Clock(), io.StringIO()
        progress = Progress("step", quiet=True, stream=told, clock=clock)
        clock.seconds = 60.0
        progress.show(0.5, 10)
        self.assertEqual(told.getvalue(), "")

    def test_times(self):
        self.assertEqual([duration(s) for s in (0.2, 59, 61, 3661)], ["1 s", "59 s", "1:01", "1:01:01"])


class TestRun(unittest.TestCase):
    def end(self, error):
        def main():
            raise error

        told = io.StringIO()
        with contextlib.redirect_stderr(told), self.assertRaises(SystemExit) as ended:
            run(main)
        return ended.exception.code, told.getvalue()

    def test_ends_as_it_should(self):
        self.assertEqual(self.end(KeyboardInterrupt()), (130, "\nStopped.\n"))
        self.assertEqual(self.end(ValueError("no such world")), (1, "ValueError: no such world (DEBUG=1 shows where)\n"))
        self.assertEqual(self.end(SystemExit(2)), (2, ""))


if __name__ == "__main__":
    unittest.main()
