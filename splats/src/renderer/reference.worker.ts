import { parentPort } from 'node:worker_threads';
import { isSgapsError } from '@sgaps/protocol';
import { makeCloud, type SplatCloud } from '../cloud/SplatCloud.js';
import { referenceOptions, renderRows } from '../reference/renderReference.js';
import type { FromReference, ToReference } from './referenceMessages.js';
import { toBytes } from './toBytes.js';

/** A thread of a `ReferenceRenderer`. */
const port = parentPort!;
const options = referenceOptions({});
let cloud: SplatCloud = makeCloud(0, 0);

port.on('message', (message: ToReference) => {
  if ('cloud' in message) {
    cloud = message.cloud;
    return;
  }
  try {
    const floats = renderRows(cloud, message.camera, options, message.first, message.end);
    const image = message.colours === 'bytes' ? { ...floats, colour: toBytes(floats.colour) } : floats;
    const answer: FromReference = { image };
    port.postMessage(answer, [image.colour.buffer, image.depth.buffer, image.alpha.buffer] as ArrayBuffer[]);
  } catch (error) {
    if (!isSgapsError(error)) throw error;
    const answer: FromReference = { failed: { code: error.code, message: error.message } };
    port.postMessage(answer);
  }
});
