/** Ids for a viewer's cameras: they start anywhere, so that pictures made for others' cameras are known as such. */
export class FrameIds {
  readonly #first = Math.floor(2 ** 32 * Math.random());
  #count = 0;

  next(): number {
    return (this.#first + this.#count++) >>> 0;
  }

  isOwn(id: number): boolean {
    return (id - this.#first) >>> 0 < this.#count;
  }
}
