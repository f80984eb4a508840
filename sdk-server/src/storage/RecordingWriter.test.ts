import { randomBytes, randomInt } from 'node:crypto';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Compressor, RECORDING, type RecordingHeader, RecordingReader, type SgapsError } from '@sgaps/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSource } from './files.js';
import { RecordingWriter, type RecordingWriterOptions } from './RecordingWriter.js';
import { recoverRecording } from './recoverRecording.js';
import { zstdCompressor } from './zstd.js';

const HEADER: RecordingHeader = {
  recordingId: 'a1',
  game: 'platformer',
  grid: { width: 320, height: 180 },
  fps: 30,
  schema: { values: [] },
  tierBits: [8, 5, 3, 3],
  protocolVersion: 1,
  modelId: 'diffusion@1',
  engine: 'phaser',
  startedAt: 1_700_000_000_000,
  meta: {},
};
const KINDS = ['coordinates', 'pixels', 'event', 'snapshot'] as const;

/** zstd that takes up to `slowest` ms longer and fails for a share of the chunks, at once or after waiting. */
function faulty(slowest: number, failures: number): Compressor {
  return {
    ...zstdCompressor,
    compress: (bytes) => {
      const fails = Math.random() < failures;
      if (fails && Math.random() < 0.5) throw new Error('no memory');
      return wait(Math.random() * slowest).then(() => {
        if (fails) throw new Error('no memory, later');
        return zstdCompressor.compress(bytes);
      });
    },
  };
}

