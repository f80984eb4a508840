import { SgapsError } from '@sgaps/protocol';
import { type HarmonicDegree, harmonicsOf, type SplatCloud } from '../../cloud/SplatCloud.js';
import type { NeuralTransformationCache } from '../NeuralTransformationCache.js';
import { levelsOf, widthsOf } from '../StreamGrid.js';
import type { StreamManifest } from '../StreamManifest.js';
import type { StreamState } from '../StreamState.js';
import { bandDirections } from './bandDirections.js';
import { KERNEL_BYTES } from './kernelBytes.js';
import * as layout from './layout.js';

/** What `assembly/index.ts` exports; see there. */
interface KernelFunctions {
  readonly move: (count: number, levels: number, features: number, layers: number, rows: number, row: number) => void;
  readonly turn: (count: number, degree: number) => void;
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

/** Where in the memory what depends on the grid lies, and the bytes of a row of features. */
interface Places {
  readonly tablesAt: number;
  readonly rowsAt: number;
  readonly row: number;
}

const PAGE = 65536;
/** What vectors read beyond the last table, and write beyond the last row. */
const BEYOND = 32;

/** The module, compiled once. */
let compiled: object | null = null;

/**
 * The arithmetic of streamed Gaussians in WebAssembly with SIMD, on a memory that holds one frame's cache and a chunk of Gaussians. Callers keep their own arrays.
 *
 * @example
 * ```ts
 * const kernels = StreamKernels.open(manifest);
 * kernels.load(cache);
 * kernels.move(state);
 * ```
 */
export class StreamKernels {
  private readonly positions: Float32Array;
  private readonly turns: Float32Array;
  private readonly rotations: Float32Array;
  private readonly turnedRotations: Float32Array;
  private readonly harmonics: Float32Array;
  private readonly turnedHarmonics: Float32Array;
  private readonly weights: Float32Array;
  private readonly tables: Float32Array;
  private readonly widths: readonly number[];

  private constructor(
    private readonly manifest: StreamManifest,
    private readonly run: KernelFunctions,
    buffer: ArrayBuffer,
    private readonly places: Places,
  ) {
    const { tablesAt, rowsAt } = places;
    const floats = (at: number, count: number) => new Float32Array(buffer, at, count);
    this.positions = floats(layout.POSITIONS_AT, 3 * layout.CHUNK);
    this.turns = floats(layout.TURNS_AT, 4 * layout.CHUNK);
    this.rotations = floats(layout.ROTATIONS_AT, 4 * layout.CHUNK);
    this.turnedRotations = floats(layout.TURNED_ROTATIONS_AT, 4 * layout.CHUNK);
    this.harmonics = floats(layout.HARMONICS_AT, 48 * layout.CHUNK);
    this.turnedHarmonics = floats(layout.TURNED_HARMONICS_AT, 48 * layout.CHUNK);
    this.weights = floats(layout.WEIGHTS_AT, (tablesAt - layout.WEIGHTS_AT) / 4);
    this.tables = floats(tablesAt, (rowsAt - tablesAt) / 4);
    this.widths = widthsOf(manifest.grid);
    this.describe(new DataView(buffer), tablesAt);
  }

  /** @throws SgapsError `UNSUPPORTED` where WebAssembly with relaxed SIMD or the memory for it is missing. */
  static open(manifest: StreamManifest): StreamKernels {
    const { WebAssembly: wasm } = globalThis as { readonly WebAssembly?: WebAssemblyApi };
    const { grid } = manifest;
    const corners = levelsOf(grid).reduce((sum, { entries }) => sum + entries, 0);
    const tablesAt = layout.WEIGHTS_AT + 4 * weightsOf(widthsOf(grid));
    const rowsAt = tablesAt + 4 * grid.features * corners + BEYOND;
    // Vectors of the last level must not reach into the next row.
    const row = 4 * ((grid.levels - 1) * grid.features + 4 * Math.ceil(grid.features / 4));
    const pages = Math.ceil((rowsAt + row * layout.CHUNK + BEYOND) / PAGE);
    try {
      if (!wasm) throw new Error('There is no WebAssembly.');
      compiled ??= new wasm.Module(Uint8Array.from(atob(KERNEL_BYTES), (letter) => letter.charCodeAt(0)));
      const memory = new wasm.Memory({ initial: pages, maximum: pages });
      const { exports } = new wasm.Instance(compiled, { env: { memory } });
      return new StreamKernels(manifest, exports as KernelFunctions, memory.buffer, { tablesAt, rowsAt, row });
    } catch (cause) {
      const needs = 'Streamed splats need WebAssembly with relaxed SIMD';
      throw new SgapsError('UNSUPPORTED', `${needs} and ${pages * PAGE} bytes of memory for it.`, { cause });
    }
  }

