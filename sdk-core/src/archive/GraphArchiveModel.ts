import { type CaptureGrid, SgapsError } from '@sgaps/protocol';
import type { ArchiveModel, CubeConditions } from './ArchiveModel.js';
import type { ArchiveModelCard } from './ArchiveModelCard.js';
import {
  type ArchiveGraph,
  type GraphOutput,
  type GraphTensor,
  graphInputs,
  graphOutputs,
  type Lengths,
  sizeOf,
} from './archiveGraphs.js';

/** Sides of a cube, and what pictures are padded to multiples of, pixels. */
const CUBE = 16;
const PADDED = 32;

/**
 * Runs the two graphs of an archive model, wherever that is.
 *
 * @example
 * ```ts
 * const graphs: ArchiveGraphs = { run: (graph, inputs) => worker.ask({ graph, inputs }), close: () => worker.end() };
 * ```
 */
export interface ArchiveGraphs {
  /**
   * One run: the data of each of `outputs`, in their order; it is checked by who asked. Rejects with `MODEL_INVALID` where the graph fails, with `UNSUPPORTED` where
   * it is not there, with `CLOSED` after `close`.
   */
  run(
    graph: ArchiveGraph,
    inputs: readonly GraphTensor[],
    outputs: readonly GraphOutput[],
  ): Promise<readonly GraphTensor['data'][]>;
  close(): Promise<void>;
}

/**
 * HST-MAE by its two graphs: checks all that goes in and comes out, so that a wrong model cannot do more than fail.
 *
 * @example
 * ```ts
 * const model: ArchiveModel = new GraphArchiveModel(card, graphs);
 * ```
 */
export class GraphArchiveModel implements ArchiveModel {
  readonly id: string;
  readonly memoryWidth: number;

  constructor(
    card: Pick<ArchiveModelCard, 'id' | 'memoryWidth'>,
    private readonly graphs: ArchiveGraphs,
  ) {
    this.id = card.id;
    this.memoryWidth = card.memoryWidth;
  }

  /**
   * As `ArchiveModel.encode`; `size` may be the grid's, or padded.
   * @throws SgapsError `ARGUMENT_INVALID` for sizes that do not fit each other, `MODEL_INVALID`, `UNSUPPORTED` where only the decoder is there, `CLOSED`
   */
  async encode(size: CaptureGrid, frames: Float32Array, conditions: CubeConditions) {
    const lengths = this.#lengths(size, conditions, 0);
    const mask = new Float32Array(lengths.N);
    const [codes, session] = await this.#run('encoder', { frames, mask, ...conditions }, lengths);
    return { codes: within(codes as Int32Array, 0, 511, 'codes'), session: session as Float32Array };
  }

  /**
   * As `ArchiveModel.decode`; without active cubes nothing is run, and the memory stays.
   * @throws SgapsError as `encode`
   */
  async decode(
    size: CaptureGrid,
    active: { readonly places: Int32Array; readonly codes: Int32Array; readonly levels: Int32Array },
    conditions: CubeConditions,
  ) {
    const { places, codes, levels } = active;
    if (places.length === 0) return { cubes: new Float32Array(0), memory: conditions.memory.slice() };
    const lengths = this.#lengths(size, conditions, places.length);
    const ascending = places.every((place, at) => (at === 0 ? place >= 0 : place > places[at - 1])) && places.at(-1)! < lengths.N;
    if (!ascending || levels.some((level) => level < 1 || level > 6) || codes.some((code) => code < 0 || code > 511))
      throw new SgapsError('ARGUMENT_INVALID', 'Cubes are named in ascending order, with 1 … 6 codes in use, 0 … 511 each.');
    const [cubes, memory] = await this.#run('decoder', { places, codes, levels, ...conditions }, lengths);
    return { cubes: cubes as Float32Array, memory: memory as Float32Array };
  }

  /** Decodes one cube of nothing, so that the first pair waits for no preparations, and a graph that does not run is known of early. @throws SgapsError as `decode` */
  async warmUp(size: CaptureGrid = { width: 320, height: 192 }): Promise<void> {
    const { H, W, N } = this.#lengths(size, { state: new Float32Array(24), region: new Int32Array(0) }, 1);
    const one = { places: new Int32Array(1), codes: new Int32Array(6), levels: new Int32Array([1]) };
    await this.decode(size, one, {
      context: new Float32Array(2 * 3 * H * W),
      state: new Float32Array(24),
      region: new Int32Array(N),
      rank: Int32Array.from({ length: 8 }, (_, at) => at),
      memory: new Float32Array(8 * this.memoryWidth),
      session: new Float32Array(32),
    });
  }

  close(): Promise<void> {
    return this.graphs.close();
  }

  #lengths(size: CaptureGrid, { state, region }: Pick<CubeConditions, 'state' | 'region'>, active: number): Lengths {
    const [H, W] = [size.height, size.width].map((side) => PADDED * Math.ceil(side / PADDED));
    if (state.length === 0) throw new SgapsError('ARGUMENT_INVALID', 'A pair has one state token at least.');
    if (region.some((name) => name < 0 || name > 7)) throw new SgapsError('ARGUMENT_INVALID', 'Regions are 0 … 7.');
    return { H, W, N: (H / CUBE) * (W / CUBE), S: Math.ceil(state.length / 24), A: active, D: this.memoryWidth };
  }

  async #run(graph: ArchiveGraph, values: Readonly<Record<string, GraphTensor['data']>>, lengths: Lengths) {
    const expected = graphOutputs(graph, lengths);
    const outputs = await this.graphs.run(graph, graphInputs(graph, values, lengths), expected);
    for (const [at, output] of expected.entries()) {
      const data = outputs[at];
      const type = output.type === 'int32' ? Int32Array : Float32Array;
      if (!(data instanceof type) || data.length !== sizeOf(output))
        throw invalid(`gave ${data?.length ?? 'no'} numbers as ${output.name} instead of ${sizeOf(output)}`);
      if (data instanceof Float32Array && !allFinite(data)) throw invalid(`gave numbers as ${output.name} that are none`);
    }
    return outputs;
  }
}

function invalid(what: string): SgapsError {
  return new SgapsError('MODEL_INVALID', `The archive model ${what}; it is damaged, or was exported for another version.`);
}

function within(values: Int32Array, least: number, most: number, name: string): Int32Array {
  for (let at = 0; at < values.length; at++)
    if (values[at] < least || values[at] > most) throw invalid(`gave ${values[at]} among its ${name}`);
  return values;
}

/** A sum of finite 32-bit floats is finite in 64 bits, and one that has another among them is not. */
function allFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at];
  return Number.isFinite(sum);
}
