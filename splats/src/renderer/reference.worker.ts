import { parentPort } from 'node:worker_threads';
import { isSgapsError } from '@sgaps/protocol';
import type { SplatCloud } from '../cloud/SplatCloud.js';
import { referenceOptions, renderRows } from '../reference/renderReference.js';
import { SplatRows } from '../reference/SplatRows.js';
import type { FromReference, ToReference } from './referenceMessages.js';
import { toBytes } from './toBytes.js';

/** One of the threads that draw without a GPU. */
const port = parentPort!;
const options = referenceOptions({});
const clouds = new Map<number, SplatCloud>();
const rows = new SplatRows();

port.on('message', (message: ToReference) => {
  const { renderer } = message;
  if ('cloud' in message) clouds.set(renderer, message.cloud);
  else if ('forget' in message) clouds.delete(renderer);
  else draw(message);
});

function draw({ renderer, task, rows: wanted }: Extract<ToReference, { task: number }>): void {
  const cloud = clouds.get(renderer);
  // Its renderer was disposed, and nobody waits.
  if (!cloud) return;
  try {
    const floats = renderRows(cloud, wanted.camera, options, wanted.first, wanted.end, rows);
    const image = wanted.colours === 'bytes' ? { ...floats, colour: toBytes(floats.colour) } : floats;
    const answer: FromReference = { task, image };
    port.postMessage(answer, [image.colour.buffer, image.depth.buffer, image.alpha.buffer] as ArrayBuffer[]);
  } catch (error) {
    const answer: FromReference = { task, failed: plain(error) };
    port.postMessage(answer);
  }
}

function plain(error: unknown): { code: string; message: string } {
  if (isSgapsError(error)) return { code: error.code, message: error.message };
  // There is no memory for what is seen here; there may be for another picture.
  if (error instanceof RangeError) return { code: 'LIMIT_EXCEEDED', message: `A picture of splats: ${error.message}.` };
  throw error;
}
