import { SgapsError } from '../errors.js';

/** An object with text keys. @throws SgapsError `ARGUMENT_INVALID` */
export function objectAt(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(where, 'an object');
  return value as Record<string, unknown>;
}

/** A list of at most `most`. @throws SgapsError `ARGUMENT_INVALID`, `LIMIT_EXCEEDED` */
export function listAt(value: unknown, where: string, most: number): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(where, 'a list');
  if (value.length > most) throw SgapsError.limit(`length of ${where}`, value.length, most);
  return value;
}

/** A finite number of low … high. @throws SgapsError `ARGUMENT_INVALID`, `LIMIT_EXCEEDED` */
export function numberAt(value: unknown, where: string, low: number, high: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < low) throw invalid(where, `a number of at least ${low}`);
  if (value > high) throw SgapsError.limit(where, value, high);
  return value;
}

/** A text of `least` to `most` characters. @throws SgapsError `ARGUMENT_INVALID`, `LIMIT_EXCEEDED` */
export function textAt(value: unknown, where: string, most: number, least = 1): string {
  if (typeof value !== 'string' || value.length < least) throw invalid(where, 'a text');
  if (value.length > most) throw SgapsError.limit(`length of ${where}`, value.length, most);
  return value;
}

/** The error for a field that is not what it must be. */
export function invalid(where: string, wanted: string): SgapsError {
  return new SgapsError('ARGUMENT_INVALID', `${where} must be ${wanted}.`);
}
