import { SgapsError } from '@sgaps/protocol';

/** Stand for ±∞, which files should not hold: an opacity or a scale of 0, and an opacity of 1, are read back from them to the bit. */
const LOWEST_LOG = -104;
const HIGHEST_LOGIT = 20;
/** The largest float32 whose exponential is a finite one. */
const HIGHEST_LOG = 88.72283172607422;

/** Opacity of a logit. */
export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/** Logit of an opacity, finite for 0 and 1 too. */
export function logit(opacity: number): number {
  return Math.min(HIGHEST_LOGIT, Math.max(LOWEST_LOG, Math.log(opacity / (1 - opacity))));
}

/** Logarithm of a scale, finite for 0 too. */
export function logScale(scale: number): number {
  return Math.min(HIGHEST_LOG, Math.max(LOWEST_LOG, Math.log(scale)));
}

/** A splat that no renderer could draw: files with one are refused, since leaving it out would shift all that count splats. */
export function unfitSplat(index: number, property: string, value: number): SgapsError {
  return SgapsError.malformed(`splat ${index}: ${property} is ${value}`);
}
