"""Writes a clip as `shared/clips/train` has them: lossless RGB, its state, and depth codes for 3D."""

import json
import math
import os
import subprocess

import numpy as np

WIDTH, HEIGHT, FPS = 320, 180, 30
CONVENTIONS_2D = (
    'all numbers in pixels of the 320x180 picture; screen = world*zoom - (viewX,viewY); objects: top left corner and size on screen'
)
CONVENTIONS_3D = (
    'view, projection: Babylon matrices, 16 floats, row vectors (clip = world * view * projection), taken after the frame was drawn; '
    'NAME.depth.mkv: view-space z as 10-bit codes, 0 = nothing drawn, else z = 0.05 * exp((code - 1) / 1022 * ln(100000))'
)
_REPEATABLE = ['-fflags', '+bitexact', '-flags:v', '+bitexact', '-map_metadata', '-1', '-threads', '1']


def depth_codes(z):
    """Codes of view-space depths (DESIGN.md): 0 where z is not finite, else the nearest of 1 … 1023."""
    with np.errstate(divide='ignore', invalid='ignore'):
        code = np.rint(1 + np.log(np.maximum(z, 1e-9) / 0.05) * (1022 / math.log(100000)))
    return np.where(np.isfinite(z), np.clip(code, 1, 1023), 0).astype('<u2')


class _Pipe:
    def __init__(self, path, pixel_format, arguments):
        source = ['-f', 'rawvideo', '-pix_fmt', pixel_format, '-s', f'{WIDTH}x{HEIGHT}', '-r', str(FPS), '-i', 'pipe:0']
        command = [os.environ.get('SGAPS_FFMPEG', 'ffmpeg'), '-v', 'error', '-y', *source, *arguments, *_REPEATABLE, path]
        self.path = path
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE)

    def write(self, frame):
        self.process.stdin.write(np.ascontiguousarray(frame).tobytes())

    def close(self):
        self.process.stdin.close()
        if self.process.wait() != 0:
            raise RuntimeError(f'ffmpeg could not write {self.path}; its message is above')


class ClipWriter:
    """Takes frames one by one; `close` ends the videos and writes the state."""

    def __init__(self, folder, name, kind, seed, extra=None):
        os.makedirs(folder, exist_ok=True)
        self.folder, self.name, self.frames = folder, name, []
        self.is_3d = kind == '3d'
        self.head = {
            'name': name,
            'engine': 'worlds',
            'kind': kind,
            'source': 'training.worlds',
            'licence': 'MIT',
            'width': WIDTH,
            'height': HEIGHT,
            'fps': FPS,
            'frames': 0,
            'seed': seed,
            **(extra or {}),
            'conventions': CONVENTIONS_3D if self.is_3d else CONVENTIONS_2D,
        }
        self.colour = _Pipe(self.path('.mkv'), 'rgb24', ['-c:v', 'libx264rgb', '-crf', '0', '-preset', 'ultrafast', '-pix_fmt', 'rgb24'])
        self.depth = (
            _Pipe(self.path('.depth.mkv'), 'gray10le', ['-c:v', 'ffv1', '-level', '3', '-g', '1', '-pix_fmt', 'gray10le'])
            if self.is_3d
            else None
        )

    def path(self, ending):
        return os.path.join(self.folder, self.name + ending)

    def write(self, picture, state, depth=None):
        """One frame: uint8 180 × 320 × 3, its entry of per_frame, and view-space depths (inf: nothing drawn) for 3D."""
        self.colour.write(picture)
        if self.depth:
            self.depth.write(depth_codes(depth))
        self.frames.append({**state, 'frame': len(self.frames)})

    def close(self):
        self.colour.close()
        if self.depth:
            self.depth.close()
        self.head['frames'] = len(self.frames)
        with open(self.path('.json'), 'w', encoding='utf-8') as file:
            json.dump({**self.head, 'per_frame': self.frames}, file, separators=(',', ':'))
