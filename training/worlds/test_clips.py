"""Clips as files: repeatable, lossless, and with the state that the loop reads."""

import json
import os
import subprocess
import tempfile
import unittest

import numpy as np

from training.worlds.clip_writer import depth_codes
from training.worlds.make_clip import KINDS, clip_frames, make_clip


def read(path, pixel_format, dtype, shape):
    command = ['ffmpeg', '-v', 'error', '-i', path, '-f', 'rawvideo', '-pix_fmt', pixel_format, '-']
    return np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, dtype).reshape(shape)


class Clips(unittest.TestCase):
    def test_same_seed_same_clip(self):
        for kind in KINDS:
            with self.subTest(kind):
                first, again = list(clip_frames(3, 1, kind, 6)), list(clip_frames(3, 1, kind, 6))
                other = list(clip_frames(3, 2, kind, 6))
                self.assertEqual(json.dumps(first[0]), json.dumps(again[0]))
                for a, b in zip(first[1:], again[1:]):
                    self.assertTrue(np.array_equal(a[0], b[0]))
                    self.assertEqual(json.dumps(a[1]), json.dumps(b[1]))
                self.assertFalse(np.array_equal(first[3][0], other[3][0]))

    def test_files_hold_the_frames(self):
        with tempfile.TemporaryDirectory() as folder:
            entry = make_clip(folder, 5, 1, '3d', 4)
            name = os.path.join(folder, entry['name'])
            truth = list(clip_frames(5, 1, '3d', 4))[1:]
            video = read(name + '.mkv', 'rgb24', np.uint8, (4, 180, 320, 3))
            depth = read(name + '.depth.mkv', 'gray10le', '<u2', (4, 180, 320))
            for t in range(4):
                self.assertTrue(np.array_equal(video[t], truth[t][0]))
                self.assertTrue(np.array_equal(depth[t], depth_codes(truth[t][2])))
            with open(name + '.json', encoding='utf-8') as file:
                state = json.load(file)
            self.assertEqual((state['frames'], len(state['per_frame']), state['width'], state['height']), (4, 4, 320, 180))
            self.assertEqual([len(state['per_frame'][2][k]) for k in ('view', 'projection')], [16, 16])

    def test_state_of_2d_is_what_a_plugin_may_send(self):
        needed = {'id', 'name', 'x', 'y', 'w', 'h', 'z', 'cx', 'cy', 'dw', 'dh', 'ox', 'oy'}
        seen = 0
        for number in range(10):
            for picture, state in list(clip_frames(8, number, KINDS[2 * (number % 2)], 5))[1:]:
                self.assertEqual((picture.shape, picture.dtype), ((180, 320, 3), np.uint8))
                self.assertLessEqual(len(state['objects']), 256)
                ids = [o['id'] for o in state['objects']]
                self.assertEqual(len(ids), len(set(ids)), 'an id stands for one object')
                self.assertEqual([o['z'] for o in state['objects']], sorted(o['z'] for o in state['objects']))
                for o in state['objects']:
                    self.assertLessEqual(needed, set(o))
                    self.assertTrue(o['x'] < 321 and o['y'] < 180 and o['x'] + o['w'] > 0 and o['y'] + o['h'] > 0)
                    seen += 1
        self.assertGreater(seen, 50)

    def test_depth_codes_follow_the_formula(self):
        z = np.array([0.01, 0.05, 1.0, 37.0, 4000.0, 1e9, np.inf])
        codes = depth_codes(z)
        self.assertEqual([int(codes[0]), int(codes[1]), int(codes[5]), int(codes[6])], [1, 1, 1023, 0])
        back = 0.05 * np.exp((codes[2:5] - 1.0) / 1022 * np.log(100000))
        self.assertLess(np.abs(back / z[2:5] - 1).max(), 0.0057)


if __name__ == '__main__':
    unittest.main()
