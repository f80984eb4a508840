import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { closeServices, openServices } from './ReplayServices.js';

it('says which recordings could not be recovered, and does not count them', async () => {
  const data = await mkdtemp(join(tmpdir(), 'sgaps-services-'));
  try {
    await mkdir(join(data, 'recordings'));
    await writeFile(join(data, 'recordings', 'junk.sgaps'), 'no recording');
    await writeFile(join(data, 'recordings', 'junk.journal'), '');
    const lines: string[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(line) });
    const services = await openServices({ data, log, model: null });
    expect(services.recovered).toBe(0);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 40, recording: 'junk', msg: 'recording not recovered' }),
    ]);
    await closeServices(data);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
});
