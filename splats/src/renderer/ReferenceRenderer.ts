import { availableParallelism } from 'node:os';
import { SgapsError } from '@sgaps/protocol';
import { type ByteImage, type Colours, checkSides, type SplatCamera, type SplatImage } from '../camera/SplatCamera.js';
import { type CloudChanges, checkCloud } from '../cloud/CloudChanges.js';
import type { SplatCloud } from '../cloud/SplatCloud.js';
import { TILE } from '../reference/BandPainter.js';
import { ReferenceThread } from './ReferenceThread.js';
import type { SplatRenderer } from './SplatRenderer.js';

/** Threads at most: each projects the whole cloud again, which more of them do not make faster. */
const MOST_THREADS = 8;
const ARRAYS = ['positions', 'scales', 'rotations', 'opacities', 'harmonics'] as const;

/**
 * Draws splats by `renderReference` in threads of its own, a part of the picture's rows in each, where there is no GPU; nobody else in the process waits for them.
 *
 * @example
 * ```ts
 * const renderer = new ReferenceRenderer();
 * await renderer.load(cloud);
 * const { colour } = await renderer.render(camera);
 * await renderer.dispose();
 * ```
 */
export class ReferenceRenderer implements SplatRenderer {
  readonly adapter: string;
  readonly #threads: readonly ReferenceThread[];
  #cloud: SplatCloud | null = null;
  #drawing = false;

  /** @param threads 1 to 8. Default as many as there are cores. */
  constructor(threads: number = availableParallelism()) {
    const count = Math.max(1, Math.min(MOST_THREADS, Math.floor(threads)));
    this.#threads = Array.from({ length: count }, () => new ReferenceThread());
    this.adapter = `CPU, ${count === 1 ? 'one thread' : `${count} threads`}`;
  }

  /** @throws SgapsError `ARGUMENT_INVALID` for arrays of other lengths than the count says, `OUT_OF_ORDER` while a picture is drawn. */
  async load(cloud: SplatCloud): Promise<void> {
    this.#check();
    checkCloud(cloud, cloud);
    const shared = Object.fromEntries(ARRAYS.map((name) => [name, shareOf(cloud[name])])) as Pick<
      SplatCloud,
      (typeof ARRAYS)[number]
    >;
    this.#cloud = { count: cloud.count, degree: cloud.degree, ...shared };
    for (const thread of this.#threads) thread.load(this.#cloud);
  }

  /** @throws SgapsError `ARGUMENT_INVALID` for arrays of other lengths than the cloud's, `OUT_OF_ORDER` where nothing was loaded, and while a picture is drawn. */
  async update(changes: CloudChanges): Promise<void> {
    this.#check();
    const cloud = this.#loaded();
    checkCloud(cloud, changes);
    for (const name of ARRAYS) {
      const array = changes[name];
      if (array) cloud[name].set(array);
    }
  }

  /**
   * @throws SgapsError `OUT_OF_ORDER` where nothing was loaded, and while another picture is drawn; `ARGUMENT_INVALID` for a picture of no or more than 4096 pixels
   * a side; `CLOSED` once disposed.
   */
  async render(camera: SplatCamera): Promise<SplatImage> {
    const colour = new Float32Array(3 * camera.width * camera.height);
    return { ...(await this.#draw(camera, 'floats', colour)), colour };
  }

  /** As `render` does, with colours as bytes. */
  async renderBytes(camera: SplatCamera): Promise<ByteImage> {
    const colour = new Uint8Array(3 * camera.width * camera.height);
    return { ...(await this.#draw(camera, 'bytes', colour)), colour };
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }

  async #draw(camera: SplatCamera, colours: Colours, colour: Float32Array | Uint8Array): Promise<Omit<SplatImage, 'colour'>> {
    this.#check();
    this.#loaded();
    const { width, height } = camera;
    checkSides(width, height);
    const depth = new Float32Array(width * height);
    const alpha = new Float32Array(width * height);
    // Whole rows of tiles for each thread.
    const share = TILE * Math.ceil(height / TILE / this.#threads.length);
    this.#drawing = true;
    try {
      await Promise.all(
        this.#threads.map(async (thread, index) => {
          const first = share * index;
          const end = Math.min(height, first + share);
          if (first >= end) return;
          const image = await thread.draw({ camera, colours, first, end });
          colour.set(image.colour, 3 * width * first);
          depth.set(image.depth, width * first);
          alpha.set(image.alpha, width * first);
        }),
      );
    } finally {
      this.#drawing = false;
    }
    return { width, height, depth, alpha };
  }

  #loaded(): SplatCloud {
    if (!this.#cloud) throw new SgapsError('OUT_OF_ORDER', 'Splats are drawn once they are loaded.');
    return this.#cloud;
  }

  #check(): void {
    if (this.#drawing) throw new SgapsError('OUT_OF_ORDER', 'A renderer of splats does one thing at a time.');
  }
}

/** A copy in memory that threads share. */
function shareOf(array: Float32Array): Float32Array {
  const shared = new Float32Array(new SharedArrayBuffer(array.byteLength));
  shared.set(array);
  return shared;
}
