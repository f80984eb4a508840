import { PLANE_NORM } from './PaddedPicture.js';

/** Quantisers are 0 … 63; six more double the step. */
export const QUANTISERS = 64;
/** 2^(k/6) in 1/4096. */
const SIXTHS = [4096, 4598, 5161, 5793, 6502, 7298];

/** Step of a quantiser in RGB, 8-bit steps: 0.5 · 2^(q/6). */
export function stepOf(quantiser: number): number {
  return (0.5 * SIXTHS[quantiser % 6] * 2 ** Math.floor(quantiser / 6)) / 4096;
}

/** By plane and quantiser: the step of coefficients as `forwardBlock` gives them (1/8). Errors of all planes weigh alike in RGB. */
export const STEPS: readonly Int32Array[] = PLANE_NORM.map((norm) =>
  Int32Array.from({ length: QUANTISERS }, (_, q) => Math.round(8 * Math.sqrt(norm) * stepOf(q))),
);
