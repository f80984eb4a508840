import { type ByteReader, type ByteWriter, type CaptureGrid, type FrameState, SgapsError } from '@sgaps/protocol';
import { readText, writeText } from '../snapshot/snapshotBytes.js';
import { ScrollLayer } from './ScrollLayer.js';

/** Layers of a scene at most: the screen and the world under the first camera. */
export const MOST_LAYERS = 2;

interface SceneLayer {
  readonly key: 'screen' | 'camera';
  layer: ScrollLayer | null;
  /** Offset at which the layer would have been the screen's: a layer is made once its motion differs. */
  originX: number;
  originY: number;
  x: number;
  y: number;
  present: boolean;
}

/**
 * The scroll layers of one scene: the screen, and the world once it is seen to move apart from it.
 *
 * @example
 * ```ts
 * const layers = new SceneLayers({ width: 320, height: 180 });
 * layers.track(state);
 * layers.place(state);
 * for (const layer of layers.rank()) learn(layer);
 * ```
 */
export class SceneLayers {
  private readonly screen: ScrollLayer;
  private readonly entries: SceneLayer[] = [];
  private readonly ranked: ScrollLayer[] = [];

  constructor(private readonly grid: CaptureGrid) {
    this.screen = new ScrollLayer(ringSide(grid.width), ringSide(grid.height));
    this.entries.push({ key: 'screen', layer: this.screen, originX: 0, originY: 0, x: 0, y: 0, present: true });
  }

  /** Follows which surfaces move apart from the screen, and gives each its own layer once it does. */
  track(state: FrameState): void {
    const { width, height } = this.grid;
    for (const entry of this.entries) entry.present = entry.key === 'screen';
    const camera = state.cameras[0];
    if (camera) this.follow('camera', camera.viewX, camera.viewY);
    for (const entry of this.entries) {
      if (entry.layer || !entry.present) continue;
      const dx = entry.x - entry.originX;
      const dy = entry.y - entry.originY;
      if (dx === 0 && dy === 0) continue;
      if (this.entries.some((other) => other.layer && other !== entry && other.present && moves(other, dx, dy))) continue;
      entry.layer = this.createLayer();
      // Until now the surface stood still on the screen: what the screen knows is the surface's too.
      this.screen.place(0, 0);
      entry.layer.place(entry.originX, entry.originY);
      entry.layer.fork(this.screen, width, height);
      entry.layer.prior = 16;
    }
  }

  /** Puts the layers where the state shows them. */
  place(state: FrameState): void {
    const camera = state.cameras[0];
    for (const entry of this.entries) {
      if (entry.key === 'screen') entry.layer?.place(0, 0);
      else entry.layer?.place(camera?.viewX ?? 0, camera?.viewY ?? 0);
    }
  }

  /** The layers in sight, the dominant one first; the array is reused. */
  rank(): readonly ScrollLayer[] {
    const { ranked } = this;
    ranked.length = 0;
    for (const entry of this.entries) if (entry.layer && entry.present) ranked.push(entry.layer);
    return ranked.sort((a, b) => b.prior - a.prior);
  }

  /** True for the layer that stands still on the screen. */
  isScreen(layer: ScrollLayer): boolean {
    return layer === this.screen;
  }

  /** Forgets everything. */
  clear(): void {
    for (const entry of this.entries) entry.layer?.clear();
  }

  /** Forgets what was learnt at `frame` and not known before. */
  forgetFrame(frame: number): void {
    for (const { layer } of this.entries) layer?.ring.bank.forgetFrame(frame);
  }

  /** Writes all layers. */
  save(writer: ByteWriter, frame: number): void {
    writer.varint(this.entries.length);
    for (const entry of this.entries) {
      writeText(writer, entry.key);
      for (const value of [entry.originX, entry.originY, entry.x, entry.y]) writer.f64(value);
      writer.u8(entry.present ? 1 : 0);
      writer.u8(entry.layer ? 1 : 0);
      entry.layer?.save(writer, frame);
    }
  }

  /** Takes up what `save` wrote for the same grid. Throws a typed error when the bytes do not fit. */
  restore(reader: ByteReader, frame: number): void {
    const count = reader.varint('layer count', MOST_LAYERS);
    if (count === 0) throw SgapsError.malformed('snapshot: no screen layer');
    this.entries.length = 1;
    for (let i = 0; i < count; i++) {
      const key = readText(reader, 'layer key') === 'camera' ? 'camera' : 'screen';
      const originX = reader.f64('origin');
      const originY = reader.f64('origin');
      const x = reader.f64('place');
      const y = reader.f64('place');
      const present = reader.u8('presence') === 1;
      const layer = reader.u8('layer') === 1 ? (i === 0 ? this.screen : this.createLayer()) : null;
      layer?.restore(reader, frame);
      if (i > 0) this.entries.push({ key, layer, originX, originY, x, y, present });
    }
  }

  private createLayer(): ScrollLayer {
    return new ScrollLayer(2 * ringSide(this.grid.width), 2 * ringSide(this.grid.height));
  }

  private follow(key: 'camera', x: number, y: number): void {
    let entry = this.entries.find((candidate) => candidate.key === key);
    if (!entry) {
      entry = { key, layer: null, originX: x, originY: y, x, y, present: true };
      this.entries.push(entry);
    }
    entry.x = x;
    entry.y = y;
    entry.present = true;
  }
}

function moves(entry: SceneLayer, dx: number, dy: number): boolean {
  return Math.abs(entry.x - entry.originX - dx) < 0.01 && Math.abs(entry.y - entry.originY - dy) < 0.01;
}

function ringSide(side: number): number {
  let ring = 64;
  while (ring < side + 32) ring *= 2;
  return ring;
}
