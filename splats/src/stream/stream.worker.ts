import { parentPort, workerData } from 'node:worker_threads';
import { isSgapsError } from '@sgaps/protocol';
import { SplatStream } from './SplatStream.js';
import { buffersOf, type FromStream, type StreamThreadData, type ToStream } from './streamMessages.js';

/** The thread of a `StreamThread`. */
const port = parentPort!;
const { folder, options, stopped } = workerData as StreamThreadData;

const answer = (message: FromStream, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

/** Arrays go back, to be written to another time. */
function fail(error: unknown, arrays: ToStream['arrays']): void {
  const told = (code: string, message: string) => answer({ failed: { code, message }, arrays }, arrays ? buffersOf(arrays) : []);
  if (isSgapsError(error)) told(error.code, error.message);
  // There is no memory for its arrays; there may be for another frame's.
  else if (error instanceof RangeError) told('LIMIT_EXCEEDED', `A frame of the stream: ${error.message}.`);
  else throw error;
}

let stream: SplatStream | null = null;

async function fill({ number, frame, arrays }: ToStream): Promise<void> {
  try {
    const filled = await stream!.fill(frame, arrays, () => Atomics.load(stopped, 0) >= number);
    answer(filled, buffersOf(filled.arrays));
  } catch (error) {
    fail(error, arrays);
  }
}

port.on('message', (message: ToStream) => void fill(message));

try {
  stream = await SplatStream.open(folder, options);
  answer({ manifest: stream.manifest });
} catch (error) {
  fail(error, null);
}
