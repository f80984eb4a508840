import { parentPort, workerData } from 'node:worker_threads';
import { isSgapsError } from '@sgaps/protocol';
import { MOST_FILE_BYTES, readBounded } from './readBounded.js';
import type { CloudFile, FromCloud } from './readCloudFile.js';
import { readSplats } from './readSplats.js';

/** The thread of `readCloudFile`: reads one file and ends. */
const { path, name, what } = workerData as CloudFile;
const answer = (message: FromCloud, transfer: ArrayBuffer[] = []) => parentPort!.postMessage(message, transfer);

try {
  const cloud = await readSplats(await readBounded(path, MOST_FILE_BYTES, what), name);
  const { positions, scales, rotations, opacities, harmonics } = cloud;
  answer(
    { cloud },
    [positions, scales, rotations, opacities, harmonics].map(({ buffer }) => buffer as ArrayBuffer),
  );
} catch (error) {
  if (isSgapsError(error)) answer({ failed: { code: error.code, message: error.message } });
  // There is no memory for it.
  else if (error instanceof RangeError) answer({ failed: { code: 'LIMIT_EXCEEDED', message: `The ${what}: ${error.message}.` } });
  else throw error;
}
