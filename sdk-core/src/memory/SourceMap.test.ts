import { createSampleSet, type FrameState, type PixelFrame } from '@sgaps/protocol';
import { expect, it } from 'vitest';
import { SessionDecoder } from '../session/SessionDecoder.js';
import { Source } from './SourceMap.js';

const GRID = { width: 64, height: 48 };

/** Every pixel of the left half as a point sample; `viewX` scrolls the world. */
function frame(frameId: number, viewX: number): PixelFrame {
  const samples = createSampleSet((GRID.width * GRID.height) / 2);
  for (let v = 0; v < GRID.height; v++) {
    for (let u = 0; u < GRID.width / 2; u++) {
      samples.u[samples.count] = u;
      samples.v[samples.count++] = v;
    }
  }
  const rgb = new Uint8Array(3 * samples.count).map((_, i) => {
    const at = Math.floor(i / 3);
    return ((samples.u[at] + viewX) * 37 + samples.v[at] * 11) & 255;
  });
  const state: FrameState = {
    cameras: [{ viewX, viewY: 0, zoom: 1, rotation: 0 }] as unknown as FrameState['cameras'],
    cameras3d: [],
    objects: [],
    values: [],
  };
  const values = { rgb, bits: new Uint8Array(samples.count).fill(8) };
  return { frameId, clientTime: 33 * frameId, requestId: frameId, state, samples, values };
}

it('tells which layer shows a pixel, and that nothing does, without changing what is drawn', () => {
  const [decoder, other] = [new SessionDecoder({ grid: GRID }), new SessionDecoder({ grid: GRID })];
  let decoded = decoder.decode(frame(0, 0));
  other.decode(frame(0, 0));
  const first = decoded.sources();
  expect(first[20 * GRID.width + 3]).toBe(Source.screen);
  expect(first[20 * GRID.width + 60]).toBe(Source.nothing);
  for (let i = 1; i < 30; i++) {
    decoded = decoder.decode(frame(i, 2 * i));
    decoded.sources();
    other.decode(frame(i, 2 * i));
  }
  const counts = new Uint32Array(6);
  for (const source of decoded.sources()) counts[source]++;
  expect(counts[Source.world]).toBeGreaterThan(counts[Source.screen]);
  expect(decoder.save()).toEqual(other.save());
});
