import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSampleSet, SampleKind, Tier } from '@sgaps/protocol';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { TruthStore } from '../demo/TruthStore.js';
import { paintDifference, paintMap, paintSamples } from './paint.js';
import { sideBySide } from './sideBySide.js';
import { writeStrip } from './writeStrip.js';

const GRID = { width: 16, height: 16 };
const grey = (value: number) => new Uint8Array(3 * 256).fill(value);

describe('pictures', () => {
  it('paints maps from black to white and never out of range', () => {
    expect([...paintMap(Float32Array.of(0, 1, -3, 7))]).toEqual([0, 0, 0, 255, 255, 255, 0, 0, 0, 255, 255, 255]);
  });

  it('paints points as dots and means as outlines, clipped', () => {
    const set = createSampleSet(2);
    set.count = 2;
    set.u.set([3, 12]);
    set.v.set([2, 12]);
    set.kind.set([SampleKind.point, SampleKind.mean3]);
    set.tier.set([Tier.critical, Tier.optional]);
    const out = paintSamples(GRID, grey(80), set);
    const at = (x: number, y: number) => [...out.subarray(3 * (y * 16 + x), 3 * (y * 16 + x) + 3)];
    expect(at(3, 2)).toEqual([255, 70, 70]);
    expect(at(4, 2)).toEqual([20, 20, 20]);
    expect(at(12, 12)).toEqual([110, 170, 255]);
    expect(at(15, 12)).toEqual([110, 170, 255]);
    expect(at(13, 13)).toEqual([20, 20, 20]);
  });

  it('shows differences about grey', () => {
    expect(paintDifference(Uint8Array.of(100, 100, 0), Uint8Array.of(100, 90, 255))).toEqual(Uint8Array.of(128, 88, 255));
  });

  it('puts two pictures side by side', () => {
    const out = sideBySide(GRID, grey(1), grey(2));
    expect(out).toHaveLength(6 * 256);
    expect([out[47], out[48], out[95], out[96]]).toEqual([1, 2, 2, 1]);
  });
});

describe('files', () => {
  it('writes a labelled strip', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sgaps-strip-'));
    try {
      const path = join(dir, 'a/strip.png');
      await writeStrip(
        path,
        GRID,
        [
          { label: 'a < b', rgb: grey(200) },
          { label: 'b', rgb: grey(10) },
          { label: 'c', rgb: grey(90) },
        ],
        { scale: 2, columns: 2 },
      );
      const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
      expect([info.width, info.height]).toEqual([70, 2 * 62 - 6]);
      const at = (x: number, y: number) => data[(y * info.width + x) * info.channels];
      expect([at(5, 40), at(45, 40), at(5, 62 + 40)]).toEqual([200, 10, 90]);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it('keeps true frames by id', () => {
    const dir = mkdtempSync(join(tmpdir(), 'sgaps-truth-'));
    const store = new TruthStore(join(dir, 'truth.raw'), 6);
    try {
      store.put(4, Uint8Array.of(1, 2, 3, 4, 5, 6));
      store.put(9, Uint8Array.of(9, 9, 9, 9, 9, 9));
      store.put(4, Uint8Array.of(6, 5, 4, 3, 2, 1));
      expect(store.count).toBe(2);
      expect(store.get(4)).toEqual(Uint8Array.of(6, 5, 4, 3, 2, 1));
      expect(store.get(9)?.[0]).toBe(9);
      expect(store.get(5)).toBeUndefined();
      expect(() => store.put(1, new Uint8Array(5))).toThrow(expect.objectContaining({ code: 'BYTES_MALFORMED' }));
    } finally {
      store.dispose();
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
