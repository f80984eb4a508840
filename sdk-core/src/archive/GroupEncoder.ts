import { RangeEncoder } from '@sgaps/protocol';
import type { ArchiveModel } from './ArchiveModel.js';
import type { ArchivePicture, ArchiveShape } from './ArchivePicture.js';
import { CodebookChooser } from './CodebookChooser.js';
import { BIT_WORTH, CubeDecider } from './CubeDecider.js';
import { GroupState } from './GroupState.js';
import { ModelPair, SESSION, writeTensor } from './ModelPair.js';
import { type PaddedPicture, PLANE_NORM } from './PaddedPicture.js';
import { drawContext } from './PairContext.js';
import { PairStates } from './PairStates.js';
import { PictureMotion } from './PictureMotion.js';
import { QUANTISERS, stepOf } from './quantiser.js';

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
  private readonly coder = new RangeEncoder(1 << 16);
  private readonly model: { readonly pair: ModelPair; readonly chooser: CodebookChooser } | null;
  private readonly states: PairStates;
  /** float32 [2, 3, H, W] */
  private readonly frames: Float32Array;
  private readonly session = new Float32Array(SESSION);
  private groups = 0;

  constructor(
    private readonly shape: ArchiveShape,
    model: ArchiveModel | null,
  ) {
    const state = new GroupState(shape);
    this.state = state;
    this.decider = new CubeDecider(state.coder, state.columns);
    this.motion = new PictureMotion(state.motionCoder);
    this.states = new PairStates(shape);
    this.frames = new Float32Array(model ? 6 * state.width * state.height : 0);
    const pair = model && new ModelPair(model, state);
    this.model = pair && { pair, chooser: new CodebookChooser(state, pair) };
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
    if (model) {
      model.pair.reset();
      model.pair.regions.find(sources[0], sources[sources.length - 1], said[0].state);
    }
    let psnr = 0;
    for (let at = 0; at < sources.length; at += 2) {
      const count = Math.min(2, sources.length - at);
      for (let i = 0; i < count; i++) this.codeMotion(sources, at + i, quantiser);
      if (model) await this.codeModel(model, said, sources.slice(at, at + count), at, quantiser);
      for (let i = 0; i < count; i++) {
        this.codePicture(sources[at + i], at + i, offsets[at + i], quantiser);
        psnr += this.psnrOf(sources[at + i], at + i);
      }
    }
    return { bytes: coder.finish(), psnr: psnr / sources.length };
  }

  /** Finds and codes a picture's motion. The second of a pair is compared with the first as it was, which is not rebuilt yet. */
  private codeMotion(sources: readonly PaddedPicture[], index: number, quantiser: number): void {
    const { state, coder } = this;
    const references = state.references(index);
    if (references.length === 0) return;
    if (index % 2 === 1) references[0] = sources[index - 1];
    const field = state.motion[index % 2];
    const other = state.motion[1 - (index % 2)];
    const stateMotion = state.stateMotion[index % 2];
    const bitCost = Math.sqrt(BIT_WORTH) * stepOf(quantiser);
    for (let cube = 0; cube < state.cubes; cube++) {
      this.motion.find(field, cube, sources[index], references, stateMotion, bitCost, other);
      state.motionCoder.code(coder, field, cube, references.length, stateMotion);
    }
  }

  /** What the model says of a pair whose motion is coded. */
  private async codeModel(
    { pair, chooser }: { readonly pair: ModelPair; readonly chooser: CodebookChooser },
    said: readonly Said[],
    sources: readonly PaddedPicture[],
    index: number,
    quantiser: number,
  ): Promise<void> {
    const { coder, state, frames } = this;
    const tokens = this.states.write(said, index);
    const size = frames.length / 2;
    drawContext(state, index, sources.length);
    for (let i = 0; i < 2; i++) {
      writeTensor(state.drawn[i], pair.context, i * size);
      writeTensor(sources[Math.min(i, sources.length - 1)], frames, i * size);
    }
    if (index === 0) {
      const { session } = await pair.encode(frames, tokens);
      const share = this.groups++ === 0 ? 1 : SESSION_SHARE;
      for (let i = 0; i < SESSION; i++) this.session[i] += share * (session[i] - this.session[i]);
      pair.codeGroup(coder, this.session);
    }
    await chooser.choose(sources, frames, tokens, index, quantiser);
    pair.codePair(coder);
    if (state.active().length > 0) pair.memory = await pair.draw(tokens);
  }

  private codePicture(source: PaddedPicture, index: number, offsets: Int8Array, quantiser: number): void {
    const { state, coder } = this;
    const frame = state.frame(index, quantiser);
    state.coder.begin();
    for (let cube = 0; cube < state.cubes; cube++) {
      const choice = this.decider.decide(frame, source, cube, Math.max(offsets[cube], -quantiser));
      state.coder.codeCube(coder, frame, cube, choice);
    }
    frame.target.extend();
  }

  private psnrOf(source: PaddedPicture, index: number): number {
    const { width, height } = this.shape.grid;
    const target = this.state.picture(index);
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
    return Math.min(BEST_PSNR, 10 * Math.log10((255 ** 2 * 3 * width * height) / Math.max(sum, 1e-9)));
  }
}
