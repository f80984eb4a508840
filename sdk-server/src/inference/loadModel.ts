import { importRuntime } from './importRuntime.js';
import { OnnxModel, type Ort } from './OnnxModel.js';
import { Refusal, reasonOf } from './Refusal.js';
import { readModel } from './readModel.js';
import type { LoadedModel, Provider, ThreadSetup } from './threadMessages.js';

/** Does work of a provider when nothing else of the process disturbs it. */
export type Guard = <T>(provider: Provider, work: () => Promise<T>) => Promise<T>;

/** What `auto` tries before the CPU. */
const GPUS = ['cuda', 'webgpu'] as const;

/** A model that has run once, and how long it took. */
interface Warm {
  readonly model: OnnxModel;
  readonly frameMs: number;
}

/**
 * Loads, checks and warms a model, on the provider asked for or the best there is.
 *
 * @throws Refusal `MODEL_NOT_FOUND`, `MODEL_INVALID`, or `PROVIDER_UNAVAILABLE` for a missing ONNX Runtime or a provider asked for by name.
 *
 * @example
 * ```ts
 * const { model, loaded } = await loadModel(setup, guarded);
 * ```
 */
export async function loadModel(setup: ThreadSetup, guarded: Guard): Promise<{ model: OnnxModel; loaded: LoadedModel }> {
  const { id, sha256 } = setup.card;
  const bytes = await readModel(setup.folder, sha256);
  const ort = await importRuntime();
  // On the CPU first, whatever is asked for: what fails here is the model's fault, what fails later the provider's.
  const cpu = await guarded('cpu', () => warm(ort, setup, bytes, 'cpu')).catch((error: unknown) => {
    if (error instanceof Refusal) throw error;
    throw new Refusal('MODEL_INVALID', `The model in ${setup.folder} does not run: ${reasonOf(error)}`);
  });
  const passedOver: Partial<Record<Provider, string>> = {};
  for (const provider of setup.provider === 'auto' ? GPUS : setup.provider === 'cpu' ? [] : [setup.provider]) {
    try {
      const gpu = await guarded(provider, () => warm(ort, setup, bytes, provider));
      if (setup.provider === 'auto' && gpu.frameMs >= cpu.frameMs) {
        // Vulkan drivers that compute on the CPU are adapters too.
        passedOver[provider] = `slower than the CPU (${gpu.frameMs.toFixed(1)} ms a frame instead of ${cpu.frameMs.toFixed(1)})`;
        await guarded(provider, () => gpu.model.session.release());
        continue;
      }
      await cpu.model.session.release();
      return { model: gpu.model, loaded: { id, provider, frameMs: gpu.frameMs, passedOver } };
    } catch (error) {
      passedOver[provider] = reasonOf(error);
      if (setup.provider === 'auto') continue;
      throw new Refusal(
        'PROVIDER_UNAVAILABLE',
        `The execution provider ${provider} cannot be used: ${reasonOf(error)}. Install what it needs, or ask for 'auto'.`,
      );
    }
  }
  return { model: cpu.model, loaded: { id, provider: 'cpu', frameMs: cpu.frameMs, passedOver } };
}

async function warm(ort: Ort, setup: ThreadSetup, bytes: Uint8Array, provider: Provider): Promise<Warm> {
  const { threads, warmUp, planes } = setup;
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
    // Threads that spin between frames take four times the CPU the model takes, for a quarter less latency.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  try {
    const model = new OnnxModel(ort, session, planes);
    const input = new Uint8Array(planes * warmUp.width * warmUp.height);
    let frameMs = 0;
    // The first run prepares memory and shaders, the second is like those to come.
    for (let run = 0; run < 2; run++) {
      const report = await model.run(warmUp, input, 1);
      if (report.error !== null) throw new Error(report.error);
      frameMs = report.ms;
    }
    return { model, frameMs };
  } catch (error) {
    await session.release();
    throw error;
  }
}
