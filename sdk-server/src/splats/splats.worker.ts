import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { isSgapsError } from '@sgaps/protocol';
import { openRecording } from '../storage/openRecording.js';
import { replaySplats } from './replaySplats.js';
import type { FromSplats, SplatsSetup } from './splatsMessages.js';

/** ms between two words of how far it is. */
const TELL_EVERY = 250;

/** The thread that builds splats of a recording. */
const port = parentPort!;
const { path } = workerData as SplatsSetup;

async function build(): Promise<void> {
  const reader = await openRecording(path, [], 'a recording to build splats of');
  let toldAt = 0;
  try {
    const splats = await replaySplats(reader, {
      onProgress: (share) => {
        const now = performance.now();
        if (now - toldAt < TELL_EVERY) return;
        toldAt = now;
        port.postMessage({ kind: 'share', share } satisfies FromSplats);
      },
    });
    const { positions, scales, rotations, opacities, harmonics } = splats.cloud;
    const buffers = [positions, scales, rotations, opacities, harmonics].map(({ buffer }) => buffer as ArrayBuffer);
    port.postMessage({ kind: 'built', splats } satisfies FromSplats, buffers);
  } finally {
    await reader.close();
  }
}

// On Linux this is the thread alone; elsewhere it would be the whole process.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
await build().catch((error: unknown) => {
  if (!isSgapsError(error)) throw error;
  port.postMessage({ kind: 'failed', code: error.code, message: error.message } satisfies FromSplats);
});
