"""One clip from a seed and a number."""

import os

import numpy as np

from .clip_writer import ClipWriter
from .clips2d import frames2d
from .clips3d import frames3d

KINDS = ('2d-scroll', '3d', '2d-static')


def clip_frames(seed, number, kind, frames):
    """A generator: first the facts of the clip, then (picture, state[, depth]) per frame. The same arguments give the same clip."""
    rng = np.random.default_rng([seed, number, KINDS.index(kind)])
    return frames3d(rng, frames) if kind == '3d' else frames2d(rng, kind, frames)


def make_clip(folder, seed, number, kind, frames):
    """Writes clip `number` of a seed into `folder`; returns its entry for the manifest."""
    source = clip_frames(seed, number, kind, frames)
    facts = next(source)
    name = f'world-{seed}-{number:05d}'
    writer = ClipWriter(folder, name, kind, seed, facts)
    for picture, state, *depth in source:
        writer.write(picture, state, *depth)
    writer.close()
    entry = {
        key: writer.head[key] for key in ('name', 'engine', 'kind', 'source', 'licence', 'frames', 'width', 'height', 'fps', 'template')
    }
    return {**entry, 'bytes': os.path.getsize(writer.path('.mkv')), 'depth': writer.is_3d}
