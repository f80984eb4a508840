import { ZIGZAG } from '../pixels/blockTransform.js';
import { MOTION_TAPS } from '../pixels/MotionPrediction.js';
import type { CaptureGrid } from '../samples/CaptureGrid.js';
import { BLOCK_SAMPLES } from '../samples/SampleSet.js';
import { KERNEL_BYTES } from './kernelBytes.js';
import * as layout from './layout.js';

/** What `assembly/index.ts` exports; see there. */
export interface KernelFunctions {
  readonly setup: (width: number, height: number) => void;
  readonly takeRows: (at: number) => number;
  readonly takePlaces: () => number;
  readonly keepRows: (at: number) => void;
  readonly keepPlaces: () => void;
  readonly advance: () => void;
  readonly missOf: (address: number, x: number, y: number, movedX: number, movedY: number) => number;
  readonly compare: (address: number) => number;
  readonly changeOf: () => number;
  readonly errorOf: () => number;
  readonly exactBits: (limit: number) => number;
  readonly readCanvas: () => void;
  readonly showSent: () => void;
  readonly readMoved: (x: number, y: number, motionX: number, motionY: number) => void;
  readonly choose: (
    known: number,
    step: number,
    x: number,
    y: number,
    candidates: number,
    x0: number,
    y0: number,
    x1: number,
    y1: number,
  ) => number;
  readonly quantise: (prediction: number, step: number) => number;
  readonly rebuild: (prediction: number, step: number) => void;
}

/** What is used of WebAssembly, which is part of no ECMAScript library. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (pages: { readonly initial: number; readonly maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: object } },
  ) => { readonly exports: unknown };
}

const PAGE = 65536;

/** The module, compiled once; null where that is not possible. */
let compiled: object | null | undefined;

function api(): WebAssemblyApi | undefined {
  return (globalThis as { readonly WebAssembly?: WebAssemblyApi }).WebAssembly;
}

function compile(): object | null {
  try {
    const Module = api()?.Module;
    return Module ? new Module(bytesOf(KERNEL_BYTES)) : null;
  } catch {
    return null; // no SIMD, or a content security policy forbids it
  }
}

/**
 * The block codec's arithmetic in WebAssembly, for one encoder or decoder: an instance, and its memory of a fixed size with what was
 * sent before and the block at hand, as arrays.
 *
 * @example
 * ```ts
 * const kernels = BlockKernels.open({ width: 320, height: 180 }, false); // null where there is no WebAssembly SIMD
 * ```
 */
export class BlockKernels {
  /** Width × height entries, bits << 24 | colour, 0 unknown: what had been sent when the frame began, and up to now. */
  readonly reference: Uint32Array;
  readonly map: Uint32Array;
  /** Colours of a frame's samples, for an encoder; else nothing. Where it begins, bytes. */
  readonly picture: Uint8Array;
  readonly pictureAt: number;
  /** Colours of the block as both sides know them, 3 × 64 bytes. */
  readonly coded: Uint8Array;
  /** Entries of the block: as last sent, and as coded now. */
  readonly sent: Uint32Array;
  readonly codedEntries: Uint32Array;
  /** Places of the block in the map. */
  readonly places: Int32Array;
  /** Mean beside the block: Y, Co, Cg. */
  readonly means: Int32Array;
  /** Quantised coefficients of the planes, in zigzag order. */
  readonly levels: readonly Int32Array[];
  /** Motion found: x, y in quarter pixels. */
  readonly motion: Int32Array;

  private constructor(
    { width, height }: CaptureGrid,
    buffer: ArrayBuffer,
    readonly run: KernelFunctions,
    encoding: boolean,
  ) {
    const size = width * height;
    this.pictureAt = encoding ? pictureAt({ width, height }) : 0;
    this.picture = new Uint8Array(buffer, this.pictureAt, encoding ? layout.PICTURE_BYTES : 0);
    this.reference = new Uint32Array(buffer, layout.RINGS_AT, size);
    this.map = new Uint32Array(buffer, layout.RINGS_AT + ringBytes(size), size);
    this.coded = new Uint8Array(buffer, layout.CODED_AT, 3 * BLOCK_SAMPLES);
    this.sent = new Uint32Array(buffer, layout.SENT_AT, BLOCK_SAMPLES);
    this.codedEntries = new Uint32Array(buffer, layout.CODED_ENTRIES_AT, BLOCK_SAMPLES);
    this.places = new Int32Array(buffer, layout.PLACES_AT, BLOCK_SAMPLES);
    this.means = new Int32Array(buffer, layout.MEANS_AT, 3);
    this.levels = [0, 1, 2].map((plane) => new Int32Array(buffer, layout.LEVELS_AT + 256 * plane, BLOCK_SAMPLES));
    this.motion = new Int32Array(buffer, layout.MOTION_AT, 2);
    const rank = new Uint8Array(buffer, layout.RANK_AT, BLOCK_SAMPLES);
    for (let k = 0; k < BLOCK_SAMPLES; k++) rank[ZIGZAG[k]] = k;
    new Uint8Array(buffer, layout.ZIGZAG_AT, BLOCK_SAMPLES).set(ZIGZAG);
    new Int32Array(buffer, layout.TAPS_AT, MOTION_TAPS.length).set(MOTION_TAPS);
    run.setup(width, height);
  }

  /** Kernels for a grid, for an encoder or a decoder; null where WebAssembly with SIMD is missing, forbidden or out of memory. */
  static open(grid: CaptureGrid, encoding: boolean): BlockKernels | null {
    if (compiled === undefined) compiled = compile();
    const wasm = api();
    if (!compiled || !wasm) return null;
    try {
      const rings = layout.RINGS_AT + 2 * ringBytes(grid.width * grid.height);
      const pages = Math.ceil((encoding ? pictureAt(grid) + layout.PICTURE_BYTES : rings) / PAGE);
      const memory = new wasm.Memory({ initial: pages, maximum: pages });
      const { exports } = new wasm.Instance(compiled, { env: { memory } });
      return new BlockKernels(grid, memory.buffer, exports as KernelFunctions, encoding);
    } catch {
      return null; // no more memories
    }
  }
}

/** Bytes of a ring of so many entries, with what is read beyond. As `setup` in `assembly/ring.ts`. */
function ringBytes(entries: number): number {
  return (4 * entries + layout.RING_ROOM + 15) & ~15;
}

/** Where an encoder keeps the colours of a frame: behind the rings and the shade, as `assembly/shade.ts` lays it out. */
function pictureAt({ width, height }: CaptureGrid): number {
  const pitch = (2 * (width + layout.SHADE_MORE) + 15) & ~15;
  return layout.RINGS_AT + 2 * ringBytes(width * height) + pitch * (height + layout.SHADE_MORE);
}

/** The bytes that a base64 text says. */
function bytesOf(text: string): Uint8Array {
  const { atob } = globalThis as unknown as { readonly atob: (text: string) => string };
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
