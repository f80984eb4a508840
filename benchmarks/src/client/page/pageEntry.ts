import type { PageFacts, SliceCounts, SliceFigures } from '../SliceFigures.js';
import type { StageName, VariantId } from '../variants.js';
import { bookMessages, FrameTimer } from './FrameTimer.js';
import { SIZE, type Stage } from './Stage.js';
import type { RunningVariant, VariantCounts } from './variants/RunningVariant.js';
import { startVariant } from './variants/startVariant.js';

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Smallest difference two readings of the clock have shown, µs. */
function timerStep(): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0, last = performance.now(); i < 20_000; i++) {
    const now = performance.now();
    if (now > last) least = Math.min(least, now - last);
    last = now;
  }
  return Math.round(10_000 * least) / 10;
}

async function startStage(name: StageName): Promise<Stage> {
  if (name === 'phaser') return (await import('./phaserStage.js')).startPhaser();
  return (await import('./babylonStage.js')).startBabylon(name === 'babylon' ? 'webgl2' : 'webgpu');
}

const timer = new FrameTimer();
bookMessages(timer.add);
let stage: Stage;
let running: RunningVariant | null = null;
let before: VariantCounts & { readonly at: number } = { taken: 0, lost: 0, bytes: 0, at: 0 };

/** What Node drives the page with. */
const bench = {
  async open(name: StageName): Promise<PageFacts> {
    stage = await startStage(name);
    return {
      gpu: stage.gpu,
      crossOriginIsolated,
      timerMicros: timerStep(),
      canvas: [SIZE.width, SIZE.height],
      userAgent: navigator.userAgent,
    };
  },

  /** Starts a variant and lets it run in. */
  async start(id: VariantId, endpoint: string, warmUp: number): Promise<void> {
    running = await startVariant(id, stage, timer, endpoint);
    await wait(warmUp);
    await running.settle?.();
    before = { ...running.counts(), at: performance.now() };
  },

  /** Lets it run for so long and says what its frames were like. */
  async measure(ms: number): Promise<SliceFigures> {
    timer.reset();
    const start = performance.now();
    await wait(ms);
    return { micros: timer.micros, frameMs: timer.frameMs, ms: performance.now() - start };
  },

  /** What it counted meanwhile. */
  async collect(): Promise<SliceCounts> {
    if (!running) throw new Error('No variant is running.');
    await running.settle?.();
    const after = running.counts();
    return {
      taken: after.taken - before.taken,
      lost: after.lost - before.lost,
      bytes: after.bytes - before.bytes,
      countedMs: performance.now() - before.at,
      recorder: running.recorder?.() ?? null,
    };
  },

  async stop(settle: number): Promise<void> {
    const was = running;
    running = null;
    await was?.stop();
    await wait(settle);
  },
};

Object.assign(window, { sgapsBench: bench });
