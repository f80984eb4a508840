import { parentPort, workerData } from 'node:worker_threads';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { importRuntime } from '../inference/importRuntime.js';
import { Refusal, reasonOf } from '../inference/Refusal.js';
import { RunGate } from '../inference/RunGate.js';
import { readModel } from '../inference/readModel.js';
import type { ArchiveThreadSetup, FromArchiveThread, ToArchiveThread } from './archiveMessages.js';

/** The thread that an archive model runs in, since ONNX Runtime computes on the thread that asks: one request after the other. */
const port = parentPort!;
const setup = workerData as ArchiveThreadSetup;
const gate = new RunGate(setup.runGate);
const sessions = new Map<string, InferenceSession>();

type Answer = FromArchiveThread extends infer One ? Omit<One, 'id'> : never;

async function open(graph: 'encoder' | 'decoder'): Promise<Answer> {
  const bytes = await readModel(setup.folder, setup.sha256[graph], `${graph}.onnx`);
  const ort = await importRuntime();
  const session = await gate.during(() =>
    ort.InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      intraOpNumThreads: setup.threads,
      interOpNumThreads: 1,
      logSeverityLevel: 4,
      // As for the reconstructor: threads that spin between pairs take far more of the machine than the model.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    }),
  );
  sessions.set(graph, session);
  return { kind: 'opened', inputs: [...session.inputMetadata], outputs: [...session.outputMetadata] } as Answer;
}

async function run({ graph, inputs, outputs }: ToArchiveThread & { kind: 'run' }): Promise<Answer> {
  const { Tensor } = await importRuntime();
  const feeds = Object.fromEntries(inputs.map(({ name, type, data, dims }) => [name, tensorOf(Tensor, type, data, dims)]));
  const into = outputs.map(({ type, dims }) => {
    const count = dims.reduce((product, length) => product * length, 1);
    return type === 'int32' ? new Int32Array(count) : new Float32Array(count);
  });
  // A graph that gives other sizes than these fails.
  const fetches = Object.fromEntries(outputs.map(({ name, type, dims }, at) => [name, tensorOf(Tensor, type, into[at], dims)]));
  await gate.during(() => sessions.get(graph)!.run(feeds, fetches));
  return { kind: 'ran', outputs: into } as Answer;
}

type Make = typeof import('onnxruntime-node').Tensor;

function tensorOf(make: Make, type: 'int32' | 'float32', data: Int32Array | Float32Array, dims: readonly number[]): Tensor {
  return type === 'int32' ? new make('int32', data as Int32Array, dims) : new make('float32', data as Float32Array, dims);
}

async function answer(message: ToArchiveThread): Promise<void> {
  const { id } = message;
  try {
    if (message.kind === 'close') {
      for (const session of sessions.values()) await gate.during(() => session.release());
      port.close();
      return;
    }
    const said = { id, ...(await (message.kind === 'open' ? open(message.graph) : run(message))) } as FromArchiveThread;
    port.postMessage(said, said.kind === 'ran' ? said.outputs.map(({ buffer }) => buffer as ArrayBuffer) : []);
  } catch (error) {
    const code = error instanceof Refusal ? error.code : 'MODEL_INVALID';
    const why =
      error instanceof Refusal ? error.message : `The archive model in ${setup.folder} does not run: ${reasonOf(error)}`;
    port.postMessage({ id, kind: 'failed', code, message: why } satisfies FromArchiveThread);
  }
}

let last = Promise.resolve();
port.on('message', (message: ToArchiveThread) => {
  last = last.then(() => answer(message));
});
