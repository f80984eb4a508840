import { parentPort, threadId, workerData } from 'node:worker_threads';
import { GpuTurn } from './GpuTurn.js';
import { loadModel } from './loadModel.js';
import type { OnnxModel } from './OnnxModel.js';
import { Refusal } from './Refusal.js';
import type { FromThread, Provider, ThreadSetup, ToThread } from './threadMessages.js';

/** The thread a model runs in: loads it, says so or why not, then answers batch after batch. */
const port = parentPort!;
const setup = workerData as ThreadSetup;
const turn = new GpuTurn(setup.gpuTurn, threadId);

function say(message: FromThread, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

async function run(
  model: OnnxModel,
  provider: Provider,
  { grid, planes, from, count }: ToThread & { kind: 'run' },
): Promise<void> {
  const frame = setup.planes.length * grid.width * grid.height;
  const input = new Uint8Array(planes, from * frame, count * frame);
  const work = () => model.run(grid, input, count);
  const report = await (provider === 'webgpu' ? turn.during(work) : work());
  say({ kind: 'done', planes, ...report }, [planes, ...report.outputs.filter((output) => output instanceof ArrayBuffer)]);
}

async function serve(): Promise<void> {
  const { model, loaded } = await loadModel(setup, turn);
  let last = Promise.resolve();
  port.on('message', (message: ToThread) => {
    last = last.then(async () => {
      if (message.kind === 'run') return run(model, loaded.provider, message);
      await (loaded.provider === 'webgpu' ? turn.during(() => model.session.release()) : model.session.release());
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
