import type { BlockArithmetic } from '../pixels/BlockArithmetic.js';
import { type BlockPlace, meanBeside } from '../pixels/BlockPlace.js';
import { Prediction } from '../pixels/BlockPlanes.js';
import type { MotionModel } from '../pixels/MotionModel.js';
import { BLOCK_SAMPLES } from '../samples/SampleSet.js';
import type { BlockKernels, KernelFunctions } from './BlockKernels.js';

/**
 * The block codec's arithmetic by kernels: the same numbers as `PlainBlocks` gives.
 *
 * @example
 * ```ts
 * const kernels = BlockKernels.open(grid);
 * const blocks = kernels ? new KernelBlocks(kernels) : new PlainBlocks();
 * ```
 */
export class KernelBlocks implements BlockArithmetic {
  readonly levels: readonly Int32Array[];
  readonly coded: Uint8Array;
  private readonly run: KernelFunctions;
  private place: BlockPlace | null = null;

  constructor(private readonly kernels: BlockKernels) {
    this.run = kernels.run;
    this.levels = kernels.levels;
    this.coded = kernels.coded;
  }

  get motionX(): number {
    return this.kernels.motion[0];
  }

  get motionY(): number {
    return this.kernels.motion[1];
  }

  advance(picture: Uint8Array | null): void {
    if (picture === null) return;
    this.kernels.picture.set(picture);
    this.run.advance();
  }

  missOf(first: number, x: number, y: number, movedX: number, movedY: number): number {
    return this.run.missOf(this.kernels.pictureAt + first, x, y, movedX, movedY);
  }

  open(place: BlockPlace): boolean {
    this.place = place;
    const { kernels, run } = this;
    if (place.whole) return run.takeRows(place.y * place.width + place.x) === 1;
    if (place.map === kernels.map) return run.takePlaces() === 1;
    // The maps of means lie elsewhere.
    const { map, places } = place;
    const { sent } = kernels;
    let known = true;
    for (let j = 0; j < BLOCK_SAMPLES; j++) {
      const entry = map[places[j]];
      sent[j] = entry;
      if (entry === 0) known = false;
    }
    return known;
  }

  compare(first: number): number {
    return this.run.compare(this.kernels.pictureAt + first);
  }

  changeOf(): number {
    return this.run.changeOf();
  }

  choose(known: boolean, step: number, motion: MotionModel): Prediction {
    const { place, kernels } = this;
    if (place === null) return Prediction.mean;
    meanBeside(place, kernels.means);
    const { candidates, candidateX, candidateY } = motion;
    const likely = place.moves ? candidates : -1;
    return this.run.choose(
      known ? 1 : 0,
      step,
      place.x,
      place.y,
      likely,
      candidateX[0],
      candidateY[0],
      candidateX[1],
      candidateY[1],
    ) as Prediction;
  }

  quantise(prediction: Prediction, step: number): number {
    return this.run.quantise(prediction, step);
  }

  predict(prediction: Prediction, motionX: number, motionY: number): void {
    const { place, kernels } = this;
    if (place === null) return;
    if (prediction === Prediction.motion) this.run.readMoved(place.x, place.y, motionX, motionY);
    else if (prediction === Prediction.place) this.run.readCanvas();
    else meanBeside(place, kernels.means);
  }

  rebuild(prediction: Prediction, step: number): void {
    this.run.rebuild(prediction, step);
  }

  errorOf(): number {
    return this.run.errorOf();
  }

  exactBits(limit: number): number {
    return this.run.exactBits(limit);
  }

  showSent(): void {
    this.run.showSent();
  }

  keep(): void {
    const { place, kernels, run } = this;
    if (place === null) return;
    if (place.whole) run.keepRows(place.y * place.width + place.x);
    else if (place.map === kernels.map) run.keepPlaces();
    else for (let j = 0; j < BLOCK_SAMPLES; j++) place.map[place.places[j]] = kernels.codedEntries[j];
  }
}
