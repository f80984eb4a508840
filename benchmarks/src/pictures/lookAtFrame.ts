import type { Composition } from '@sgaps/core';
import { IMPORTANCE_FULL, quantise } from '@sgaps/pipeline';
import { type CaptureGrid, SgapsError } from '@sgaps/protocol';
import type { LoopFrame } from '../clip/LoopParts.js';
import { loadClipState } from '../clip/loadClipState.js';
import { type ClipOptions, measureClip } from '../clip/measureClip.js';
import { toFrameState } from '../clip/toFrameState.js';
import { psnr } from '../metrics/psnr.js';
import { paintDifference } from '../picture/paint.js';
import type { StripPanel } from '../picture/writeStrip.js';
import { countBlocks, paintAnswer, paintOverlay } from './paintOverlay.js';

/**
 * A clip, the frame of it to look at, and how the loop is set.
 *
 * @example
 * ```ts
 * const look: FrameLook = { input: 'clip.mkv', state: 'clip.json', frame: 100, samples: 8064 };
 * ```
 */
export interface FrameLook extends Pick<ClipOptions, 'input' | 'depth' | 'samples'> {
  readonly state: string;
  /** From 1 on: what was there before is looked at too. */
  readonly frame: number;
}

/**
 * What was seen: pictures of the grid's size, and the figures for their captions.
 *
 * @example
 * ```ts
 * const { panels, figures } = await lookAtFrame(look);
 * ```
 */
export interface FrameSight {
  readonly grid: CaptureGrid;
  readonly panels: readonly StripPanel[];
  readonly figures: {
    readonly frame: number;
    readonly samples: number;
    readonly blocks: number;
    readonly changed: number;
    /** PSNR against the truth, dB: of what was there before the frame's samples, and of the rebuilt picture. */
    readonly before: number;
    readonly rebuilt: number;
    /** Mean of the uncertainty, 0 … 1. */
    readonly uncertainty: number;
    /** Bytes a frame, mean of all up to this one. */
    readonly bytesUp: number;
    readonly bytesDown: number;
    /** True where samples alone kept the picture up to date. */
    readonly kept: boolean;
  };
}

/**
 * Runs a clip through the real loop up to a frame, and shows that frame as each part of the loop sees it. Throws what `measureClip` does, and `NOT_FOUND` for a frame that the clip has not.
 *
 * @example
 * ```ts
 * const { panels } = await lookAtFrame({ input: 'clip.mkv', state: 'clip.json', frame: 100 });
 * ```
 */
export async function lookAtFrame({ frame, ...look }: FrameLook): Promise<FrameSight> {
  const clip = loadClipState(look.state);
  const grid: CaptureGrid = { width: clip.width, height: clip.height };
  const pixels = grid.width * grid.height;
  let importance = new Float32Array(pixels);
  let held = new Uint8Array(3 * pixels);
  const remembered = emptyComposition(pixels);
  let sight: Omit<FrameSight, 'figures'> & { figures: Omit<FrameSight['figures'], 'bytesUp' | 'bytesDown'> } = {
    grid,
    panels: [],
    figures: { frame, samples: 0, blocks: 0, changed: 0, before: 0, rebuilt: 0, uncertainty: 0, kept: false },
  };
  const figures = await measureClip({
    ...look,
    frames: frame + 1,
    ssim: false,
    held: false,
    onFrame: (decoded, truth, planned, session) => {
      if (decoded.frameId === frame - 1) {
        // The plan for the next frame is made by now, and memory has not seen it yet.
        importance = planned.slice();
        held = new Uint8Array(decoded.rgb);
        session.memory.compose(toFrameState(grid, clip.per_frame[frame]), remembered);
      }
      if (decoded.frameId !== frame) return;
      const before = decoded.kept ? held : remembered.rgb;
      sight = { grid, ...describe(grid, decoded, truth, before, importance, remembered) };
    },
  });
  if (sight.panels.length === 0) throw new SgapsError('NOT_FOUND', `${look.input} has no frame ${frame}.`);
  return { ...sight, figures: { ...sight.figures, bytesUp: figures.bytesUp, bytesDown: figures.bytesDown } };
}

function describe(
  grid: CaptureGrid,
  decoded: LoopFrame,
  truth: Uint8Array,
  before: Uint8Array | Uint8ClampedArray,
  importance: Float32Array,
  { confidence }: Composition,
) {
  const map = new Uint8Array(grid.width * grid.height);
  const paint = (
    layer: 'importance' | 'uncertainty' | 'layers' | 'confidence',
    values: Float32Array | Uint8Array,
    full?: number,
  ) => {
    quantise(values, map, full);
    return paintOverlay(layer, map, truth);
  };
  const values = decoded.frame.values;
  const { blocks, changed } = countBlocks(decoded.samples, values);
  const figures = {
    frame: decoded.frameId,
    samples: decoded.samples.count,
    blocks,
    changed,
    before: psnr(truth, before),
    rebuilt: psnr(truth, decoded.rgb),
    uncertainty: decoded.uncertainty.reduce((sum, value) => sum + value, 0) / decoded.uncertainty.length,
    kept: decoded.kept,
  };
  const dB = (value: number) => `${value.toFixed(1)} dB`;
  const panels: StripPanel[] = [
    { label: 'truth: what the player saw', rgb: truth.slice() },
    {
      label: `${decoded.kept ? 'the frame before' : 'memory, before any sample'}: ${dB(figures.before)}`,
      rgb: Uint8Array.from(before),
    },
    ...(decoded.kept
      ? []
      : [
          { label: 'importance: where memory may be wrong', rgb: paint('importance', importance, IMPORTANCE_FULL) },
          { label: 'confidence of memory', rgb: paint('confidence', confidence) },
        ]),
    { label: `asked for: ${blocks} blocks, ${changed} of them new`, rgb: paintAnswer(grid, truth, decoded.samples, values) },
    { label: `rebuilt: ${dB(figures.rebuilt)}`, rgb: Uint8Array.from(decoded.rgb) },
    { label: 'uncertainty, as the decoder knows it', rgb: paint('uncertainty', decoded.uncertainty) },
    { label: 'error, times four', rgb: paintDifference(truth, decoded.rgb) },
  ];
  return { panels, figures };
}

function emptyComposition(pixels: number): Composition {
  return {
    rgb: new Uint8ClampedArray(3 * pixels),
    confidence: new Uint8Array(pixels),
    age: new Uint8Array(pixels),
    score: new Int16Array(pixels),
  };
}
