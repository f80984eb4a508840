import { Playback, type PlaybackMachine, type PlayedFrame } from '@sgaps/core';
import { isSgapsError, RecordingReader, SgapsError } from '@sgaps/protocol';
import { ArchiveLoader } from '../model/ArchiveLoader.js';
import { WebModel } from '../model/WebModel.js';
import { openSource } from '../source/openSource.js';
import { webCompressor } from '../source/webCompressor.js';
import { LocalHost, rgba } from './LocalHost.js';
import type { FromPlayer, PlayerRequest, PlayerState, RecordingInfo, ToPlayer } from './messages.js';

type OpenRequest = Extract<PlayerRequest, { type: 'open' | 'openLocal' }>;
type ControlRequest = Exclude<PlayerRequest, OpenRequest>;

/** ms between looks at the clock while playing. */
const TICK = 8;

/** Lets messages in between: a timer would wait for 4 ms. */
function rest(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** The worker's clock, and how it lets messages in between. */
const MACHINE: PlaybackMachine = { now: () => performance.now(), rest };

/** The player's worker: decodes, refines, keeps the clock, and sends finished pictures. */
export class PlayerHost {
  #playback: Playback | null = null;
  #local: LocalHost | null = null;
  #model: WebModel | null = null;
  #archives: ArchiveLoader | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;
  #told: PlayerState | null = null;
  #shown = 0;
  #failure: unknown = null;

  constructor(private readonly post: (message: FromPlayer, transfer: Transferable[]) => void) {}

  /** Does what is asked, and answers. */
  async take(message: ToPlayer): Promise<void> {
    const { id } = message;
    const shown = this.#shown;
    this.#failure = null;
    try {
      if (message.type === 'open' || message.type === 'openLocal') {
        const { info, values } = await this.#open(message);
        this.post({ type: 'done', id, info, values, shown: false }, []);
        // After the answer: who asked knows by then what the markers are of.
        await this.#local?.readMarkers();
        return;
      }
      const image = this.#local ? await this.#controlLocal(this.#local, message) : await this.#control(message);
      if (this.#failure !== null) throw this.#failure;
      this.#tell();
      this.post({ type: 'done', id, info: null, shown: this.#shown > shown, image }, image ? [image] : []);
    } catch (error) {
      this.post({ type: 'failed', id, ...plain(error) }, []);
    }
  }

  async #open({
    type,
    source,
    token,
    model,
    archiveModel,
    options,
  }: OpenRequest): Promise<{ info: RecordingInfo; values: string[] }> {
    const reader = await RecordingReader.open(await openSource(source, token), { compressor: webCompressor });
    const { recordingId, game, engine, grid, fps, startedAt, modelId, schema, archive } = reader.header;
    this.#archives = new ArchiveLoader(archiveModel, options);
    // An archive's frames were refined before they were coded.
    this.#model = model === null || archive ? null : await WebModel.load(model, { ...options, grid });
    if (type === 'openLocal') this.#local = new LocalHost(reader, this.#model, this.#archives.get, MACHINE, this.post);
    else this.#playback = this.#newPlayback(reader);
    const { duration, frames } = reader.index;
    const { id, provider, fallback } = this.#model ?? {};
    const info: RecordingInfo = {
      ...{ recordingId, game, engine, ...grid, fps, frames, startedAt, duration, modelId, archived: archive !== undefined },
      model: id !== undefined && provider !== undefined ? { id, provider, fallback: fallback ?? null } : null,
    };
    return { info, values: schema.values.map(({ name }) => name) };
  }

  #newPlayback(reader: RecordingReader): Playback {
    return new Playback(
      reader,
      {
        frame: (frame, time) => this.#show(frame, time),
        preview: () => undefined,
        error: (error) => this.#fail(error),
        wantsImportance: () => false,
      },
      MACHINE,
      { model: this.#model, archiveModel: this.#archives?.get },
    );
  }

  async #controlLocal(local: LocalHost, message: ControlRequest): Promise<ImageBitmap | null> {
    if (message.type === 'request') await local.request(message.time);
    else if (message.type === 'thumbnail') return local.thumbnail(message.time);
    else if (message.type === 'states') await local.readStates();
    else if (message.type === 'close') {
      await local.close();
      await this.#archives?.dispose();
    }
    return null;
  }

  async #control(message: ControlRequest): Promise<null> {
    const playback = this.#playback;
    if (!playback) throw new SgapsError('CLOSED', 'The recording is not open.');
    if (message.type === 'play') {
      playback.play();
      this.#timer ??= setInterval(() => this.#tick(playback), TICK);
    } else if (message.type === 'pause') playback.pause();
    else if (message.type === 'rate') playback.setRate(message.rate);
    else if (message.type === 'close') await this.#close(playback);
    else if (message.type === 'seek' || message.type === 'next') {
      if (message.type === 'seek') playback.seek(message.time);
      else playback.step(1);
      this.#tell();
      await playback.settled();
    }
    return null;
  }

  #tick(playback: Playback): void {
    playback.tick();
    this.#tell();
    if (playback.state.playing || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #show({ frameId, rgb, refined }: PlayedFrame, time: number): void {
    const pixels = rgba(rgb);
    this.#shown++;
    this.post({ type: 'frame', frameId, time, refined, pixels }, [pixels.buffer]);
  }

  #fail(error: unknown): void {
    this.#failure = error;
    this.post({ type: 'error', ...plain(error) }, []);
  }

  /** Says where the player stands, where that has changed. */
  #tell(): void {
    if (!this.#playback) return;
    const { position, playing, seeking, rate } = this.#playback.state;
    const { rejected } = this.#playback.figures();
    const modelFailures = this.#model?.failures ?? 0;
    const state: PlayerState = { time: position, playing, seeking, playbackRate: rate, modelFailures, rejected };
    const told = this.#told;
    if (told && (Object.keys(state) as (keyof PlayerState)[]).every((key) => state[key] === told[key])) return;
    this.#told = state;
    this.post({ type: 'state', state }, []);
  }

  async #close(playback: Playback): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#model?.dispose();
    await playback.close();
    await this.#archives?.dispose();
    this.#playback = null;
  }
}

function plain(error: unknown): Pick<Extract<FromPlayer, { type: 'error' }>, 'code' | 'message'> {
  return { code: isSgapsError(error) ? error.code : null, message: error instanceof Error ? error.message : String(error) };
}
