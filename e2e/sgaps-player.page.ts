import type { ReplayInfo, ReplayListener, ReplaySource } from '@sgaps/client/player';
import { LocalSource } from '@sgaps/player';
import { definePlayerElements, type SgapsPlayerElement } from '@sgaps/player/element';
import { type OverlayLayer, SgapsError } from '@sgaps/protocol';
import { hashPixels } from './support/pageServer.js';

const WIDTH = 64;
const HEIGHT = 36;
const FPS = 10;
const DURATION = 20;

/** What a made-up replay is to be like. */
interface FakeOptions {
  readonly growing?: boolean;
  readonly archived?: boolean;
  /** Frames that it answers before it says nothing more. */
  readonly silentAfter?: number;
  /** Added to the red of each frame. */
  readonly red?: number;
  /** Opens only once this is settled. */
  readonly after?: Promise<unknown>;
  readonly game?: string;
}

/** A replay of 20 s at 10 frames a second, each of one colour: its red tells the frame. */
class FakeSource implements ReplaySource {
  /** The last one made. */
  static last: FakeSource;
  readonly asked: number[] = [];
  layers: readonly OverlayLayer[] = [];
  closed = 0;
  #listener: ReplayListener | null = null;
  #shown = -1;
  #answered = 0;

  constructor(private readonly options: FakeOptions = {}) {
    FakeSource.last = this;
  }

  async open(listener: ReplayListener): Promise<ReplayInfo> {
    this.#listener = listener;
    await this.options.after;
    setTimeout(() => {
      listener.markers([
        { time: 12, name: 'boss', data: { level: 2 } },
        { time: 5, name: 'start', data: null },
      ]);
      const times = Array.from({ length: DURATION * FPS }, (_, i) => i / FPS);
      listener.states({ times, values: [times.map((time) => Math.floor(time)), times.map((time) => 100 - 2 * time)] });
    });
    const { game = 'fake game' } = this.options;
    const about = { recordingId: 'fake', game, engine: 'none', width: WIDTH, height: HEIGHT, fps: FPS };
    return {
      ...about,
      startedAt: 0,
      duration: DURATION,
      growing: this.options.growing ?? false,
      archived: this.options.archived,
      values: ['score', 'health'],
    };
  }

  request(time: number): void {
    this.asked.push(time);
    const frame = Math.min(DURATION * FPS - 1, Math.floor(time * FPS + 0.01));
    if (this.#answered++ >= (this.options.silentAfter ?? Number.POSITIVE_INFINITY)) return;
    queueMicrotask(() => void this.#answer(frame));
  }

  overlays(layers: readonly OverlayLayer[]): void {
    this.layers = layers;
    this.#shown = -1;
  }

  async thumbnail(time: number): Promise<ImageBitmap | null> {
    return time > 15 ? null : picture(time * FPS, 0);
  }

  async close(): Promise<void> {
    this.closed++;
    this.#listener = null;
  }

  fail(error: SgapsError): void {
    this.#listener?.failed(error);
  }

  async #answer(frame: number): Promise<void> {
    if (frame === this.#shown) return this.#listener?.unchanged();
    this.#shown = frame;
    if (this.layers.includes('samples')) this.#tellSamples(frame);
    const image = await picture(frame, this.options.red ?? 0);
    const [previous, next] = [frame > 0 ? (frame - 1) / FPS : null, frame < DURATION * FPS - 1 ? (frame + 1) / FPS : null];
    this.#listener?.frame({ image, time: frame / FPS, frameId: frame, previous, next, depth: null, refined: false });
  }

  /** One critical block of 8 × 8 at the left upper corner. */
  #tellSamples(frameId: number): void {
    const data = new Uint8Array([0, 0, 0, 0, 3, 0]);
    const size = { width: WIDTH, height: HEIGHT };
    this.#listener?.overlay({ layer: 'samples', frameId, time: 0, format: 'application/x-sgaps-samples', ...size, data });
  }
}

function picture(frame: number, red: number): Promise<ImageBitmap> {
  const image = new ImageData(WIDTH, HEIGHT);
  for (let i = 0; i < image.data.length; i += 4) image.data.set([(frame + red) & 255, 40, 90, 255], i);
  return createImageBitmap(image);
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 100));

const element = () => document.querySelector('sgaps-player') as SgapsPlayerElement;

const page = {
  LocalSource,
  FakeSource,
  SgapsError,

  /** Shows these elements and nothing else. */
  show(html: string): void {
    document.body.innerHTML = html;
  },

  /** A player of a made-up replay; a function makes it, so that it can be opened anew. */
  async showFake(options: FakeOptions = {}, attributes = ''): Promise<void> {
    document.body.innerHTML = `<sgaps-player ${attributes} style="max-width:100vw"></sgaps-player>`;
    const opened = new Promise((resolve) => element().addEventListener('frame', resolve, { once: true }));
    element().source = () => new FakeSource(options);
    await opened;
  },

  /** Has a player open a replay that is slow to be made or to open, leaves it meanwhile, and says what became of it once it could have played. */
  async leaveOpening({ slow, next }: { slow: 'making' | 'opening'; next: 'removed' | 'other' }) {
    document.body.innerHTML = '<sgaps-player autoplay></sgaps-player>';
    const player = element();
    const played: string[] = [];
    player.addEventListener('opened', () => played.push(player.player?.info.game ?? ''));
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const left = new FakeSource(slow === 'opening' ? { after: held } : {});
    player.source = async () => {
      if (slow === 'making') await held;
      return left;
    };
    await settled();
    if (next === 'other') player.source = () => new FakeSource({ game: 'other' });
    else player.remove();
    await settled();
    const atOnce = left.closed > 0;
    release();
    await settled();
    return { atOnce, closed: left.closed > 0, asked: left.asked, played };
  },

  /** The events that the element tells from now on, by name. */
  record(names: readonly string[]): void {
    const told: string[] = [];
    for (const name of names) element().addEventListener(name, () => told.push(name));
    window.told = told;
  },

  /** What a canvas of an element's holds. */
  pixels(selector: string, at = 0): { width: number; height: number; hash: string; first: number[] } {
    const hosts = [...document.querySelectorAll('sgaps-player, sgaps-compare')];
    const canvas = hosts
      .map(({ shadowRoot }) => shadowRoot?.querySelector<HTMLCanvasElement>(selector))
      .filter((found) => !!found)[at];
    const { width, height } = canvas;
    const data = canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray(0);
    return { width, height, hash: hashPixels(new Uint8Array(data)), first: [...data.subarray(0, 4)] };
  },
};

declare global {
  interface Window {
    sgapsElement: typeof page;
    told: string[];
  }
}

definePlayerElements();
window.sgapsElement = page;
