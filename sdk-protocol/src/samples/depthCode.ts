import { SampleKind } from './SampleSet.js';
/** Largest depth code: 10 bits. */
export const DEPTH_CODE_LIMIT = 1023;

/** View-space z of code 1, and how many times that code 1023 is. */
const NEAREST = 0.05;
const SPAN = 100_000;
const STEPS = DEPTH_CODE_LIMIT - 1;
/** `SPAN ** (1 / STEPS)`, written out: powers of it by multiplication alone are the same on every machine. */
const RATIO = 1.011328783508341;

const DEPTHS = /* @__PURE__ */ tabulate();

/**
 * The 10-bit code of a view-space depth z in the game's units: 0 where nothing was drawn (z is 0, negative or no number), else
 * the nearest of 1 … 1023 in z = 0.05 · exp((code − 1) / 1022 · ln 100,000). A step is 1.13 %; what is nearer than 0.05 is 1,
 * what is farther than 5,000 is 1023 (DESIGN.md, "Figures every change is held to").
 *
 * @example
 * ```ts
 * depth[i] = depthToCode(12.5); // 491
 * ```
 */
export function depthToCode(z: number): number {
  if (!(z > 0)) return 0;
  const code = 1 + Math.round((Math.log(z / NEAREST) / Math.log(SPAN)) * STEPS);
  return Math.min(DEPTH_CODE_LIMIT, Math.max(1, code));
}

/**
 * View-space z of a depth code, 0.05 … 5,000 in the game's units, the same to the last bit on every machine; 0 for code 0, where
 * nothing was drawn. Codes are 0 … 1023; NaN for anything else.
 *
 * @example
 * ```ts
 * const z = codeToDepth(frame.values.depth[i]);
 * ```
 */
export function codeToDepth(code: number): number {
  return DEPTHS[code] ?? Number.NaN;
}

function tabulate(): Float64Array {
  const depths = new Float64Array(DEPTH_CODE_LIMIT + 1);
  let z = NEAREST;
  for (let code = 1; code <= DEPTH_CODE_LIMIT; code++) {
    depths[code] = z;
    z *= RATIO;
  }
  return depths;
}

/**
 * Stands for the depth of a sample that carries none.
 *
 * @example
 * ```ts
 * if (values.depth && values.depth[i] !== NO_DEPTH) place(codeToDepth(values.depth[i]));
 * ```
 */
export const NO_DEPTH = 0xffff;

/** Of a block's pixels those that carry depth lie so far apart, in both directions. */
export const BLOCK_DEPTH_PITCH = 8;

/**
 * True for the samples that carry depth where a frame has it: points, and of a block's pixels one in each 8×8 square of the grid.
 *
 * @example
 * ```ts
 * depth[i] = carriesDepth(set.kind[i], set.u[i], set.v[i]) ? codes[i] : NO_DEPTH;
 * ```
 */
export function carriesDepth(kind: number, u: number, v: number): boolean {
  return kind === SampleKind.point || (kind === SampleKind.block0 && (u & 7) === 3 && (v & 7) === 3);
}