  /** Takes the cache of the frame that Gaussians are to be moved to; of the manifest's grid. */
  load({ tables, layers }: NeuralTransformationCache): void {
    const { widths, weights } = this;
    this.tables.set(tables);
    let from = 0;
    let at = 0;
    for (let layer = 1; layer < widths.length; layer++) {
      const [inputs, outputs] = [widths[layer - 1], widths[layer]];
      for (let block = 0; block < outputs; block += 8)
        for (let input = 0; input < inputs; input++)
          for (let output = block; output < block + 8; output++)
            weights[at++] = output < outputs ? layers[from + input * outputs + output] : 0;
      from += inputs * outputs;
    }
  }

  /** Moves all Gaussians by the cache loaded last, in place. */
  move({ positions, turns }: StreamState): void {
    const { levels, features } = this.manifest.grid;
    const { rowsAt, row } = this.places;
    const count = positions.length / 3;
    for (let first = 0; first < count; first += layout.CHUNK) {
      const end = Math.min(count, first + layout.CHUNK);
      this.positions.set(positions.subarray(3 * first, 3 * end));
      this.turns.set(turns.subarray(4 * first, 4 * end));
      this.run.move(end - first, levels, features, this.widths.length - 1, rowsAt, row);
      positions.set(this.positions.subarray(0, 3 * (end - first)), 3 * first);
      turns.set(this.turns.subarray(0, 4 * (end - first)), 4 * first);
    }
  }

  /** Turns rotations and harmonics of frame 0; `into` has room for as many at its beginning. */
  turn({ count, degree, ...base }: SplatCloud, turns: Float32Array, into: Pick<SplatCloud, 'rotations' | 'harmonics'>): void {
    const size = 3 * harmonicsOf(degree);
    for (let first = 0; first < count; first += layout.CHUNK) {
      const end = Math.min(count, first + layout.CHUNK);
      this.turns.set(turns.subarray(4 * first, 4 * end));
      this.rotations.set(base.rotations.subarray(4 * first, 4 * end));
      this.harmonics.set(base.harmonics.subarray(size * first, size * end));
      this.run.turn(end - first, degree);
      into.rotations.set(this.turnedRotations.subarray(0, 4 * (end - first)), 4 * first);
      into.harmonics.set(this.turnedHarmonics.subarray(0, size * (end - first)), size * first);
    }
  }

  /** Writes what stays the same: where tables and weights lie, the bounds, the directions of harmonics. */
  private describe(view: DataView, tablesAt: number): void {
    const { grid, bounds, degree } = this.manifest;
    for (const [level, { cells, entries, begin, isDense }] of levelsOf(grid).entries()) {
      const at = layout.LEVELS_AT + layout.LEVEL * level;
      view.setFloat64(at, cells, true);
      view.setInt32(at + 8, cells - 1, true);
      view.setInt32(at + 12, isDense ? -1 : entries - 1, true);
      view.setUint32(at + 16, tablesAt + 4 * grid.features * begin, true);
    }
    for (let axis = 0; axis < 3; axis++) {
      view.setFloat64(layout.BOUNDS_AT + 8 * axis, bounds.low[axis], true);
      view.setFloat64(layout.BOUNDS_AT + 24 + 8 * axis, bounds.high[axis] - bounds.low[axis], true);
    }
    let weight = layout.WEIGHTS_AT;
    for (let layer = 1; layer < this.widths.length; layer++) {
      const at = layout.LAYERS_AT + layout.LAYER * (layer - 1);
      const [inputs, outputs] = [this.widths[layer - 1], 8 * Math.ceil(this.widths[layer] / 8)];
      view.setInt32(at, inputs, true);
      view.setInt32(at + 4, outputs, true);
      view.setUint32(at + 8, weight, true);
      weight += 4 * inputs * outputs;
    }
    for (let band = 1; band <= degree; band++) {
      const { directions, inverse } = bandDirections(band as Exclude<HarmonicDegree, 0>);
      new Float32Array(view.buffer, layout.BANDS_AT + layout.BAND * (band - 1)).set([...directions, ...inverse]);
    }
  }
}

/** Numbers of all layers, outputs being made a multiple of 8. */
function weightsOf(widths: readonly number[]): number {
  return widths.slice(1).reduce((sum, outputs, layer) => sum + widths[layer] * 8 * Math.ceil(outputs / 8), 0);
}
