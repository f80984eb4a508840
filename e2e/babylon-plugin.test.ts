import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BundledPage, bundlePage, launchBrowser, type ServedPage, servePage } from './support/browser.js';

/** WebGPU on a machine without a GPU. */
const WEBGPU = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
];

/** 320 by 180, on which a software GPU spends a quarter of its time; the grid is half as fine. */
const SMALL = { columns: 320 };
const GRID = { width: 160, height: 90 };

interface Micros {
  p50: number;
  p99: number;
  mean: number;
}

interface Outcome {
  hashes: string[];
  thrown: number;
  diagnostics: string[];
  notes: string[];
  stats: {
    displayed: number;
    frames: number;
    faults: number;
    rejected: number;
    skipped: number;
    sampler: { kind: string };
    micros: Record<string, Micros>;
  } | null;
  depthLeft: number;
  glErrors: number;
  sampled: number;
  depth: { known: number; wrong: number; nearest: number; farthest: number };
  sent: number;
  lastFrameId: number;
  events: number;
  closed: number;
  bytes: number;
  compared: number;
  mismatches: number;
  grey: number;
  red: number;
  cameras: number;
  reported: {
    places: { id: number; x: number; y: number; width: number; height: number }[];
    values: number[];
    objects: { tag: number; x: number; y: number; width: number; height: number }[];
  }[];
}

interface Live {
  drawn: number;
  displayed: number;
  before: number;
  sent: number;
  diagnostics: string[];
  ids: number[];
  compared: number;
  mismatches: number;
}

let bundle: BundledPage;
let server: ServedPage;

beforeAll(async () => {
  bundle = await bundlePage(fileURLToPath(new URL('./babylon-plugin.page.ts', import.meta.url)));
  server = await servePage(bundle.dir);
});

afterAll(async () => {
  await server?.close();
  await bundle?.remove();
});

