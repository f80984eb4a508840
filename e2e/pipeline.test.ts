import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FifoAdapter, RendererService, type TransportOptions, TransportService, WebSocketAdapter } from '@sgaps/pipeline';
import { LIVE_EDGE, readFifoFrames, SgapsError } from '@sgaps/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CountingScene, countingParts } from './support/CountingScene.js';
import { TestViewer, until } from './support/TestViewer.js';

const log = pino({ level: process.env.SGAPS_LOG ?? 'silent' });
const folders: string[] = [];
const closing: (() => Promise<unknown>)[] = [];
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'sgaps-pipe-'));
  folders.push(folder);
  return folder;
};

async function transportAt(sockets: string, options: Partial<TransportOptions> = {}) {
  const adapter = new WebSocketAdapter({ port: 0 });
  const transport = await TransportService.start({
    sockets,
    log,
    linger: 50,
    rendererWithin: 3000,
    ...options,
    adapters: [adapter, ...(options.adapters ?? [])],
  });
  closing.push(() => transport.close());
  return { transport, port: adapter.port };
}
function rendererAt(sockets: string, options: { channels?: number; worker?: string; pauses?: number[] } = {}) {
  const renderer = RendererService.start({
    sockets,
    log,
    scenes: ['counting'],
    parts: countingParts,
    pauses: [20, 40, 80, 160],
    ...options,
  });
  renderer.done.catch(() => undefined);
  closing.push(() => renderer.close());
  return renderer;
}
async function pipeline(options: Partial<TransportOptions> = {}) {
  const sockets = newFolder();
  const { transport, port } = await transportAt(sockets, options);
  rendererAt(sockets);
  const join = (query: Record<string, string> = {}) => TestViewer.join(port, { scene: 'counting:a', encoder: 'plain', ...query });
  return { sockets, transport, port, join };
}

