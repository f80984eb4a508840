import { createHash } from 'node:crypto';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NodeArchiveModel } from '@sgaps/server';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { archivePair } from './support/archivePair.js';
import { type BundledPage, bundlePage, launchBrowser, type ServedPage, servePage } from './support/browser.js';

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
        ['other-names', 'narrow', 'lost', 'not-a-number'].map((name) => [
          name,
          (folder: string) => withDecoder(folder, fixture(name)),
        ]),
      ),
    };
    for (const [name, change] of Object.entries(others))
      expect([name, await refused(place(name, change))]).toEqual([name, 'MODEL_INVALID']);
  });
});
