import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJpegPicture } from '@sgaps/protocol';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { createEncoder, encoderNames } from '../encode/registry.js';
import { HEAD, joined } from '../encode/testing/pictures.js';
import { createScene, registerScene, sceneNames } from '../scene/registry.js';
import { loadExtensions } from './loadExtensions.js';

/** A folder that knows nothing of this repository: not even its types. */
async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sgaps-extensions-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

const GUIDE = new URL('../../../docs/guide/', import.meta.url);

/** What the guide's pages show: a scene and an encoder. */
async function example(page: string): Promise<string> {
  const block = /^```js\n(.*?)^```$/ms.exec(await readFile(new URL(page, GUIDE), 'utf8'));
  if (!block) throw new Error(`${page} shows no JavaScript`);
  return block[1];
}

const camera = {
  view: new Float32Array(16),
  intrinsics: new Float32Array(16),
  timeIndex: 5,
  frameId: 1,
  clientTime: 0,
  serverTime: 0,
};

it('lets an outsider’s scene draw and an outsider’s encoder encode, beside ours', async () => {
  const [fade, ppm] = await Promise.all(['extend-renderer.md', 'extend-encoder.md'].map(example));
  const folder = await folderOf({
    'fade.mjs': fade,
    'lib/ppm.mjs': ppm,
    'package.json': '{ "main": "lib/ppm.mjs" }',
    'README.md': 'not loaded',
    'lib/not-loaded.js': 'throw new Error("only what lies directly in the folder");',
  });
  expect(await loadExtensions(folder)).toEqual([join(folder, 'fade.mjs'), join(folder, 'lib/ppm.mjs')]);
  expect(sceneNames()).toContain('fade');
  expect(encoderNames()).toEqual(['debug', 'h264', 'jpeg+depth', 'jpeg+depth+alpha', 'ppm', 'raw']);

  const { scene, argument } = await createScene('fade:blue');
  expect(argument).toBe('blue');
  const tell = () => undefined;
  expect(await scene.onInit({ argument, tell })).toEqual({ width: 64, height: 36, about: { channel: 2 } });
  const drawn = await scene.render(camera, new AbortController().signal);
  if (!drawn) throw new Error('nothing drawn');
  const mine = await (await createEncoder('ppm')).encode(drawn, HEAD);
  const bytes = joined(mine?.parts ?? []);
  expect(new TextDecoder().decode(bytes.subarray(0, 32))).toBe('P6\n# frame 4294967294\n64 36\n255\n');
  expect([...bytes.subarray(32, 38)]).toEqual([0, 0, 127, 0, 0, 127]);
  const ours = await (await createEncoder('jpeg+depth')).encode(drawn, HEAD);
  const pixel = await sharp(decodeJpegPicture(joined(ours?.parts ?? [])).jpeg)
    .raw()
    .toBuffer();
  expect(pixel[2]).toBeGreaterThan(120);
  await scene.onShutdown();

  // A second time, under the same names.
  await expect(loadExtensions(folder)).rejects.toMatchObject({
    code: 'ARGUMENT_INVALID',
    message: expect.stringContaining(`${join(folder, 'fade.mjs')} failed: There is a scene 'fade' already`),
  });
});

it.each([
  ['throws when it is loaded', 'throw new Error("no GPU");', 'no GPU'],
  ['throws when it registers', 'export default () => { throw new Error("no licence"); };', 'no licence'],
  ['rejects', 'export default async () => { await null; throw new Error("no net"); };', 'no net'],
  ['exports nothing to call', 'export const extend = 1;', 'no default export that is a function'],
  ['is no JavaScript', 'export default (', 'bad.mjs'],
])('names the extension that %s', async (_, text, reason) => {
  const folder = await folderOf({ 'bad.mjs': text });
  const error = await loadExtensions(folder).catch((caught) => caught);
  expect(error).toMatchObject({ name: 'SgapsError', code: 'ARGUMENT_INVALID' });
  expect(error.message).toContain(`${join(folder, 'bad.mjs')} failed: `);
  expect(error.message).toContain(reason);
});

it('says where there is no folder, or no package.json in it that can be read', async () => {
  await expect(loadExtensions('/nowhere/extensions')).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('/nowhere/extensions'),
  });
  const folder = await folderOf({ 'package.json': '{' });
  await expect(loadExtensions(folder)).rejects.toMatchObject({
    code: 'ARGUMENT_INVALID',
    message: expect.stringContaining(join(folder, 'package.json')),
  });
  expect(await loadExtensions(await folderOf({ 'package.json': '{}', 'notes.txt': '' }))).toEqual([]);
});

it('gives a scene the options and what follows its name, and says which scenes there are', async () => {
  let told: unknown;
  const { scene } = await createScene('fade');
  registerScene('test-echo', async (options) => {
    told = options;
    return scene;
  });
  expect(await createScene('test-echo:a:b c', { folder: '/x' })).toEqual({ scene, argument: 'a:b c' });
  expect(told).toEqual({ folder: '/x' });
  expect(await createScene('test-echo')).toEqual({ scene, argument: '' });
  expect(told).toEqual({});
  for (const address of ['replay2:a1', '', ':a1', '__proto__'])
    await expect(createScene(address)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/Known: .*fade.*test-echo/),
    });
});
