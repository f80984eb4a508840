import { parentPort, workerData } from 'node:worker_threads';
import { isSgapsError } from '@sgaps/protocol';
import { SplatStream } from './SplatStream.js';
import { buffersOf, type FromStream, type StreamThreadData, type ToStream } from './streamMessages.js';

/** The thread of a `StreamThread`. */
const port = parentPort!;
const { folder, options } = workerData as StreamThreadData;

const answer = (message: FromStream, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

function fail(error: unknown): void {
  if (isSgapsError(error)) answer({ failed: { code: error.code, message: error.message } });
  // There is no memory for its arrays; there may be for another frame's.
  else if (error instanceof RangeError)
    answer({ failed: { code: 'LIMIT_EXCEEDED', message: `A frame of the stream: ${error.message}.` } });
  else throw error;
}

let stream: SplatStream | null = null;

async function fill({ frame, arrays }: ToStream): Promise<void> {
  try {
    const filled = await stream!.fill(frame, arrays);
    answer(filled, buffersOf(filled.arrays));
  } catch (error) {
    fail(error);
  }
}

port.on('message', (message: ToStream) => void fill(message));

try {
  stream = await SplatStream.open(folder, options);
  answer({ manifest: stream.manifest });
} catch (error) {
  fail(error);
}
