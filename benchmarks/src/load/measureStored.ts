import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RecordingStore } from '@sgaps/server';
import { lastJson } from '../report/lastJson.js';
import { LoadRig } from './LoadRig.js';

const CLI = fileURLToPath(import.meta.resolve('@sgaps/server/package.json')).replace('package.json', 'dist/cli.js');

/**
 * Bytes that a second of play takes on disk.
 *
 * @example
 * ```ts
 * const { recorded, archived }: StoredFigures = await measureStored(30);
 * ```
 */
export interface StoredFigures {
  readonly seconds: number;
  readonly recorded: number;
  /** After `sgaps archive`; null where that was no smaller. */
  readonly archived: number | null;
  /** PSNR of the archive against the recording's own pictures, dB. */
  readonly psnr: number | null;
}

/**
 * Records one session on demand and archives it, as `sgaps archive` does unless told otherwise. Rejects with `CLOSED` when a process fails, and when the archive cannot be made.
 *
 * @example
 * ```ts
 * const figures = await measureStored(30);
 * ```
 */
export async function measureStored(seconds: number): Promise<StoredFigures> {
  const data = mkdtempSync(join(tmpdir(), 'sgaps-bench-stored-'));
  try {
    const rig = await LoadRig.start({ data, cadence: 'on-demand', guard: false, viewing: false }, 1);
    let id: string;
    try {
      const { recordings } = await rig.join(1, 1);
      id = recordings[0].recordingId;
      await wait(1000 * seconds);
    } finally {
      await rig.close();
    }
    const store = await RecordingStore.open({ folder: data });
    const row = await store.catalog.get(id);
    await store.close();
    const length = (row?.durationMs ?? 0) / 1000;
    const args = [CLI, 'archive', '--json', '--larger', '--reconstructor', 'none', '--data', data, '--', id];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const line = stdout.split('\n').find((text) => text.includes('"archived"')) ?? '';
    const made = line ? lastJson<{ from: number; bytes: number; psnr: number | null }>(line) : null;
    return {
      seconds: length,
      recorded: (made?.from ?? row?.bytes ?? 0) / length,
      archived: made ? made.bytes / length : null,
      psnr: made?.psnr ?? null,
    };
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}
