import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, expect, it } from 'vitest';
import { plainModel, removePlainModels } from './archive/fixtures/plainPair.js';
import { makeModelFolder, removeModelFolders } from './inference/fixtures/modelFolders.js';
import { type ServerOptions, startServer } from './startServer.js';

const folders: string[] = [];

afterAll(async () => {
  await removeModelFolders();
  removePlainModels();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** What the log line of a server says that listens. */
async function listening(model: ServerOptions['model']): Promise<unknown> {
  const data = mkdtempSync(join(tmpdir(), 'sgaps-start-'));
  folders.push(data);
  const lines: { msg: string }[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const server = await startServer({ port: 0, host: '127.0.0.1', data, log, model });
  await server.close();
  return lines.find(({ msg }) => msg === 'server listening');
}

it('a server that listens says what fills in, and what runs it', async () => {
  const model = await makeModelFolder('tint');
  expect(await listening({ model, provider: 'cpu' })).toMatchObject({ model: 'tint@1', provider: 'cpu' });
  const without = await listening(null);
  expect(without).toMatchObject({ model: 'diffusion' });
  expect(without).not.toHaveProperty('provider');
});

it('gives out what a browser needs of the models that archives name', async () => {
  const data = mkdtempSync(join(tmpdir(), 'sgaps-start-'));
  folders.push(data);
  const model = plainModel();
  const log = pino({ level: 'silent' });
  const server = await startServer({ port: 0, host: '127.0.0.1', data, log, model: null, archiveModels: [model] });
  const status = async (path: string) => (await fetch(`${server.url}/dashboard/player/archive-models/${path}`)).status;
  try {
    const response = await fetch(`${server.url}/dashboard/player/archive-models/archive-plain/decoder.onnx`);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array(readFileSync(join(model, 'decoder.onnx'))));
    expect(await status('archive-plain/model.json')).toBe(200);
    for (const none of ['archive-plain/encoder.onnx', 'other/model.json', '..%2f..%2fmodels%2fsgaps-mae-small/model.json'])
      expect(await status(none), none).toBe(404);
  } finally {
    await server.close();
  }
});
