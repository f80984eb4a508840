"""`python3 -m training.worlds --out DIR --count N --frames 120 --seed S [--kind 2d-static|2d-scroll|3d|all] [--jobs 2]`"""

import argparse
import json
import multiprocessing
import os
import time

from ..program import Progress, add_telling, run, tell_result
from .make_clip import KINDS, make_clip


def _job(arguments):
    started = time.monotonic()
    facts = make_clip(**arguments)
    return {**facts, 'seconds': round(time.monotonic() - started, 1)}


def main():
    """Makes the clips, prints a line for each and writes MANIFEST.json beside them."""
    parser = argparse.ArgumentParser(
        prog='training.worlds', description='Makes game-like clips with their state, as in shared/clips/train.'
    )
    parser.add_argument('--out', required=True, help='folder for NAME.mkv, NAME.json, NAME.depth.mkv')
    parser.add_argument('--count', type=int, default=10)
    parser.add_argument('--frames', type=int, default=120)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--kind', choices=[*KINDS, 'all'], default='all')
    parser.add_argument('--first', type=int, default=0, help='number of the first clip: a run can be continued')
    parser.add_argument('--jobs', type=int, default=1)
    add_telling(parser)
    options = parser.parse_args()
    if options.frames < 1 or options.count < 1 or options.jobs < 1:
        parser.error('--frames, --count and --jobs must be at least 1')
    os.makedirs(options.out, exist_ok=True)
    jobs = [
        {
            'folder': options.out,
            'seed': options.seed,
            'number': n,
            'frames': options.frames,
            'kind': KINDS[n % len(KINDS)] if options.kind == 'all' else options.kind,
        }
        for n in range(options.first, options.first + options.count)
    ]
    clips, started = [], time.monotonic()
    progress = Progress('clips', quiet=options.quiet)
    with multiprocessing.Pool(options.jobs) as pool:
        for facts in pool.imap(_job, jobs):
            seconds = facts.pop('seconds')
            clips.append(facts)
            progress.clear()
            if not options.json:
                print(f'{facts["name"]}: {facts["kind"]} {facts["template"]}, {facts["frames"] / max(seconds, 0.1):.0f} frames/s', flush=True)
            progress.show(len(clips) / options.count, len(clips), facts['name'])
    with open(os.path.join(options.out, 'MANIFEST.json'), 'w', encoding='utf-8') as file:
        json.dump({'codec': 'libx264rgb, crf 0, rgb24 (lossless)', 'clips': clips}, file, indent=1)
    total = options.count * options.frames
    progress.clear()
    seconds = time.monotonic() - started
    tell_result(options, {'clips': options.count, 'frames': total, 'seconds': round(seconds, 1)}, f'{options.count} clips, {total} frames in {seconds:.0f} s')


if __name__ == '__main__':
    run(main)
