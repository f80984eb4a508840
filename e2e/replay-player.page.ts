import {
  RemoteSource,
  type RemoteSourceOptions,
  ReplayPlayer,
  type ReplayPlayerEvents,
  type ReplayPlayerOptions,
} from '@sgaps/client/player';
import { isSgapsError } from '@sgaps/protocol';
import { frameOf } from './support/frameColours.js';

const EVENTS = [
  'overlay',
  'seeking',
  'seeked',
  'play',
  'playing',
  'pause',
  'marker',
  'stall',
  'live',
  'ended',
  'error',
] as const satisfies readonly (keyof ReplayPlayerEvents)[];

/** A frame as it was shown. */
export interface ShownFrame {
  readonly frameId: number;
  readonly time: number;
  /** What the picture's colour says, in its middle and at its bottom. */
  readonly seen: readonly [number, number];
  /** Number of half floats, and the first. */
  readonly depth: readonly [number, number] | null;
  readonly refined: boolean;
}

const canvas = new OffscreenCanvas(64, 36);
const context = canvas.getContext('2d', { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
let player: ReplayPlayer;
let source: RemoteSource;
let shown: ShownFrame[] = [];
let events: string[] = [];
let noWorker: string[] = [];

function read(image: ImageBitmap): [number, number] {
  context.drawImage(image, 0, 0);
  const pixel = (y: number) => frameOf(context.getImageData(image.width >> 1, y, 1, 1).data);
  return [pixel(image.height >> 1), pixel(image.height - 1)];
}

async function fate(work: Promise<unknown>): Promise<{ readonly code: string; readonly message: string }> {
  try {
    await work;
    return { code: 'ok', message: '' };
  } catch (error) {
    return { code: isSgapsError(error) ? error.code : 'none', message: String(error) };
  }
}

function look() {
  const { currentTime, duration, paused, seeking, ended, isLive, growing, stalled, error, frame, markers, states } = player;
  const frameId = frame?.frameId ?? null;
  return {
    currentTime,
    duration,
    paused,
    seeking,
    ended,
    isLive,
    growing,
    stalled,
    error: error && { code: error.code, message: error.message },
    frameId,
    seen: frame && read(frame.image)[0],
    markers,
    states,
  };
}

const page = {
  async open(options: Omit<RemoteSourceOptions, 'onNoWorker'>, playing: ReplayPlayerOptions = {}) {
    [shown, events, noWorker] = [[], [], []];
    const opened = await fate(
      (async () => {
        source = new RemoteSource({ ...options, onNoWorker: (why) => noWorker.push(String(why)) });
        player = await ReplayPlayer.open(source, playing);
      })(),
    );
    if (opened.code !== 'ok') return { ...opened, info: null };
    player.addEventListener('frame', ({ detail: { frameId, time, image, depth, refined } }) =>
      shown.push({ frameId, time, seen: read(image), depth: depth && [depth.length, depth[0]], refined }),
    );
    for (const name of EVENTS)
      player.addEventListener(name, ({ detail }) => {
        if (name === 'marker') events.push(`marker ${(detail as ReplayPlayerEvents['marker']).name}`);
        else if (name === 'overlay') events.push(`overlay ${(detail as ReplayPlayerEvents['overlay']).layer}`);
        else events.push(name);
      });
    return { ...opened, info: player.info };
  },
  /** A source that is closed while it opens, after so many ms. */
  async closeWhileOpening(options: RemoteSourceOptions, ms: number) {
    const early = new RemoteSource(options);
    const opening = fate(ReplayPlayer.open(early));
    await new Promise((resolve) => setTimeout(resolve, ms));
    await early.close();
    return (await opening).code;
  },
  look,
  do: (what: 'play' | 'live') => fate(player[what]()).then(({ code }) => code),
  seek: (time: number) => fate(player.seek(time)).then(({ code }) => ({ code, ...look() })),
  step: (frames: number) => fate(player.step(frames)).then(({ code }) => ({ code, ...look() })),
  pause: () => player.pause(),
  set: (fields: Partial<Pick<ReplayPlayer, 'playbackRate' | 'loop' | 'range' | 'currentTime'>>) =>
    Object.assign(player, fields) && undefined,
  overlays: () => player.setOverlays(['uncertainty']),
  dispose: () => fate(player.dispose()).then(({ code }) => code),
  async thumbnail(time: number) {
    const image = await player.thumbnail(time);
    return image && { width: image.width, height: image.height, seen: read(image)[0] };
  },
  noWorker: () => noWorker,
  /** What happened since it was asked last. */
  news() {
    const news = { shown, events };
    [shown, events] = [[], []];
    return news;
  },
};

declare global {
  interface Window {
    replay: typeof page;
  }
}

window.replay = page;
