import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FrameSource } from '@sgaps/core';
import { type SgapsServer, startServer } from '@sgaps/server';
import { intrinsicsOf, readPly, renderReference, replayCamera, type SplatCamera, type SplatCloud } from '@sgaps/splats';
import { pino } from 'pino';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SyntheticRecorder } from './server-support.js';
import { launchBrowser } from './support/browser.js';
import { buildExamples, openGame } from './support/gamePage.js';
import { SgapsProcess } from './support/sgapsProcess.js';
import { SGAPS_PROGRAM } from './support/sgapsProgram.js';
import { TestViewer, until } from './support/TestViewer.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Frames that the game is recorded for. */
const FRAMES = 20;

const folder = mkdtempSync(join(tmpdir(), 'sgaps-free-'));
const data = join(folder, 'data');
let server: SgapsServer;
/** The Babylon sample game with depth, and one without. */
let id: string;
let flat: string;
/** What a frame in the middle showed as it was rebuilt, and its camera. */
let shown: { readonly rgb: Uint8Array; readonly camera: SplatCamera };

beforeAll(async () => {
  const examples = await buildExamples('babylon-arena');
  let browser: Browser | null = null;
  try {
    server = await startServer({ port: 0, data, examples: examples.folder, model: null, log: pino({ level: 'silent' }) });
    browser = await launchBrowser();
    const { page, truth } = await openGame(browser, server.url, 'babylon-arena', '&depth=1');
    const recordings = () => server.catalog.list({ limit: 1 });
    await vi.waitUntil(async () => (await recordings()).items.length > 0, { timeout: 30_000 });
    [{ id }] = (await recordings()).items;
    await page.waitForFunction((frames) => (window.sgapsTruths?.size ?? 0) >= frames, FRAMES, { timeout: 60_000 });
    await page.evaluate('window.sgapsRecording.stop()');
    await page.waitForTimeout(500);
    const rgb = await truth(FRAMES >> 1);
    await page.close();
    await vi.waitUntil(async () => (await server.catalog.get(id))?.status === 'finished', { timeout: 30_000 });
    shown = { rgb, camera: await cameraOf(FRAMES >> 1) };
    const recorder = await SyntheticRecorder.join(server.url);
    await recorder.play(4);
    flat = recorder.welcome?.recordingId ?? '';
    await recorder.room.leave();
    await vi.waitUntil(async () => (await server.catalog.get(flat))?.status === 'finished', { timeout: 30_000 });
  } finally {
    await browser?.close();
    await examples.remove();
  }
}, 120_000);

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function cameraOf(frameId: number): Promise<SplatCamera> {
  const reader = await server.store.open(id);
  const source = new FrameSource(reader);
  try {
    while (await source.fill()) {
      source.skip();
      if (source.frameId < frameId) continue;
      const [recorded] = source.state?.cameras3d ?? [];
      const camera = recorded && replayCamera(recorded, reader.header.grid.width, reader.header.grid.height);
      if (camera) return camera;
    }
    throw new Error(`The recording has no camera from frame ${frameId} on`);
  } finally {
    await source.close();
  }
}

function exported(recording: string, ...args: string[]) {
  const path = join(folder, 'replay.ply');
  const command = [...SGAPS_PROGRAM, 'export', recording, '--format', 'ply', '--data', data, '-o', path, ...args];
  return { path, ...spawnSync(process.execPath, command, { cwd: ROOT, encoding: 'utf8' }) };
}

function psnr(colour: ArrayLike<number>, truth: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < truth.length; i++) sum += (255 * colour[i] - truth[i]) ** 2;
  return 10 * Math.log10((255 * 255 * truth.length) / sum);
}

