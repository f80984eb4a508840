import { parentPort } from 'node:worker_threads';
import { isSgapsError } from '@sgaps/protocol';
import { makeCloud, type SplatCloud } from '../cloud/SplatCloud.js';
import { renderReference } from '../reference/renderReference.js';
import type { FromReference, ToReference } from './referenceMessages.js';
import { toBytes } from './toBytes.js';

/** The thread of a `ReferenceRenderer`. */
const port = parentPort!;
let cloud: SplatCloud = makeCloud(0, 0);

port.on('message', (message: ToReference) => {
  if ('cloud' in message) {
    cloud = message.cloud;
    return;
  }
  if ('changes' in message) {
    cloud = { ...cloud, ...message.changes };
    return;
  }
  try {
    const floats = renderReference(cloud, message.camera);
    const image = message.colours === 'bytes' ? { ...floats, colour: toBytes(floats.colour) } : floats;
    const answer: FromReference = { image };
    port.postMessage(answer, [image.colour.buffer, image.depth.buffer, image.alpha.buffer] as ArrayBuffer[]);
  } catch (error) {
    if (!isSgapsError(error)) throw error;
    const answer: FromReference = { failed: { code: error.code, message: error.message } };
    port.postMessage(answer);
  }
});
