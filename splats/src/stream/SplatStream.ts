import { SgapsError } from '@sgaps/protocol';
import { MOST_SPLATS, type SplatCloud } from '../cloud/SplatCloud.js';
import { MOST_FILE_BYTES } from '../files/readBounded.js';
import { readPly } from '../files/readPly.js';
import { StreamKernels } from './kernels/StreamKernels.js';
import { cacheBytesOf, NeuralTransformationCache } from './NeuralTransformationCache.js';
import { frameName, readStreamFile } from './readStreamFile.js';
import { arraysFor, firstOf, putAfter, type StreamArrays } from './StreamArrays.js';
import { MOST_MANIFEST_BYTES, parseStreamManifest, type StreamManifest } from './StreamManifest.js';
import type { StreamState } from './StreamState.js';
import { StreamStates } from './StreamStates.js';

/** Bytes of a .ply of added Gaussians at most: 62 numbers a row, in words, are less. */
const PLY_HEADER_BYTES = 64 * 1024;
const PLY_ROW_BYTES = 4096;

/**
 * Options of `SplatStream.open`.
 *
 * @example
 * ```ts
 * const options: SplatStreamOptions = { stateBytes: 64 * 2 ** 20 };
 * ```
 */
export interface SplatStreamOptions {
  /** Bytes that states of frames kept for seeking may take; default 128 MiB, or 16 states of 28 bytes a Gaussian, but 512 MiB at most. */
  readonly stateBytes?: number;
}

/**
 * Streamed Gaussians (P6c) of a folder: any frame as a cloud. Its work is done where it is called; `StreamThread` does it in a thread of its own.
 *
 * @example
 * ```ts
 * const stream = await SplatStream.open('./splats/dancer');
 * const cloud = await stream.frame(7);
 * ```
 */
export class SplatStream {
  readonly #states: StreamStates;
  readonly #kernels: StreamKernels;
  /** How many Gaussians frames add that were met, where they do. */
  readonly #added = new Map<number, number>();
  #arrays: StreamArrays | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly folder: string,
    readonly manifest: StreamManifest,
    /** Of frame 0. */
    readonly base: SplatCloud,
    { stateBytes }: SplatStreamOptions,
  ) {
    this.#kernels = StreamKernels.open(manifest);
    this.#states = new StreamStates(base.positions, { step: (frame, state) => this.#step(frame, state), bytes: stateBytes });
  }

  /** @throws SgapsError `NOT_FOUND`, `STORAGE_FAILED`, and what `parseStreamManifest` and `readPly` throw. */
  static async open(folder: string, options: SplatStreamOptions = {}): Promise<SplatStream> {
    const json = await readStreamFile(folder, 'stream.json', MOST_MANIFEST_BYTES, 'stream.json of the stream');
    const manifest = parseStreamManifest(new TextDecoder().decode(json));
    const base = readPly(await readStreamFile(folder, 'base.ply', MOST_FILE_BYTES, 'base.ply of the stream'));
    assertDegree(base, manifest, 'base.ply');
    return new SplatStream(folder, manifest, base, options);
  }

  /** Caches applied so far: what seeking costs. */
  get applied(): number {
    return this.#states.applied;
  }

  /**
   * The cloud of a frame, which holds until the next call. A frame that cannot be read takes those after it with it, as they begin where it ends; where only its added
   * Gaussians cannot, it alone.
   *
   * @param frame 0 to `manifest.frames` − 1.
   * @throws SgapsError `ARGUMENT_INVALID`, `NOT_FOUND` where a file is missing, and what `NeuralTransformationCache.decode` and `readPly` throw.
   */
  async frame(frame: number): Promise<SplatCloud> {
    const { cloud, arrays } = await this.fill(frame, this.#arrays);
    this.#arrays = arrays;
    return cloud;
  }

  /**
   * As `frame`, with the arrays that the cloud is the beginning of: those given, of an earlier call, or new ones where they are too small or null.
   *
   * @param isStopped Asked before each step; once it says true the frame is given up with `CLOSED`. What was reached until then shortens the way next time.
   */
  fill(
    frame: number,
    arrays: SplatCloud | null,
    isStopped?: () => boolean,
  ): Promise<{ readonly cloud: SplatCloud; readonly arrays: SplatCloud }> {
    const { frames } = this.manifest;
    if (!Number.isInteger(frame) || frame < 0 || frame >= frames)
      return Promise.reject(new SgapsError('ARGUMENT_INVALID', `The stream has frames 0 to ${frames - 1}, not ${frame}.`));
    const turn = this.#turn.then(() => this.#fill(frame, arrays, isStopped));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #fill(frame: number, given: StreamArrays | null, isStopped?: () => boolean) {
    const { base } = this;
    const state = await this.#states.at(frame, isStopped);
    const others = await this.#others(frame);
    const count = base.count + (others?.count ?? 0);
    const arrays = given && given.count >= count ? given : arraysFor(base, others?.count ?? 0);
    arrays.positions.set(state.positions);
    this.#kernels.turn(base, state.turns, arrays);
    if (others) putAfter(arrays, base.count, others);
    return { cloud: firstOf(arrays, count), arrays };
  }

  async #step(frame: number, state: StreamState): Promise<void> {
    const { grid } = this.manifest;
    const bytes = await readStreamFile(
      this.folder,
      `${frameName(frame)}.ntc`,
      cacheBytesOf(grid),
      `frame ${frame} of the stream`,
    );
    const cache = NeuralTransformationCache.decode(bytes, grid, frame);
    if (cache.added > 0) this.#added.set(frame, cache.added);
    this.#kernels.load(cache);
    this.#kernels.move(state);
  }

  /** The Gaussians that only this frame has. */
  async #others(frame: number): Promise<SplatCloud | null> {
    const added = this.#added.get(frame);
    if (added === undefined) return null;
    const what = `file of the Gaussians added in frame ${frame} of the stream`;
    if (this.base.count + added > MOST_SPLATS) throw SgapsError.limit('splats', this.base.count + added, MOST_SPLATS);
    const most = PLY_HEADER_BYTES + PLY_ROW_BYTES * added;
    const others = readPly(await readStreamFile(this.folder, `${frameName(frame)}.ply`, most, what));
    if (others.count !== added) throw SgapsError.malformed(`${what}: ${others.count}, where ${added} are due`);
    assertDegree(others, this.manifest, what);
    return others;
  }
}

function assertDegree({ degree }: SplatCloud, manifest: StreamManifest, what: string): void {
  if (degree !== manifest.degree)
    throw SgapsError.malformed(`${what}: degree ${degree}, where the stream has ${manifest.degree}`);
}