beforeEach(() => {
  CountingScene.made.length = 0;
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('pictures', () => {
  it('come for the cameras asked for, under their ids, with times that are real', async () => {
    const { join } = await pipeline();
    const viewer = await join();
    expect(await viewer.ready()).toMatchObject({
      scene: 'counting:a',
      encoder: 'plain',
      width: 4,
      height: 2,
      about: { counting: true },
    });
    const before = Date.now();
    const ids: number[] = [];
    for (let i = 0; i < 100; i++) {
      ids.push(viewer.ask(i));
      await until(() => viewer.pictures.length === i + 1);
    }
    const after = Date.now();
    expect(viewer.values).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(viewer.pictures.map(({ frameId }) => frameId)).toEqual(ids);
    expect(viewer.pictures.map(({ about }) => about.time)).toEqual(viewer.values);
    for (const { times } of viewer.pictures) {
      const { clientSent, received, processed, sent } = times;
      const inOrder = [before, clientSent, received, processed, sent, after];
      expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
    }
  });

  it('are not sent again where nothing has changed, and told so', async () => {
    const { join } = await pipeline();
    const viewer = await join();
    viewer.ask(5);
    await until(() => viewer.pictures.length === 1);
    const frameId = viewer.ask(5.5);
    await until(() => viewer.of('picture').length === 2);
    expect(viewer.of('picture')[1]).toMatchObject({ frameId, unchanged: true, time: 5 });
    expect(viewer.pictures.length).toBe(1);
  });

  it('skip cameras that a newer one has overtaken, and end with the newest', async () => {
    const { join, transport } = await pipeline();
    const viewer = await join({ scene: 'counting:slow' });
    await viewer.ready();
    for (let i = 0; i < 40; i++) viewer.ask(i);
    await until(() => viewer.values.at(-1) === 39);
    expect(viewer.pictures.length).toBeLessThan(8);
    const [figures] = Object.values(transport.health().channels as Record<string, { dropped: number; gaps: number }>);
    expect(figures.dropped).toBeGreaterThan(30);
  });

  it('have the size that the viewer wants', async () => {
    const { join } = await pipeline();
    const viewer = await join();
    await viewer.ready();
    viewer.size(16, 9);
    viewer.ask(1);
    await until(() => viewer.pictures.some(({ jpeg }) => jpeg[0] === 16 && jpeg[1] === 9));
  });

  it('have that size also where it is told before the scene is ready', async () => {
    const { join } = await pipeline();
    const viewer = await join();
    viewer.size(16, 9);
    await viewer.ready();
    viewer.ask(1);
    await until(() => viewer.pictures.some(({ jpeg }) => jpeg[0] === 16 && jpeg[1] === 9));
  });

  it('keep the size of the scene where others look on', async () => {
    const { join } = await pipeline();
    const [one, two] = [await join({ channel: 'party:one' }), await join({ channel: 'party:one' })];
    await two.ready();
    two.size(16, 9);
    one.ask(1);
    await until(() => two.values.includes(1));
    one.ask(2);
    await until(() => two.values.includes(2));
    for (const { jpeg } of [...one.pictures, ...two.pictures]) expect([jpeg[0], jpeg[1]]).toEqual([4, 2]);
  });

  it('go on at a live edge where nothing has come for long', async () => {
    const { join, transport } = await pipeline({ idleAfter: 100 });
    const viewer = await join({ scene: 'counting:rests', channel: 'live' });
    viewer.ask(LIVE_EDGE);
    await until(() => viewer.values.at(-1) === 2);
    expect(CountingScene.made).toHaveLength(1);
    const other = await join({ scene: 'counting:ended', channel: 'live' });
    other.ask(LIVE_EDGE);
    // Where nothing will come any more, the renderer is free for others.
    await until(() => CountingScene.made[1]?.isShutDown);
    expect(transport.health()).toMatchObject({ viewers: 2 });
  });

  it('go on at a live edge that could not be read for a moment', async () => {
    const { join } = await pipeline();
    const viewer = await join({ scene: 'counting:stumbles', channel: 'live' });
    viewer.ask(LIVE_EDGE);
    await until(() => viewer.values.at(-1) === 2);
  });

  it('come without asking at the live edge, until something else is asked for', async () => {
    const { join } = await pipeline();
    const viewer = await join();
    viewer.ask(LIVE_EDGE);
    await until(() => viewer.pictures.length >= 4);
    expect(viewer.values.slice(0, 4)).toEqual([0, 1, 2, 3]);
    viewer.ask(77);
    await until(() => viewer.values.includes(77));
    const count = viewer.pictures.length;
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(viewer.pictures.length).toBe(count);
    const other = await join({ scene: 'counting:ended' });
    other.ask(LIVE_EDGE);
    await until(() => other.pictures.length === 1);
    other.ask(3);
    await until(() => other.values.includes(3));
  });

  it('bring what the scene tells beside them', async () => {
    const { join } = await pipeline();
    const viewer = await join();
    await viewer.ready();
    viewer.socket.send(JSON.stringify({ type: 'overlays', layers: ['samples', 'nonsense', 'flow'] }));
    await until(() => viewer.others.some((bytes) => bytes[0] === 2));
    expect(viewer.of('overlay').at(-1)).toEqual({ type: 'overlay', layers: ['samples', 'flow'] });
  });
});

describe('a shared channel', () => {
  it('tells who comes late what others were told before', async () => {
    const { join } = await pipeline();
    for (let i = 0; i < 2; i++) {
      const viewer = await join({ channel: 'live' });
      await until(() => viewer.of('place').some(({ place }) => place === 2) && viewer.of('words').length === 2);
      const types = viewer.messages.map(({ type }) => type);
      expect(types[0]).toBe('ready');
      expect(viewer.of('words').map(({ word }) => word)).toEqual(['first', 'second']);
      if (i === 1) expect(viewer.of('place')).toEqual([{ type: 'place', place: 2 }]);
    }
  });

  it('keeps much of what was told', async () => {
    const { join } = await pipeline();
    for (let i = 0; i < 2; i++) {
      const viewer = await join({ scene: 'counting:talks', channel: 'live' });
      await until(() => viewer.of('place').length > 0 && viewer.of('point').length === 3000);
    }
  });

  it('costs one drawing for all who watch, and shows the picture there is to who comes late', async () => {
    const { join } = await pipeline();
    const viewers = await Promise.all(Array.from({ length: 50 }, () => join({ channel: 'party:one' })));
    await Promise.all(viewers.map((viewer) => viewer.ready()));
    for (let i = 1; i <= 10; i++) {
      viewers[0].ask(i);
      await until(() => viewers.every(({ values }) => values.at(-1) === i));
    }
    expect(CountingScene.made.length).toBe(1);
    // A few are drawn again for those who came in between.
    expect(CountingScene.made[0].drawn).toBeLessThan(70);
    const late = await join({ channel: 'party:one' });
    await until(() => late.values.at(-1) === 10);
    expect(CountingScene.made.length).toBe(1);
  });

  it('is driven by one: others are heard once that one is silent', async () => {
    const { join } = await pipeline();
    const [one, two] = [await join({ channel: 'party:one' }), await join({ channel: 'party:one' })];
    await two.ready();
    one.ask(1);
    await until(() => two.values.includes(1));
    two.ask(2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(one.values).not.toContain(2);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const id = two.ask(3);
    await until(() => one.values.at(-1) === 3);
    expect(one.pictures.at(-1)?.frameId).toBe(id);
  });

  it('gives a viewer that missed pictures one that stands alone', async () => {
    const { join } = await pipeline();
    const viewer = await join({ encoder: 'chained', channel: 'live' });
    viewer.ask(1);
    await until(() => viewer.values.length > 0);
    viewer.ask(2);
    await until(() => viewer.values.at(-1) === 2);
    const late = await join({ encoder: 'chained', channel: 'live' });
    await until(() => late.values.at(-1) === 2);
  });

  it('ends some time after the last has left, and one of its own at once', async () => {
    const { join, transport } = await pipeline();
    const viewer = await join({ channel: 'live' });
    await viewer.ready();
    viewer.leave();
    await until(() => Object.keys(transport.health().channels as object).length === 0);
    await until(() => CountingScene.made[0].isShutDown);
    expect(transport.health()).toMatchObject({ viewers: 0 });
  });
});

describe('limits', () => {
  it('refuse a wish that makes no sense, by code', async () => {
    const { join } = await pipeline();
    const wishes: Record<string, string>[] = [
      { channel: 'mine' },
      { channel: 'party:' },
      { scene: '' },
      { scene: 'counting:<b>' },
      { channel: `party:${'x'.repeat(65)}` },
    ];
    for (const query of wishes) {
      const viewer = await join(query);
      await until(() => viewer.closed !== null);
      expect(viewer.of('error')[0]).toMatchObject({ code: 'ARGUMENT_INVALID' });
      expect(viewer.closed).toEqual({ code: 4400, reason: 'ARGUMENT_INVALID' });
    }
  });

  it('are for channels and viewers, and told', async () => {
    const { join } = await pipeline({ mostChannels: 2, mostViewers: 3 });
    const first = [await join({ channel: 'live' }), await join()];
    const third = await join();
    await until(() => third.closed !== null);
    expect(third.of('error')[0].code).toBe('LIMIT_EXCEEDED');
    await join({ channel: 'live' });
    const fourth = await join({ channel: 'live' });
    await until(() => fourth.closed !== null);
    first[1].leave();
    await until(() => first[1].closed !== null);
    const again = await join();
    expect(await again.ready()).toBeDefined();
  });

  it('say so where no renderer serves what is wanted', async () => {
    const { join } = await pipeline({ rendererWithin: 50 });
    const known = await join();
    await known.ready();
    const viewer = await join({ scene: 'splats:garden' });
    await until(() => viewer.closed !== null);
    expect(viewer.of('error')[0]).toMatchObject({
      code: 'RENDERER_UNAVAILABLE',
      message: expect.stringContaining('splats:garden'),
    });
    const failing = await join({ scene: 'counting:fails' });
    await until(() => failing.closed !== null);
    expect(failing.of('error')[0]).toMatchObject({ message: 'nothing to count' });
  });

  it('give an idle channel’s renderer back, and find another when its viewer goes on', async () => {
    const { join, transport } = await pipeline({ idleAfter: 100 });
    const viewer = await join();
    viewer.ask(1);
    await until(() => viewer.values.length === 1);
    await until(() => CountingScene.made[0].isShutDown);
    expect(transport.health()).toMatchObject({ viewers: 1 });
    viewer.ask(2);
    await until(() => viewer.values.at(-1) === 2);
    expect(CountingScene.made.length).toBe(2);
  });

  it('keep pages of other origins out', async () => {
    const { port, join } = await pipeline();
    const query = { scene: 'counting:a', encoder: 'plain' };
    await expect(TestViewer.join(port, query, { origin: 'https://evil.example' })).rejects.toThrow('403');
    const viewer = await TestViewer.join(port, query, { origin: 'http://127.0.0.1:9999' });
    expect(await viewer.ready()).toBeDefined();
    expect(await (await join()).ready()).toBeDefined();
  });
});

describe('faults (P15)', () => {
  it('of a viewer cost it its own seat at most', async () => {
    const { join, transport } = await pipeline();
    const [good, bad] = [await join({ channel: 'live' }), await join({ channel: 'live' })];
    await bad.ready();
    for (const bytes of [
      new Uint8Array(3),
      new Uint8Array(5000),
      new Uint8Array(160).fill(255),
      Buffer.from('{"type":'),
      Buffer.alloc(159),
    ])
      bad.socket.send(bytes);
    bad.socket.send('no json');
    bad.socket.send('[]');
    await until(() => bad.closed !== null);
    good.ask(4);
    await until(() => good.values.at(-1) === 4);
    const rude = await join({ channel: 'live' });
    await rude.ready();
    for (let i = 0; i < 40; i++) rude.socket.send(new Uint8Array(3));
    await until(() => rude.closed !== null);
    expect(rude.of('error')[0].code).toBe('BYTES_MALFORMED');
    const fast = await join({ channel: 'live' });
    for (let i = 0; i < 400; i++) fast.ask(i);
    await until(() => fast.closed !== null);
    expect(fast.of('error')[0].code).toBe('LIMIT_EXCEEDED');
    await until(() => (transport.health().viewers as number) === 1);
    good.ask(5);
    await until(() => good.values.at(-1) === 5);
  });

  it('of whoever sends what is no request cost that connection only', async () => {
    const { join, port } = await pipeline();
    const viewer = await join();
    await viewer.ready();
    const upgrade =
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
    for (const head of [
      'GET // HTTP/1.1\r\nHost: a',
      'GET /?scene=%zz HTTP/1.1\r\nHost: a',
      'GET http://[ HTTP/1.1\r\nHost: a',
      'GET / HTTP/1.1\r\nHost: [\r\nOrigin: http://a',
      'GET / HTTP/1.1\r\nHost: a\r\nOrigin: [',
    ]) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.end(`${head}\r\n${upgrade}\r\n`);
      await until(() => socket.closed || socket.bytesRead > 0);
      socket.destroy();
    }
    viewer.ask(1);
    await until(() => viewer.values.includes(1));
  });

  it('of one who is sent away end with that: nothing more of it is read', async () => {
    const warnings: unknown[] = [];
    const counting = pino({ level: 'warn' }, { write: (line: string) => warnings.push(line) });
    const { join, transport } = await pipeline({ log: counting });
    const viewer = await join();
    await viewer.ready();
    viewer.socket.pause();
    for (let i = 0; i < 20_000; i++) viewer.socket.send(new Uint8Array(160));
    await until(() => transport.health().viewers === 0);
    viewer.socket.resume();
    await until(() => viewer.closed !== null);
    expect(warnings.length).toBeLessThan(10);
  });

  it('of a scene that minds what it is told cost nothing else', async () => {
    const { join } = await pipeline();
    const [viewer, other] = [await join({ scene: 'counting:minds' }), await join()];
    await Promise.all([viewer.ready(), other.ready()]);
    viewer.size(5, 5);
    viewer.socket.send(JSON.stringify({ type: 'overlays', layers: ['flow'] }));
    viewer.ask(1);
    await until(() => viewer.values.includes(1));
    other.ask(2);
    await until(() => other.values.includes(2));
  });

  it('of a scene cost one picture', async () => {
    const { join } = await pipeline();
    const viewer = await join({ scene: 'counting:throws' });
    for (let i = 0; i < 6; i++) {
      viewer.ask(i);
      await until(() => viewer.pictures.length + viewer.of('failed').length === i + 1);
    }
    expect(viewer.values).toEqual([0, 2, 4]);
    expect(viewer.of('failed')).toHaveLength(3);
    const leaking = await join({ scene: 'counting:leaks' });
    leaking.ask(7);
    await until(() => leaking.of('failed').length === 1);
    leaking.ask(8);
    await until(() => leaking.values.includes(8));
    leaking.ask(1000);
    leaking.ask(9);
    await until(() => leaking.values.includes(9));
  });

  it('of a renderer: another takes over, where the viewer is', async () => {
    const sockets = newFolder();
    const { port } = await transportAt(sockets);
    const first = rendererAt(sockets, { worker: 'first' });
    const viewer = await TestViewer.join(port, { scene: 'counting:a', encoder: 'plain', channel: 'live' });
    viewer.ask(12);
    await until(() => viewer.values.at(-1) === 12);
    rendererAt(sockets, { worker: 'second' });
    await first.close();
    await until(() => viewer.of('ready').length === 2);
    await until(() => viewer.values.length === 2);
    expect(viewer.values).toEqual([12, 12]);
    viewer.ask(13);
    await until(() => viewer.values.at(-1) === 13);
  });

  it('of the transport: the renderer finds the next one', async () => {
    const sockets = newFolder();
    const { transport } = await transportAt(sockets);
    rendererAt(sockets);
    await until(() => transport.health().status === 'ok');
    await transport.close();
    const { port } = await transportAt(sockets);
    const viewer = await TestViewer.join(port, { scene: 'counting:a', encoder: 'plain' });
    viewer.ask(1);
    await until(() => viewer.values.length === 1);
  });

  it('of a transport that stays away end the renderer, after five tries', async () => {
    const began = performance.now();
    const renderer = RendererService.start({
      sockets: newFolder(),
      log,
      scenes: ['counting'],
      parts: countingParts,
      pauses: [5, 10, 20, 40],
    });
    const error = await renderer.done.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SgapsError);
    expect(error).toMatchObject({ code: 'CLOSED', message: expect.stringContaining('5 tries') });
    expect(performance.now() - began).toBeGreaterThan(74);
  });

  it('of strangers on the sockets do no harm', async () => {
    const { sockets, join } = await pipeline();
    for (const name of ['camera.sock', 'video.sock']) {
      for (const bytes of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.alloc(16, 255), Buffer.alloc(40)]) {
        const socket = connect(`${sockets}/${name}`);
        socket.on('error', () => undefined);
        socket.write(bytes);
        await new Promise((resolve) => setTimeout(resolve, 10));
        if (bytes.length === 40) socket.destroy();
        else await until(() => socket.destroyed || socket.readableEnded || socket.closed).catch(() => socket.destroy());
      }
    }
    const viewer = await join();
    viewer.ask(3);
    await until(() => viewer.values.length === 1);
  });

  it('share a folder with another transport only once it is gone', async () => {
    const { sockets } = await pipeline();
    await expect(transportAt(sockets)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(transportAt(join(newFolder(), 'x'.repeat(100)))).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    const open = newFolder();
    chmodSync(open, 0o777);
    await expect(transportAt(open)).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });
});

describe('renderer workers', () => {
  it('share the channels between them', async () => {
    const sockets = newFolder();
    const { transport, port } = await transportAt(sockets);
    for (const worker of ['a', 'b']) rendererAt(sockets, { worker, channels: 2 });
    await until(() => Object.keys(transport.health().workers as object).length === 2);
    const viewers: TestViewer[] = [];
    for (let i = 0; i < 4; i++) {
      viewers.push(await TestViewer.join(port, { scene: `counting:${i}`, encoder: 'plain' }));
      await viewers[i].ready();
    }
    expect(transport.health().workers).toEqual({ a: { busy: 2, idle: 0 }, b: { busy: 2, idle: 0 } });
    const waiting = await TestViewer.join(port, { scene: 'counting:5', encoder: 'plain' });
    await until(() => transport.health().queued === 1);
    viewers[0].leave();
    expect(await waiting.ready()).toBeDefined();
  });
});

describe('adapters', () => {
  it('work side by side: a FIFO gets what viewers get, and who reads it may go and come back', async () => {
    const sockets = newFolder();
    const path = join(sockets, 'frames');
    const fifo = new FifoAdapter({ path, wish: { scene: 'counting:a', encoder: 'plain', channel: 'live' } });
    const { port } = await transportAt(sockets, { adapters: [fifo] });
    rendererAt(sockets);
    const viewer = await TestViewer.join(port, { scene: 'counting:a', encoder: 'plain', channel: 'live' });
    await viewer.ready();
    for (let reading = 0; reading < 2; reading++) {
      const frames: { id: number; value: number }[] = [];
      const stream = readFifoFrames((id, data) => frames.push({ id, value: data[data.length - 1] }));
      const reader = spawn('cat', [path]);
      reader.stdout.on('data', (piece: Buffer) => stream.push(piece));
      await until(() => frames.length >= 3);
      expect(frames[2].value).toBe(frames[1].value + 1);
      await until(() => viewer.values.includes(frames[2].value));
      const gone = new Promise((resolve) => reader.once('exit', resolve));
      reader.kill();
      await gone;
    }
  });

  it('tell their health', async () => {
    const { port, join } = await pipeline();
    const viewer = await join();
    for (let i = 0; i < 5; i++) {
      viewer.ask(i);
      await until(() => viewer.pictures.length === i + 1);
    }
    const response = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect(response.status).toBe(200);
    const health = (await response.json()) as { channels: Record<string, { ms: { total: { p95: number } }; sent: number }> };
    const [channel] = Object.values(health.channels);
    expect(channel).toMatchObject({ viewers: 1, sent: 5, gaps: 0 });
    expect(channel.ms.total.p95).toBeGreaterThanOrEqual(0);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
  });

  it('call hooks, and survive one that throws', async () => {
    const seen: string[] = [];
    const { join } = await pipeline({
      hooks: {
        viewerJoined: ({ scene }) => seen.push(`joined ${scene}`),
        viewerLeft: () => seen.push('left'),
        camera: (channel, { timeIndex }) => seen.push(`camera ${channel.split(' ')[0]} ${timeIndex}`),
        picture: () => {
          throw new Error('a hook of others');
        },
      },
    });
    const viewer = await join();
    viewer.ask(2);
    await until(() => viewer.values.length === 1);
    viewer.leave();
    await until(() => seen.includes('left'));
    expect(seen).toEqual(['joined counting:a', 'camera counting:a 2', 'left']);
  });
});
