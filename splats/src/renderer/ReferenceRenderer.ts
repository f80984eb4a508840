import { availableParallelism } from 'node:os';
import { SgapsError } from '@sgaps/protocol';
import { type ByteImage, type Colours, checkSides, type SplatCamera, type SplatImage } from '../camera/SplatCamera.js';
import { type CloudChanges, checkCloud } from '../cloud/CloudChanges.js';
import type { SplatCloud } from '../cloud/SplatCloud.js';
import { TILE } from '../reference/BandPainter.js';
import { ReferencePool } from './ReferencePool.js';
import type { SplatRenderer } from './SplatRenderer.js';

/** Threads of a process at most: each projects the whole cloud again, which more of them do not make faster. */
const MOST_THREADS = 8;
const ARRAYS = ['positions', 'scales', 'rotations', 'opacities', 'harmonics'] as const;

/** A picture to write to. */
type PictureArrays = Pick<SplatImage, 'depth' | 'alpha'> & { readonly colour: Float32Array | Uint8Array };

/**
 * Draws splats by `renderReference` in threads, a part of the picture's rows in each, where there is no GPU; nobody else in the process waits for them. All renderers of a process
 * with as many threads share them.
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
  readonly #pool: ReferencePool;
  readonly #renderer: number;
  #cloud: SplatCloud | null = null;
  #work: Promise<unknown> | null = null;
  #disposed = false;

  /** @param threads 1 to 8. Default as many as there are cores. */
  constructor(threads: number = availableParallelism()) {
    const count = Math.max(1, Math.min(MOST_THREADS, Math.floor(threads)));
    ({ pool: this.#pool, renderer: this.#renderer } = ReferencePool.join(count));
    this.adapter = `CPU, ${count === 1 ? 'one thread' : `${count} threads`}`;
  }

  /** @throws SgapsError `ARGUMENT_INVALID` for arrays of other lengths than the count says, `OUT_OF_ORDER` while a picture is drawn, `CLOSED` once disposed. */
  async load(cloud: SplatCloud): Promise<void> {
    this.#check();
    checkCloud(cloud, cloud);
    const shared = Object.fromEntries(ARRAYS.map((name) => [name, shareOf(cloud[name])])) as Pick<
      SplatCloud,
      (typeof ARRAYS)[number]
    >;
    this.#cloud = { count: cloud.count, degree: cloud.degree, ...shared };
    for (const thread of this.#pool.threads) thread.load(this.#renderer, this.#cloud);
  }

  /** @throws SgapsError `ARGUMENT_INVALID` for arrays of other lengths than the cloud's, `OUT_OF_ORDER` where nothing was loaded, and while a picture is drawn, `CLOSED` once disposed. */
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
   * a side; `CLOSED` once disposed, `PROVIDER_UNAVAILABLE` where a thread has ended.
   */
  render(camera: SplatCamera): Promise<SplatImage> {
    return this.#draw(camera, 'floats', (length) => new Float32Array(length));
  }

  /** As `render` does, with colours as bytes. */
  renderBytes(camera: SplatCamera): Promise<ByteImage> {
    return this.#draw(camera, 'bytes', (length) => new Uint8Array(length));
  }

  /** Waits for what is drawn. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#work?.catch(() => undefined);
    await this.#pool.leave(this.#renderer);
  }

  async #draw<T extends Float32Array | Uint8Array>(
    camera: SplatCamera,
    colours: Colours,
    make: (length: number) => T,
  ): Promise<Omit<SplatImage, 'colour'> & { readonly colour: T }> {
    this.#check();
    this.#loaded();
    const { width, height } = camera;
    checkSides(width, height);
    const image = {
      ...{ width, height, colour: make(3 * width * height) },
      ...{ depth: new Float32Array(width * height), alpha: new Float32Array(width * height) },
    };
    const work = this.#drawRows(camera, colours, image);
    this.#work = work;
    try {
      await work;
    } finally {
      this.#work = null;
    }
    if (this.#disposed) throw closed();
    return image;
  }

  /** Settles once no thread works for it any more. */
  async #drawRows(camera: SplatCamera, colours: Colours, into: PictureArrays): Promise<void> {
    const { threads } = this.#pool;
    const { width, height } = camera;
    // Whole rows of tiles for each thread.
    const share = TILE * Math.ceil(height / TILE / threads.length);
    const parts = threads.map(async (thread, index) => {
      const first = share * index;
      const end = Math.min(height, first + share);
      if (first >= end) return;
      const image = await thread.draw(this.#renderer, { camera, colours, first, end });
      into.colour.set(image.colour, 3 * width * first);
      into.depth.set(image.depth, width * first);
      into.alpha.set(image.alpha, width * first);
    });
    await Promise.allSettled(parts);
    await Promise.all(parts);
  }

  #loaded(): SplatCloud {
    if (!this.#cloud) throw new SgapsError('OUT_OF_ORDER', 'Splats are drawn once they are loaded.');
    return this.#cloud;
  }

  #check(): void {
    if (this.#disposed) throw closed();
    if (this.#work) throw new SgapsError('OUT_OF_ORDER', 'A renderer of splats does one thing at a time.');
  }
}

/** A copy in memory that threads share. */
function shareOf(array: Float32Array): Float32Array {
  const shared = new Float32Array(new SharedArrayBuffer(array.byteLength));
  shared.set(array);
  return shared;
}

function closed(): SgapsError {
  return new SgapsError('CLOSED', 'This renderer of splats was disposed.');
}
