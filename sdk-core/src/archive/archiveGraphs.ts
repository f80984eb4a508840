import { SgapsError } from '@sgaps/protocol';

/**
 * The two halves of an archive model.
 *
 * @example
 * ```ts
 * const file = `${'decoder' satisfies ArchiveGraph}.onnx`;
 * ```
 */
export type ArchiveGraph = 'encoder' | 'decoder';

/**
 * Numbers as they go into a graph or come out of it.
 *
 * @example
 * ```ts
 * const rank: GraphTensor = { name: 'rank', type: 'int32', dims: [8], data: new Int32Array(8) };
 * ```
 */
export interface GraphTensor extends GraphOutput {
  /** float32 or int32 as `type` says, row by row. */
  readonly data: Float32Array | Int32Array;
}

/**
 * What a graph is to give.
 *
 * @example
 * ```ts
 * const codes: GraphOutput = { name: 'codes', type: 'int32', dims: [240, 6] };
 * ```
 */
export interface GraphOutput {
  readonly name: string;
  readonly type: 'float32' | 'int32';
  readonly dims: readonly number[];
}

/**
 * What ONNX Runtime says of an input or output; a dimension that is only known when it runs is a string.
 *
 * @example
 * ```ts
 * const places: GraphValue = { name: 'places', isTensor: true, type: 'int32', shape: ['active'] };
 * ```
 */
export type GraphValue =
  | { readonly name: string; readonly isTensor: false }
  | { readonly name: string; readonly isTensor: true; readonly type: string; readonly shape: readonly (number | string)[] };

/** Lengths that differ from pair to pair, or from model to model: height and width in pixels, cubes, state tokens, active cubes, width of the memory. */
export type Lengths = Readonly<Record<'H' | 'W' | 'N' | 'S' | 'A' | 'D', number>>;

type Shape = readonly ['float32' | 'int32', ...(number | keyof Lengths)[]];
type Shapes = Readonly<Record<string, Shape>>;

const CONDITIONS = {
  context: ['float32', 2, 3, 'H', 'W'],
  state: ['float32', 'S', 24],
  region: ['int32', 'N'],
  rank: ['int32', 8],
  memory: ['float32', 8, 'D'],
  session: ['float32', 32],
} satisfies Shapes;

/** The contract of docs/protocol/archive.md. */
const GRAPHS: Readonly<Record<ArchiveGraph, { readonly inputs: Shapes; readonly outputs: Shapes }>> = {
  encoder: {
    inputs: { frames: ['float32', 2, 3, 'H', 'W'], mask: ['float32', 'N'], ...CONDITIONS },
    outputs: { codes: ['int32', 'N', 6], pooled: ['float32', 32] },
  },
  decoder: {
    inputs: { places: ['int32', 'A'], codes: ['int32', 'A', 6], levels: ['int32', 'A'], ...CONDITIONS },
    outputs: { cubes: ['float32', 'A', 2, 3, 16, 16], memoryOut: ['float32', 8, 'D'] },
  },
};

/** Inputs of a graph with their dimensions. Throws `ARGUMENT_INVALID` where one has too many numbers or too few. */
export function graphInputs(graph: ArchiveGraph, values: Readonly<Record<string, GraphTensor['data']>>, lengths: Lengths) {
  return tensorsOf(GRAPHS[graph].inputs, lengths).map((expected): GraphTensor => {
    const data = values[expected.name];
    const count = sizeOf(expected);
    if (data.length !== count)
      throw new SgapsError('ARGUMENT_INVALID', `\`${expected.name}\` has ${data.length} numbers, it needs ${count}.`);
    return { ...expected, data };
  });
}

/** What a graph gives for such inputs. */
export function graphOutputs(graph: ArchiveGraph, lengths: Lengths): GraphOutput[] {
  return tensorsOf(GRAPHS[graph].outputs, lengths);
}

/** How many numbers it has. */
export function sizeOf({ dims }: GraphOutput): number {
  return dims.reduce((product, length) => product * length, 1);
}

function tensorsOf(shapes: Shapes, lengths: Lengths): GraphOutput[] {
  return Object.entries(shapes).map(([name, [type, ...dims]]) => ({
    ...{ name, type },
    dims: dims.map((length) => (typeof length === 'number' ? length : lengths[length])),
  }));
}

/**
 * Checks that a graph takes and gives what the contract says, before it is run.
 *
 * @param width The D of its model.json.
 * @throws SgapsError `MODEL_INVALID`.
 *
 * @example
 * ```ts
 * checkArchiveGraph('decoder', { inputs: session.inputMetadata, outputs: session.outputMetadata }, card.memoryWidth);
 * ```
 */
export function checkArchiveGraph(
  graph: ArchiveGraph,
  found: { readonly inputs: readonly GraphValue[]; readonly outputs: readonly GraphValue[] },
  width: number,
): void {
  expectValues(graph, 'input', found.inputs, GRAPHS[graph].inputs, width);
  expectValues(graph, 'output', found.outputs, GRAPHS[graph].outputs, width);
}

function expectValues(
  graph: ArchiveGraph,
  kind: 'input' | 'output',
  found: readonly GraphValue[],
  expected: Shapes,
  width: number,
): void {
  const wrong = (what: string) =>
    new SgapsError('MODEL_INVALID', `${graph}.onnx cannot be used: its ${what}. Export it by docs/protocol/archive.md.`);
  const names = Object.keys(expected);
  const there = found.map(({ name }) => name);
  if (there.length !== names.length || !names.every((name) => there.includes(name)))
    throw wrong(`${kind}s are ${there.join(', ') || 'none'} instead of ${names.join(', ')}`);
  for (const value of found) {
    const [type, ...dims] = expected[value.name];
    const good =
      value.isTensor &&
      value.type === type &&
      value.shape.length === dims.length &&
      // What is only known when it runs is checked then.
      value.shape.every((length, at) => typeof length === 'string' || length === (dims[at] === 'D' ? width : dims[at]));
    if (good) continue;
    const shape = value.isTensor ? `${value.type}[${value.shape.join(', ')}]` : 'no tensor';
    throw wrong(`${kind} ${value.name} is ${shape} instead of ${type}[${dims.map((n) => (n === 'D' ? width : n)).join(', ')}]`);
  }
}
