import { MODEL_PLANES } from '@sgaps/core';
import { type PlayerOptions, RecordingPlayer, WebModel, type WebModelOptions } from '@sgaps/player';
import { isSgapsError } from '@sgaps/protocol';
import { hashPixels } from './support/pageServer.js';

/** A picture of the player's, told apart by its hash. */
export interface PlayedPicture {
  readonly frameId: number;
  readonly time: number;
  readonly refined: boolean;
  readonly hash: string;
}

const pictureOf = ({ frameId, time, refined, image }: NonNullable<RecordingPlayer['frame']>): PlayedPicture => ({
  frameId,
  time,
  refined,
  hash: hashPixels(new Uint8Array(image.data.buffer)),
});

const bytesOf = async (url: string): Promise<ArrayBuffer> => (await fetch(url)).arrayBuffer();

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  const error = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  return isSgapsError(error) ? error.code : error === undefined ? undefined : String(error);
}

const page = {
  /** All frames of a recording, one after the other. */
  async walk(url: string, options: PlayerOptions, asBlob: boolean) {
    const bytes = await bytesOf(url);
    const player = await RecordingPlayer.open(asBlob ? new Blob([bytes]) : bytes, options);
    const pictures: PlayedPicture[] = [];
    for (let frame = await player.next(); frame; frame = await player.next()) pictures.push(pictureOf(frame));
    const { info, state } = player;
    await player.dispose();
    return { info, state, pictures };
  },

  /** The pictures at these times, sought one after the other. */
  async seek(url: string, times: readonly number[]): Promise<(PlayedPicture | null)[]> {
    const player = await RecordingPlayer.open(await bytesOf(url));
    const pictures: (PlayedPicture | null)[] = [];
    for (const time of times) {
      await player.seek(time);
      pictures.push(player.frame && pictureOf(player.frame));
    }
    await player.dispose();
    return pictures;
  },

  /** Plays from the start to the end at a rate, with one pause. */
  async play(url: string, rate: number) {
    const player = await RecordingPlayer.open(await bytesOf(url));
    const pictures: PlayedPicture[] = [];
    const ended = new Promise((resolve) => player.on('ended', resolve));
    let atRest = Number.NaN;
    player.on('frame', (frame) => pictures.push(pictureOf(frame)));
    player.playbackRate = rate;
    player.play();
    await new Promise<void>((resolve) => {
      const off = player.on('state', ({ time }) => {
        if (time < player.duration / 2) return;
        off();
        player.pause();
        resolve();
      });
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    atRest = player.time;
    await new Promise((resolve) => setTimeout(resolve, 200));
    const moved = player.time - atRest;
    player.play();
    await ended;
    const { state, duration } = player;
    await player.dispose();
    return { pictures, state, duration, moved };
  },

  /** What a model makes of made-up planes. */
  async infer(url: string, options: WebModelOptions, width: number, height: number) {
    const grid = { width, height };
    const model = await WebModel.load(url, { ...options, grid });
    const planes = Uint8Array.from({ length: MODEL_PLANES.length * width * height }, (_, i) => (i * 31 + (i >> 5) * 17) & 255);
    const output = await model.run(grid, planes);
    const { id, provider, failures } = model;
    model.dispose();
    const after = await model.run(grid, planes);
    const lists = output && { frame: [...output.frame], logVariance: [...output.logVariance], gap: [...output.gap] };
    return { id, provider, failures, output: lists, after };
  },

  refusedModel: (url: string, options: WebModelOptions) => codeOf(WebModel.load(url, options)),

  /** The code that opening or playing these bytes ends with. */
  async refusedRecording(bytes: readonly number[], options: PlayerOptions = {}) {
    return codeOf(
      (async () => {
        const player = await RecordingPlayer.open(Uint8Array.from(bytes), options);
        player.on('error', () => undefined);
        try {
          while (await player.next());
        } finally {
          await player.dispose();
        }
      })(),
    );
  },
  refusedAddress: (url: string) => codeOf(RecordingPlayer.open(url)),
  hasAdapter: async () =>
    Boolean(await (navigator as { gpu?: { requestAdapter(): Promise<unknown> } }).gpu?.requestAdapter().catch(() => null)),
};

declare global {
  interface Window {
    sgapsPlayer: typeof page;
  }
}

window.sgapsPlayer = page;
