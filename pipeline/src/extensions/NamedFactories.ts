import { SgapsError } from '@sgaps/protocol';

const NAME = /^[a-z0-9+_-]{1,64}$/;

/** What can be made by a name: some that we ship, and those registered since. */
export class NamedFactories<Factory> {
  readonly #kind: string;
  readonly #factories: Map<string, Factory>;

  constructor(kind: string, builtIn: Readonly<Record<string, Factory>>) {
    this.#kind = kind;
    this.#factories = new Map(Object.entries(builtIn));
  }

  add(name: string, factory: Factory): void {
    if (typeof name !== 'string' || !NAME.test(name))
      throw new SgapsError(
        'ARGUMENT_INVALID',
        `'${name}' is no name for a ${this.#kind}: use 1 … 64 of a-z, 0-9, '+', '_' and '-'.`,
      );
    if (typeof factory !== 'function')
      throw new SgapsError('ARGUMENT_INVALID', `The ${this.#kind} '${name}' needs a function that makes one.`);
    if (this.#factories.has(name))
      throw new SgapsError(
        'ARGUMENT_INVALID',
        `There is a ${this.#kind} '${name}' already: register it once, by a name of its own.`,
      );
    this.#factories.set(name, factory);
  }

  get(name: string): Factory {
    const factory = this.#factories.get(name);
    if (factory) return factory;
    const known = this.names().join(', ') || 'none yet';
    throw new SgapsError('NOT_FOUND', `There is no ${this.#kind} '${name}'. Known: ${known}.`);
  }

  names(): string[] {
    return [...this.#factories.keys()].sort();
  }
}
