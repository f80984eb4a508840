import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MODEL_PLANES } from '@sgaps/core';
import type { CaptureGrid } from '@sgaps/protocol';
import { pino } from 'pino';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Fixture, makeModelFolder, removeModelFolders } from '../fixtures/modelFolders.js';
import { InferenceService } from '../InferenceService.js';
import { readCard } from '../readCard.js';
import { type InferenceAddress, readAddress, writeAddress } from './address.js';
import type { InferenceEntry } from './InferenceDirectory.js';
import { InferenceHost } from './InferenceHost.js';
import { RemoteInference } from './RemoteInference.js';

const GRID: CaptureGrid = { width: 48, height: 32 };
const log = pino({ level: 'silent' });
const WAIT = { timeout: 20_000, interval: 20 };
const SECRET = 'a secret that all of them share, 32 bytes';
const closing: { close(): Promise<void> }[] = [];
let folder: string;
/** What a directory would list. */
let entries: InferenceEntry[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sgaps-inference-'));
  entries = [];
});

afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
  rmSync(folder, { recursive: true, force: true });
});

afterAll(removeModelFolders);

interface Hosted {
  readonly host: InferenceHost;
  readonly service: InferenceService;
  readonly entry: InferenceEntry;
}

/** A service and the process boundary before it, though in this process. */
async function serve(name: Fixture, at: InferenceAddress | null = null, secrets: readonly string[] = []): Promise<Hosted> {
  const model = await makeModelFolder(name);
  const service = await InferenceService.start({ folder: model, provider: 'cpu', threads: 1, warmUp: GRID, lateAfterMs: 20_000 });
  closing.push(service);
  const { sha256 } = await readCard(model);
  const address = at ?? { path: join(folder, `${entries.length}.sock`) };
  const host = await InferenceHost.listen({ service, sha256, address, secrets, log });
  closing.push(host);
  const entry = {
    ...{ id: `service-${entries.length}`, address: writeAddress(host.address), machine: 'here', provider: 'cpu', busy: 0 },
    ...{ model: service.id, sha256 },
  };
  entries.push(entry);
  return { host, service, entry };
}

async function use({ model: id, sha256 }: InferenceEntry, secret: string | null = null): Promise<RemoteInference> {
  const inference = await RemoteInference.open({
    list: async () => entries,
    machine: 'here',
    wanted: { id, sha256 },
    secret,
    log,
  });
  closing.push(inference);
  return inference;
}

function input(seed: number, { width, height }: CaptureGrid = GRID): Uint8Array {
  const planes = new Uint8Array(MODEL_PLANES.length * width * height);
  return planes.map((_, at) => Math.imul((at + 1) * (2 * seed + 1), 2654435761) >>> 24);
}

