import { SgapsError } from '@sgaps/protocol';
import { type ByteImage, type Colours, checkSides, type SplatCamera, type SplatImage } from '../camera/SplatCamera.js';
import { type CloudChanges, checkCloud } from '../cloud/CloudChanges.js';
import type { SplatCloud } from '../cloud/SplatCloud.js';
import { type ReferenceOptions, referenceOptions } from '../reference/renderReference.js';
import type { SplatRenderer } from '../renderer/SplatRenderer.js';
import { allocate, withErrors } from './BufferPool.js';
import { CloudBuffers } from './CloudBuffers.js';
import { FramePlan } from './FramePlan.js';
import { FrameUniform } from './FrameUniform.js';
import { type Gpu, openGpu } from './openGpu.js';
import { mostPairs, PairBuffers } from './PairBuffers.js';
import { PictureBuffers } from './PictureBuffers.js';
import { Readback } from './Readback.js';
import { type SplatKernels, splatKernels } from './SplatKernels.js';
import { type GpuStage, StageTimer } from './StageTimer.js';
import { COUNTERS } from './shaders/frame.js';

/** Pairs of a tile and a splat that there is room for at first, and how much more than was wanted there is after a frame that had no room. */
const FIRST_PAIRS = 1 << 18;
const SPARE = 1.25;
/** Frames after which room that is not needed is given back. */
const LOOK_EVERY = 300;

/** A picture's size on the GPU, and the way back from there. */
interface Target {
  readonly picture: PictureBuffers;
  readonly readback: Readback;
}

/**
 * Draws splats on a GPU through WebGPU (P6b): EWA projection, sorting by depth, tiles of 16×16 pixels, front-to-back blending, all in compute shaders. Its pictures are
 * those of `renderReference` but for rounding: depths and places are 32-bit floats, colours before blending 16-bit ones.
 *
 * @example
 * ```ts
 * const renderer = await GaussianRenderer.open();
 * await renderer.load(cloud);
 * const { colour, depth, alpha } = await renderer.render(camera);
 * await renderer.dispose();
 * ```
 */
export class GaussianRenderer implements SplatRenderer {
  readonly adapter: string;
  /** True where the "GPU" computes on the CPU, as SwiftShader does. */
  readonly software: boolean;
  readonly #device: GPUDevice;
  readonly #kernels: SplatKernels;
  readonly #options: Required<ReferenceOptions>;
  readonly #timer: StageTimer;
  readonly #uniform = new FrameUniform();
  #cloud: CloudBuffers | null = null;
  #target: Target | null = null;
  #pairs: PairBuffers | null = null;
  #plan: FramePlan | null = null;
  #work: Promise<unknown> | null = null;
  #disposed = false;
  /** The most pairs of the frames since room was last looked at, and how many frames that were. */
  #mostWanted = 0;
  #frames = 0;
  #stages: Readonly<Record<GpuStage, number>> | null = null;

  private constructor(
    { device, adapter, software }: Gpu,
    kernels: SplatKernels,
    timer: StageTimer,
    options: Required<ReferenceOptions>,
  ) {
    this.adapter = adapter;
    this.software = software;
    this.#device = device;
    this.#kernels = kernels;
    this.#timer = timer;
    this.#options = options;
  }

  /**
   * Opens the machine's GPU, which all renderers of a process share. Drivers are those of the process: `VK_ICD_FILENAMES` names others.
   *
   * @throws SgapsError `ARGUMENT_INVALID` for options out of range, `PROVIDER_UNAVAILABLE` where there is no WebGPU, or it does not take the shaders.
   */
  static async open(options: ReferenceOptions = {}): Promise<GaussianRenderer> {
    const checked = referenceOptions(options);
    const gpu = await openGpu();
    const kernels = await splatKernels(gpu.device);
    const timer = await allocate(gpu.device, 'timestamps', (pool) => new StageTimer(gpu.device, pool));
    return new GaussianRenderer(gpu, kernels, timer, checked);
  }

