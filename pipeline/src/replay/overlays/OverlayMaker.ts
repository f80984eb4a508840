import type { PlayedFrame } from '@sgaps/core';
import { type CaptureGrid, encodePicture, type OverlayLayer, type Picture } from '@sgaps/protocol';
import sharp, { type Sharp } from 'sharp';
import { FlowOverlay } from './FlowOverlay.js';
import { packSamples } from './packSamples.js';
import { IMPORTANCE_FULL, quantise } from './quantise.js';

/**
 * Makes the overlays of frames, as viewers get them, and only those that somebody looks at.
 *
 * @example
 * ```ts
 * const overlays = new OverlayMaker(grid);
 * overlays.layers = ['samples'];
 * for (const picture of await overlays.make(frame, time, () => finder.importance())) send(picture);
 * ```
 */
export class OverlayMaker {
  private wanted: readonly OverlayLayer[] = [];
  private flow: FlowOverlay | null = null;
  /** The samples of the newest frame that had any, packed: one without stays beside them, instead of a flicker. */
  private samples: Uint8Array = new Uint8Array(0);
  private readonly values: Uint8Array;

  constructor(private readonly grid: CaptureGrid) {
    this.values = new Uint8Array(grid.width * grid.height);
  }

  get layers(): readonly OverlayLayer[] {
    return this.wanted;
  }

  set layers(layers: readonly OverlayLayer[]) {
    this.wanted = layers;
    if (!layers.includes('flow')) this.flow = null;
    if (!layers.includes('samples') && !layers.includes('tiers')) this.samples = new Uint8Array(0);
  }

  /** The overlays of one frame at `time` ms, encoded one after the other: `frame` must hold until it settles. */
  async make(
    frame: PlayedFrame,
    time: number,
    importance: () => Promise<Float32Array | null>,
  ): Promise<{ layer: OverlayLayer; bytes: Uint8Array }[]> {
    const made: { layer: OverlayLayer; bytes: Uint8Array }[] = [];
    for (const layer of this.wanted) {
      const [format, data] = await this.draw(layer, frame, importance);
      made.push({ layer, bytes: encodePicture({ layer, format, ...this.grid, frameId: frame.frameId, time, data }) });
    }
    return made;
  }

  private async draw(
    layer: OverlayLayer,
    frame: PlayedFrame,
    importance: () => Promise<Float32Array | null>,
  ): Promise<[Picture['format'], Uint8Array]> {
    switch (layer) {
      case 'samples':
      case 'tiers':
        if (frame.samples.count > 0) this.samples = packSamples(frame.samples);
        return ['application/x-sgaps-samples', this.samples];
      case 'flow':
        this.flow ??= new FlowOverlay(this.grid);
        return ['application/x-sgaps-flow', this.flow.read(frame)];
      case 'layers':
        // No number may become another.
        return ['image/webp', await this.sharp(frame.sources()).webp({ lossless: true, effort: 0 }).toBuffer()];
      case 'confidence':
        return ['image/jpeg', await this.jpeg(frame.confidence)];
      case 'uncertainty':
        return ['image/jpeg', await this.jpeg(this.grey(frame.uncertainty))];
      case 'importance':
        return ['image/jpeg', await this.jpeg(this.grey(await importance(), IMPORTANCE_FULL))];
    }
  }

  private grey(map: Float32Array | null, squaredFull?: number): Uint8Array {
    if (map === null) return this.values.fill(0);
    quantise(map, this.values, squaredFull);
    return this.values;
  }

  private jpeg(values: Uint8Array): Promise<Uint8Array> {
    return this.sharp(values).jpeg({ quality: 80 }).toBuffer();
  }

  private sharp(values: Uint8Array): Sharp {
    return sharp(values, { raw: { ...this.grid, channels: 1 } });
  }
}
