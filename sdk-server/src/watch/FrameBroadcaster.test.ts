import type { DecodedFrame } from '@sgaps/core';
import { createSampleSet, decodePicture, type Picture } from '@sgaps/protocol';
import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { FrameBroadcaster, type Watcher } from './FrameBroadcaster.js';

const grid = { width: 32, height: 18 };

function frame(frameId: number, level: number): DecodedFrame {
  const pixels = grid.width * grid.height;
  return {
    frameId,
    time: frameId,
    rgb: new Uint8ClampedArray(3 * pixels).fill(level),
    uncertainty: new Float32Array(pixels).fill(0.5),
    confidence: new Uint8Array(pixels).fill(200),
    samples: createSampleSet(0),
  } as DecodedFrame;
}

function watcher(backlog = 0): Watcher & { pictures: Picture[] } {
  const pictures: Picture[] = [];
  return { pictures, backlog: () => backlog, send: (_type, bytes) => pictures.push(decodePicture(bytes)) };
}

const fail = (error: unknown): never => {
  throw error;
};

describe('FrameBroadcaster', () => {
  it('drops frames rather than queue them: the newest wins', async () => {
    const broadcaster = new FrameBroadcaster(grid, fail);
    const viewer = watcher();
    broadcaster.add(viewer);
    for (let i = 0; i < 10; i++) broadcaster.offer(frame(i, i), i, null);
    await vi.waitFor(() => expect(viewer.pictures.at(-1)?.frameId).toBe(9));
    expect(viewer.pictures.map(({ frameId }) => frameId)).toEqual([0, 9]);
    expect(broadcaster).toMatchObject({ sent: 2, dropped: 8 });
  });

  it('copies what it is given: the decoder may go on', async () => {
    const broadcaster = new FrameBroadcaster(grid, fail);
    const viewer = watcher();
    broadcaster.add(viewer);
    const given = frame(1, 180);
    broadcaster.offer(given, 1, null);
    given.rgb.fill(0);
    await vi.waitFor(() => expect(viewer.pictures.length).toBe(1));
    const shown = await sharp(viewer.pictures[0].data).raw().toBuffer();
    expect(Math.abs(shown[100] - 180)).toBeLessThan(3);
  });

  it('sends overlays to those who asked, ahead of the frame', async () => {
    const broadcaster = new FrameBroadcaster(grid, fail);
    const [plain, curious] = [watcher(), watcher()];
    broadcaster.add(plain);
    broadcaster.add(curious);
    broadcaster.setOverlays(curious, ['uncertainty', 'confidence']);
    broadcaster.offer(frame(1, 9), 1, null);
    await vi.waitFor(() => expect(curious.pictures.length).toBe(3));
    expect(curious.pictures.map(({ layer }) => layer)).toEqual(['uncertainty', 'confidence', 'frame']);
    expect(plain.pictures.map(({ layer }) => layer)).toEqual(['frame']);
    const map = await sharp(curious.pictures[0].data).greyscale().raw().toBuffer();
    expect(Math.abs(map[50] - 127)).toBeLessThan(4);
  });

  it('keeps the last samples on show while frames have none of their own', async () => {
    const broadcaster = new FrameBroadcaster(grid, fail);
    const viewer = watcher();
    broadcaster.add(viewer);
    broadcaster.setOverlays(viewer, ['samples']);
    const sizes = () => viewer.pictures.filter(({ layer }) => layer === 'samples').map(({ data }) => data.length);
    const show = async (given: DecodedFrame) => {
      const before = broadcaster.sent;
      broadcaster.offer(given, given.frameId, null);
      await vi.waitFor(() => expect(broadcaster.sent).toBe(before + 1));
    };
    await show(frame(0, 0));
    await show({ ...frame(1, 0), samples: Object.assign(createSampleSet(2), { count: 2 }) });
    await show(frame(2, 0));
    expect(sizes()).toEqual([0, 12, 12]);
    // Switched off and on again: what was shown then is of no use now.
    broadcaster.setOverlays(viewer, []);
    await show(frame(3, 0));
    broadcaster.setOverlays(viewer, ['samples']);
    await show(frame(4, 0));
    expect(sizes()).toEqual([0, 12, 12, 0]);
  });

  it('sends tiers as samples, layers without loss, and how blocks move', async () => {
    const broadcaster = new FrameBroadcaster(grid, fail);
    const viewer = watcher();
    broadcaster.add(viewer);
    broadcaster.setOverlays(viewer, ['tiers', 'layers', 'flow']);
    const sources = Uint8Array.from({ length: grid.width * grid.height }, (_, i) => i % 6);
    const state = { cameras: [], cameras3d: [], objects: [], values: [] };
    for (let i = 0; i < 2; i++) {
      const given = { ...frame(i, 0), state, sources: () => sources };
      // A bright square that goes two pixels to the right.
      for (let y = 4; y < 12; y++)
        for (let x = 8 + 2 * i; x < 16 + 2 * i; x++)
          given.rgb.fill(40 + 20 * (x - 2 * i - 8), 3 * (32 * y + x), 3 * (32 * y + x) + 3);
      broadcaster.offer(given, i, null);
      await vi.waitFor(() => expect(broadcaster.sent).toBe(i + 1));
    }
    const [tiers, layers, flow] = viewer.pictures.slice(-4);
    expect([tiers.layer, layers.layer, flow.layer]).toEqual(['tiers', 'layers', 'flow']);
    expect(tiers.format).toBe('application/x-sgaps-samples');
    const shown = await sharp(layers.data).extractChannel(0).raw().toBuffer();
    expect([...shown]).toEqual([...sources]);
    expect(flow.data.length % 9).toBe(0);
    expect(flow.data.length).toBeGreaterThan(0);
  });

  it('goes on to the others when one of them throws', async () => {
    const errors: unknown[] = [];
    const broadcaster = new FrameBroadcaster(grid, (error) => errors.push(error));
    const broken: Watcher = {
      backlog: () => 0,
      send: () => {
        throw new Error('gone');
      },
    };
    const blind: Watcher = {
      backlog: () => {
        throw new Error('no socket');
      },
      send: () => undefined,
    };
    const viewer = watcher();
    for (const one of [broken, blind, viewer]) {
      broadcaster.add(one);
      broadcaster.setOverlays(one, ['uncertainty']);
    }
    broadcaster.offer(frame(1, 9), 1, null);
    await vi.waitFor(() => expect(viewer.pictures.map(({ layer }) => layer)).toEqual(['uncertainty', 'frame']));
    expect(errors.map(String)).toEqual(['Error: no socket', 'Error: gone', 'Error: gone']);
    expect(broadcaster.sent).toBe(1);
  });

  it('does nothing for nobody, and skips those who cannot keep up', async () => {
    const broadcaster = new FrameBroadcaster(grid, fail);
    broadcaster.offer(frame(0, 0), 0, null);
    expect(broadcaster.sent).toBe(0);
    const [fast, slow] = [watcher(), watcher(10_000_000)];
    broadcaster.add(fast);
    broadcaster.add(slow);
    broadcaster.offer(frame(1, 0), 1, null);
    await vi.waitFor(() => expect(fast.pictures.length).toBe(1));
    expect(slow.pictures).toEqual([]);
  });
});