  /** Milliseconds of each stage of the last picture; null where the GPU does not tell, and before the first. */
  get stages(): Readonly<Record<GpuStage, number>> | null {
    return this.#stages;
  }

  /**
   * Takes another cloud. Its arrays are copied.
   *
   * @throws SgapsError `ARGUMENT_INVALID` for arrays of other lengths than the count says, `LIMIT_EXCEEDED` for more than the GPU has memory for,
   * `OUT_OF_ORDER` while a picture is drawn, `CLOSED` once disposed.
   */
  async load(cloud: SplatCloud): Promise<void> {
    this.#check();
    checkCloud(cloud, cloud);
    await this.#once(async () => {
      let buffers = this.#cloud;
      if (!buffers?.fits(cloud)) {
        this.#forgetPlan();
        buffers?.dispose();
        this.#cloud = null;
        buffers = await allocate(this.#device, `${cloud.count} splats`, (pool) => {
          return new CloudBuffers(this.#device, pool, this.#kernels.packHarmonics, cloud);
        });
        this.#cloud = buffers;
      }
      await this.#write(buffers, cloud);
    });
  }

  /**
   * Changes arrays of the cloud that was loaded last, each as a whole; the others stay.
   *
   * @throws SgapsError as `load` does, and `OUT_OF_ORDER` where nothing was loaded.
   */
  async update(changes: CloudChanges): Promise<void> {
    this.#check();
    const cloud = this.#loaded();
    checkCloud(cloud, changes);
    await this.#once(() => this.#write(cloud, changes));
  }

  /**
   * Draws the cloud loaded last. The picture's arrays are memory of the GPU: they are empty once it draws again.
   *
   * @throws SgapsError `ARGUMENT_INVALID` for a picture of no or more than 4096 pixels a side, `LIMIT_EXCEEDED` where what is seen does not go into the GPU's memory,
   * `OUT_OF_ORDER` where nothing was loaded or another picture is drawn, `PROVIDER_UNAVAILABLE` where the GPU is lost, `CLOSED` once disposed.
   */
  async render(camera: SplatCamera): Promise<SplatImage> {
    return (await this.#drawOnce(camera, 'floats')).image;
  }

  /** As `render` does, with colours as bytes, which are a quarter to bring back. */
  async renderBytes(camera: SplatCamera): Promise<ByteImage> {
    return (await this.#drawOnce(camera, 'bytes')).byteImage;
  }

  /** Waits for what is under way, which then rejects with `CLOSED`. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#work?.catch(() => undefined);
    this.#forgetPlan();
    this.#cloud?.dispose();
    this.#pairs?.dispose();
    this.#forgetTarget();
    this.#timer.dispose();
  }

  #write(buffers: CloudBuffers, changes: CloudChanges): Promise<void> {
    return withErrors(this.#device, 'arrays of splats', () => buffers.write(changes));
  }

  async #drawOnce(camera: SplatCamera, colours: Colours): Promise<Readback> {
    this.#check();
    checkSides(camera.width, camera.height);
    const cloud = this.#loaded();
    return this.#once(() => this.#draw(cloud, camera, colours));
  }

  async #draw(cloud: CloudBuffers, camera: SplatCamera, colours: Colours): Promise<Readback> {
    const { picture, readback } = await this.#targetOf(camera);
    for (;;) {
      const pairs = (this.#pairs ??= await this.#room(Math.min(FIRST_PAIRS, mostPairs(this.#device.limits))));
      const plan = await this.#planOf({ cloud, picture, pairs });
      readback.release();
      await withErrors(this.#device, 'a picture of splats', () => this.#submit(plan, readback, camera, colours));
      await readback.map().catch((cause: unknown) => {
        const said = cause instanceof Error ? cause.message : String(cause);
        throw new SgapsError('PROVIDER_UNAVAILABLE', `The GPU was lost while it drew splats: ${said}`, { cause });
      });
      const { wanted } = readback;
      if (wanted <= pairs.capacity) {
        this.#stages = this.#timer.read(readback.timestamps);
        this.#giveBack(wanted, pairs.capacity);
        return readback;
      }
      await this.#makeRoom(wanted);
    }
  }

  #submit(plan: FramePlan, readback: Readback, camera: SplatCamera, colours: Colours): void {
    const { picture, pairs } = plan.parts;
    const { near, background } = this.#options;
    this.#uniform.write(camera, picture, near, background, pairs.capacity);
    this.#device.queue.writeBuffer(plan.frame, 0, this.#uniform.bytes);
    const encoder = this.#device.createCommandEncoder({ label: 'splats' });
    plan.encode(encoder, this.#timer, colours);
    this.#timer.copyTo(encoder, readback.buffer, 0);
    readback.copy(encoder, picture, plan.counters, colours);
    this.#device.queue.submit([encoder.finish()]);
  }

  async #targetOf({ width, height }: SplatCamera): Promise<Target> {
    const now = this.#target;
    if (now && now.picture.width === width && now.picture.height === height) return now;
    this.#forgetPlan();
    this.#forgetTarget();
    this.#target = await allocate(this.#device, `a picture of ${width}×${height}`, (pool) => {
      const picture = new PictureBuffers(this.#device, pool, width, height);
      return { picture, readback: new Readback(pool, picture) };
    });
    return this.#target;
  }

  async #planOf(parts: FramePlan['parts']): Promise<FramePlan> {
    if (this.#plan?.isOf(parts)) return this.#plan;
    this.#forgetPlan();
    this.#plan = await allocate(this.#device, 'sorting splats', (pool) => new FramePlan(pool, this.#kernels, parts));
    this.#device.queue.writeBuffer(this.#plan.counters, 4 * COUNTERS.splats, new Uint32Array([parts.cloud.count]));
    return this.#plan;
  }

  #room(capacity: number): Promise<PairBuffers> {
    return allocate(this.#device, `${capacity} splats in tiles`, (pool) => new PairBuffers(pool, capacity));
  }

  async #makeRoom(wanted: number): Promise<void> {
    const most = mostPairs(this.#device.limits);
    if (wanted > most) throw SgapsError.limit('Splats in all tiles of the picture', wanted, most);
    this.#forgetPlan();
    this.#pairs?.dispose();
    this.#pairs = null;
    this.#pairs = await this.#room(Math.min(most, Math.ceil(wanted * SPARE)));
  }

  /** A view of everything at once must not keep its memory for ever. */
  #giveBack(wanted: number, capacity: number): void {
    this.#mostWanted = Math.max(this.#mostWanted, wanted);
    if (++this.#frames < LOOK_EVERY) return;
    if (capacity > FIRST_PAIRS && this.#mostWanted * SPARE * 2 < capacity) {
      this.#forgetPlan();
      this.#pairs?.dispose();
      this.#pairs = null;
    }
    this.#mostWanted = 0;
    this.#frames = 0;
  }

  #forgetPlan(): void {
    this.#plan?.dispose();
    this.#plan = null;
  }

  #forgetTarget(): void {
    this.#target?.readback.release();
    this.#target?.picture.dispose();
    this.#target = null;
  }

  #loaded(): CloudBuffers {
    if (!this.#cloud) throw new SgapsError('OUT_OF_ORDER', 'Splats are drawn once they are loaded.');
    return this.#cloud;
  }

  #check(): void {
    if (this.#disposed) throw closed();
    if (this.#work) throw new SgapsError('OUT_OF_ORDER', 'A renderer of splats does one thing at a time.');
  }

  async #once<T>(begin: () => Promise<T>): Promise<T> {
    const work = begin();
    this.#work = work;
    try {
      const result = await work;
      if (this.#disposed) throw closed();
      return result;
    } catch (error) {
      throw this.#disposed ? closed() : error;
    } finally {
      this.#work = null;
    }
  }
}

function closed(): SgapsError {
  return new SgapsError('CLOSED', 'This renderer of splats was disposed.');
}
