import { createHash } from 'node:crypto';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ArchiveDecoder, ArchiveEncoder, type ArchiveModel, type ArchivePicture, archiveState } from '@sgaps/core';
import {
  encodeFooter,
  encodeRecordingHeader,
  encodeSnapshot,
  groupEntries,
  type RecordingHeader,
  sealEpoch,
} from '@sgaps/protocol';
import { NodeArchiveModel, zstdCompressor } from '@sgaps/server';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { archivePair } from './support/archivePair.js';
import { type BundledPage, bundlePage, launchBrowser, type ServedPage, servePage } from './support/browser.js';
import { hashPixels } from './support/pageServer.js';

const FIXTURES = fileURLToPath(new URL('../sdk-server/src/archive/fixtures', import.meta.url));
const PLAIN = join(FIXTURES, 'plain');

let browser: Browser;
let bundle: BundledPage;
let site: ServedPage;
let page: Page;

/** A model below the page; returns its `model.json` there. `change` makes it another. */
function place(name: string, change: (folder: string) => void = () => undefined): string {
  const folder = join(bundle.dir, 'models', name);
  cpSync(PLAIN, folder, { recursive: true });
  change(folder);
  return `models/${name}/model.json`;
}

/** Puts another decoder into a model. */
function withDecoder(folder: string, bytes: Uint8Array): void {
  const card = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
  card.decoder.sha256 = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(join(folder, 'model.json'), JSON.stringify(card));
  writeFileSync(join(folder, 'decoder.onnx'), bytes);
}

beforeAll(async () => {
  bundle = await bundlePage(fileURLToPath(new URL('./archive-model.page.ts', import.meta.url)), { workers: 'sdk-player' });
  site = await servePage(bundle.dir);
  browser = await launchBrowser();
  page = await browser.newPage();
  await page.goto(site.url);
  await page.waitForFunction(() => window.sgapsArchiveModel !== undefined);
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
  await bundle?.remove();
});

describe("an archive's model in a browser", () => {
  it('decodes what Node decodes, without the encoder', async () => {
    const url = place('plain', (folder) => rmSync(join(folder, 'encoder.onnx')));
    const [width, height, active] = [128, 96, 20];
    const made = await page.evaluate(([address, w, h, a]) => window.sgapsArchiveModel.decode(address, w, h, a), [
      url,
      width,
      height,
      active,
    ] as const);
    expect(made).toMatchObject({ id: 'archive-plain@1', same: true, encoded: 'UNSUPPORTED', closed: 'CLOSED' });
    const model = await NodeArchiveModel.open(PLAIN, { threads: 1 });
    const pair = archivePair({ width, height }, model.memoryWidth, active);
    const { cubes, memory } = await model.decode(pair.size, pair.active, pair.conditions);
    await model.close();
    expect(made.memory).toEqual([...memory]);
    expect(made.cubes).toHaveLength(active * 1536);
    expect(Math.max(...made.cubes.map((value, at) => Math.abs(value - cubes[at])))).toBeLessThan(1e-6);
    // Of this pair, not of another.
    expect(Math.max(...made.cubes) - Math.min(...made.cubes)).toBeGreaterThan(0.5);
  });

  it('says by a code what is wrong with one', async () => {
    const fixture = (name: string) => readFileSync(join(FIXTURES, name, 'decoder.onnx'));
    const refused = (url: string) => page.evaluate((address) => window.sgapsArchiveModel.refused(address), url);
    expect(await refused('models/none/model.json')).toBe('MODEL_NOT_FOUND');
    expect(await refused('page.js')).toBe('MODEL_INVALID');
    const others = {
      text: (folder: string) => withDecoder(folder, Buffer.from('This is no ONNX file.')),
      damaged: (folder: string) => writeFileSync(join(folder, 'decoder.onnx'), fixture('lost')),
      ...Object.fromEntries(
        ['narrow', 'lost', 'not-a-number'].map((name) => [name, (folder: string) => withDecoder(folder, fixture(name))]),
      ),
    };
    for (const [name, change] of Object.entries(others))
      expect([name, await refused(place(name, change))]).toEqual([name, 'MODEL_INVALID']);
  });
});

