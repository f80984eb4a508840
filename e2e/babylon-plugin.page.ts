import { SgapsRecorder, type SgapsRecorderOptions } from '@sgaps/babylon';
import { areaSample, WebGL2Sampler, WebGpuSampler } from '@sgaps/client';
import type { PixelFrame } from '@sgaps/protocol';
import { type Stage, type StageOptions, startStage } from './support/babylonStage.js';
import { hashPixels, PageServer } from './support/pageServer.js';

const GRID = { width: 320, height: 180 };
const STEP = 1000 / 60;
const SCHEMA = { values: [{ name: 'health', type: 'int' }] } as const;

interface Options extends StageOptions {
  readonly record: boolean;
  readonly frames: number;
  readonly fps?: number;
  /** The app's own loop: engine frames by hand, or nothing but `scene.render()`. */
  readonly loop?: 'engine' | 'scene';
  /** What fails, from frame 10 on. */
  readonly fault?: string;
  /** At this frame … */
  readonly at?: number;
  readonly then?: 'dispose' | 'dispose scene' | 'resize' | 'pause' | 'leave' | 'stop and start';
  readonly mask?: 'mesh' | 'predicate' | 'part' | 'behind';
  readonly depth?: boolean;
}

interface Truth {
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

function fail(what: string): never {
  throw new Error(`${what} is broken`);
}

const METHODS = ['load', 'beginFrame', 'endFrame', 'skipFrame', 'flush', 'drain', 'dispose'] as const;

/** Makes one of the samplers' methods throw; returns what mends it. */
function breakSampler(method: (typeof METHODS)[number]): () => void {
  const mend: (() => void)[] = [];
  for (const prototype of [WebGL2Sampler.prototype, WebGpuSampler.prototype]) {
    const was = Object.getOwnPropertyDescriptor(prototype, method) as PropertyDescriptor;
    Object.defineProperty(prototype, method, { ...was, value: () => fail(method) });
    mend.push(() => Object.defineProperty(prototype, method, was));
  }
  return () => {
    for (const undo of mend) undo();
  };
}

/** Plays a scene frame by frame; every frame's picture is hashed, and every sample compared with the picture read back. */
async function play(options: Options) {
  const stage = await startStage(options);
  const { engine, scene, canvas, camera } = stage;
  const server = new PageServer(GRID, SCHEMA);
  const diagnostics: string[] = [];
  const notes: string[] = [];
  let now = 0;
  let broken = '';
  const data: SgapsRecorderOptions = {
    connect: async () => (options.fault === 'connect' ? fail('connect') : server),
    grid: GRID,
    fps: options.fps ?? 60,
    clock: () => now,
    micros: 1e9,
    depth: options.depth,
    autoStart: false,
    values: { health: { type: 'int', read: () => (broken === 'state' ? fail('state') : 100 - Math.floor(now / 100)) } },
    onDiagnostic: ({ code, message }) => {
      diagnostics.push(`${code}: ${message}`);
      if (options.fault) fail('onDiagnostic');
    },
  };
  const recorder = options.record ? new SgapsRecorder(scene, data) : null;
  recorder?.onStartedObservable.add(() => {
    notes.push('started');
    if (options.fault) fail('observer');
  });
  recorder?.onStoppedObservable.add(() => notes.push('stopped'));
  recorder?.onDiagnosticObservable.add(({ code }) => notes.push(code));
  if (options.mask === 'mesh') recorder?.mask(stage.crates[0]);
  if (options.mask === 'predicate') recorder?.mask((mesh) => broken === 'masks' || mesh.name === 'crate 0');
  if (options.mask === 'part') recorder?.mask({ x: 0.25, y: 0.25, width: 0.25, height: 0.5 });
  if (options.mask === 'behind') recorder?.mask(stage.ground);
  await recorder?.start();

  const hashes: string[] = [];
  const truths: Truth[] = [];
  const cameras: { view: number[]; projection: number[] }[] = [];
  const reads: Promise<void>[] = [];
  let mend: () => void = () => undefined;
  let taken = 0;
  const afterFrame = () => {
    const sampled = recorder?.recorder ? recorder.recorder.nextFrameId : 0;
    const isNew = sampled > taken;
    taken = sampled;
    const frame = hashes.push('') - 1;
    if (isNew) {
      const [view, projection] = [scene.getViewMatrix().m, scene.getProjectionMatrix().m].map((m) => Array.from(m));
      cameras[sampled - 1] = { view, projection };
    }
    reads.push(
      stage.readPicture().then((truth) => {
        hashes[frame] = hashPixels(truth.pixels);
        if (isNew) truths[sampled - 1] = truth;
      }),
    );
  };
  const hooked = options.loop === 'scene' ? scene.onAfterRenderObservable : engine.onEndFrameObservable;
  hooked.add(afterFrame);

  let thrown = 0;
  for (let frame = 0; frame < options.frames; frame++) {
    now = frame * STEP;
    if (frame === 10 && options.fault) {
      broken = options.fault;
      const [kind, name] = options.fault.split(' ');
      if (kind === 'sampler') mend = breakSampler(name as (typeof METHODS)[number]);
      if (kind === 'connection') server.broken.add(name as 'sendPixels');
      // `_computedViewMatrix` is what the camera reader looks at first.
      if (kind === 'camera') Object.defineProperty(camera, 'rigCameras', { get: () => fail('camera') });
    }
    if (frame === options.at) {
      if (options.then === 'dispose') recorder?.dispose();
      if (options.then === 'resize') engine.setSize(500, 300);
      if (options.then === 'pause') recorder?.pause();
      if (options.then === 'leave') server.leave('test');
      if (options.then === 'stop and start') {
        recorder?.stop();
        server.isOpen = true;
        await recorder?.start();
      }
    }
    if (options.then === 'pause' && frame === (options.at ?? 0) + 10) recorder?.resume();
    stage.move(frame);
    try {
      if (options.loop !== 'scene') engine.beginFrame();
      scene.render();
      if (options.loop !== 'scene') engine.endFrame();
    } catch {
      thrown++;
    }
    recorder?.event('frame', { frame });
    await stage.nextFrame();
  }
  await Promise.all(reads);
  const depthLeft = Object.keys((scene as unknown as { _depthRenderer?: object })._depthRenderer ?? {}).length;
  const stats = recorder?.stats ?? null;
  const state = recorder?.recorder?.state ?? null;
  if (options.then === 'dispose scene') scene.dispose();
  else recorder?.dispose();
  recorder?.dispose();
  mend();
  const outcome = {
    hashes,
    thrown,
    diagnostics,
    notes,
    state,
    stats,
    depthLeft,
    glErrors: stage.errors(),
    sent: server.frames.length,
    lastFrameId: server.frames.at(-1)?.frameId ?? -1,
    events: server.events.length,
    closed: server.closed,
    bytes: server.bytes,
    ...compare(server.frames, truths),
    cameras: compareCameras(server.frames, cameras),
    reported: server.frames.map(({ state: { cameras3d, values, objects } }) => ({
      places: cameras3d.map(({ id, x, y, width, height }) => ({ id, x, y, width, height })),
      values,
      objects,
    })),
  };
  engine.dispose();
  canvas.remove();
  return outcome;
}

/** Samples against the picture read back. Mid grey is what a mask leaves: masked samples are counted apart. */
function compare(frames: readonly PixelFrame[], truths: readonly (Truth | undefined)[]) {
  let compared = 0;
  let mismatches = 0;
  let grey = 0;
  let red = 0;
  const rgb = new Uint8Array(3);
  for (const { frameId, samples, values } of frames) {
    const truth = truths[frameId];
    if (!truth) continue;
    for (let i = 0; i < samples.count; i++) {
      const [r, g, b] = values.rgb.subarray(3 * i, 3 * i + 3);
      areaSample(truth.pixels, truth.width, truth.height, GRID, samples.u[i], samples.v[i], samples.kind[i], rgb, 0);
      compared++;
      if (r === 128 && g === 128 && b === 128) grey++;
      else if (rgb[0] !== r || rgb[1] !== g || rgb[2] !== b) mismatches++;
      if (r > g + 60 && r > b + 60) red++;
    }
  }
  return { compared, mismatches, grey, red };
}

/** Largest difference of a reported matrix entry to what the scene drew with. */
function compareCameras(frames: readonly PixelFrame[], drawn: readonly { view: number[]; projection: number[] }[]): number {
  let largest = 0;
  for (const { frameId, state } of frames) {
    const truth = drawn[frameId];
    const last = state.cameras3d.at(-1);
    if (!truth || !last) continue;
    for (let k = 0; k < 16; k++) {
      largest = Math.max(largest, Math.abs(last.view[k] - truth.view[k]), Math.abs(last.projection[k] - truth.projection[k]));
    }
  }
  return largest;
}

/** The engine's own loop, real time: `disturb` half way through. */
async function live(options: StageOptions & { readonly disturb?: 'context' | 'throw' }) {
  const stage: Stage = await startStage(options);
  const { engine, scene } = stage;
  const server = new PageServer(GRID);
  const diagnostics: string[] = [];
  const truths: Truth[] = [];
  const reads: Promise<void>[] = [];
  let drawn = 0;
  const recorder = new SgapsRecorder(scene, {
    connect: async () => server,
    grid: GRID,
    fps: 60,
    batch: 2,
    micros: 1e9,
    onDiagnostic: ({ code, message }) => diagnostics.push(`${code}: ${message}`),
  });
  await new Promise<void>((resolve) => recorder.onStartedObservable.addOnce(() => resolve()));
  let taken = 0;
  engine.onEndFrameObservable.add(() => {
    drawn++;
    const sampled = recorder.recorder?.nextFrameId ?? 0;
    if (sampled > taken) reads.push(stage.readPicture().then((truth) => void (truths[sampled - 1] = truth)));
    taken = sampled;
  });
  let frame = 0;
  engine.runRenderLoop(() => {
    if (options.disturb === 'throw' && frame++ === 20) {
      engine.runRenderLoop(() => undefined);
      throw new Error('the game itself failed');
    }
    stage.move(drawn);
    scene.render();
  });
  const until = async (condition: () => boolean, ms = 20_000) => {
    const end = performance.now() + ms;
    while (!condition() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await until(() => server.frames.length >= 20);
  const before = server.frames.length;
  if (options.disturb === 'context') await stage.loseContext();
  await until(() => server.frames.length >= before + 30);
  engine.stopRenderLoop();
  await Promise.all(reads);
  const displayed = recorder.stats?.displayed ?? 0;
  recorder.dispose();
  const outcome = {
    drawn,
    displayed,
    before,
    sent: server.frames.length,
    diagnostics,
    ids: server.frames.map(({ frameId }) => frameId),
    ...compare(server.frames, truths),
  };
  engine.dispose();
  stage.canvas.remove();
  return outcome;
}

Object.assign(window, { play, live });
