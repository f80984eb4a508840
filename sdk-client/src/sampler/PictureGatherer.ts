import { AreaGather } from './areaSample.js';
import type { FromGatherer, ToGatherer } from './gatherMessages.js';
import { createReadingCanvas, type ReadingCanvas } from './readingCanvas.js';
import { drawPicture } from './readPicture.js';

/** Bytes the values of a batch first have room for; doubled when needed. */
const ROOM = 16_384;

/**
 * The worker's side of `WorkerSampler`: draws each picture, paints the masks over, reads it and gathers. Every picture is closed
 * as soon as it is drawn. A picture that cannot be read spoils its batch, which is answered with the reason; the next is fine.
 *
 * @example
 * ```ts
 * const gatherer = new PictureGatherer((answer, transfer) => postMessage(answer, transfer));
 * onmessage = ({ data }) => gatherer.take(data);
 * ```
 */
export class PictureGatherer {
  readonly #answer: (message: FromGatherer, transfer: Transferable[]) => void;
  #grid = { width: 0, height: 0 };
  #words = new Uint32Array(0);
  #rgba = new Uint8Array(ROOM);
  #bytes = 0;
  #failure: string | null = null;
  #reading: ReadingCanvas | null = null;
  #gather: AreaGather | null = null;

  constructor(answer: (message: FromGatherer, transfer: Transferable[]) => void) {
    this.#answer = answer;
  }

  take(message: ToGatherer): void {
    if (message.type === 'start') {
      this.#grid = message.grid;
    } else if (message.type === 'room') {
      this.#words = new Uint32Array(message.capacity);
    } else if (message.type === 'words') {
      this.#words.set(message.words, message.at);
    } else if (message.type === 'frame') {
      this.#take(message);
      if (message.last) this.#send();
    } else {
      this.#send();
    }
  }

  #take(frame: Extract<ToGatherer, { type: 'frame' }>): void {
    const { picture, width, height, first, count, runs, masks } = frame;
    try {
      if (!picture) throw new Error('the canvas gives no picture');
      this.#reading ??= createReadingCanvas(width, height, true);
      drawPicture(this.#reading, picture, width, height, masks);
      const { data } = this.#reading.context.getImageData(0, 0, width, height);
      if (this.#gather?.width !== width || this.#gather.height !== height) {
        this.#gather = new AreaGather(width, height, this.#grid, true);
      }
      this.#makeRoom(4 * count);
      this.#gather.runs(data, this.#words, first, runs, this.#rgba, this.#bytes);
      this.#bytes += 4 * count;
    } catch (cause) {
      this.#failure = cause instanceof Error ? cause.message : String(cause);
    } finally {
      picture?.close();
    }
  }

  #makeRoom(bytes: number): void {
    if (this.#bytes + bytes <= this.#rgba.length) return;
    const larger = new Uint8Array(2 * (this.#bytes + bytes));
    larger.set(this.#rgba.subarray(0, this.#bytes));
    this.#rgba = larger;
  }

  #send(): void {
    const rgba = this.#rgba.slice(0, this.#failure ? 0 : this.#bytes);
    const failure = this.#failure;
    this.#bytes = 0;
    this.#failure = null;
    this.#answer({ type: 'batch', rgba, failure }, [rgba.buffer]);
  }
}
