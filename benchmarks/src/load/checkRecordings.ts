import { RecordingStore } from '@sgaps/server';
import { replayRecording } from '../demo/replayRecording.js';
import { psnr } from '../metrics/psnr.js';
import { mean } from '../metrics/statistics.js';
import { Cohort } from './Cohort.js';
import type { JoinedSession } from './recordersProcess.js';
import { SCENE_GRID, SyntheticScene } from './SyntheticScene.js';

/** Recordings rebuilt at most, spread over all. */
const MOST = 3;

/**
 * What rebuilding some of the recordings showed.
 *
 * @example
 * ```ts
 * const { recordings, rejected, psnr }: DecodeCheck = await checkRecordings(folder, sessions);
 * ```
 */
export interface DecodeCheck {
  /** Recordings rebuilt, from their first packet to their last. */
  readonly recordings: number;
  /** Frames rebuilt, and packets that did not decode. */
  readonly frames: number;
  readonly rejected: number;
  /** Share of frames that answered the request made for them. */
  readonly hitRate: number;
  /** Mean PSNR of the frames against the pictures that were played, dB: of all, and of the worst recording. */
  readonly psnr: number;
  readonly psnrWorst: number;
  /** Bytes that a second of them takes on disk, mean. */
  readonly storedPerSecond: number;
}

/**
 * Rebuilds some of the recordings that a run left in a data folder and compares them with what was played: the traffic was what a server gets from
 * games, or its recordings would not show them. Throws what opening a recording throws.
 *
 * @example
 * ```ts
 * const check = await checkRecordings('/tmp/data', recordings);
 * ```
 */
export async function checkRecordings(folder: string, sessions: readonly JoinedSession[]): Promise<DecodeCheck> {
  const scene = new SyntheticScene(SCENE_GRID);
  const store = await RecordingStore.open({ folder });
  const means: number[] = [];
  const hits: number[] = [];
  const stored: number[] = [];
  let frames = 0;
  let rejected = 0;
  try {
    for (const { recordingId, cohort } of spread(sessions)) {
      const { bytes = 0, durationMs = 0 } = (await store.catalog.get(recordingId)) ?? {};
      if (durationMs) stored.push((bytes ?? 0) / (durationMs / 1000));
      const reader = await store.open(recordingId);
      const seen: number[] = [];
      const truth = (frameId: number) => scene.frame(frameId + Cohort.offsetOf(cohort)).picture;
      const exchange = await replayRecording(reader, ({ frameId, rgb }) => {
        seen.push(psnr(truth(frameId), rgb));
      });
      await reader.close();
      means.push(mean(seen));
      hits.push(exchange.hitRate);
      frames += exchange.frames;
      rejected += exchange.rejected;
    }
  } finally {
    await store.close();
  }
  return {
    recordings: means.length,
    frames,
    rejected,
    hitRate: mean(hits),
    psnr: mean(means),
    psnrWorst: Math.min(...means),
    storedPerSecond: mean(stored),
  };
}

function spread<T>(all: readonly T[]): readonly T[] {
  const count = Math.min(MOST, all.length);
  return Array.from({ length: count }, (_, i) => all[Math.round((i * (all.length - 1)) / Math.max(1, count - 1))]);
}
