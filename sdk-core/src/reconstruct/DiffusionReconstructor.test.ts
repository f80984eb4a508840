import { createSampleSet } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { createComposition } from '../memory/Composition.js';
import { DiffusionReconstructor } from './DiffusionReconstructor.js';
import { CERTAIN, PushPull } from './PushPull.js';
import type { ReconstructorInput, ReconstructorOutput } from './Reconstructor.js';

const grid = { width: 48, height: 32 };
const pixels = grid.width * grid.height;

function emptyOutput(): ReconstructorOutput {
  return { rgb: new Uint8ClampedArray(3 * pixels), uncertainty: new Float32Array(pixels) };
}

/** A memory of one grey at one confidence, and samples of `value` (8 bits) where `where` says so. */
function input(
  known: { grey: number; confidence: number },
  where: (u: number, v: number) => number | undefined,
  bits = 8,
): ReconstructorInput {
  const memory = createComposition(grid);
  memory.rgb.fill(known.grey);
  memory.confidence.fill(known.confidence);
  const samples = createSampleSet(pixels);
  const rgb = new Uint8Array(3 * pixels);
  for (let v = 0; v < grid.height; v++) {
    for (let u = 0; u < grid.width; u++) {
      const value = where(u, v);
      if (value === undefined) continue;
      samples.u[samples.count] = u;
      samples.v[samples.count] = v;
      rgb.fill(value, 3 * samples.count, 3 * samples.count + 3);
      samples.count++;
    }
  }
  return { memory, samples, values: { rgb, bits: new Uint8Array(samples.count).fill(bits) } };
}

/** A lattice of one pixel in nine over an edge between dark (left) and bright. */
const edge = (u: number, v: number) => (u % 3 === 0 && v % 3 === 0 ? (u < 24 ? 30 : 220) : undefined);

describe('DiffusionReconstructor (S7)', () => {
  it('imposes exact samples exactly, whatever memory says, and is certain of them', () => {
    for (const confidence of [0, 60, 130, 255]) {
      const output = emptyOutput();
      const given = input({ grey: 90, confidence }, (u, v) => ((u * 7 + v * 5) % 11 === 0 ? (u * 5 + v) & 255 : undefined));
      new DiffusionReconstructor(grid).reconstruct(given, output);
      const { samples, values } = given;
      for (let i = 0; i < samples.count; i++) {
        const at = samples.v[i] * grid.width + samples.u[i];
        expect(output.rgb[3 * at]).toBe(values.rgb[3 * i]);
        expect(output.uncertainty[at]).toBeLessThan(0.01);
      }
    }
  });

  it('takes of a coarse sample what memory says within its quantisation cell, its nearest end outside (S15)', () => {
    const reconstructor = new DiffusionReconstructor(grid);
    const at = 3 * (10 * grid.width + 10);
    const look = (grey: number, confidence: number) => {
      const output = emptyOutput();
      // 3 bits: cells of 32 steps, 100 ± 16.
      const given = input({ grey, confidence }, (u, v) => (u === 10 && v === 10 ? 100 : undefined), 3);
      reconstructor.reconstruct(given, output);
      return output.rgb[at];
    };
    expect(look(110, 200)).toBe(110);
    expect(look(200, 200)).toBe(116);
    expect(look(20, 200)).toBe(84);
    expect(look(110, 0)).toBe(100);
  });

  it('leaves confident memory as it is', () => {
    const output = emptyOutput();
    const given = input({ grey: 90, confidence: 200 }, edge);
    new DiffusionReconstructor(grid).reconstruct(given, output);
    for (let at = 0; at < pixels; at++) {
      if (edge(at % grid.width, Math.floor(at / grid.width)) !== undefined) continue;
      expect(output.rgb[3 * at]).toBe(90);
      expect(output.uncertainty[at]).toBeCloseTo((0.15 * 55) / 127, 5);
    }
  });

  it('is the surer the surer memory is: from nothing known to certain', () => {
    const reconstructor = new DiffusionReconstructor(grid);
    const seen = [0, 40, 90, 130, 200, 255].map((confidence) => {
      const output = emptyOutput();
      reconstructor.reconstruct(
        input({ grey: 90, confidence }, () => undefined),
        output,
      );
      return output.uncertainty[100];
    });
    expect(seen[0]).toBe(1);
    expect(seen.at(-1)).toBe(0);
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => b - a));
  });

  it('keeps an edge between samples sharper than push–pull alone', () => {
    const output = emptyOutput();
    new DiffusionReconstructor(grid).reconstruct(input({ grey: 0, confidence: 0 }, edge), output);
    const plain = new Uint8ClampedArray(3 * pixels);
    const weight = new Uint8Array(pixels);
    for (let at = 0; at < pixels; at++) {
      const value = edge(at % grid.width, Math.floor(at / grid.width));
      if (value === undefined) continue;
      plain.fill(value, 3 * at, 3 * at + 3);
      weight[at] = CERTAIN;
    }
    const open = Int32Array.from(weight.keys()).filter((at) => weight[at] !== CERTAIN);
    new PushPull(grid.width, grid.height).fill(plain, weight, open, open.length);
    const error = (rgb: Uint8ClampedArray) => {
      let sum = 0;
      for (let v = 3; v < grid.height - 3; v++)
        for (let u = 18; u < 30; u++) sum += (rgb[3 * (v * grid.width + u)] - (u < 24 ? 30 : 220)) ** 2;
      return sum;
    };
    expect(error(output.rgb)).toBeLessThan(0.97 * error(plain));
  });

  it('gives the same frame for the same input, also after other frames', () => {
    const given = input({ grey: 50, confidence: 20 }, edge);
    const first = emptyOutput();
    const again = emptyOutput();
    new DiffusionReconstructor(grid).reconstruct(given, first);
    const used = new DiffusionReconstructor(grid);
    used.reconstruct(
      input({ grey: 250, confidence: 90 }, (u) => (u % 2 ? u : undefined)),
      again,
    );
    used.reconstruct(given, again);
    expect(again).toEqual(first);
  });
});
