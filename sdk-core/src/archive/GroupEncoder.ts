import { RangeEncoder } from '@sgaps/protocol';
import type { ArchiveModel } from './ArchiveModel.js';
import type { ArchivePicture, ArchiveShape } from './ArchivePicture.js';
import { CodebookChooser, type UncodedPair } from './CodebookChooser.js';
import { CopySearch } from './CopySearch.js';
import { BIT_WORTH, CubeDecider } from './CubeDecider.js';
import { GroupState } from './GroupState.js';
import { lookAt } from './lookAt.js';
import { ModelPair, SESSION, writeTensor } from './ModelPair.js';
import { PaddedPicture, PLANE_NORM } from './PaddedPicture.js';
import { drawContext } from './PairContext.js';
import { PairStates } from './PairStates.js';
import { PictureMotion } from './PictureMotion.js';
import { QUANTISERS, stepOf } from './quantiser.js';
import { choices } from './sight.js';
import { smoothEdges } from './smoothEdges.js';

/** Share that a group has in the session vector. */
const SESSION_SHARE = 0.2;
/** Pictures are not counted as better than this, dB. */
const BEST_PSNR = 60;

type Said = Omit<ArchivePicture, 'rgb'>;

/** Codes the pictures of a group with one quantiser. */
export class GroupEncoder {
  private readonly state: GroupState;
  private readonly decider: CubeDecider;
  private readonly motion: PictureMotion;
  private readonly copies: CopySearch;
  private readonly coder = new RangeEncoder(1 << 16);
  private readonly model: { readonly pair: ModelPair; readonly chooser: CodebookChooser } | null;
  private readonly states: PairStates;
  /** float32 [2, 3, H, W] */
  private readonly frames: Float32Array;
  private readonly spare: PaddedPicture;
  /** What the session's groups so far have in common, and what this one makes of it. */
  private readonly session = new Float32Array(SESSION);
  private readonly wanted = new Float32Array(SESSION);
  private groups = 0;

  constructor(
    private readonly shape: ArchiveShape,
    model: ArchiveModel | null,
    codebooks: number,
  ) {
    const state = new GroupState(shape);
    this.state = state;
    this.spare = new PaddedPicture(shape.grid);
    this.decider = new CubeDecider(state.coder, state.columns);
    this.motion = new PictureMotion();
    this.copies = new CopySearch(state.width, state.height, state.copyCoder);
    this.states = new PairStates(shape);
    this.frames = new Float32Array(model ? 6 * state.width * state.height : 0);
    const pair = model && new ModelPair(model, state);
    this.model = pair && { pair, chooser: new CodebookChooser(state, pair, this.decider, codebooks, this.spare) };
  }

  /** `said`: what is said of the pictures, as a decoder will have it; `offsets`: of `lookAhead`. Gives the bytes, and the mean PSNR of the pictures, dB. */
  async encode(
    said: readonly Said[],
    sources: readonly PaddedPicture[],
    offsets: readonly Int8Array[],
    quantiser: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly psnr: number }> {
    const { coder, state, model } = this;
    coder.reset();
    state.reset();
    coder.uniform(quantiser, QUANTISERS);
    model?.pair.reset();
    let psnr = 0;
    for (let at = 0; at < sources.length; at += 2) {
      const count = Math.min(2, sources.length - at);
      const order = state.order(at, count);
      for (const index of order) this.codeMotion(sources, index, count, quantiser);
      if (model)
        await this.codeModel(model, said, {
          index: at,
          sources: sources.slice(at, at + count),
          offsets: offsets.slice(at, at + count),
          quantiser,
          copies: this.copies.found,
        });
      for (const index of order) {
        this.codePicture(sources[index], index, count, offsets[index], quantiser);
        psnr += this.psnrOf(sources[index], index);
      }
    }
    return { bytes: coder.finish(), psnr: psnr / sources.length };
  }

  /** Goes on to the next group, however often this one was coded. */
  next(): void {
    this.session.set(this.wanted);
    this.groups++;
  }

