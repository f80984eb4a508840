import type { ReplayInfo, ReplayListener, ReplaySource } from '@sgaps/client/player';
import { isSgapsError, SgapsError } from '@sgaps/protocol';
import type { ModelSource } from '../model/ModelFile.js';
import type { WebModelOptions } from '../model/WebModel.js';
import { absolute } from '../source/absolute.js';
import type { RecordingSource } from '../source/openSource.js';
import type { ModelInfo } from './messages.js';
import { asError, type PlayerNews, PlayerWorker } from './PlayerWorker.js';

/**
 * Options of `LocalSource.open`.
 *
 * @example
 * ```ts
 * const options: LocalSourceOptions = { model: '/models/sgaps-mae-small/model.json' };
 * ```
 */
export interface LocalSourceOptions extends Omit<WebModelOptions, 'grid'> {
  /** A model that refines the frames. Default none: they are as the recording's memory and diffusion draw them. */
  readonly model?: ModelSource | null;
  /**
   * The model that archives were made with, which shows them: of an address, `{name}` stands for the name that the archive says, as in
   * `/models/{name}/model.json`; with two files, `onnx` is its `decoder.onnx`. It is loaded when such a recording is first shown. Default none.
   */
  readonly archiveModel?: ModelSource | null;
  /** A token that may watch the recording, where its address is one of a server that asks for one. */
  readonly token?: string;
}

/**
 * A recording that this browser rebuilds itself, for a `ReplayPlayer`: frames by time from a worker, markers from its events, small pictures from its snapshots.
 * It has no overlays and does not grow.
 *
 * @example
 * ```ts
 * const player = await ReplayPlayer.open(await LocalSource.open(input.files[0]));
 * ```
 */
export class LocalSource implements ReplaySource {
  /** The model that refines the frames; null without one. */
  readonly model: ModelInfo | null;
  /** Frames that the model did not manage; they stay as memory drew them. */
  modelFailures = 0;
  /** Frames that the model refined. */
  refined = 0;
  readonly #worker: PlayerWorker;
  readonly #info: ReplayInfo;
  #listener: ReplayListener | null = null;
  /** What was told before somebody listened. */
  #early: PlayerNews[] = [];
  #failed = false;

  private constructor(worker: PlayerWorker, info: ReplayInfo, model: ModelInfo | null) {
    this.#worker = worker;
    this.#info = info;
    this.model = model;
    worker.onNews = (news) => this.#hear(news);
  }

  /**
   * Opens a recording: bytes, a file, or an address, relative to the page. Rejects with what `RecordingReader.open` and `WebModel.load` reject with, with
   * `NOT_FOUND`, `UNAUTHORIZED` or `STORAGE_FAILED` where the file cannot be read, and with `UNSUPPORTED` where the page allows no worker.
   */
  static async open(
    recording: RecordingSource,
    { model = null, archiveModel = null, token, ...options }: LocalSourceOptions = {},
  ): Promise<LocalSource> {
    const worker = new PlayerWorker();
    const early: PlayerNews[] = [];
    worker.onNews = (news) => early.push(news);
    try {
      const source = absolute(recording);
      const models = { model: model && absolute(model), archiveModel: archiveModel && absolute(archiveModel) };
      const { info, values } = await worker.ask({ type: 'openLocal', source, token, ...models, options });
      if (!info || !values)
        throw new SgapsError('UNSUPPORTED', "The player's worker is of another version than the page; load the page anew.");
      const { recordingId, game, engine, width, height, fps, startedAt, duration, archived } = info;
      const about = {
        recordingId,
        game,
        engine,
        width,
        height,
        fps,
        startedAt,
        duration: duration / 1000,
        growing: false,
        archived,
        values,
      };
      const opened = new LocalSource(worker, about, info.model);
      opened.#early = early;
      return opened;
    } catch (error) {
      worker.end();
      throw error;
    }
  }

  async open(listener: ReplayListener): Promise<ReplayInfo> {
    if (this.#listener)
      throw new SgapsError('ARGUMENT_INVALID', 'A LocalSource is played once; open another for another player.');
    this.#listener = listener;
    // Whoever opens it knows what it is before it hears more of it.
    setTimeout(() => {
      for (const news of this.#early.splice(0)) this.#hear(news);
    });
    return this.#info;
  }

  request(time: number): void {
    this.#ask({ type: 'request', time });
  }

  /** Does nothing: what a recording was asked for and why is drawn by servers. */
  overlays(): void {
    // None to tell.
  }

  async thumbnail(time: number): Promise<ImageBitmap | null> {
    return (await this.#worker.ask({ type: 'thumbnail', time })).image ?? null;
  }

  /** Reads the game's values from beginning to end and tells them as they come. Reads all of the file, so only when asked; once. */
  readStates(): void {
    this.#ask({ type: 'states' });
  }

  async close(): Promise<void> {
    this.#listener = null;
    // A worker that has failed is gone already.
    await this.#worker.ask({ type: 'close' }).catch(() => undefined);
    this.#worker.end();
  }

  #ask(request: Parameters<PlayerWorker['ask']>[0]): void {
    this.#worker.ask(request).catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#listener?.failed(isSgapsError(error) ? error : new SgapsError('UNSUPPORTED', String(error)));
  }

  #hear(news: PlayerNews): void {
    const listener = this.#listener;
    if (!listener) {
      if (news.type === 'bitmap') news.image.close();
      else if (news.type === 'markers' || news.type === 'states') this.#early.push(news);
      return;
    }
    if (news.type === 'bitmap') {
      const { image, time, frameId, previous, next, refined, modelFailures } = news;
      this.modelFailures = modelFailures;
      if (refined) this.refined++;
      listener.frame({ image, time, frameId, previous, next, refined, depth: null });
    } else if (news.type === 'unchanged') listener.unchanged();
    else if (news.type === 'markers') listener.markers(news.markers);
    else if (news.type === 'states') listener.states(news.states);
    else if (news.type === 'error') this.#fail(asError(news));
  }
}
