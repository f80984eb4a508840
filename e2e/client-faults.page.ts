import type { SgapsPluginOptions } from '@sgaps/phaser';
import { Meadow, type PhaserStage, startPhaserStage } from './support/phaserStage.js';

export interface LabOptions {
  readonly endpoint: string;
  readonly game?: string;
  readonly worker?: boolean;
  readonly goneAfter?: number;
  readonly fps?: number;
}

export interface Look {
  readonly frames: number;
  readonly sent: number;
  readonly dropped: number;
  readonly skipped: number;
  readonly faults: number;
  readonly samples: number;
  readonly thread: string;
  readonly recordingId: string | null;
  readonly state: string;
  readonly diagnostics: readonly string[];
  /** Most bytes any socket of this thread has had waiting since the last look. */
  readonly buffered: number;
  readonly eventsDropped: number;
}

const NOTHING = { eventsDropped: 0, sent: 0, dropped: 0, skipped: 0, faults: 0, samples: 0, thread: '' };
const nextFrame = () => new Promise<void>((resolve) => requestAnimationFrame(() => resolve()));
const sockets: WebSocket[] = [];
let stage: PhaserStage;
let diagnostics: string[] = [];
let buffered = 0;

// Sockets of this thread are looked at from the inside: a worker's are out of reach.
globalThis.WebSocket = class extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols);
    sockets.push(this);
  }
};

function optionsOf({ endpoint, game, worker, goneAfter, fps = 30 }: LabOptions): SgapsPluginOptions {
  return {
    endpoint,
    ...(game ? { game } : {}),
    ...(worker === undefined ? {} : { worker }),
    ...(goneAfter === undefined ? {} : { goneAfter }),
    fps,
    batch: 2,
    // The server spends a quarter of the time on it that it would spend on all of the canvas.
    grid: { width: 160, height: 90 },
    micros: Number.POSITIVE_INFINITY,
    values: { score: { type: 'int', read: () => score() } },
    onDiagnostic: ({ code, message }) => diagnostics.push(`${code}: ${message}`),
  };
}

let score = () => 7;

/** Starts a game that records itself, in real time. */
async function open(options: LabOptions): Promise<void> {
  diagnostics = [];
  stage = await startPhaserStage({ scene: new Meadow(), data: optionsOf(options) });
  stage.game.events.on('postrender', () => {
    for (const socket of sockets) buffered = Math.max(buffered, socket.bufferedAmount);
  });
}

function look(): Look {
  const { plugin, frames } = stage;
  const { sent, dropped, skipped, faults, samples, thread, eventsDropped } = plugin?.stats ?? NOTHING;
  const most = Math.max(buffered, ...sockets.map(({ bufferedAmount }) => bufferedAmount));
  buffered = 0;
  return {
    ...{ frames, sent, dropped, skipped, faults, samples, thread, eventsDropped, buffered: most },
    recordingId: plugin?.recordingId ?? null,
    state: plugin?.recorder?.state ?? 'none',
    diagnostics: [...diagnostics],
  };
}

/** As many events, of nearly the largest size, as a game could think of. */
function shout(count: number): void {
  for (let i = 0; i < count; i++) stage.plugin?.event('shout', { text: 'x'.repeat(4000) });
}

const lose: { gl?: WEBGL_lose_context } = {};
const act = {
  stop: () => stage.plugin?.stop(),
  record: () => void stage.plugin?.record(),
  mark: () => stage.plugin?.marker('here'),
  resize: () => stage.game.scale.resize(400, 240),
  loseContext: () => {
    lose.gl = stage.gl.getExtension('WEBGL_lose_context') ?? undefined;
    lose.gl?.loseContext();
  },
  restoreContext: () => lose.gl?.restoreContext(),
  destroy: () => stage.destroy(),
};

function throwing(what: string): () => never {
  return () => {
    throw new Error(`${what} is broken`);
  };
}