describe('an archive that names its model', () => {
  const header: RecordingHeader = {
    ...{
      recordingId: 'a1',
      game: 'made up',
      grid: { width: 64, height: 36 },
      fps: 30,
      schema: { values: [] },
      tierBits: [8, 8, 8, 8],
    },
    ...{ protocolVersion: 1, modelId: 'diffusion@1', engine: 'none', startedAt: 0, meta: {} },
    archive: { modelId: 'archive-plain@1', from: 1, madeAt: 0 },
  };

  /** A file of one group, and its pictures as Node has them. */
  async function makeArchive(): Promise<{ file: Uint8Array; pictures: string[] }> {
    const model = await NodeArchiveModel.open(PLAIN, { threads: 1 });
    // They move, and each pair is brighter than the one before, which motion cannot tell.
    const pictures = Array.from({ length: 6 }, (_, frameId): ArchivePicture => {
      const texture = (at: number) => Math.imul(at + 1, 2654435761) >>> 26;
      const rgb = Uint8ClampedArray.from(
        { length: 3 * 64 * 36 },
        (_, at) => 60 + texture(at + 3 * frameId) + 32 * (frameId >> 1),
      );
      return { frameId, time: frameId * 40, rgb, state: null };
    });
    const bytes = await new ArchiveEncoder(header, { model, quality: 36 }).encode(pictures);
    let drawn = 0;
    const counting: ArchiveModel = {
      ...{ id: model.id, memoryWidth: model.memoryWidth, encode: () => Promise.reject(), close: () => model.close() },
      decode: (size, active, conditions) => {
        drawn += active.places.length;
        return model.decode(size, active, conditions);
      },
    };
    const decoder = new ArchiveDecoder(header, { model: counting });
    decoder.open(bytes);
    const decoded: string[] = [];
    for (let picture = await decoder.next(); picture; picture = await decoder.next()) {
      const { rgb } = picture;
      decoded.push(
        hashPixels(
          Uint8Array.from({ length: (4 * rgb.length) / 3 }, (_, i) => (i % 4 === 3 ? 255 : rgb[3 * (i >> 2) + (i % 4)])),
        ),
      );
    }
    await model.close();
    // Else this would be a test of the codec alone.
    expect(drawn).toBeGreaterThan(2);
    const head = encodeRecordingHeader(header);
    const record = { time: 0, firstFrame: 0, lastFrame: 5 };
    const records = [
      { ...record, sequence: 0, kind: 'snapshot' as const, lastFrame: 0, bytes: encodeSnapshot(archiveState(), undefined) },
      { ...record, sequence: 1, kind: 'pictures' as const, time: 200, bytes },
    ];
    const group = await sealEpoch(0, records, zstdCompressor);
    const footer = await encodeFooter(
      { chunks: groupEntries(group, head.length), events: [] },
      head.length + group.length,
      zstdCompressor,
    );
    return { file: Buffer.concat([head, group, footer ?? Buffer.alloc(0)]), pictures: decoded };
  }

  it('is shown with it as Node shows it, and without it says so', async () => {
    const { file, pictures } = await makeArchive();
    expect(new Set(pictures).size).toBe(6);
    writeFileSync(join(bundle.dir, 'a1.sgaps'), file);
    place('archive-plain');
    place('later', (folder) => {
      const card = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
      writeFileSync(join(folder, 'model.json'), JSON.stringify({ ...card, id: 'archive-plain@2' }));
    });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const walk = (archiveModel: string | null) =>
      page.evaluate((address) => window.sgapsArchiveModel.walk('a1.sgaps', { archiveModel: address }), archiveModel);
    expect(await walk('models/{name}/model.json')).toEqual(pictures);
    expect(asked.map((url) => new URL(url).pathname)).toContain('/models/archive-plain/decoder.onnx');
    for (const other of [null, 'models/none/model.json', 'models/later/model.json'])
      expect(await walk(other)).toBe('MODEL_NOT_FOUND');
  });
});
