import { SgapsError } from '@sgaps/protocol';
import type { ModelSource } from '../model/ModelFile.js';
import type { WebModelOptions } from '../model/WebModel.js';
import { absolute } from '../source/absolute.js';
import type { RecordingSource } from '../source/openSource.js';
import { Listeners } from './Listeners.js';
import type { PlayerRequest, PlayerState, RecordingInfo } from './messages.js';
import { asError, type PlayerNews, PlayerWorker } from './PlayerWorker.js';

/**
 * Options of `RecordingPlayer.open`.
 *
 * @example
 * ```ts
 * const options: PlayerOptions = { model: '/models/sgaps-mae-small/model.json' };
 * ```
 */
export interface PlayerOptions extends Omit<WebModelOptions, 'grid'> {
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
 * A frame to be drawn.
 *
 * @example
 * ```ts
 * player.on('frame', ({ image }) => context.putImageData(image, 0, 0));
 * ```
 */
export interface PlayerFrame {
  /** The frame's number, as the recorder counted it. */
  readonly frameId: number;
  /** ms since the start of the recording. */
  readonly time: number;
  readonly image: ImageData;
  /** True where the picture is the model's. */
  readonly refined: boolean;
}

/**
 * What a player tells, by name.
 *
 * @example
 * ```ts
 * const handle: (state: PlayerEvents['state']) => void = ({ time }) => showTime(time);
 * ```
 */
export interface PlayerEvents {
  /** A frame to show. */
  readonly frame: PlayerFrame;
  /** The player plays, has paused, seeks, or is elsewhere: `time` alone changes all the time while it plays. */
  readonly state: PlayerState;
  /** Played to the end. */
  readonly ended: PlayerState;
  /** Reading failed and playing has paused: `CHECKSUM_MISMATCH` and `BYTES_MALFORMED` for a damaged recording, `STORAGE_FAILED`, … */
  readonly error: SgapsError;
}

/**
 * Plays a recording in a browser, with no server behind it. Everything is done in workers; what is left to the page is to draw.
 *
 * @example
 * ```ts
 * const player = await RecordingPlayer.open(input.files[0], { model: '/models/sgaps-mae-small/model.json' });
 * const { width, height } = Object.assign(canvas, { width: player.info.width, height: player.info.height });
 * player.on('frame', ({ image }) => canvas.getContext('2d').putImageData(image, 0, 0));
 * player.play();
 * ```
 */
export class RecordingPlayer {
  /** What the recording says of itself, and the model that is used. */
  readonly info: RecordingInfo;
  /** Where the player stands, as last heard of. */
  state: PlayerState = { time: 0, playing: false, seeking: false, playbackRate: 1, modelFailures: 0, rejected: 0 };
  /** The last frame; null before the first. */
  frame: PlayerFrame | null = null;
  readonly #worker: PlayerWorker;
  readonly #listeners = new Listeners<PlayerEvents>();

  private constructor(worker: PlayerWorker, info: RecordingInfo) {
    this.#worker = worker;
    this.info = info;
    worker.onNews = (news) => this.#hear(news);
  }

  /**
   * Opens a recording: bytes, a file, or an address, relative to the page. Nothing is shown before `play`, `seek` or `next`. Rejects with
   * what `RecordingReader.open` and `WebModel.load` reject with, with `NOT_FOUND`, `UNAUTHORIZED` or `STORAGE_FAILED` where the file cannot be
   * read, and with `UNSUPPORTED` where the page allows no worker.
   */
  static async open(
    source: RecordingSource,
    { model = null, archiveModel = null, token, ...options }: PlayerOptions = {},
  ): Promise<RecordingPlayer> {
    const worker = new PlayerWorker();
    try {
      const models = { model: model && absolute(model), archiveModel: archiveModel && absolute(archiveModel) };
      const { info } = await worker.ask({ type: 'open', source: absolute(source), token, ...models, options });
      if (!info)
        throw new SgapsError('UNSUPPORTED', "The player's worker is of another version than the page; load the page anew.");
      return new RecordingPlayer(worker, info);
    } catch (error) {
      worker.end();
      throw error;
    }
  }

  /** ms. */
  get duration(): number {
    return this.info.duration;
  }

  /** ms from the start of the recording to what is shown. */
  get time(): number {
    return this.state.time;
  }

  /** 1 is as it was played; 0.25 … 8. */
  get playbackRate(): number {
    return this.state.playbackRate;
  }

  set playbackRate(rate: number) {
    this.#order({ type: 'rate', rate });
  }

  /** Plays on; at the end, from the start. Frames that the machine has no time for are left out. */
  play(): void {
    this.#order({ type: 'play' });
  }

  pause(): void {
    this.#order({ type: 'pause' });
  }

  /** Goes to a time, ms, and settles when it is shown, or another `seek` came in between. Rejects with what is told as `error`. */
  async seek(time: number): Promise<void> {
    await this.#worker.ask({ type: 'seek', time });
  }

  /** Pauses, shows the frame that comes next, and gives it; null at the end. Rejects with what is told as `error`. */
  async next(): Promise<PlayerFrame | null> {
    const { shown } = await this.#worker.ask({ type: 'next' });
    return shown ? this.frame : null;
  }

  /** Calls `listener` at each event of this name until the function that is returned is called. */
  on<K extends keyof PlayerEvents>(name: K, listener: (event: PlayerEvents[K]) => void): () => void {
    return this.#listeners.add(name, listener);
  }

  /** Lets go of the recording, the model and their workers. */
  async dispose(): Promise<void> {
    // A worker that has failed is gone already, and has said so.
    await this.#worker.ask({ type: 'close' }).catch(() => undefined);
    this.#worker.end();
  }

  /** A wish that needs no answer; where it fails, that is told as `error`. */
  #order(request: PlayerRequest): void {
    this.#worker.ask(request).catch((error: SgapsError) => this.#report(error));
  }

  #hear(news: PlayerNews): void {
    if (news.type === 'frame') {
      const { pixels, frameId, time, refined } = news;
      this.frame = { frameId, time, refined, image: new ImageData(pixels, this.info.width, this.info.height) };
      this.#listeners.tell('frame', this.frame);
    } else if (news.type === 'state') {
      const hasEnded = this.state.playing && !news.state.playing && news.state.time >= this.duration;
      this.state = news.state;
      this.#listeners.tell('state', this.state);
      if (hasEnded) this.#listeners.tell('ended', this.state);
    } else if (news.type === 'error') this.#report(asError(news));
  }

  #report(error: SgapsError): void {
    if (!this.#listeners.tell('error', error)) reportError(error);
  }
}
