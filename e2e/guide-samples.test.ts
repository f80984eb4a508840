import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DecodedFrame, Reconstructor } from '@sgaps/core';
import { type FrontendAdapter, loadExtensions, RendererService, registeredParts, TransportService } from '@sgaps/pipeline';
import type { CaptureGrid } from '@sgaps/protocol';
import { type SgapsServer, startServer } from '@sgaps/server';
import { pino } from 'pino';
import sharp from 'sharp';
import { afterEach, expect, it } from 'vitest';
import { SyntheticGame, SyntheticRecorder } from './server-support.js';
import { guideSample } from './support/guideSample.js';

const log = pino({ level: 'silent' });
const closing: (() => Promise<unknown>)[] = [];

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sgaps-guide-'));
  closing.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

it('the guide’s reconstructor and its program rebuild a recording of single points', async () => {
  const data = await newFolder();
  const log = pino({ level: 'silent' });
  const server: SgapsServer = await startServer({
    port: 0,
    host: '127.0.0.1',
    data,
    log,
    model: null,
    room: { sampling: 'points' },
  });
  closing.push(() => server.close());
  const recorder = await SyntheticRecorder.join(server.url);
  await recorder.play(24);
  await recorder.room.leave();
  const id = recorder.welcome?.recordingId ?? '';
  await expect.poll(async () => (await server.catalog.get(id))?.status).toBe('finished');

  const { NearestReconstructor } = await import(await guideSample('guide/extend-reconstructor.md', 'NearestReconstructor.ts'));
  const { rebuild } = await import(await guideSample('guide/extend-reconstructor.md', 'rebuild.ts'));
  const all = async (): Promise<{ rgb: Uint8Array; sure: number; psnr: number }[]> => {
    const frames: { rgb: Uint8Array; sure: number; psnr: number }[] = [];
    const game = new SyntheticGame();
    const create = (grid: CaptureGrid): Reconstructor => new NearestReconstructor(grid);
    for await (const frame of rebuild(server.store.filePath(id), create) as AsyncGenerator<DecodedFrame>) {
      game.draw(frame.frameId);
      const sure = frame.uncertainty.reduce((sum, value) => sum + value, 0) / frame.uncertainty.length;
      frames.push({ rgb: Uint8Array.from(frame.rgb), sure, psnr: psnr(game.rgb, frame.rgb) });
    }
    return frames;
  };
  const frames = await all();
  expect(frames).toHaveLength(24);
  // Better from frame to frame, as more has been seen, and surer of it.
  const [early, late] = [frames[2], frames[23]];
  expect(late.psnr).toBeGreaterThan(early.psnr + 2);
  expect(late.psnr).toBeGreaterThan(20);
  expect(late.sure).toBeLessThan(early.sure);
  expect((await all()).map(({ rgb }) => Buffer.from(rgb))).toEqual(frames.map(({ rgb }) => Buffer.from(rgb)));
});

it('the guide’s scene reaches an <img> by the guide’s transport adapter', async () => {
  const sockets = await newFolder();
  const page = await readFile(new URL('../docs/guide/extend-renderer.md', import.meta.url), 'utf8');
  await writeFile(join(sockets, 'fade.mjs'), /^```js\n(.*?)^```$/ms.exec(page)?.[1] ?? '');
  await loadExtensions(sockets);
  const { MjpegAdapter } = await import(await guideSample('guide/transport-adapter.md', 'MjpegAdapter.ts'));
  const adapter = new MjpegAdapter(0) as FrontendAdapter & { readonly port: number };
  const transport = await TransportService.start({ sockets, log, linger: 50, adapters: [adapter] });
  closing.push(() => transport.close());
  const renderer = RendererService.start({ sockets, log, scenes: ['fade'], parts: registeredParts(), pauses: [20, 40, 80] });
  renderer.done.catch(() => undefined);
  closing.push(() => renderer.close());

  const origin = `http://127.0.0.1:${adapter.port}`;
  const pictures = await firstPictures(`${origin}/fade:blue?from=5`, 4);
  const blues: number[] = [];
  for (const jpeg of pictures) {
    const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([64, 36]);
    expect(data[0]).toBeLessThan(20);
    blues.push(data[2]);
  }
  // It comes up over ten seconds of the time index, of which half were over at the first.
  expect(blues[0]).toBeGreaterThan(115);
  expect(blues[3]).toBeGreaterThan(blues[0]);
  expect((await fetch(`${origin}/${'x'.repeat(400)}`)).status).toBe(400);
});

/** The first pictures of a motion JPEG stream, which is left then. */
async function firstPictures(url: string, count: number): Promise<Buffer[]> {
  const leave = new AbortController();
  const response = await fetch(url, { signal: leave.signal });
  if (!response.headers.get('content-type')?.includes('multipart/x-mixed-replace'))
    throw new Error(`${response.status}: ${await response.text()}`);
  const pictures: Buffer[] = [];
  let bytes = Buffer.alloc(0);
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes = Buffer.concat([bytes, chunk]);
    for (;;) {
      const head = /--picture\r\ncontent-type: image\/jpeg\r\ncontent-length: (\d+)\r\n\r\n/.exec(bytes.toString('latin1'));
      const from = head ? head.index + head[0].length : 0;
      const to = from + Number(head?.[1]);
      if (!head || bytes.length < to) break;
      pictures.push(bytes.subarray(from, to));
      bytes = bytes.subarray(to);
    }
    if (pictures.length >= count) break;
  }
  leave.abort();
  return pictures;
}

function psnr(truth: Uint8Array, picture: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < truth.length; i++) sum += (truth[i] - picture[i]) ** 2;
  return 10 * Math.log10((255 ** 2 * truth.length) / sum);
}
