import { parseFromRenderer, parseToRenderer } from '../../../../pipeline/src/link/linkMessages.js';
import { parseViewerText } from '../../../../pipeline/src/transport/parseViewerText.js';
import { readServerText } from '../../../../sdk-client/src/player/remote/readServerText.js';
import { readViewText } from '../../../../sdk-client/src/view/readViewText.js';
import { jpegSize } from '../../../../sdk-client/src/viewer/jpegSize.js';
import { bytesTarget, type FuzzTarget, textTarget } from '../FuzzTarget.js';

const FROM_RENDERER = [
  { hello: { pair: 'a', worker: 'w', scenes: ['replay'], encoders: ['jpeg+depth'] } },
  { ready: { width: 320, height: 180, about: { fps: 30 } } },
  { failed: { code: 'NOT_FOUND', message: 'no such scene' } },
  { tell: { type: 'markers', markers: [] }, keep: 'all' },
  {
    picture: { time: 1 },
    unchanged: false,
    independent: true,
    stampAt: 36,
    timings: { render: 1, encode: 2, received: 3, processed: 4 },
  },
];
const TO_RENDERER = [
  { open: { scene: 'replay:a1', encoder: 'h264', size: { width: 320, height: 180 } } },
  { size: { width: 320, height: 180 } },
  { overlays: ['samples', 'tiers'] },
  { refresh: true },
];
const SERVER_TEXTS = [
  { type: 'picture', frameId: 7, unchanged: false, time: 1, previous: null, next: 1.1, recordedFrame: 30, refined: true },
  { type: 'ready', width: 320, height: 180, about: { fps: 30, duration: 10, growing: false, values: ['health'], events: true } },
  { type: 'markers', markers: [{ time: 1, name: 'a', data: { b: 1 } }] },
  { type: 'states', times: [0, 1], values: [[1, 2]] },
  { type: 'failed', frameId: 7, code: 'NOT_FOUND', message: 'x' },
  { type: 'building', share: 0.5 },
];
const JPEG = Uint8Array.of(255, 216, 255, 224, 0, 4, 0, 0, 255, 192, 0, 11, 8, 0, 180, 1, 64, 1, 1, 17, 0);

/** Payloads carry them as JSON objects. */
function json(text: string): Readonly<Record<string, unknown>> {
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // `readPayloads` refuses it.
  }
  return (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
}

/** What transport, renderers and viewers tell one another. */
export const linkTargets: readonly FuzzTarget[] = [
  textTarget('message of a renderer', ['parseFromRenderer'], FROM_RENDERER, (text) => parseFromRenderer(json(text))),
  textTarget('message to a renderer', ['parseToRenderer'], TO_RENDERER, (text) => parseToRenderer(json(text))),
  textTarget('text of a viewer', ['parseViewerText'], [{ type: 'overlays', layers: ['samples', 'flow'] }], parseViewerText),
  textTarget('text to a replay player', ['readServerText'], SERVER_TEXTS, (text) => readServerText(text, 1)),
  textTarget('text to a viewer', ['readViewText'], SERVER_TEXTS, readViewText),
  bytesTarget('size of a JPEG', ['jpegSize'], [JPEG], jpegSize),
];