describe('a shared inference service', () => {
  it('gives the pictures of the model in this process, to the last bit', async () => {
    const { service, entry } = await serve('tint', { host: '127.0.0.1', port: 0 });
    const inference = await use(entry);
    const grids = [GRID, { width: 640, height: 360 }, { width: 33, height: 17 }];
    for (const [seed, grid] of grids.entries()) {
      const backends = [0, 1, 2].map(() => inference.open({ lateAfterMs: 20_000 }));
      const frames = backends.map((_, at) => input(10 * seed + at, grid));
      const outputs = await Promise.all(backends.map((backend, at) => backend.run(grid, frames[at])));
      const own = service.open({ lateAfterMs: 20_000 });
      for (const [at, planes] of frames.entries()) expect(outputs[at]).toEqual(await own.run(grid, planes));
      // A buffer that comes back is used again.
      const again = await backends[0].run(grid, frames[1], outputs[0]);
      expect(again).toEqual(outputs[1]);
    }
    expect(inference.figures()).toMatchObject({ model: 'tint@1', provider: 'cpu', frames: 12, late: 0, failed: 0 });
  });

  it('is left for another when it is gone, and for nothing where there is none', async () => {
    const [first, second] = [await serve('tint'), await serve('tint')];
    const inference = await use(first.entry);
    expect(inference.services).toBe(2);
    const backend = inference.open({ lateAfterMs: 20_000 });
    const picture = await backend.run(GRID, input(1));
    expect(picture).not.toBeNull();
    const [serving, other] = first.service.figures().frames === 1 ? [first, second] : [second, first];
    entries = [other.entry];
    await serving.host.close();
    await vi.waitUntil(() => inference.services === 1, WAIT);
    expect(await backend.run(GRID, input(1))).toEqual(picture);
    await other.host.close();
    await vi.waitUntil(() => inference.services === 0, WAIT);
    expect(await backend.run(GRID, input(1))).toBeNull();
    entries = [];
    const third = await serve('tint', { path: join(folder, 'new.sock') });
    entries = [{ ...third.entry, id: 'new' }];
    await vi.waitUntil(() => inference.services === 1, WAIT);
    expect(await backend.run(GRID, input(1))).toEqual(picture);
  });

  it('is left for another when it is slow', async () => {
    const [slow, quick] = [await serve('tint'), await serve('tint')];
    // The second says that it is busier: sessions go to the first.
    entries = [slow.entry, { ...quick.entry, busy: 0.9 }];
    const inference = await use(slow.entry);
    const backend = inference.open({ lateAfterMs: 300 });
    expect(await backend.run(GRID, input(1))).not.toBeNull();
    expect(slow.service.figures().frames).toBe(1);
    vi.spyOn(slow.service, 'open').mockReturnValue({ id: 'tint@1', run: () => new Promise(() => undefined) });
    const stuck = inference.open({ lateAfterMs: 100 });
    let missed = 0;
    while (!(await stuck.run(GRID, input(2)))) if (++missed > 100) throw new Error('No other service was asked.');
    expect(missed).toBeGreaterThanOrEqual(8);
    expect(quick.service.figures().frames).toBeGreaterThan(0);
  });

  it('is not used where it runs another model', async () => {
    const { entry } = await serve('tint');
    const inference = await use({ ...entry, sha256: '0'.repeat(64) });
    entries = [{ ...entry, sha256: '0'.repeat(64) }];
    await inference.look();
    expect(inference.services).toBe(0);
    expect(await inference.open().run(GRID, input(1))).toBeNull();
  });

  it('wants those to know the secret who come over a network, and itself knows it', async () => {
    const asks = await serve('tint', { host: '127.0.0.1', port: 0 }, ['the secret that comes next, of 32 bytes or so', SECRET]);
    for (const [secret, services] of [
      [null, 0],
      ['another secret, just as long as that', 0],
      [SECRET, 1],
    ] as const) {
      const inference = await use(asks.entry, secret);
      expect(inference.services).toBe(services);
      expect((await inference.open({ lateAfterMs: 20_000 }).run(GRID, input(1))) !== null).toBe(services === 1);
    }
    entries = [];
    const open = await serve('tint', { host: '127.0.0.1', port: 0 });
    expect((await use(open.entry, SECRET)).services).toBe(0);
    const other = { service: open.service, sha256: '', address: { host: '0.0.0.0', port: 0 }, secrets: [], log };
    await expect(InferenceHost.listen(other)).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });

  it('sends strangers away that send nonsense, and goes on', async () => {
    const { host, entry } = await serve('tint');
    const { path } = readAddress(entry.address) as { path: string };
    for (const bytes of [
      [255, 255, 255, 255, 4],
      [17, 0, 0, 0, 4, ...new Array(16).fill(9)],
      [1, 2, 3, 4, 99],
      new Array(4000).fill(7),
    ]) {
      const stranger = connect(path);
      stranger.on('error', () => undefined).on('data', () => stranger.write(Uint8Array.from(bytes)));
      await new Promise((resolve) => stranger.once('close', resolve));
    }
    await vi.waitUntil(() => host.servers === 0, WAIT);
    const inference = await use(entry);
    expect(await inference.open({ lateAfterMs: 20_000 }).run(GRID, input(1))).not.toBeNull();
  });

  it('takes the place of one that was killed, and not of one that lives', async () => {
    const path = join(folder, 'left.sock');
    const left = spawnSync(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`,
    ]);
    expect(left.signal).toBe('SIGKILL');
    const { host, service, entry } = await serve('tint', { path });
    expect(host.address).toEqual({ path });
    await expect(
      InferenceHost.listen({ service, sha256: entry.sha256, address: { path }, secrets: [], log }),
    ).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });
});