describe('splats of a recorded 3D game', () => {
  let cloud: SplatCloud;

  it('are exported as .ply, with progress, and show what the player saw', { timeout: 300_000 }, async () => {
    const { path, status, stdout, stderr } = exported(id, '--json');
    expect([status, stderr]).toEqual([0, '']);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { state: string; progress?: number; frames?: number });
    expect(lines.at(-1)).toMatchObject({ state: 'done', file: path });
    expect(lines.at(-1)?.frames).toBeGreaterThan(FRAMES / 2);
    expect(lines.filter(({ state }) => state === 'running').length).toBeGreaterThan(2);
    cloud = await readPly(readFileSync(path));
    expect(cloud.count).toBeGreaterThan(5000);
    const { colour, alpha } = renderReference(cloud, shown.camera, { near: 0.2 });
    const mean = [0, 1, 2].map((c) => shown.rgb.filter((_, at) => at % 3 === c).reduce((sum, value) => sum + value, 0));
    const flatly = Float32Array.from(shown.rgb, (_, at) => (mean[at % 3] * 3) / shown.rgb.length / 255);
    // It has the player in it, and the display, which the splats have not.
    expect(psnr(colour, shown.rgb)).toBeGreaterThan(psnr(flatly, shown.rgb) + 3);
    expect(alpha.reduce((sum, value) => sum + value, 0) / alpha.length).toBeGreaterThan(0.9);
  });

  it('refuse what has no depth, and pictures’ options', () => {
    const none = exported(flat);
    expect([none.status, none.stdout]).toEqual([1, '']);
    expect(none.stderr).toContain('UNSUPPORTED');
    expect(exported(id, '--fps', '10').stderr).toContain('ARGUMENT_INVALID');
  });

  it('are the scene free:ID: built once, told of meanwhile, kept, and gone with the recording', {
    timeout: 300_000,
  }, async () => {
    const transport = SgapsProcess.start('transport', '--port', '0', '--data', data);
    const renderer = SgapsProcess.start('renderer', '--data', data, '--encoder', 'raw', '--model', 'none');
    try {
      const port = Number((await transport.heard('transport listening')).port);
      const watch = (scene: string) => TestViewer.join(port, { scene, encoder: 'raw' });
      const camera = shown.camera;
      const { width, height } = camera;
      const frame = { view: camera.view, intrinsics: intrinsicsOf(camera) };
      const look = async () => {
        const viewer = await watch(`free:${id}`);
        viewer.size(width, height);
        expect(await viewer.ready()).toMatchObject({ about: { recordingId: id } });
        // Asked for once, while there is nothing yet: of the live edge it comes by itself.
        viewer.ask(Number.POSITIVE_INFINITY, frame);
        await until(() => viewer.pictures.length > 0, 240_000);
        return viewer;
      };
      const first = await look();
      expect(first.of('building').length).toBeGreaterThan(0);
      expect(first.of('built')[0]).toMatchObject({ splats: cloud.count, degree: 0 });
      const { colour } = renderReference(cloud, camera);
      const off = Array.from(first.pictures[0].jpeg, (value, at) => Math.abs(value - 255 * colour[at])).sort((a, b) => a - b);
      expect(off[Math.floor(0.99 * off.length)]).toBeLessThan(2);
      first.leave();
      await until(() => existsSync(join(data, 'free', `${id}.free`)), 20_000);
      const second = await look();
      // A file keeps scales and opacities as logarithms, which rounds them.
      const others = second.pictures[0].jpeg;
      expect(first.pictures[0].jpeg.every((value, at) => Math.abs(value - others[at]) <= 1)).toBe(true);
      second.leave();
      expect(renderer.log.filter(({ msg }) => msg === 'splats built')).toHaveLength(1);

      for (const [scene, code] of [
        [`free:${flat}`, 'UNSUPPORTED'],
        ['free:nobody', 'NOT_FOUND'],
        ['free:../recordings/x', 'ARGUMENT_INVALID'],
        ['free', 'ARGUMENT_INVALID'],
      ]) {
        const viewer = await watch(scene);
        await until(() => viewer.closed !== null, 30_000);
        expect([scene, viewer.of('error')[0]]).toMatchObject([scene, { code }]);
      }
      await fetch(`${server.url}/api/recordings/${id}`, { method: 'DELETE' });
      expect(existsSync(join(data, 'free', `${id}.free`))).toBe(false);
      const late = await watch(`free:${id}`);
      await until(() => late.closed !== null, 30_000);
      expect(late.of('error')[0]).toMatchObject({ code: 'NOT_FOUND' });
    } finally {
      await renderer.end();
      await transport.end();
    }
  });
});
