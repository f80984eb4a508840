import { type FrameState, quantiseFrameState, type StateSchema } from '@sgaps/protocol';
import type { ArchivePicture, ArchiveShape } from './ArchivePicture.js';
import { StateTokens } from './StateTokens.js';

/** What both ends know of a group's states: those that were coded. */
export class PairStates {
  private readonly tokens: StateTokens;

  constructor(shape: ArchiveShape) {
    this.tokens = new StateTokens(shape.grid);
  }

  /** The tokens of the pair that begins with picture `index`; a view that holds until the next call. */
  write(pictures: readonly Omit<ArchivePicture, 'rgb'>[], index: number): Float32Array {
    const { time, state } = pictures[index];
    const before = index > 0 ? pictures[Math.max(0, index - 2)] : null;
    return this.tokens.write({
      time: time / 1000,
      step: before ? 0.03 * (time - before.time) : 2,
      index: index / 2,
      state,
      before: before?.state ?? null,
    });
  }
}

/** States as a decoder will have them. */
export function quantised(state: FrameState | null, schema: StateSchema): FrameState | null {
  return state && quantiseFrameState(state, schema);
}