/** Makes one thing throw; returns what mends it. */
function breakIt(fault: string): () => void {
  const [kind, name] = fault.split(' ');
  const gl = stage.gl as unknown as Record<string, unknown>;
  if (kind === 'gl') {
    const own = Object.getOwnPropertyDescriptor(gl, name);
    gl[name] = throwing(name);
    return () => {
      if (own) Object.defineProperty(gl, name, own);
      else delete gl[name];
    };
  }
  if (fault === 'upload') {
    const upload = stage.gl.bufferSubData.bind(stage.gl) as (...args: unknown[]) => void;
    gl['bufferSubData'] = (...args: unknown[]) => {
      if (args[0] === stage.gl.COPY_WRITE_BUFFER) throwing('bufferSubData')();
      upload(...args);
    };
    return () => {
      delete gl['bufferSubData'];
    };
  }
  if (fault === 'value') {
    const was = score;
    score = throwing('score');
    return () => {
      score = was;
    };
  }
  if (fault === 'mask') {
    const mask = throwing('mask');
    stage.plugin?.mask(mask);
    return () => stage.plugin?.unmask(mask);
  }
  if (fault === 'bounds') {
    const [box] = (stage.game.scene.getScene('world') as Meadow).children.list.slice(-1);
    Object.assign(box, { getBounds: throwing('getBounds') });
    stage.plugin?.mask(box);
    return () => stage.plugin?.unmask(box);
  }
  const prototype = (kind === 'worker' ? Worker.prototype : WebSocket.prototype) as unknown as Record<string, unknown>;
  const own = Object.getOwnPropertyDescriptor(prototype, name);
  const inherited = Object.getPrototypeOf(prototype);
  prototype[name] = throwing(name);
  return () => {
    if (own) Object.defineProperty(prototype, name, own);
    else if (name in inherited) delete prototype[name];
  };
}

interface Play {
  readonly hashes: string[];
  readonly thrown: number;
  readonly diagnostics: string[];
  readonly recordingId: string | null;
  /** Frames sent before the fault, and after it was mended. */
  readonly before: number;
  readonly after: number;
  readonly faults: number;
}

/**
 * Plays frame by frame: until pixels go over the wire, then with a fault until it has shown, then without it until frames are
 * sent again, each stage for so many frames at most; only so many where nothing is ever sent.
 */
async function play(
  options: LabOptions & { readonly record: boolean; readonly fault?: string; readonly most: number },
): Promise<Play> {
  diagnostics = [];
  const { most, fault = '' } = options;
  const [kind] = fault.split(' ');
  let now = 0;
  const data: SgapsPluginOptions = {
    ...optionsOf(options),
    autoStart: false,
    fps: 60,
    clock: () => now,
    ...(kind === 'consent'
      ? { consent: fault === 'consent throws' ? throwing('consent') : () => Promise.reject(new Error('consent is broken')) }
      : {}),
    ...(fault === 'diagnostic' ? { onDiagnostic: throwing('onDiagnostic') } : {}),
  };
  stage = await startPhaserStage({ scene: new Meadow(), stepped: true, ...(options.record ? { data } : {}) });
  const { plugin } = stage;
  await plugin?.record();
  const hashes: string[] = [];
  let thrown = 0;
  const until = async (condition: () => boolean) => {
    for (let i = 0; i < most && !condition(); i++) {
      now = (hashes.length * 1000) / 60;
      try {
        hashes.push(await stage.step(hashes.length));
      } catch {
        thrown++;
        hashes.push('thrown');
      }
    }
  };
  const figure = (name: 'sent' | 'samples' | 'faults') => plugin?.stats?.[name] ?? 0;
  const isDead = kind === 'consent' || !options.record;
  await until(() => figure('sent') > 8 && figure('samples') > 0);
  const before = figure('sent');
  if (fault === 'diagnostic') {
    const circle: { self?: object } = {};
    circle.self = circle;
    plugin?.event('circle', circle);
  }
  if (!isDead && fault !== 'diagnostic') {
    const mend = breakIt(fault);
    const faultsBefore = figure('faults');
    await until(() => figure('faults') > faultsBefore + 4);
    mend();
  }
  const mended = figure('sent');
  if (!isDead) await until(() => figure('sent') > mended + 8);
  const faults = figure('faults');
  const after = figure('sent') - mended;
  const recordingId = plugin?.recordingId ?? null;
  plugin?.stop();
  await nextFrame();
  await stage.destroy();
  return { hashes, thrown, diagnostics, recordingId, before, after, faults };
}

const lab = { open, look, shout, act: (name: keyof typeof act) => act[name](), play };
export type Lab = typeof lab;
Object.assign(window, { lab });
