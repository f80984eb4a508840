import { setTimeout as wait } from 'node:timers/promises';
import type {
  EncodedPicture,
  PictureEncoder,
  PictureHead,
  RendererParts,
  RenderOutput,
  SceneContext,
  SceneInfo,
  SceneRenderer,
} from '@sgaps/pipeline';
import { type CameraFrame, encodeJpegHead, LIVE_EDGE } from '@sgaps/protocol';

const SIZE = { width: 4, height: 2 };

/**
 * A scene without a game: at second n all is n; its live edge counts up, ten a second. `fails` does not begin, `throws` fails at each odd second, `slow` takes 40 ms,
 * `leaks` says it has no memory left, `rests` has a live edge at which something comes every 600 ms, `stumbles` fails there at first, `ended` has none, `talks` tells
 * much, and `minds` throws at whatever it is told.
 */
export class CountingScene implements SceneRenderer {
  /** All that were ever made, in order. */
  static readonly made: CountingScene[] = [];
  argument = '';
  size = { ...SIZE };
  edge = 0;
  drawn = 0;
  stumbled = 0;
  isShutDown = false;
  private shown = -1;
  private context!: SceneContext;

  constructor() {
    CountingScene.made.push(this);
  }

  async onInit(context: SceneContext): Promise<SceneInfo> {
    this.context = context;
    this.argument = context.argument;
    if (context.argument === 'fails') throw new Error('nothing to count');
    for (const word of ['first', 'second']) context.tell({ type: 'words', word }, { keep: 'all' });
    if (context.argument === 'talks') for (let i = 0; i < 3000; i++) context.tell({ type: 'point', i }, { keep: 'all' });
    for (const place of [1, 2]) context.tell({ type: 'place', place }, { keep: 'last' });
    return { ...this.size, about: { counting: true } };
  }

  async render({ timeIndex }: CameraFrame): Promise<RenderOutput | null> {
    this.drawn++;
    if (this.argument === 'slow') await wait(40);
    const value = timeIndex === LIVE_EDGE ? this.edge : Math.floor(timeIndex);
    if (this.argument === 'throws' && value % 2 === 1) throw new Error(`${value} is odd`);
    if (this.argument === 'leaks' && value === 7) throw new RangeError('Array buffer allocation failed');
    if (value === 1000) return null;
    const { width, height } = this.size;
    const colour = new Uint8Array(3 * width * height).fill(value);
    const unchanged = value === this.shown;
    this.shown = value;
    return { width, height, colour, depth: null, alpha: null, metadata: { time: value }, unchanged };
  }

  async changed(_: CameraFrame, newer: AbortSignal): Promise<boolean> {
    if (this.argument === 'ended') return false;
    if (this.argument === 'stumbles' && this.stumbled++ < 1) throw new Error('no such file');
    await wait(this.argument === 'rests' ? 600 : 100, undefined, { signal: newer }).catch(() => undefined);
    if (newer.aborted) return false;
    this.edge++;
    return true;
  }

  resize(width: number, height: number): void {
    if (this.argument === 'minds') throw new TypeError('no sizes');
    this.size = { width, height };
  }

  overlays(layers: readonly string[]): void {
    if (this.argument === 'minds') throw new TypeError('no overlays');
    this.context.tell({ type: 'overlay', layers }, { data: Uint8Array.of(layers.length) });
  }

  async onShutdown(): Promise<void> {
    this.isShutDown = true;
  }
}

/** As `JPEG + depth`, with the bare colours as JPEG. With `dependent`, only the first picture and those after a refresh are independent. */
class PlainEncoder implements PictureEncoder {
  private needsWhole = true;

  constructor(private readonly dependent = false) {}

  async encode({ colour, width, height }: RenderOutput, { frameId, clientSent, received }: PictureHead): Promise<EncodedPicture> {
    const body = Uint8Array.of(width, height, ...(colour as Uint8Array).subarray(0, 1));
    const head = encodeJpegHead(body.length, 0, frameId, { clientSent, received, processed: Date.now(), sent: 0 });
    const independent = this.needsWhole || !this.dependent;
    this.needsWhole = false;
    return { parts: [head, body], stampAt: 36, independent };
  }

  refresh(): void {
    this.needsWhole = true;
  }

  dispose(): void {
    this.needsWhole = true;
  }
}

/** `counting:…` with the encoders `plain` and `chained`. */
export const countingParts: RendererParts = {
  encoders: ['plain', 'chained'],
  scene: async (name) => ({ scene: new CountingScene(), argument: name.split(':')[1] ?? '' }),
  encoder: async (name) => new PlainEncoder(name === 'chained'),
};
