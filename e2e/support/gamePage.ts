import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';

/** True pictures a page keeps, newest last: about ten seconds. */
const TRUTHS = 320;

declare global {
  interface Window {
    /** Put there by `openGame`: what the recorder saw, by frame id. */
    sgapsTruths?: Map<number, Uint8Array>;
  }
}

/** Builds a sample game into an examples folder of its own, so that a test depends on no earlier build; `remove` deletes it. */
export async function buildExamples(name: string): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'sgaps-examples-'));
  const root = fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
  await build({
    root,
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: join(folder, name), emptyOutDir: true, minify: false },
  });
  await writeFile(
    join(folder, 'games.json'),
    JSON.stringify([{ name, title: name, description: 'Built for a test', path: name }]),
  );
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A page on which the bot plays, and what went over its socket. */
export interface GamePage {
  readonly page: Page;
  /** Packets as they left and came: pixel packets and coordinate packets, in order. */
  readonly sent: readonly Buffer[];
  readonly answers: readonly Buffer[];
  /** Warnings, errors and uncaught exceptions. */
  readonly complaints: readonly string[];
  /** The true grid picture of a frame (RGB); rejects when the page no longer holds it. */
  truth(frameId: number): Promise<Uint8Array>;
}

/** Opens a sample game whose bot plays at once, at the speed of this machine, and listens to its socket. `more`: what else its address says, from the `&` on. */
export async function openGame(browser: Browser, url: string, name: string, more = ''): Promise<GamePage> {
  const context = await browser.newContext({ viewport: { width: 640, height: 360 }, deviceScaleFactor: 1 });
  const page = await context.newPage();
  const sent: Buffer[] = [];
  const answers: Buffer[] = [];
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    // A software GPU remarks that the true pictures are read back, which only this test does.
    if (message.text().includes('GPU stall due to ReadPixels')) return;
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => collect(payload, 'pixels', sent));
    socket.on('framereceived', ({ payload }) => collect(payload, 'coords', answers));
  });
  await page.addInitScript(`window.sgapsTruths = new Map();
    window.sgapsTruth = (frameId, time, rgb) => {
      window.sgapsTruths.set(frameId, rgb.slice());
      window.sgapsTruths.delete(frameId - ${TRUTHS});
    };`);
  await page.goto(`${url}/examples/${name}/?bot=1&seed=7&autostart=1&micros=Infinity${more}`);
  const truth = async (frameId: number): Promise<Uint8Array> => {
    const encoded = await page.evaluate((id) => {
      const rgb = window.sgapsTruths?.get(id);
      if (!rgb) throw new Error(`The page holds no true picture of frame ${id}`);
      let text = '';
      for (let i = 0; i < rgb.length; i += 8192) text += String.fromCharCode(...rgb.subarray(i, i + 8192));
      return btoa(text);
    }, frameId);
    return Buffer.from(encoded, 'base64');
  };
  return { page, sent, answers, complaints, truth };
}

/** Keeps the packet of a Colyseus message of this type: one byte of protocol, the type as a short text, the bytes. */
function collect(payload: string | Buffer, type: string, into: Buffer[]): void {
  if (typeof payload === 'string') return;
  const at = payload.subarray(0, 4 + type.length).indexOf(type);
  if (at > 0) into.push(Buffer.from(payload.subarray(at + type.length)));
}
