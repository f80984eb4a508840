import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, expect, it } from 'vitest';
import { makeModelFolder, removeModelFolders } from './inference/fixtures/modelFolders.js';
import { type ServerOptions, startServer } from './startServer.js';

const folders: string[] = [];

afterAll(async () => {
  await removeModelFolders();
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
