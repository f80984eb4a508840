import { rmSync, writeFileSync } from 'node:fs';
import type { DecodedFrame } from '@sgaps/core';
import { type CaptureGrid, SgapsError } from '@sgaps/protocol';
import type { ClipFrame, ClipState } from '../clips/ClipState.js';
import { fromFrameState } from '../clips/fromFrameState.js';
import { VideoWriter } from '../clips/VideoWriter.js';

/** Frames whose times tell the clip's rate. */
const TELLING = 30;
const MOST_FPS = 120;

/**
 * What a clip is said to be.
 *
 * @example
 * ```ts
 * const facts: ClipFacts = { name: 'a1', source: 'recording a1', grid: { width: 320, height: 180 }, fps: 30 };
 * ```
 */
interface ClipFacts extends Pick<ClipState, 'name' | 'source'> {
  readonly grid: CaptureGrid;
  /** Frames a second, where the frames are too few to tell. */
  readonly fps: number;
}

/**
 * Writes frames as a lossless clip `PATH.mkv` with its state `PATH.json`, as the clip benchmark and the training read them. Its rate is that of the
 * frames' times.
 *
 * @example
 * ```ts
 * const clip = new ClipFile('out/clips/a1', facts);
 * await clip.add(decoded);
 * await clip.close();
 * ```
 */
export class ClipFile {
  readonly #states: ClipFrame[] = [];
  #waiting: { readonly rgb: Uint8ClampedArray; readonly time: number }[] = [];
  #video: { readonly writer: VideoWriter; readonly fps: number } | null = null;

  constructor(
    private readonly path: string,
    private readonly facts: ClipFacts,
  ) {}

  get frames(): number {
    return this.#states.length;
  }

  /** Takes the next frame; its buffers may be reused. Throws `UNSUPPORTED` where ffmpeg is missing. */
  async add({ rgb, state, time }: DecodedFrame): Promise<void> {
    this.#states.push(fromFrameState(state));
    if (this.#video) return this.#video.writer.write(rgb);
    this.#waiting.push({ rgb: rgb.slice(), time });
    if (this.#waiting.length === TELLING) await this.#begin();
  }

  /** Ends both files. Throws `ARGUMENT_INVALID` where there is no frame. */
  async close(): Promise<void> {
    if (this.frames === 0) throw new SgapsError('ARGUMENT_INVALID', `The clip ${this.facts.name} has no frame to be written.`);
    const { writer, fps } = this.#video ?? (await this.#begin());
    await writer.close();
    const { name, source, grid } = this.facts;
    const state: ClipState = {
      name,
      kind: this.#states.some(({ view }) => view !== undefined) ? '3d' : '2d',
      source,
      ...grid,
      fps,
      frames: this.frames,
      per_frame: this.#states,
    };
    writeFileSync(`${this.path}.json`, JSON.stringify(state));
  }

  /** Gives up and removes what was written. */
  async discard(): Promise<void> {
    this.#waiting = [];
    // Why it is given up is known; a file that ffmpeg still writes cannot be removed.
    await this.#video?.writer.close().catch(() => undefined);
    for (const ending of ['mkv', 'json']) rmSync(`${this.path}.${ending}`, { force: true });
  }

  async #begin() {
    const { grid, fps: said } = this.facts;
    const intervals = this.#waiting.slice(1).map(({ time }, i) => time - this.#waiting[i].time);
    const usual = intervals.sort((a, b) => a - b)[intervals.length >> 1];
    const fps = usual > 0 ? Math.min(MOST_FPS, Math.max(1, Math.round(1000 / usual))) : said;
    const video = { writer: new VideoWriter(`${this.path}.mkv`, { ...grid, fps }), fps };
    this.#video = video;
    for (const { rgb } of this.#waiting.splice(0)) await video.writer.write(rgb);
    return video;
  }
}