describe.each(['webgl2', 'webgpu'] as const)('SgapsRecorder on %s', (engine) => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser(engine === 'webgpu' ? WEBGPU : []);
    page = await browser.newPage();
    page.on('pageerror', (error) => {
      if (!error.message.includes('the game itself failed')) console.error(error);
    });
    await page.goto(server.url);
  });

  afterAll(async () => {
    await browser?.close();
  });

  type Pages = { play(options: object): Promise<Outcome>; live(options: object): Promise<Live> };

  function play(options: object): Promise<Outcome> {
    const all = { engine, record: true, ...SMALL, ...options };
    return page.evaluate((options) => (window as unknown as Pages).play(options), all);
  }

  const hashes = new Map<string, Promise<string[]>>();

  /** The pictures of a play without a recorder; the same for the same options, so played once, as long as is first asked for. */
  async function bare({ frames, ...options }: { readonly frames: number } & Record<string, unknown>): Promise<string[]> {
    // What is off is as good as left out.
    const key = JSON.stringify(Object.entries(options).filter(([, value]) => value !== false));
    const known = await hashes.get(key);
    if (known && known.length >= frames) return known.slice(0, frames);
    const played = play({ ...options, frames, record: false }).then((outcome) => outcome.hashes);
    hashes.set(key, played);
    return played;
  }

  function live(options: object): Promise<Live> {
    return page.evaluate((options) => (window as unknown as Pages).live(options), { engine, ...SMALL, ...options });
  }

  const DRAWN = [
    { antialias: true, post: false, frames: 60 },
    // Some four times the drawing.
    { antialias: false, post: true, frames: 30 },
    // In WebGL2 the sampler copies what is antialiased, and canvases with alpha, in other ways.
    ...(engine === 'webgl2'
      ? [
          { antialias: false, post: false, frames: 60 },
          { antialias: true, post: true, frames: 30 },
          { antialias: true, post: false, alpha: true, frames: 30 },
          { antialias: false, post: false, alpha: true, frames: 30 },
        ]
      : []),
  ];

  it.each(DRAWN)('leaves all frames bit-identical and samples them exactly (%o)', async (options) => {
    const { frames } = options;
    const pictures = await bare({ ...options });
    const recorded = await play({ ...options });
    expect(recorded.diagnostics).toEqual([]);
    expect(new Set(pictures).size).toBe(frames);
    expect(recorded.hashes).toEqual(pictures);
    expect(recorded.glErrors).toBe(0);
    expect(recorded.sent).toBeGreaterThan(0.75 * frames);
    expect(recorded.compared).toBeGreaterThan(250 * frames);
    expect(recorded.mismatches + recorded.grey).toBe(0);
    expect(recorded.stats).toMatchObject({ faults: 0, rejected: 0, sampler: { kind: engine } });
    expect(recorded.notes).toEqual(['started', 'stopped']);
    expect(recorded.closed).toBe(1);
    console.info(engine, options, `${recorded.bytes} bytes`, JSON.stringify(recorded.stats?.micros));
  });

  it.each([1, 3])('reports what %i cameras drew with', async (cameras) => {
    const { diagnostics, reported, ...outcome } = await play({ cameras, frames: 40, fps: 30 });
    expect(diagnostics).toEqual([]);
    expect(outcome.mismatches).toBe(0);
    expect(reported.length).toBeGreaterThan(15);
    expect(outcome.cameras).toBeLessThan(1e-3);
    for (const { places, values } of reported) {
      expect(places).toHaveLength(cameras);
      expect(places.reduce((sum, { width }) => sum + width, 0)).toBe(GRID.width);
      expect(places.every(({ y, height }) => y === 0 && height === GRID.height)).toBe(true);
      expect(values).toHaveLength(1);
    }
    console.info(engine, `${cameras} cameras`, JSON.stringify(outcome.stats?.micros['state']));
  });

  // WebGPU shows nothing outside an engine's frame.
  if (engine === 'webgl2')
    it('follows an app that calls nothing but scene.render()', async () => {
      const recorded = await play({ loop: 'scene', frames: 30 });
      expect(recorded.hashes).toEqual(await bare({ frames: 30 }));
      expect(recorded.diagnostics).toEqual([]);
      expect(recorded.stats).toMatchObject({ displayed: 30, faults: 0 });
      expect(recorded.sent).toBeGreaterThan(20);
      expect(recorded.compared).toBeGreaterThan(5000);
      expect(recorded.mismatches).toBe(0);
    });

  if (engine === 'webgl2')
    it('records an engine on WebGL1 too, in its own way', async () => {
      const recorded = await play({ engine: 'webgl1', frames: 60 });
      expect(recorded.hashes).toEqual(await bare({ engine: 'webgl1', frames: 60 }));
      expect(recorded.thrown + recorded.glErrors).toBe(0);
      expect(['worker', 'canvas2d']).toContain(recorded.stats?.sampler.kind);
      expect(recorded.sent).toBeGreaterThan(3);
    });

  it("follows the engine's own loop, and goes on after the game itself threw", async () => {
    for (const disturb of [undefined, 'throw']) {
      const outcome = await live({ disturb });
      expect(outcome.diagnostics).toEqual([]);
      expect(outcome.sent).toBeGreaterThanOrEqual(outcome.before + 30);
      expect(outcome.mismatches).toBe(0);
      expect(outcome.compared).toBeGreaterThan(5000);
      // The ids rise: no frame was sampled twice.
      expect(outcome.ids).toEqual([...new Set(outcome.ids)].sort((a, b) => a - b));
      expect(outcome.displayed).toBeLessThanOrEqual(outcome.drawn + 2);
    }
  });

  it('goes on when the context was lost and is back', async () => {
    const outcome = await live({ disturb: 'context' });
    expect(outcome.sent).toBeGreaterThanOrEqual(outcome.before + 30);
    expect(outcome.mismatches).toBe(0);
    expect(outcome.diagnostics).toEqual([]);
  });

  /** What differs between the engines; the rest is the same code on both, and is tried on one. */
  const SAMPLER_FAULTS = ['sampler load', 'sampler beginFrame', 'sampler endFrame', 'sampler dispose'];
  const FAULTS = [
    'connect',
    'state',
    'camera',
    'masks',
    'sampler load',
    'sampler beginFrame',
    'sampler endFrame',
    'sampler skipFrame',
    'sampler flush',
    'sampler drain',
    'sampler dispose',
    'connection sendPixels',
    'connection sendEvent',
    'connection sendStats',
    'connection close',
  ];

  it("goes on with the game's frames, bit-identical, whatever fails in the recorder", async () => {
    const pictures = await bare({ frames: 30 });
    for (const fault of engine === 'webgl2' ? FAULTS : SAMPLER_FAULTS) {
      const faulty = await play({ frames: 30, fps: 30, mask: 'predicate', fault });
      expect([fault, faulty.thrown]).toEqual([fault, 0]);
      expect([fault, faulty.hashes]).toEqual([fault, pictures]);
      const silent = ['sampler drain', 'sampler dispose', 'sampler flush', 'connection sendStats', 'connection close'];
      if (!silent.includes(fault)) expect([fault, faulty.diagnostics.length]).not.toEqual([fault, 0]);
      expect([fault, faulty.glErrors]).toEqual([fault, 0]);
    }
  });

  it.each(['dispose', 'dispose scene', 'pause', 'leave', 'stop and start'])('%s in mid-game changes no picture', async (act) => {
    const outcome = await play({ frames: 45, at: 20, act });
    expect(outcome.hashes).toEqual(await bare({ frames: 45 }));
    expect(outcome.thrown + outcome.glErrors + outcome.mismatches).toBe(0);
    const stops = outcome.notes.filter((note) => note === 'stopped');
    expect(stops).toHaveLength(act === 'stop and start' ? 2 : 1);
    // Nothing that was sampled is lost, and nothing sampled when it should not have been.
    if (act.startsWith('dispose') || act === 'pause') expect(outcome.lastFrameId).toBe(outcome.sampled - 1);
    expect(outcome.sampled).toBeGreaterThan(10);
    expect(outcome.sampled).toBeLessThanOrEqual({ dispose: 20, pause: 35, leave: 20 }[act] ?? 45);
    if (act === 'leave') expect(outcome.diagnostics[0]).toContain('connection-closed');
    else expect(outcome.diagnostics).toEqual([]);
    expect(outcome.closed).toBe(act === 'stop and start' ? 2 : 1);
  });

  it('samples on when the game disposes of a texture', async () => {
    const outcome = await play({ frames: 45, at: 20, act: 'drop texture' });
    expect(outcome.hashes).toEqual(await bare({ frames: 45 }));
    expect(outcome.diagnostics).toEqual([]);
    expect(outcome.mismatches + outcome.glErrors).toBe(0);
    expect(outcome.lastFrameId).toBeGreaterThan(35);
  });

  it('samples a canvas that changes its size', async () => {
    const outcome = await play({ frames: 45, at: 20, act: 'resize' });
    expect(outcome.hashes).toEqual(await bare({ frames: 45, at: 20, act: 'resize' }));
    expect(outcome.diagnostics).toEqual([]);
    expect(outcome.mismatches).toBe(0);
    expect(outcome.lastFrameId).toBeGreaterThan(35);
  });

  it.each(['mesh', 'predicate', 'part', 'behind'])('hides what is masked (%s), and nothing else', async (mask) => {
    const masked = await play({ frames: 20, antialias: true, mask });
    expect(masked.hashes).toEqual(await bare({ frames: 20, antialias: true }));
    if (mask === 'mesh') {
      const plain = await play({ frames: 20, antialias: true });
      expect(plain.red).toBeGreaterThan(100);
      expect(plain.grey).toBe(0);
    }
    expect(masked.diagnostics).toEqual([]);
    expect(masked.compared).toBeGreaterThan(5000);
    // Part of a screen, or all of it where a mesh reaches behind the camera.
    if (mask === 'behind') expect(masked.grey).toBe(masked.compared);
    else {
      expect(masked.grey).toBeGreaterThan(0.01 * masked.compared);
      expect(masked.grey).toBeLessThan(0.4 * masked.compared);
      // Only what lies across the edge of a mask is a mixture.
      expect(masked.mismatches).toBeLessThan(0.08 * masked.compared);
    }
    if (mask !== 'part') expect(masked.red).toBe(0);
  });

  it('hides and tags a control of @babylonjs/gui', async () => {
    const plain = await play({ frames: 20, gui: true, tag: 'panel' });
    expect(plain.diagnostics).toEqual([]);
    expect(plain.red).toBeGreaterThan(500);
    expect(plain.mismatches + plain.grey).toBe(0);
    const [{ objects }] = plain.reported;
    expect(objects).toHaveLength(1);
    // 30 % × 25 % of the canvas, about a middle at 30 % and 75 %.
    expect(objects[0].tag).toBe(1);
    expect(objects[0].x).toBeCloseTo(24, 0);
    expect(objects[0].y).toBeCloseTo(56.25, 0);
    expect(objects[0].width).toBeCloseTo(48, 0);
    expect(objects[0].height).toBeCloseTo(22.5, 0);
    const masked = await play({ frames: 20, gui: true, mask: 'panel' });
    expect(masked.hashes).toEqual(plain.hashes);
    expect(masked.red).toBe(0);
    expect(masked.grey).toBeGreaterThan(500);
    expect(masked.grey).toBeLessThan(0.15 * masked.compared);
  });

  it.each([false, true])(
    'records depth where it is asked for, and changes no picture by it (post-processes %s)',
    async (post) => {
      const outcome = await play({ frames: 30, post, depth: true });
      expect(outcome.hashes).toEqual(await bare({ frames: 30, post }));
      expect(outcome.diagnostics).toEqual([]);
      expect(outcome.mismatches + outcome.glErrors).toBe(0);
      expect(outcome.depth.known).toBeGreaterThan(2000);
      expect(outcome.depth.wrong).toBe(0);
      expect(outcome.depth.nearest).toBeGreaterThan(3);
      expect(outcome.depth.farthest).toBeGreaterThan(30);
      expect(outcome.depth.farthest).toBeLessThan(60);
      expect(outcome.depthLeft).toBe(1);
    },
  );

  it('takes the depth renderer away when it is stopped, and follows the size of the canvas', async () => {
    const stopped = await play({ frames: 30, depth: true, at: 15, act: 'dispose' });
    expect(stopped.depthLeft).toBe(0);
    const resized = await play({ frames: 45, depth: true, at: 20, act: 'resize' });
    expect(resized.depth.wrong).toBe(0);
    expect(resized.depth.known).toBeGreaterThan(2000);
  });

  it.each(['mesh', 'part'])('reports what is tagged (%s) as a region of its tier', async (tag) => {
    const { reported } = await play({ frames: 20, tag });
    expect(reported.length).toBeGreaterThan(8);
    for (const { objects } of reported) {
      expect(objects).toHaveLength(1);
      const [{ x, y, width, height, tag: tier }] = objects;
      expect(tier).toBe(1);
      if (tag === 'part') expect([x, y, width, height]).toEqual([80, 45, 40, 22.5]);
      else {
        expect(x + width / 2).toBeGreaterThan(30);
        expect(x + width / 2).toBeLessThan(130);
        expect(width * height).toBeGreaterThan(250);
        expect(width * height).toBeLessThan(5000);
      }
    }
  });
});
