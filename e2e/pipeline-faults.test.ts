import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodePayloadHead } from '@sgaps/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SgapsProcess } from './support/sgapsProcess.js';
import { TestViewer, until } from './support/TestViewer.js';

/** A scene and an encoder of somebody else: at second n all is n, second 66 takes the whole process with it, second 99 has no memory. */
const EXTENSION = `
class Counting {
  async onInit({ argument }) { this.slow = argument === 'slow'; return { width: 4, height: 2, about: {} }; }
  async render({ timeIndex }) {
    if (timeIndex === 66) process.kill(process.pid, 'SIGKILL');
    if (timeIndex === 99) throw new RangeError('Array buffer allocation failed');
    if (this.slow) await new Promise((resolve) => setTimeout(resolve, 50));
    return { width: 4, height: 2, colour: new Uint8Array(24).fill(timeIndex), depth: null, alpha: null, metadata: { time: timeIndex, worker: process.pid } };
  }
  async onShutdown() {}
}
class Plain {
  async encode({ colour }, { frameId, clientSent, received }) {
    const head = new Uint8Array(44);
    const view = new DataView(head.buffer);
    view.setUint32(0, 3, true);
    view.setUint32(8, frameId, true);
    [clientSent, received, Date.now(), 0].forEach((time, i) => view.setFloat64(12 + 8 * i, time, true));
    return { parts: [head, Uint8Array.of(4, 2, colour[0])], stampAt: 36, independent: true };
  }
  refresh() {}
  dispose() {}
}
export default (registry) => {
  registry.registerScene('counting', () => new Counting());
  registry.registerEncoder('plain', () => new Plain());
};
`;

let folder: string;
let processes: SgapsProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sgaps-faults-'));
  writeFileSync(join(folder, 'counting.mjs'), EXTENSION);
  processes = [];
});

afterEach(async () => {
  for (const one of processes) await one.end();
  rmSync(folder, { recursive: true, force: true });
});

const sockets = () => join(folder, 'run');
function started(...args: string[]): SgapsProcess {
  const one = SgapsProcess.start(...args, '--sockets', sockets());
  processes.push(one);
  return one;
}
const transport = (port = 0) => started('transport', '--port', String(port));
const renderer = (...args: string[]) =>
  started('renderer', '--extensions', folder, '--scene', 'counting', '--encoder', 'plain', '--model', 'none', ...args);
const view = (port: number, scene = 'counting', channel = 'own') => TestViewer.join(port, { scene, encoder: 'plain', channel });

async function both(): Promise<{ one: SgapsProcess; two: SgapsProcess; port: number }> {
  const one = transport();
  const { port } = await one.heard('transport listening');
  return { one, two: renderer(), port: Number(port) };
}

async function shows(viewer: TestViewer, second: number): Promise<void> {
  viewer.ask(second);
  await until(() => viewer.values.at(-1) === second, 30_000);
}