describe('RecordingWriter', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sgaps-writer-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const place = (name: string) => ({
    path: join(folder, `${name}.sgaps`),
    journals: [join(folder, `${name}.journal`), join(folder, `${name}.journal2`)] as const,
  });
  const create = (name: string, options: Partial<RecordingWriterOptions>) =>
    RecordingWriter.create(HEADER, { ...place(name), compressor: zstdCompressor, ...options });

  /** Every record of a closed file must be as it was taken, byte for byte, in order and without a gap. */
  async function expectHeld(
    path: string,
    taken: readonly { readonly kind: string; readonly bytes: Uint8Array }[],
  ): Promise<void> {
    const source = await fileSource(path);
    const reader = await RecordingReader.open(source, { compressor: zstdCompressor });
    let next = 0;
    for await (const { kind, sequence, bytes } of reader.records(0, { kinds: KINDS })) {
      if (sequence !== next || kind !== taken[next]?.kind || Buffer.compare(bytes, taken[next].bytes) !== 0) {
        throw new Error(`Record ${next} is ${kind} ${sequence} with ${bytes.length} bytes`);
      }
      next++;
    }
    expect(next).toBe(taken.length);
    expect(reader.index).toMatchObject({ hasFooter: true, damaged: 0, records: next });
    await reader.close();
  }

  it('holds all it took, whenever it is closed or cut off and however its compressor fails', { timeout: 30_000 }, async () => {
    for (let round = 0; round < 6; round++) {
      const failures = round % 2 === 0 ? 0.4 : 0;
      const warnings: SgapsError[] = [];
      const errors: SgapsError[] = [];
      const writer = await create(`r${round}`, {
        compressor: faulty(randomInt(1, 120), failures),
        onWarning: (error) => warnings.push(error),
        onError: (error) => errors.push(error),
      });
      const taken: { kind: string; bytes: Uint8Array }[] = [];
      let crashed = 0;
      const stop = randomInt(5, 700);
      for (let i = 0; i < stop; i++) {
        // Time runs ten times as fast as in life: an epoch is full every few turns of the event loop.
        const time = i * 60;
        const kind = i % 40 === 39 ? 'snapshot' : i % 23 === 22 ? 'event' : i % 2 === 1 ? 'pixels' : 'coordinates';
        const bytes =
          kind === 'snapshot' ? Buffer.alloc(randomInt(10, 3_000_000), randomBytes(97)) : randomBytes(randomInt(1, 2500));
        expect(writer.append(kind, time, bytes, i)).toBe(true);
        taken.push({ kind, bytes });
        if (i % 7 === 0) await wait(0);
        if (i % 50 === 0) await writer.flush();
        if (i === stop >> 1) {
          // What kill -9 would leave at this moment.
          const [from, to] = [place(`r${round}`), place('crash')];
          // The file last: what a journal no longer holds is in it by then.
          for (const k of [0, 1]) await copyFile(from.journals[k], to.journals[k]);
          await copyFile(from.path, to.path);
          crashed = i + 1;
        }
      }
      if (round % 3 === 0) await Promise.all([writer.close(), writer.close()]);
      else await writer.close();
      expect(errors).toEqual([]);
      expect(writer.state).toBe('closed');
      if (failures === 0) expect(warnings).toEqual([]);
      await expectHeld(place(`r${round}`).path, taken);
      if (crashed > 0) {
        const { path, journals } = place('crash');
        await recoverRecording(path, journals, zstdCompressor);
        await expectHeld(path, taken.slice(0, crashed));
        await rm(path);
      }
      await rm(place(`r${round}`).path);
    }
  });

  it('stores a chunk as it is where packing fails, and says so', async () => {
    const warnings: string[] = [];
    const writer = await create('a1', { compressor: faulty(0, 1), onWarning: (error) => warnings.push(error.code) });
    const bytes = new Uint8Array(5000);
    writer.append('pixels', 0, bytes, 0);
    await writer.close();
    expect(writer.error).toBeNull();
    expect(warnings).toEqual(['UNSUPPORTED', 'UNSUPPORTED']); // The chunk and the footer.
    await expectHeld(place('a1').path, [{ kind: 'pixels', bytes }]);
  });

  it('refuses a snapshot that no chunk holds and goes on', async () => {
    const errors: SgapsError[] = [];
    const writer = await create('a1', { onError: (error) => errors.push(error) });
    writer.append('event', 0, new Uint8Array(1));
    expect(() => writer.snapshot(1, 0, new Uint8Array(RECORDING.recordBytes))).toThrow(/record bytes/);
    expect(writer.snapshot(1, 0, new Uint8Array(RECORDING.recordBytes - 4))).toBe(true);
    expect(writer.append('event', 2000, new Uint8Array(1))).toBe(true);
    await writer.close();
    expect(errors).toEqual([]);
    expect(writer.state).toBe('closed');
    expect(writer.figures.records).toBe(3);
  });

  it('closes in order though the one told of its end throws', async () => {
    const warned = new Promise((resolve) => process.once('warning', resolve));
    const writer = await create('a1', {
      onError: () => {
        throw new Error('mine');
      },
    });
    writer.append('event', 1, new Uint8Array(1));
    expect(writer.append('event', RECORDING.timeMs + 1, new Uint8Array(1))).toBe(false);
    await writer.close();
    expect(writer.error?.code).toBe('LIMIT_EXCEEDED');
    expect(await warned).toMatchObject({ message: 'mine' });
    await expectHeld(place('a1').path, [{ kind: 'event', bytes: new Uint8Array(1) }]);
  });

  it('gives up on a disk that hangs, says so, and recovery gets everything back', async () => {
    const errors: string[] = [];
    const closed: string[] = [];
    const hangs: Compressor = { ...zstdCompressor, compress: () => new Promise(() => undefined) };
    const writer = await create('a1', {
      compressor: hangs,
      closeWithin: 100,
      onError: (error) => errors.push(error.code),
      onClosed: async ({ state }) => void closed.push(state),
    });
    const bytes = randomBytes(100);
    writer.append('event', 0, bytes);
    writer.append('event', 2000, bytes); // The first seal begins, and stays.
    const before = performance.now();
    await writer.close();
    expect(performance.now() - before).toBeLessThan(2000);
    expect(writer.error).toMatchObject({ code: 'STORAGE_FAILED', message: expect.stringContaining('100 ms') });
    expect([errors, closed]).toEqual([['STORAGE_FAILED'], ['failed']]);
    const { path, journals } = place('a1');
    expect((await recoverRecording(path, journals, zstdCompressor)).recoveredRecords).toBe(2);
    await expectHeld(path, [
      { kind: 'event', bytes },
      { kind: 'event', bytes },
    ]);
  });

  it('does not wait for ever for those who note its end', async () => {
    const warnings: string[] = [];
    const writer = await create('a1', {
      closeWithin: 100,
      onWarning: (error) => warnings.push(error.code),
      onClosed: () => new Promise(() => undefined),
    });
    await writer.close();
    expect(warnings).toEqual(['STORAGE_FAILED']);
    expect(writer).toMatchObject({ state: 'closed', error: null });
  });
});
