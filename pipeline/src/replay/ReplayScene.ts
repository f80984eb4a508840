import {
  ARCHIVE_OVERLAYS,
  type FoundFrame,
  FrameFinder,
  type ModelBackend,
  type PlaybackMachine,
  type ReplaySourceOptions,
  type StatePoints,
} from '@sgaps/core';
import { type CameraFrame, type CaptureGrid, LIVE_EDGE, type OverlayLayer, SgapsError } from '@sgaps/protocol';
import type { RenderOutput, SceneContext, SceneInfo, SceneRenderer } from '../scene/SceneRenderer.js';
import { GrowthWatch } from './GrowthWatch.js';
import { OverlayMaker } from './overlays/OverlayMaker.js';
import { PictureScaler } from './PictureScaler.js';
import type { ReplayFile } from './ReplayFile.js';
import { readMarkers } from './readMarkers.js';

/** ms from what was looked at last, from which on a viewer has gone elsewhere. */
const FAR = 5_000;
/** ms between figures. */
const FIGURES_EVERY = 250;
/** Numbers in one message: they stay below its 64 KiB. */
const NUMBERS_AT_ONCE = 2_500;

/**
 * Options of `ReplayScene`.
 *
 * @example
 * ```ts
 * const options: ReplaySceneOptions = { open: (id) => library.open(id), machine: nodeMachine };
 * ```
 */
export interface ReplaySceneOptions {
  /** Opens a recording by its id. @throws SgapsError `NOT_FOUND`, and what `RecordingReader.open` throws. */
  readonly open: (recordingId: string) => Promise<ReplayFile>;
  readonly machine: PlaybackMachine;
  /** The model that refines its frames; default none. */
  readonly model?: (grid: CaptureGrid) => ModelBackend | null;
  /** Gets the models that archives name; absent: those are not shown. */
  readonly archiveModel?: ReplaySourceOptions['archiveModel'];
}

/**
 * The scene `replay:ID` (P6a): a camera's time index is the replay's time, and what it shows is the frame of that time, of a recording that is finished or still grows.
 *
 * @example
 * ```ts
 * registerScene('replay', () => new ReplayScene({ open, machine }));
 * ```
 */
export class ReplayScene implements SceneRenderer {
  private file!: ReplayFile;
  private finder!: FrameFinder;
  private growth!: GrowthWatch;
  private overlayMaker!: OverlayMaker;
  private scaler!: PictureScaler;
  private tell!: SceneContext['tell'];
  /** What the last picture showed, and how. */
  private shown: { readonly frameId: number; readonly refined: boolean } | null = null;
  private stale = true;
  private markersRead = -1;
  private unlisten: (() => void) | null = null;
  private figuresAt = Number.NEGATIVE_INFINITY;
  /** What was last looked at, ms. */
  private lookedAt = 0;

  constructor(private readonly options: ReplaySceneOptions) {}

  async onInit({ argument, tell }: SceneContext): Promise<SceneInfo> {
    if (argument === '') throw new SgapsError('ARGUMENT_INVALID', 'A replay is named by its recording: replay:ID.');
    this.tell = tell;
    this.file = await this.options.open(argument);
    const { reader } = this.file;
    const { recordingId, game, engine, grid, fps, startedAt, schema, archive } = reader.header;
    const { machine, archiveModel } = this.options;
    // An archive's frames were refined before they were coded.
    const model = archive ? null : (this.options.model?.(grid) ?? null);
    this.finder = new FrameFinder(reader, { machine, shelf: this.file.shelf, model, archiveModel });
    this.growth = new GrowthWatch(
      this.file,
      () => this.finder.refresh(),
      () => this.tellGrowth(),
      // What cannot be read now is met again, and told, by whoever asks for a frame.
      () => undefined,
    );
    this.overlayMaker = new OverlayMaker(grid);
    this.scaler = new PictureScaler(grid);
    await this.tellMarkers();
    if (schema.values.length > 0) this.unlisten = this.file.states?.((points) => this.tellStates(points)) ?? null;
    const { duration, hasFooter } = reader.index;
    const values = schema.values.map(({ name }) => name);
    const about = {
      recordingId,
      game,
      engine,
      fps,
      startedAt,
      duration: duration / 1000,
      growing: !hasFooter,
      values,
      archived: archive !== undefined,
    };
    return { ...grid, about };
  }