describe('two processes', () => {
  it('go on when the renderer is killed and another comes', async () => {
    const { two, port } = await both();
    const viewer = await view(port);
    await shows(viewer, 1);
    await two.end('SIGKILL');
    renderer();
    await shows(viewer, 2);
    expect(viewer.closed).toBeNull();
    expect(viewer.of('ready').length).toBe(2);
  });

  it('go on when the transport is killed: the renderer finds the next one, and viewers connect anew', async () => {
    const { one, two, port } = await both();
    const viewer = await view(port);
    await shows(viewer, 1);
    await one.end('SIGKILL');
    await until(() => viewer.closed !== null);
    await two.heard('no transport yet');
    const next = transport(port);
    await next.heard('transport listening');
    const again = await view(port);
    await shows(again, 2);
    expect(two.child.exitCode).toBeNull();
  });

  it('lose one picture to a scene without memory, and one channel to a scene that kills its renderer', async () => {
    const { port } = await both();
    const viewer = await view(port);
    await shows(viewer, 1);
    viewer.ask(99);
    await until(() => viewer.of('failed').length === 1);
    await shows(viewer, 2);
    // Each renderer that draws second 66 dies of it; the transport gives up on the channel, not on the others.
    for (let i = 0; i < 5; i++) renderer();
    // However slow the machine is: none of the others waits for one in vain.
    const workers = async () => {
      const health = (await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()) as { workers: object };
      return Object.keys(health.workers).length;
    };
    for (const end = performance.now() + 60_000; (await workers()) < 6 && performance.now() < end; ) await sleep(100);
    const other = await view(port, 'counting:other');
    await shows(other, 3);
    const bad = await view(port, 'counting:bad');
    await bad.ready();
    bad.ask(66);
    await until(() => bad.closed !== null, 60_000);
    expect(bad.of('error')[0]).toMatchObject({ code: 'UNSUPPORTED' });
    renderer();
    await shows(other, 4);
  });

  it('pass over a viewer that is cut off, and garbage of a viewer, of a renderer and of a transport', async () => {
    const { one, two, port } = await both();
    const [good, cut, rude] = [await view(port, 'counting', 'live'), await view(port, 'counting', 'live'), await view(port)];
    await shows(good, 1);
    await until(() => cut.values.at(-1) === 1);
    cut.socket.terminate();
    for (let i = 0; i < 40; i++) rude.socket.send(Buffer.alloc(i));
    await until(() => rude.closed !== null);
    expect(rude.of('error')[0].code).toBe('BYTES_MALFORMED');
    for (const name of ['camera.sock', 'video.sock']) {
      const socket = connect(join(sockets(), name));
      socket.on('error', () => undefined);
      const hello = { pair: name, worker: 'stranger', scenes: ['counting'], encoders: ['plain'] };
      if (name === 'video.sock') socket.write(encodePayloadHead({ frameId: 0, metadata: { hello }, data: { length: 0 } }));
      socket.write(Buffer.alloc(4096, 0xee));
      await new Promise((resolve) => socket.once('close', resolve));
    }
    await shows(good, 2);
    await one.heard('viewer: message refused');
    expect([one.child.exitCode, two.child.exitCode]).toEqual([null, null]);
  });

  it('drop the oldest cameras when they come faster than pictures', async () => {
    const { port } = await both();
    const viewer = await view(port, 'counting:slow');
    await viewer.ready();
    for (let second = 0; second < 60; second++) viewer.ask(second);
    await until(() => viewer.values.at(-1) === 59);
    expect(viewer.values.length).toBeLessThan(10);
    const health = (await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()) as {
      channels: Record<string, { dropped: number }>;
    };
    expect(Object.values(health.channels)[0].dropped).toBeGreaterThan(40);
  });

  it('give a hundred pictures in a row without a fault, ids matched and data whole', async () => {
    const { port } = await both();
    const viewer = await view(port);
    await viewer.ready();
    const asked: number[] = [];
    for (let second = 0; second < 60; second++) {
      asked.push(viewer.ask(second));
      await until(() => viewer.pictures.length === second + 1);
    }
    for (let second = 0; second < 60; second++) {
      asked.push(viewer.ask(100 + second));
      await until(() => viewer.pictures.length === 61 + second);
    }
    expect(viewer.pictures.map(({ frameId }) => frameId)).toEqual(asked);
    expect(viewer.values).toEqual(asked.map((_, i) => (i < 60 ? i : 40 + i)));
    expect(viewer.of('failed')).toEqual([]);
  });
});

describe('several renderers', () => {
  it('share the channels of one transport', async () => {
    const { port } = await both();
    renderer('--channels', '2');
    const health = async () =>
      (await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()) as { workers: Record<string, { busy: number }> };
    for (const end = performance.now() + 30_000; Object.keys((await health()).workers).length < 2; ) {
      if (performance.now() > end) throw new Error('The second renderer did not come');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const viewers: TestViewer[] = [];
    for (let i = 0; i < 4; i++) {
      viewers.push(await view(port, `counting:${i}`));
      await shows(viewers[i], i + 1);
    }
    expect(Object.values((await health()).workers).map(({ busy }) => busy)).toEqual([2, 2]);
    expect(new Set(viewers.map(({ pictures }) => pictures[0].about.worker)).size).toBe(2);
  });
});

it('lets viewers ask for what costs no disk, and for encoders of extensions, where nobody named any', async () => {
  const { port } = await transport().heard('transport listening');
  const saved = join(folder, 'saved');
  started('renderer', ...['--extensions', folder, '--scene', 'counting', '--model', 'none', '--debug-folder', saved]);
  const asking = ['jpeg+depth', 'plain', 'raw', 'debug'].map(async (encoder) => {
    const viewer = await TestViewer.join(Number(port), { scene: 'counting', encoder });
    viewer.ask(1);
    await until(() => viewer.pictures.length > 0 || viewer.closed !== null, 30_000);
    return viewer.of('error')[0]?.code ?? 'shown';
  });
  expect(await Promise.all(asking)).toEqual(['shown', 'shown', 'RENDERER_UNAVAILABLE', 'RENDERER_UNAVAILABLE']);
  expect(existsSync(saved)).toBe(false);
});

it('says what is wrong and ends with 1 where it cannot work', async () => {
  const first = transport();
  await first.heard('transport listening');
  const second = transport();
  expect(await second.ended).toBe(1);
  expect(second.errors).toContain('UNAVAILABLE: A transport listens on ');
  const lost = SgapsProcess.start('renderer', '--extensions', join(folder, 'nowhere'), '--sockets', sockets(), '--model', 'none');
  processes.push(lost);
  expect(await lost.ended).toBe(1);
  expect(lost.errors).toContain(`NOT_FOUND: There is no folder of extensions at ${join(folder, 'nowhere')}`);
});
