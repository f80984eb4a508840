import { RawTexture } from '@babylonjs/core/Materials/Textures/rawTexture.js';
import type { Observable } from '@babylonjs/core/Misc/observable.js';
import { SgapsRecorder, type SgapsRecorderOptions } from '@sgaps/babylon';
import { areaSample, FrameStateBuffer, WebGL2Sampler, WebGpuSampler } from '@sgaps/client';
import { type CaptureGrid, carriesDepth, depthToCode, NO_DEPTH, type PixelFrame } from '@sgaps/protocol';
import { COLUMNS, type Stage, type StageOptions, startStage } from './support/babylonStage.js';
import { hashPixels, PageServer } from './support/pageServer.js';

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
  readonly act?: 'dispose' | 'dispose scene' | 'resize' | 'pause' | 'leave' | 'stop and start' | 'drop texture';
  /** A thing tagged 'critical'. */
  readonly tag?: 'mesh' | 'part' | 'panel';
  readonly mask?: 'mesh' | 'predicate' | 'part' | 'behind' | 'panel';
  readonly depth?: boolean;
}

interface Truth {
  /** Camera-space z, as the engine's depth texture has it. */
  depth: Float32Array | null;
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** Half as fine as the canvas: every point is the mean of four of its pixels. */
function gridOf({ columns = COLUMNS }: StageOptions): CaptureGrid {
  return { width: columns / 2, height: (columns * 9) / 32 };
}

function fail(what: string): never {
  throw new Error(`${what} is broken`);
}

/** Makes a method of some classes throw; returns what mends it. */
function breakMethod(method: string, ...prototypes: object[]): () => void {
  const mend: (() => void)[] = [];
  for (const prototype of prototypes) {
    const was = Object.getOwnPropertyDescriptor(prototype, method) as PropertyDescriptor;
    Object.defineProperty(prototype, method, { ...was, value: () => fail(method) });
    mend.push(() => Object.defineProperty(prototype, method, was));
  }
  return () => {
    for (const undo of mend) undo();
  };
}

/** One recording: what its server got, and what was drawn. */
interface Session {
  readonly server: PageServer;
  readonly truths: Truth[];
  readonly cameras: { view: number[]; projection: number[] }[];
}

/** Plays a scene frame by frame; every frame's picture is hashed, and every sample compared with the picture read back. */
async function play(options: Options) {
  const stage = await startStage(options);
  const { engine, scene, canvas } = stage;
  const grid = gridOf(options);
  const sessions: Session[] = [];
  const diagnostics: string[] = [];
  const notes: string[] = [];
  let now = 0;
  let broken = '';
  const data: SgapsRecorderOptions = {
    connect: async () => {
      if (options.fault === 'connect') fail('connect');
      const server = new PageServer(grid, SCHEMA);
      sessions.push({ server, truths: [], cameras: [] });
      return server;
    },
    grid,
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
  if (options.mask === 'predicate') recorder?.mask((mesh) => (broken === 'masks' ? fail('masks') : mesh.name === 'crate 0'));
  if (options.mask === 'part') recorder?.mask({ x: 0.25, y: 0.25, width: 0.25, height: 0.5 });
  if (options.mask === 'behind') recorder?.mask(stage.ground);
  if (options.mask === 'panel' && stage.panel) recorder?.mask(stage.panel);
  if (options.tag === 'panel' && stage.panel) recorder?.tag(stage.panel, 'critical');
  if (options.tag === 'mesh') recorder?.tag(stage.crates[0], 'critical');
  if (options.tag === 'part') recorder?.tag({ x: 0.5, y: 0.5, width: 0.25, height: 0.25 }, 'critical');
  await recorder?.start();

  const hashes: string[] = [];
  const reads: Promise<void>[] = [];
  let mend: () => void = () => undefined;
  let taken = 0;
  let most = 0;
  const afterFrame = () => {
    const sampled = recorder?.recorder ? recorder.recorder.nextFrameId : 0;
    const session = sessions.at(-1);
    const isNew = session !== undefined && sampled > taken;
    taken = sampled;
    most = Math.max(most, taken);
    const frame = hashes.push('') - 1;
    if (isNew) {
      const [view, projection] = [scene.getViewMatrix().m, scene.getProjectionMatrix().m].map((m) => Array.from(m));
      session.cameras[sampled - 1] = { view, projection };
    }
    reads.push(
      Promise.all([stage.readPicture(), isNew && options.depth ? stage.readDepth() : null]).then(([truth, depth]) => {
        hashes[frame] = hashPixels(truth.pixels);
        if (isNew) session.truths[sampled - 1] = { ...truth, depth };
      }),
    );
  };
  const hooked = (options.loop === 'scene' ? scene.onAfterRenderObservable : engine.onEndFrameObservable) as Observable<unknown>;
  let observer = hooked.add(afterFrame);

  let thrown = 0;
  for (let frame = 0; frame < options.frames; frame++) {
    now = frame * STEP;
    if (frame === 10 && options.fault) {
      broken = options.fault;
      const [kind, name] = options.fault.split(' ');
      if (kind === 'sampler') mend = breakMethod(name, WebGL2Sampler.prototype, WebGpuSampler.prototype);
      if (kind === 'camera') mend = breakMethod('addCamera3d', FrameStateBuffer.prototype);
      if (kind === 'connection') sessions[0]?.server.broken.add(name as 'sendPixels');
    }
    if (frame === options.at) {
      if (options.act === 'dispose') recorder?.dispose();
      if (options.act === 'drop texture') RawTexture.CreateRGBATexture(new Uint8Array(4), 1, 1, scene, false, false).dispose();
      if (options.act === 'resize') engine.setSize(250, 150);
      if (options.act === 'pause') recorder?.pause();
      if (options.act === 'leave') sessions[0].server.leave('test');
      if (options.act === 'stop and start') {
        recorder?.stop();
        taken = 0;
        await recorder?.start();
        // The picture is read after the recorder's own hooks, which are new.
        observer?.remove();
        observer = hooked.add(afterFrame);
      }
    }
    if (options.act === 'pause' && frame === (options.at ?? 0) + 10) recorder?.resume();
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
  if (options.act === 'dispose scene') scene.dispose();
  else recorder?.dispose();
  recorder?.dispose();
  // The last frames of a WebGPU game come back in their own time.
  for (let i = 0; i < 300 && sessions.some(({ server }) => server.closed === 0); i++) await stage.nextFrame();
  mend();
  const frames = sessions.flatMap(({ server }) => server.frames);
  const sum = (of: (session: Session) => number) => sessions.reduce((total, session) => total + of(session), 0);
  const compared = sessions.map(({ server, truths }) => compare(server.frames, truths, grid));
  const outcome = {
    hashes,
    thrown,
    diagnostics,
    notes,
    stats,
    depthLeft,
    glErrors: stage.errors(),
    sampled: most,
    sent: frames.length,
    lastFrameId: frames.at(-1)?.frameId ?? -1,
    events: sum(({ server }) => server.events.length),
    closed: sum(({ server }) => server.closed),
    bytes: sum(({ server }) => server.bytes),
    compared: compared.reduce((total, { compared }) => total + compared, 0),
    mismatches: compared.reduce((total, { mismatches }) => total + mismatches, 0),
    grey: compared.reduce((total, { grey }) => total + grey, 0),
    red: compared.reduce((total, { red }) => total + red, 0),
    depth: compareDepth(sessions[0]?.server.frames ?? [], sessions[0]?.truths ?? [], grid),
    cameras: Math.max(0, ...sessions.map(({ server, cameras }) => compareCameras(server.frames, cameras))),
    reported: frames.map(({ state: { cameras3d, values, objects } }) => ({
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
function compare(frames: readonly PixelFrame[], truths: readonly (Truth | undefined)[], grid: CaptureGrid) {
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
      areaSample(truth.pixels, truth.width, truth.height, grid, samples.u[i], samples.v[i], samples.kind[i], rgb, 0);
      compared++;
      if (r === 128 && g === 128 && b === 128) grey++;
      else if (rgb[0] !== r || rgb[1] !== g || rgb[2] !== b) mismatches++;
      if (r > g + 60 && r > b + 60) red++;
    }
  }
  return { compared, mismatches, grey, red };
}

/** Depth codes against the depth texture read back: how many say something, how many something wrong, and from what z to what. */
function compareDepth(frames: readonly PixelFrame[], truths: readonly (Truth | undefined)[], grid: CaptureGrid) {
  let known = 0;
  let wrong = 0;
  let [nearest, farthest] = [Number.POSITIVE_INFINITY, 0];
  for (const { frameId, samples, values } of frames) {
    const truth = truths[frameId];
    if (!truth?.depth || !values.depth) continue;
    for (let i = 0; i < samples.count; i++) {
      const x = Math.floor(((2 * samples.u[i] + 1) * truth.width) / (2 * grid.width));
      const y = Math.floor(((2 * samples.v[i] + 1) * truth.height) / (2 * grid.height));
      const carries = carriesDepth(samples.kind[i], samples.u[i], samples.v[i]);
      const z = carries ? truth.depth[(truth.height - 1 - y) * truth.width + x] : 0;
      if (values.depth[i] !== (carries ? depthToCode(z) : NO_DEPTH)) wrong++;
      if (!carries || values.depth[i] === 0) continue;
      known++;
      nearest = Math.min(nearest, z);
      farthest = Math.max(farthest, z);
    }
  }
  return { known, wrong, nearest, farthest };
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
  const grid = gridOf(options);
  const server = new PageServer(grid);
  const diagnostics: string[] = [];
  const truths: Truth[] = [];
  const reads: Promise<void>[] = [];
  let drawn = 0;
  const recorder = new SgapsRecorder(scene, {
    connect: async () => server,
    grid,
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
    if (sampled > taken) {
      // A lost device takes the pictures being read with it.
      const lost = () => undefined;
      reads.push(stage.readPicture().then((truth) => void (truths[sampled - 1] = { ...truth, depth: null }), lost));
    }
    taken = sampled;
  });
  const draw = () => {
    if (options.disturb === 'throw' && drawn === 20) {
      drawn++;
      // Babylon's loop ends with the error; a game that goes on starts another.
      setTimeout(() => {
        engine.stopRenderLoop();
        engine.runRenderLoop(draw);
      });
      throw new Error('the game itself failed');
    }
    stage.move(drawn);
    scene.render();
  };
  engine.runRenderLoop(draw);
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
    ...compare(server.frames, truths, grid),
  };
  engine.dispose();
  stage.canvas.remove();
  return outcome;
}

Object.assign(window, { play, live, startStage });
