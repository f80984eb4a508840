import type { SplatCloud } from '../cloud/SplatCloud.js';
import type { SplatStreamOptions } from './SplatStream.js';
import type { StreamArrays } from './StreamArrays.js';
import type { StreamManifest } from './StreamManifest.js';

/** What the thread of a stream begins with. */
export interface StreamThreadData {
  readonly folder: string;
  readonly options: SplatStreamOptions;
  /** One number, shared: questions up to this one are no longer to be answered by a frame. */
  readonly stopped: Int32Array;
}

/** What it is asked: one frame after the other, with arrays to write it to. */
export interface ToStream {
  /** 1, 2, 3, … */
  readonly number: number;
  readonly frame: number;
  readonly arrays: StreamArrays | null;
}

/** A frame and the arrays that it is a part of. */
export interface FilledFrame {
  readonly cloud: SplatCloud;
  readonly arrays: StreamArrays;
}

/** What it answers: first that it is open, then each question by a frame. */
export type FromStream =
  | { readonly manifest: StreamManifest }
  | FilledFrame
  | { readonly failed: { readonly code: string; readonly message: string }; readonly arrays: StreamArrays | null };

/** The memory of arrays, which goes from thread to thread with them. */
export function buffersOf({ positions, scales, rotations, opacities, harmonics }: StreamArrays): ArrayBuffer[] {
  return [positions, scales, rotations, opacities, harmonics].map(({ buffer }) => buffer as ArrayBuffer);
}
