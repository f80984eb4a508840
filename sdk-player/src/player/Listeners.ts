/** Who listens to what, by name. */
export class Listeners<Events extends object> {
  readonly #all = new Map<keyof Events, Set<(event: never) => void>>();

  /** Adds a listener; the function that is returned takes it away. */
  add<K extends keyof Events>(name: K, listener: (event: Events[K]) => void): () => void {
    const set = this.#all.get(name) ?? new Set();
    this.#all.set(name, set.add(listener));
    return () => void set.delete(listener);
  }

  /** Tells all of them. False where nobody listens. */
  tell<K extends keyof Events>(name: K, event: Events[K]): boolean {
    const listeners = [...(this.#all.get(name) ?? [])] as ((event: Events[K]) => void)[];
    for (const listener of listeners) listener(event);
    return listeners.length > 0;
  }
}