  /** Finds and codes a picture's motion. Pictures of the pair that are not rebuilt yet are looked at as they were. */
  private codeMotion(sources: readonly PaddedPicture[], index: number, count: number, quantiser: number): void {
    const { state, coder } = this;
    const sight = state.sight(index, count);
    const field = state.motion[index % 2];
    const expected = state.expectMotion(index, sight);
    const motionCoder = state.motionCoderOf(index, sight);
    const bitCost = Math.sqrt(BIT_WORTH) * stepOf(quantiser);
    const source = sources[index];
    if (index === 0) this.copies.begin(source);
    const seen = lookAt(sight, index, sources.slice(index - (index % 2)));
    for (let cube = 0; cube < state.cubes; cube++) {
      if (index === 0) this.copies.find(field, cube, source, expected, bitCost);
      else this.motion.find(field, cube, source, seen, motionCoder, expected, bitCost, state.motion[1 - (index % 2)]);
      motionCoder.code(coder, field, cube, choices(sight), expected);
    }
  }

  /** What the model says of a pair whose motion is coded. */
  private async codeModel(
    { pair, chooser }: { readonly pair: ModelPair; readonly chooser: CodebookChooser },
    said: readonly Said[],
    uncoded: UncodedPair,
  ): Promise<void> {
    const { coder, state, frames } = this;
    const { index, sources } = uncoded;
    pair.begin(index, said[0].state);
    const tokens = this.states.write(said, index);
    const size = frames.length / 2;
    drawContext(state, index, sources.length);
    for (let i = 0; i < 2; i++) {
      writeTensor(state.drawn[i], pair.context, i * size);
      writeTensor(sources[Math.min(i, sources.length - 1)], frames, i * size);
    }
    if (index === 0) {
      const { session } = await pair.encode(frames, tokens);
      const share = this.groups === 0 ? 1 : SESSION_SHARE;
      for (let i = 0; i < SESSION; i++) this.wanted[i] = this.session[i] + share * (session[i] - this.session[i]);
      pair.setSession(this.wanted);
    }
    await chooser.choose(uncoded, frames, tokens);
    if (pair.codePair(coder)) pair.memory = await pair.draw(tokens);
  }

  private codePicture(source: PaddedPicture, index: number, count: number, offsets: Int8Array, quantiser: number): void {
    const { state, coder } = this;
    const frame = state.frame(index, count, quantiser);
    state.coder.begin();
    for (let cube = 0; cube < state.cubes; cube++) {
      const choice = this.decider.decide(
        frame,
        source,
        cube,
        Math.max(offsets[cube], -frame.quantiser),
        index > 0 || this.copies.found[cube] === 1,
      );
      state.coder.codeCube(coder, frame, cube, choice);
    }
    state.coder.end(coder, frame, this.isBetterSmooth(source, index, frame.quantiser));
  }

  /** Whether a picture comes closer to what it should show when its edges are smoothed. */
  private isBetterSmooth(source: PaddedPicture, index: number, quantiser: number): boolean {
    const { state, spare } = this;
    const target = state.picture(index);
    spare.copy(target);
    smoothEdges(spare, state.coder, quantiser);
    return this.errorOf(source, spare) < this.errorOf(source, target);
  }

  private psnrOf(source: PaddedPicture, index: number): number {
    const { width, height } = this.shape.grid;
    const error = this.errorOf(source, this.state.picture(index));
    return Math.min(BEST_PSNR, 10 * Math.log10((255 ** 2 * 3 * width * height) / Math.max(error, 1e-9)));
  }

  /** Squared error of what is seen of a picture, in RGB. */
  private errorOf(source: PaddedPicture, target: PaddedPicture): number {
    const { width, height } = this.shape.grid;
    let sum = 0;
    PLANE_NORM.forEach((norm, plane) => {
      const a = source.planes[plane];
      const b = target.planes[plane];
      let error = 0;
      for (let y = 0; y < height; y++) {
        const start = target.at(0, y);
        for (let i = start; i < start + width; i++) error += (a[i] - b[i]) ** 2;
      }
      sum += error / norm;
    });
    return sum;
  }
}