  async render(camera: CameraFrame): Promise<RenderOutput | null> {
    await this.growth.catchUp();
    const isLive = camera.timeIndex === LIVE_EDGE;
    const time = isLive ? this.file.reader.duration : 1000 * camera.timeIndex;
    if (Math.abs(time - this.lookedAt) > FAR) this.file.lookAt?.(time);
    this.lookedAt = time;
    const found = await (isLive ? this.finder.newest() : this.finder.find(time));
    return found && this.draw(found);
  }

  async changed(_: CameraFrame, newer: AbortSignal): Promise<boolean> {
    while (!newer.aborted) {
      if (await this.finder.newest(this.shown?.frameId ?? -1, newer)) return true;
      if (!this.growth.growing) return false;
      await this.growth.next(newer);
      await this.growth.catchUp();
    }
    return false;
  }

  resize(width: number, height: number): void {
    this.scaler.fit(width, height);
    this.stale = true;
  }

  overlays(layers: readonly OverlayLayer[]): void {
    const { archive } = this.file.reader.header;
    this.overlayMaker.layers = archive ? layers.filter((layer) => ARCHIVE_OVERLAYS.includes(layer)) : layers;
    this.finder.layered = layers.includes('layers');
    this.stale = true;
  }

  async onShutdown(): Promise<void> {
    this.growth?.close();
    this.unlisten?.();
    // It closes the reader, which the file is done with then.
    await this.finder?.close();
    await this.file?.close();
  }

  private async draw(found: FoundFrame): Promise<RenderOutput> {
    const { frameId, refined, time, previous, next } = found;
    const unchanged = !this.stale && this.shown?.frameId === frameId && this.shown.refined === refined;
    if (!unchanged) {
      for (const { layer, bytes } of await this.overlayMaker.make(found, time, () => this.finder.importance()))
        this.tell({ type: 'overlay', layer }, { data: bytes });
    }
    this.shown = { frameId, refined };
    this.tellFigures(time);
    this.stale = false;
    const seconds = (ms: number | null) => (ms === null ? null : ms / 1000);
    const metadata = { time: time / 1000, previous: seconds(previous), next: seconds(next), recordedFrame: frameId, refined };
    const { width, height } = this.scaler;
    const colour = unchanged ? found.rgb : await this.scaler.scale(found.rgb);
    return { width, height, colour, depth: null, alpha: null, metadata, unchanged };
  }

  private async tellGrowth(): Promise<void> {
    const { duration, hasFooter, events } = this.file.reader.index;
    this.tell({ type: 'growth', duration: duration / 1000, growing: !hasFooter }, { keep: 'last' });
    if ((events.at(-1)?.sequence ?? -1) > this.markersRead) await this.tellMarkers();
  }

  /** What was exchanged at the place shown, now and then. */
  private tellFigures(time: number): void {
    const now = performance.now();
    if (now - this.figuresAt < FIGURES_EVERY) return;
    this.figuresAt = now;
    const { latencyFrames } = this.finder;
    const latencyMs = (1000 * latencyFrames) / this.file.reader.header.fps;
    this.tell({ type: 'figures', time: time / 1000, ...this.finder.figures(), latencyFrames, latencyMs });
  }

  private tellStates({ times, values }: StatePoints): void {
    const count = Math.floor(NUMBERS_AT_ONCE / (values.length + 1));
    for (let from = 0; from < times.length; from += count) {
      const part = <T>(list: readonly T[]) => list.slice(from, from + count);
      this.tell({ type: 'states', times: part(times).map((ms) => ms / 1000), values: values.map(part) }, { keep: 'all' });
    }
  }

  private async tellMarkers(): Promise<void> {
    for await (const { markers, sequence } of readMarkers(this.file.reader, this.markersRead)) {
      this.markersRead = sequence;
      if (markers.length > 0) this.tell({ type: 'markers', markers }, { keep: 'all' });
    }
  }
}
