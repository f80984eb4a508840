import { parentPort, threadId, workerData } from 'node:worker_threads';
import { GpuTurn } from './GpuTurn.js';
import { type Guard, loadModel } from './loadModel.js';
import type { OnnxModel } from './OnnxModel.js';
import { Refusal } from './Refusal.js';
import { RunGate } from './RunGate.js';
import type { FromThread, Provider, ThreadSetup, ToThread } from './threadMessages.js';

/** The thread a model runs in: loads it, says so or why not, then answers batch after batch. */
const port = parentPort!;
const setup = workerData as ThreadSetup;
const turn = new GpuTurn(setup.gpuTurn, threadId);
const gate = new RunGate(setup.runGate);

/** All that ONNX Runtime does goes through here. */
const guarded: Guard = (provider, work) => {
  const during = () => gate.during(work);
  return provider === 'webgpu' ? turn.during(during) : during();
};

function say(message: FromThread, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

async function run(
  model: OnnxModel,
  provider: Provider,
  { grid, planes, count, reuse }: ToThread & { kind: 'run' },
): Promise<void> {
  const input = new Uint8Array(planes, 0, count * setup.planes * grid.width * grid.height);
  const report = await guarded(provider, () => model.run(grid, input, count, reuse));
  say({ kind: 'done', planes, ...report }, [planes, ...report.outputs.filter((output) => output instanceof ArrayBuffer)]);
}

async function serve(): Promise<void> {
  const { model, loaded } = await loadModel(setup, guarded);
  let last = Promise.resolve();
  port.on('message', (message: ToThread) => {
    last = last.then(async () => {
      if (message.kind === 'run') return run(model, loaded.provider, message);
      await guarded(loaded.provider, () => model.session.release());
      port.close();
    });
  });
  say({ kind: 'loaded', model: loaded });
}

try {
  await serve();
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  say({ kind: 'refused', code: error.code, message: error.message });
}
