import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { areaPicture } from '@sgaps/client';
import { type CaptureGrid, type FrameState, SgapsError } from '@sgaps/protocol';
import type { ClipFrame, ClipState } from '@sgaps/server/clips';
import { fromFrameState, LOSSLESS_DEPTH, VideoWriter } from '@sgaps/server/clips';
import type { Browser } from 'playwright-core';
import { StaticServer } from '../browser/StaticServer.js';
import { bundlePage } from './bundlePage.js';

/**
 * What to capture.
 *
 * @example
 * ```ts
 * const options: CaptureOptions = { game: 'phaser-platformer', root: 'examples/phaser-platformer/dist', frames: 300, seed: 7, fps: 30, out: 'clips' };
 * ```
 */
export interface CaptureOptions {
  readonly game: string;
  /** The built game: the folder of its index.html. */
  readonly root: string;
  readonly frames: number;
  readonly seed: number;
  readonly fps: number;
  /** Folder for `GAME.mkv`, `GAME.json` and, where the game draws depth, `GAME.depth.mkv`. */
  readonly out: string;
  /** Default 320×180. */
  readonly grid?: CaptureGrid;
  /** Further words of the address, for example `{ level: '2' }`. */
  readonly query?: Readonly<Record<string, string>>;
  /** Told of the frames captured so far. */
  readonly onFrame?: (frames: number) => void;
  /** Name of the clip; default the game's. */
  readonly name?: string;
}

const CONVENTIONS = {
  '2d': 'all numbers in pixels of the picture; screen = world*zoom - (viewX,viewY); objects: top left corner and size on screen',
  '3d':
    'view, projection: Babylon matrices, 16 floats, row vectors (clip = world * view * projection), taken after the frame was drawn; ' +
    'NAME.depth.mkv: view-space z as 10-bit codes, 0 = nothing drawn, else z = 0.05 * exp((code - 1) / 1022 * ln(100000))',
} as const;

/**
 * Plays a sample game by its bot on a virtual clock and writes what it drew, area-filtered to the grid, as a lossless clip with its state, and
 * its depth where there is any. The same options give the same files on one machine. Throws `NOT_FOUND` where the game is not built.
 *
 * @example
 * ```ts
 * await captureGame(browser, { game: 'phaser-platformer', root, frames: 300, seed: 7, fps: 30, out: 'benchmarks/clips' });
 * ```
 */
export async function captureGame(browser: Browser, options: CaptureOptions): Promise<ClipState> {
  const { game, root, frames, seed, fps, out, grid = { width: 320, height: 180 }, name = game } = options;
  if (!existsSync(join(root, 'index.html')))
    throw new SgapsError('NOT_FOUND', `${root} holds no built game; run npm run build first.`);
  mkdirSync(out, { recursive: true });
  const depthPath = join(out, `${name}.depth.mkv`);
  rmSync(depthPath, { force: true });
  const writer = new VideoWriter(join(out, `${name}.mkv`), { ...grid, fps });
  const picture = new Uint8Array(3 * grid.width * grid.height);
  let canvas: [number, number] = [0, 0];
  let depthWriter: VideoWriter | undefined;
  let depths = 0;
  const server = await StaticServer.start(root, async (body, query) => {
    if (query.has('depth')) {
      depthWriter ??= new VideoWriter(depthPath, { ...grid, fps }, LOSSLESS_DEPTH, 'gray10le');
      depths++;
      return depthWriter.write(body);
    }
    canvas = [Number(query.get('width')), Number(query.get('height'))];
    await writer.write(areaPicture(body, canvas[0], canvas[1], grid, picture));
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, deviceScaleFactor: 1 });
  const failures: string[] = [];
  page.on('pageerror', (error) => failures.push(String(error)));
  let states: FrameState[] = [];
  let engine = '';
  try {
    // The game gets the WebGL2 canvas it has when recorded; its own recorder finds nobody at that address and stays off.
    const words = {
      bot: '1',
      seed: String(seed),
      clock: 'virtual',
      autostart: '1',
      endpoint: 'ws://127.0.0.1:1',
      ...options.query,
    };
    await page.goto(`${server.origin}/?${new URLSearchParams(words)}`, { waitUntil: 'networkidle' });
    await page.waitForFunction('window.sgapsClock !== undefined', undefined, { timeout: 30_000 });
    await page.evaluate('window.sgapsClock.ready');
    await page.addScriptTag({ content: await bundlePage() });
    engine = (await page.evaluate(`window.sgapsCapture.start(${JSON.stringify(grid)})`)) as string;
    for (let frame = 0; frame < frames; frame++) {
      await page.evaluate(`window.sgapsCapture.step(${1000 / fps}, ${JSON.stringify(StaticServer.POST_PATH)})`);
      if (failures.length > 0) throw new SgapsError('UNSUPPORTED', `${game} failed in frame ${frame}: ${failures[0]}`);
      options.onFrame?.(frame + 1);
    }
    states = (await page.evaluate('window.sgapsCapture.finish()')) as FrameState[];
    await writer.close();
    await depthWriter?.close();
  } finally {
    writer.abort();
    depthWriter?.abort();
    await page.close();
    await server.close();
  }
  const known = states.filter(Boolean).length;
  if (known !== frames) throw new SgapsError('OUT_OF_ORDER', `The plugin sent the state of ${known} frames out of ${frames}.`);
  if (depths !== 0 && depths !== frames) throw new SgapsError('OUT_OF_ORDER', `${depths} of ${frames} frames came with depth.`);
  const perFrame = states.map(fromFrameState);
  const kind = kindOf(perFrame);
  const state: ClipState & Record<string, unknown> = {
    name,
    engine,
    kind,
    source: `examples/${game} of SGAPS itself`,
    licence: 'MIT',
    width: grid.width,
    height: grid.height,
    fps,
    frames,
    canvas,
    seed,
    conventions: CONVENTIONS[kind === '3d' ? '3d' : '2d'],
    per_frame: perFrame,
  };
  writeFileSync(join(out, `${name}.json`), JSON.stringify(state));
  return state;
}

/** '3d' for a game of one 3D camera; else by whether its 2D camera moves. */
function kindOf(frames: readonly ClipFrame[]): string {
  const first = frames[0];
  if (frames.some(({ view }) => view !== undefined)) return '3d';
  return frames.some(({ viewX, viewY }) => viewX !== first.viewX || viewY !== first.viewY) ? '2d-scroll' : '2d-static';
}
