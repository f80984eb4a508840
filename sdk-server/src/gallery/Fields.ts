import { SgapsError } from '@sgaps/protocol';

/**
 * Reads the fields of an object out of a file that somebody wrote; whatever is not as it should be is `ARGUMENT_INVALID`, with the place.
 *
 * @example
 * ```ts
 * const game = new Fields(JSON.parse(text), 'games.json, game 1');
 * const title = game.text('title', 60);
 * ```
 */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;

  /** Throws where `raw` is no object. */
  constructor(
    raw: unknown,
    readonly where: string,
  ) {
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw invalid(`${where} must be an object.`);
    this.#values = raw as Record<string, unknown>;
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  /** A text of 1 to `most` characters that `form` fits, if given; `fallback` where there is none. */
  text(name: string, most: number, { form, fallback }: { readonly form?: RegExp; readonly fallback?: string } = {}): string {
    const value = this.#values[name] ?? fallback;
    if (typeof value !== 'string' || value.length > most || (value === '' && fallback !== ''))
      throw this.#wrong(name, `a text of 1 to ${most} characters`);
    if (form && !form.test(value)) throw this.#wrong(name, `of the form ${form.source}`);
    return value;
  }

  /** A number from 0 to `most`. */
  number(name: string, most: number): number {
    const value = this.#values[name];
    if (typeof value !== 'number' || !(value >= 0 && value <= most)) throw this.#wrong(name, `a number from 0 to ${most}`);
    return value;
  }

  flag(name: string): boolean {
    const value = this.#values[name];
    if (typeof value !== 'boolean') throw this.#wrong(name, 'true or false');
    return value;
  }

  /** The fields of a field. */
  inner(name: string): Fields {
    return new Fields(this.#values[name], `${this.where}: ${name}`);
  }

  #wrong(name: string, wanted: string): SgapsError {
    const is = this.has(name) ? `, not ${JSON.stringify(this.#values[name])?.slice(0, 80)}` : '; it is missing';
    return invalid(`${this.where}: ${name} must be ${wanted}${is}.`);
  }
}

const invalid = (message: string): SgapsError => new SgapsError('ARGUMENT_INVALID', message);
