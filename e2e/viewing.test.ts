import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FrameSource } from '@sgaps/core';
import { decodePicture, LIVE_EDGE } from '@sgaps/protocol';
import { type SgapsServer, startServer } from '@sgaps/server';
import { pino } from 'pino';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GRID, SyntheticGame, SyntheticRecorder, sleep, until } from './server-support.js';
import { SgapsProcess } from './support/sgapsProcess.js';
import { TestViewer } from './support/TestViewer.js';

const FPS = 30;
const folder = mkdtempSync(join(tmpdir(), 'sgaps-viewing-'));
let server: SgapsServer;

beforeAll(async () => {
  server = await startServer({
    port: 0,
    data: folder,
    model: null,
    viewing: { port: 0, model: 'none', encoders: ['jpeg+depth', 'h264', 'raw'] },
    log: pino({ level: process.env.SGAPS_LOG ?? 'silent' }),
    room: { snapshotEvery: 1000, viewerOrigins: ['https://game.example'] },
  });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function record(frames: number, pause = 0): Promise<{ id: string; recorder: SyntheticRecorder }> {
  const recorder = await SyntheticRecorder.join(server.url);
  await recorder.play(frames, { pause });
  return { id: recorder.welcome?.recordingId ?? '', recorder };
}

async function finish(id: string, recorder: SyntheticRecorder): Promise<void> {
  await recorder.room.leave();
  await until(() => server.store.writer(id) === undefined);
}

/** All frames of a recording, decoded one after the other in this process. */
async function decoded(id: string): Promise<{ frameId: number; time: number; rgb: Uint8Array }[]> {
  const source = new FrameSource(await server.store.open(id));
  const frames: { frameId: number; time: number; rgb: Uint8Array }[] = [];
  while (await source.fill()) {
    const next = await source.decode();
    if (next) frames.push({ frameId: next.frame.frameId, time: next.time / 1000, rgb: Uint8Array.from(next.frame.rgb) });
  }
  await source.close();
  return frames;
}

const watch = (id: string, query: Record<string, string> = {}) =>
  TestViewer.join(server.viewingPort ?? 0, { scene: `replay:${id}`, encoder: 'raw', ...query });

/** The picture of a time, as bytes. */
async function pictureAt(viewer: TestViewer, time: number) {
  const [told, shown] = [viewer.of('picture').length, viewer.pictures.length];
  viewer.ask(time);
  await until(
    () => viewer.of('picture').length > told && (viewer.of('picture')[told].unchanged === true || viewer.pictures.length > shown),
  );
  const about = viewer.of('picture').at(-1) ?? {};
  return { ...about, rgb: viewer.pictures.at(-1)?.jpeg ?? new Uint8Array(0) } as Record<string, number | null> & {
    rgb: Uint8Array;
  };
}

/** PSNR of a picture against the synthetic game's own frame. */
function quality(rgb: Uint8Array, frameId: number): number {
  const game = new SyntheticGame(GRID);
  game.draw(frameId);
  let sum = 0;
  for (let i = 0; i < rgb.length; i++) sum += (rgb[i] - game.rgb[i]) ** 2;
  return 10 * Math.log10((255 * 255 * rgb.length) / sum);
}

describe('a finished recording', () => {
  it('shows at every time the frame that decoding in order gives, to the bit, whichever way one comes there', async () => {
    const { id, recorder } = await record(160, 20);
    recorder.room.send('event', { name: 'goal', data: { by: 2 }, time: 1 });
    await recorder.play(8, { pause: 20 });
    await finish(id, recorder);
    const frames = await decoded(id);
    const viewer = await watch(id);
    const ready = await viewer.ready();
    expect(ready).toMatchObject({ ...GRID, about: { recordingId: id, game: 'synthetic', growing: false } });
    await until(() => viewer.of('markers').length > 0);
    expect(viewer.of('markers')[0].markers).toMatchObject([{ name: 'goal', data: { by: 2 } }]);
    const order = [...frames.keys()];
    const places = [
      ...order.slice(0, 30),
      ...order.slice(40, 70).reverse(),
      ...Array.from({ length: 40 }, (_, i) => (i * 61) % frames.length),
    ];
    for (const place of places) {
      const shown = await pictureAt(viewer, frames[place].time);
      // Frames that came in the same millisecond are shown as the last of them.
      const due = frames.findLast(({ time }) => time <= frames[place].time + 0.001);
      expect(shown.recordedFrame).toBe(due?.frameId);
      expect(Buffer.from(shown.rgb).equals(Buffer.from(due?.rgb ?? []))).toBe(true);
    }
    const last = await pictureAt(viewer, LIVE_EDGE);
    expect(last.recordedFrame).toBe(frames.at(-1)?.frameId);
    expect(last.next).toBeNull();
    expect(quality(last.rgb, Number(last.recordedFrame))).toBeGreaterThan(18);
    const first = await pictureAt(viewer, 0);
    expect(first.recordedFrame).toBe(frames[0].frameId);
    const second = await pictureAt(viewer, Number(first.next));
    expect(second.previous).toBe(first.time);
    viewer.leave();
  });

  it('comes as JPEG and H.264 too, in other sizes, and with overlays', async () => {
    const { id, recorder } = await record(60, 20);
    await finish(id, recorder);
    const viewer = await watch(id, { encoder: 'jpeg+depth' });
    await viewer.ready();
    viewer.ask(1);
    await until(() => viewer.pictures.length > 0);
    expect(await sharp(viewer.pictures[0].jpeg).metadata()).toMatchObject({ format: 'jpeg', ...GRID });
    viewer.size(2 * GRID.width, 2 * GRID.height);
    await until(() => viewer.pictures.length > 1);
    expect(await sharp(viewer.pictures[1].jpeg).metadata()).toMatchObject({ width: 2 * GRID.width, height: 2 * GRID.height });
    const layers = ['uncertainty', 'confidence', 'importance', 'samples', 'tiers', 'layers', 'flow'];
    viewer.socket.send(JSON.stringify({ type: 'overlays', layers }));
    await until(() => viewer.others.length >= layers.length);
    expect(viewer.others.map((bytes) => decodePicture(bytes).layer).sort()).toEqual([...layers].sort());
    viewer.leave();
  });

  it('is refused by code where it is broken, not there or has no sane name', async () => {
    const { id, recorder } = await record(8);
    await finish(id, recorder);
    writeFileSync(server.store.filePath(id), Buffer.alloc(4000, 7));
    const codes: unknown[] = [];
    for (const name of [id, 'nothing-here', '..:etc', '../../etc/passwd']) {
      const viewer = await watch(name);
      await until(() => viewer.closed !== null);
      codes.push(viewer.of('error')[0].code);
    }
    expect(codes[0]).toMatch(/^(BYTES_|CHECKSUM_)/);
    expect(codes.slice(1)).toEqual(['NOT_FOUND', 'ARGUMENT_INVALID', 'ARGUMENT_INVALID']);
  });

  it('plays over packets that never decoded', async () => {
    const { id, recorder } = await record(8);
    recorder.room.sendBytes('pixels', new Uint8Array(50).fill(9));
    await until(() => recorder.errors.length === 1);
    await recorder.play(12);
    await finish(id, recorder);
    const viewer = await watch(id);
    expect((await pictureAt(viewer, LIVE_EDGE)).recordedFrame).toBe(19);
    viewer.leave();
  });
});

describe('a renderer beside a server', () => {
  it('draws one recording only, read from that server over HTTP', async () => {
    const { id, recorder } = await record(40, 10);
    await finish(id, recorder);
    const frames = await decoded(id);
    const sockets = join(folder, 'elsewhere');
    const transport = SgapsProcess.start('transport', '--port', '0', '--sockets', sockets);
    const { port } = await transport.heard('transport listening');
    const scene = `replay:${id}`;
    const renderer = SgapsProcess.start(
      ...['renderer', '--server', server.url, '--scene', scene, '--encoder', 'raw', '--sockets', sockets, '--model', 'none'],
    );
    try {
      const viewer = await TestViewer.join(Number(port), { scene, encoder: 'raw' });
      await viewer.ready();
      const last = frames.at(-1);
      const shown = await pictureAt(viewer, last?.time ?? 0);
      expect(Buffer.from(shown.rgb).equals(Buffer.from(last?.rgb ?? []))).toBe(true);
      const health = (await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()) as { workers: object };
      expect(Object.keys(health.workers)).toHaveLength(1);
    } finally {
      await Promise.all([renderer.end(), transport.end()]);
    }
  });
});

describe('a renderer that dies', () => {
  it.each([
    ['is killed', 'SIGKILL'],
    ['finds no transport any more', null],
  ] as const)('leaves no decoder states on the disk when it %s', async (_how, signal) => {
    const { id, recorder } = await record(60, 20);
    await finish(id, recorder);
    const temporary = mkdtempSync(join(folder, 'tmp-'));
    const sockets = mkdtempSync(join(folder, 'run-'));
    const transport = SgapsProcess.start('transport', '--port', '0', '--sockets', sockets);
    const { port } = await transport.heard('transport listening');
    const args = ['renderer', '--data', folder, '--sockets', sockets, '--model', 'none'];
    const renderer = SgapsProcess.startWith({ TMPDIR: temporary }, ...args);
    try {
      const viewer = await TestViewer.join(Number(port), { scene: `replay:${id}`, encoder: 'jpeg+depth' });
      await viewer.ready();
      viewer.ask(LIVE_EDGE);
      await until(() => viewer.pictures.length > 0);
      if (signal) await renderer.end(signal);
      else await transport.end();
      expect(await renderer.ended).toBe(signal ? null : 1);
      expect(readdirSync(temporary).filter((name) => name.startsWith('sgaps'))).toEqual([]);
    } finally {
      await Promise.all([renderer.end(), transport.end()]);
    }
  });
});

describe('a recording that still grows', () => {
  it('is followed at its live edge, by all who watch, at most two frames behind, and goes on as finished', async () => {
    const { id, recorder } = await record(16, 20);
    const viewers = await Promise.all([0, 1, 2].map(() => watch(id, { channel: 'live' })));
    for (const viewer of viewers) expect(await viewer.ready()).toMatchObject({ about: { growing: true } });
    viewers[0].ask(LIVE_EDGE);
    const newest = () => recorder.frameId - 1;
    const shown = ({ pictures }: TestViewer) => Number(pictures.at(-1)?.about.recordedFrame ?? -1);
    const atEdge = () => viewers.every((viewer) => shown(viewer) === newest());
    await until(atEdge);
    // However slow the machine is: no frame waits for two later ones.
    for (let frame = 0; frame < 30; frame++) {
      recorder.frame(1);
      await until(() => viewers.every((viewer) => shown(viewer) >= newest() - 1));
    }
    await until(atEdge);
    // At the game's own pace: frames that the viewers lack just before the next is drawn. A busy machine may owe a fifth of a second.
    const behind: number[] = [];
    for (const start = performance.now(); behind.length < 3 * FPS; ) {
      recorder.frame(1);
      await sleep(start + ((behind.length + 1) * 1000) / FPS - performance.now());
      behind.push(Math.max(...viewers.map((viewer) => newest() - shown(viewer))));
    }
    expect(behind.toSorted((one, other) => one - other)[behind.length >> 1]).toBeLessThanOrEqual(6);
    await until(atEdge);
    // Who goes back alone has a channel of its own.
    const alone = await watch(id);
    const early = await pictureAt(alone, 0.1);
    expect(Number(early.recordedFrame)).toBeLessThan(newest());
    await finish(id, recorder);
    await until(() => viewers.every((viewer) => viewer.of('growth').at(-1)?.growing === false));
    const frames = await decoded(id);
    const last = viewers[0].pictures.at(-1);
    const due = frames.find(({ frameId }) => frameId === last?.about.recordedFrame);
    expect(Buffer.from(last?.jpeg ?? []).equals(Buffer.from(due?.rgb ?? []))).toBe(true);
    await until(() => alone.of('growth').at(-1)?.growing === false);
    expect(Number(alone.of('growth').at(-1)?.duration)).toBeGreaterThan(1);
  });

  it('tells markers as they come', async () => {
    const { id, recorder } = await record(8, 20);
    const viewer = await watch(id, { channel: 'live' });
    viewer.ask(LIVE_EDGE);
    await until(() => viewer.pictures.length > 0);
    recorder.room.send('event', { name: 'late', data: null, time: 1 });
    await recorder.play(8, { pause: 20 });
    await until(() =>
      viewer.of('markers').some(({ markers }) => (markers as { name: string }[]).some(({ name }) => name === 'late')),
    );
    await recorder.room.leave();
  });
});

describe('HTTP', () => {
  it('says where viewers connect to, and gives thumbnails along a recording', async () => {
    const { url } = (await (await fetch(`${server.url}/api/viewing`)).json()) as { url: string };
    expect(url).toBe(`ws://localhost:${server.viewingPort}`);
    const { id, recorder } = await record(120, 40);
    await finish(id, recorder);
    const response = await fetch(`${server.url}/api/recordings/${id}/thumbnail?time=2.5`);
    expect(response.headers.get('content-type')).toBe('image/webp');
    expect((await sharp(Buffer.from(await response.arrayBuffer())).metadata()).width).toBe(GRID.width);
    const from = async (path: string, origin: string) =>
      (await fetch(`${server.url}${path}`, { headers: { origin } })).headers.get('access-control-allow-origin');
    for (const path of ['/api/viewing', `/api/recordings/${id}`, `/api/recordings/${id}/thumbnail?time=1`]) {
      expect(await from(path, 'https://game.example')).toBe('https://game.example');
      expect(await from(path, 'https://evil.example')).toBeNull();
    }
    // Whose pages may watch may not list what there is, nor take files away.
    for (const path of ['/api/recordings', `/api/recordings/${id}/download`, '/api/sessions', '/healthz'])
      expect(await from(path, 'https://game.example')).toBeNull();
    const allowed = await TestViewer.join(server.viewingPort ?? 0, { scene: `replay:${id}` }, { origin: 'https://game.example' });
    expect(await allowed.ready()).toBeDefined();
    allowed.leave();
    expect((await fetch(`${server.url}/api/recordings/${id}/thumbnail?time=soon`)).status).toBe(400);
    expect((await fetch(`${server.url}/api/recordings/nothing/thumbnail?time=1`)).status).toBe(404);
  });
});
