import { BLOCK_SAMPLES, BLOCK_SIDE } from '../samples/SampleSet.js';
import type { BlockArithmetic } from './BlockArithmetic.js';
import { type BlockPlace, meanBeside } from './BlockPlace.js';
import { BlockPlanes, Prediction } from './BlockPlanes.js';
import { BlockPredictor } from './BlockPredictor.js';
import { exactBits } from './exactBits.js';
import type { MotionModel } from './MotionModel.js';

const COLOURS = 0xffffff;
const KNOWN = 8 << 24;

/**
 * The block codec's arithmetic in TypeScript alone: what runs where there is no WebAssembly, and what the kernels are held to.
 *
 * @example
 * ```ts
 * const known = new PlainBlocks().open(place);
 * ```
 */
export class PlainBlocks implements BlockArithmetic {
  private readonly planes = new BlockPlanes();
  private readonly predictor = new BlockPredictor();
  /** What was last sent of the block's places, and where they are. */
  private readonly sent = new Uint32Array(BLOCK_SAMPLES);
  private readonly places = new Int32Array(BLOCK_SAMPLES);
  private place: BlockPlace | null = null;
  private known = false;
  private picture: Uint8Array = new Uint8Array(0);
  private first = 0;

  get levels(): readonly Int32Array[] {
    return this.planes.levels;
  }

  get coded(): Uint8Array {
    return this.planes.coded;
  }

  get motionX(): number {
    return this.predictor.motionX;
  }

  get motionY(): number {
    return this.predictor.motionY;
  }

  advance(picture: Uint8Array | null): void {
    if (picture !== null) this.picture = picture;
  }

  open(place: BlockPlace): boolean {
    this.place = place;
    const { places, sent } = this;
    const { map, width } = place;
    if (place.whole) {
      for (let j = 0, at = place.y * width + place.x; j < BLOCK_SAMPLES; at += width)
        for (let x = 0; x < BLOCK_SIDE; x++) places[j++] = at + x;
    } else places.set(place.places);
    let known = true;
    for (let j = 0; j < BLOCK_SAMPLES; j++) {
      const entry = map[places[j]];
      sent[j] = entry;
      if (entry === 0) known = false;
    }
    this.known = known;
    return known;
  }

  compare(first: number): number {
    const { sent, planes, picture: rgb } = this;
    this.first = first;
    let worst = 0;
    for (let j = 0, p = first; j < BLOCK_SAMPLES; j++, p += 3) {
      const entry = sent[j];
      const dr = rgb[p] - ((entry >>> 16) & 255);
      const dg = rgb[p + 1] - ((entry >>> 8) & 255);
      const db = rgb[p + 2] - (entry & 255);
      if (dr > worst || -dr > worst) worst = dr < 0 ? -dr : dr;
      if (dg > worst || -dg > worst) worst = dg < 0 ? -dg : dg;
      if (db > worst || -db > worst) worst = db < 0 ? -db : db;
    }
    // Nothing more is asked of a block that is the same.
    if (worst === 0 && this.known) return 0;
    planes.readTruth(rgb, first);
    planes.readCanvas(sent);
    return worst;
  }

  changeOf(): number {
    return this.planes.changeOf();
  }

  choose(known: boolean, step: number, motion: MotionModel): Prediction {
    const { place, planes } = this;
    if (place === null) return Prediction.mean;
    meanBeside(place, planes.means);
    return this.predictor.choose(this.picture, this.first, place, known, step, motion, planes);
  }

  quantise(prediction: Prediction, step: number): number {
    return this.planes.quantise(prediction, step);
  }

  predict(prediction: Prediction, motionX: number, motionY: number): void {
    const { place, planes } = this;
    if (place === null) return;
    if (prediction === Prediction.motion) this.predictor.read(place, motionX, motionY, planes);
    else if (prediction === Prediction.place) planes.readCanvas(this.sent);
    else meanBeside(place, planes.means);
  }

  rebuild(prediction: Prediction, step: number): void {
    this.planes.rebuild(prediction, step);
  }

  errorOf(): number {
    return this.planes.errorOf(this.picture, this.first);
  }

  exactBits(limit: number): number {
    return exactBits(this.picture, this.first, this.sent, limit);
  }

  showSent(): void {
    const { sent } = this;
    const { coded } = this.planes;
    for (let j = 0, p = 0; j < BLOCK_SAMPLES; j++, p += 3) {
      const entry = sent[j] & COLOURS;
      coded[p] = entry >>> 16;
      coded[p + 1] = (entry >>> 8) & 255;
      coded[p + 2] = entry & 255;
    }
  }

  keep(): void {
    const { place, places } = this;
    if (place === null) return;
    const { coded } = this.planes;
    for (let j = 0, c = 0; j < BLOCK_SAMPLES; j++, c += 3)
      place.map[places[j]] = KNOWN | (coded[c] << 16) | (coded[c + 1] << 8) | coded[c + 2];
  }
}
