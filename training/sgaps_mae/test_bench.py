"""What a user of the bench would notice if it broke."""

import contextlib
import io
import unittest
from unittest import mock

from .bench import bench, parse, table

SMALL = ["--preset", "tiny", "--width", "64", "--height", "36", "--seconds", "0.05"]


class Bench(unittest.TestCase):
    def test_measures_each_batch_and_says_what_sessions_that_makes(self):
        figures = bench(parse(SMALL + ["--cpu", "--batches", "2,1"]))
        self.assertIsNone(figures["gpu"])
        self.assertEqual([row["batch"] for row in figures["rows"]], [1, 2])
        for row in figures["rows"]:
            self.assertGreaterEqual(row["batches"], 3)
            self.assertGreater(row["latencyMs"]["p50"], 0)
            self.assertGreaterEqual(row["latencyMs"]["p95"], row["latencyMs"]["p50"])
            # One batch after the other.
            self.assertLess(row["framesPerSecond"], 1500 * row["batch"] / row["latencyMs"]["p50"])
            self.assertEqual(row["sessionsAt30fps"], int(row["framesPerSecond"] // 30))
        self.assertIn("tiny", table(figures))

    def test_says_that_there_is_no_gpu(self):
        with mock.patch("torch.cuda.is_available", return_value=False):
            figures = bench(parse(SMALL))
        self.assertIsNone(figures["gpu"])
        self.assertIn("no CUDA card", figures["reason"])

    def test_refuses_sizes_that_are_none(self):
        for wrong in ("0", "300", "one"):
            with contextlib.redirect_stderr(io.StringIO()), self.assertRaises(SystemExit):
                parse(["--batches", wrong])


if __name__ == "__main__":
    unittest.main()
