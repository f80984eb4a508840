import type { ReplayPlayer, ReplayPlayerEvents } from '@sgaps/client/player';
import { definePlayerElements } from '@sgaps/player/element';
import { isSgapsError } from '@sgaps/protocol';
import { type ReplaySurface, type SurfaceKind, type SurfaceOptions, showReplay } from './support/replaySurfaces.js';

const EVENTS = [
  ...['seeking', 'seeked', 'play', 'playing', 'pause', 'durationchange', 'stall', 'live', 'ended', 'error'],
] as readonly (keyof ReplayPlayerEvents)[];

/** A frame that was told. */
interface ToldFrame {
  readonly frameId: number;
  /** Seconds: of the recording, and of the page. */
  readonly time: number;
  readonly at: number;
}

interface Open {
  readonly surface: ReplaySurface;
  player: ReplayPlayer | null;
  frames: ToldFrame[];
  events: string[];
}

const all = new Map<string, Open>();

function found(name: string): Open {
  const open = all.get(name);
  if (!open) throw new Error(`Nothing is open as ${name}`);
  return open;
}

function playerOf(name: string): ReplayPlayer {
  const { player } = found(name);
  if (!player) throw new Error(`${name} has no player`);
  return player;
}

async function fate(work: unknown): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    return isSgapsError(error) ? error.code : String(error);
  }
}

/** RGBA, as text: what goes to the test as numbers takes ten times as long. */
function textOf({ data }: ImageData): string {
  let text = '';
  for (let i = 0; i < data.length; i += 8192) text += String.fromCharCode(...data.subarray(i, i + 8192));
  return btoa(text);
}

const page = {
  /** Shows a replay; settles once it is open, or told that it is not. */
  async open(name: string, kind: SurfaceKind, options: SurfaceOptions): Promise<string> {
    const surface = await showReplay(kind, options);
    const open: Open = { surface, player: null, frames: [], events: [] };
    all.set(name, open);
    const outcome = await fate(surface.ready);
    if (outcome !== 'ok') return outcome;
    const player = await surface.ready;
    open.player = player;
    player.addEventListener('frame', ({ detail: { frameId, time } }) =>
      open.frames.push({ frameId, time, at: performance.now() / 1000 }),
    );
    for (const name of EVENTS) player.addEventListener(name, () => open.events.push(name));
    return outcome;
  },
  play: (name: string) => fate(found(name).surface.play()),
  pause: (name: string) => fate(found(name).surface.pause()),
  seek: (name: string, seconds: number) => fate(found(name).surface.seek(seconds)),
  live: (name: string) => fate(found(name).surface.live()),
  rate: (name: string, rate: number) => found(name).surface.rate(rate),
  step: (name: string, frames: number) => fate(playerOf(name).step(frames)),

  state(name: string) {
    const { info, currentTime, duration, paused, ended, isLive, growing, stalled, frame, markers } = playerOf(name);
    const frameId = frame?.frameId ?? -1;
    return { info, currentTime, duration, paused, ended, isLive, growing, stalled, frameId, markers };
  },

  /** What is on the screen, with the frame that the player says it is. */
  shown(name: string): Promise<{ frameId: number; width: number; height: number; rgba: string }> {
    const { surface, player } = found(name);
    return new Promise((resolve) => {
      surface.drawn((canvas) => {
        const { width, height } = canvas;
        const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
        if (!copy) throw new Error('The page has no 2D canvas');
        copy.drawImage(canvas, 0, 0);
        const rgba = textOf(copy.getImageData(0, 0, width, height));
        resolve({ frameId: player?.frame?.frameId ?? -1, width, height, rgba });
      });
    });
  },

  /** Frames and events told since it was asked last. */
  news(name: string) {
    const open = found(name);
    const { frames, events } = open;
    [open.frames, open.events] = [[], []];
    return { frames, events };
  },

  errors: (name: string) => found(name).surface.errors.map(({ code, message }) => ({ code, message })),
  /** What `<sgaps-player>` says over its picture. */
  words: (name: string, selector: string) => found(name).surface.element.shadowRoot?.querySelector(selector)?.textContent ?? '',

  async close(name: string): Promise<void> {
    await found(name).surface.remove();
    all.delete(name);
  },
};

declare global {
  interface Window {
    players: typeof page;
  }
}

definePlayerElements();
window.players = page;
