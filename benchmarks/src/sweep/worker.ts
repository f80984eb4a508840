import { join } from 'node:path';
import { isSgapsError } from '@sgaps/protocol';
import { type ClipFigures, type ClipOptions, measureClip } from '../clip/measureClip.js';
import { paintDifference, paintMap, paintSamples } from '../picture/paint.js';
import { type StripPanel, writeStrip } from '../picture/writeStrip.js';
import { probeVideo } from '../video/probeVideo.js';

/**
 * What the sweep asks of a worker process.
 *
 * @example
 * ```ts
 * const job: SweepJob = { name: 'tank', options: { input: 'tank.mkv' }, at: [] };
 * ```
 */
export interface SweepJob {
  readonly name: string;
  readonly options: ClipOptions;
  /** Folder for pictures of the frames in `at`. */
  readonly png?: string;
  readonly at: readonly number[];
}

/** What comes back: figures, or what went wrong. */
export type SweepAnswer =
  | { readonly name: string; readonly figures: ClipFigures }
  | { readonly name: string; readonly error: string };

async function work(job: SweepJob): Promise<ClipFigures> {
  const grid = await probeVideo(job.options.input);
  const strips: { path: string; panels: StripPanel[] }[] = [];
  const figures = await measureClip({
    ...job.options,
    onFrame: (decoded, truth, importance) => {
      if (job.png === undefined || !job.at.includes(decoded.frameId)) return;
      strips.push({
        path: join(job.png, `${job.name}-${String(decoded.frameId).padStart(4, '0')}.png`),
        panels: [
          { label: `${job.name} ${decoded.frameId}: truth`, rgb: truth.slice() },
          { label: 'rebuilt', rgb: decoded.rgb.slice() },
          { label: 'difference ×4', rgb: paintDifference(truth, decoded.rgb) },
          { label: 'uncertainty', rgb: paintMap(decoded.uncertainty) },
          { label: `samples (${decoded.samples.count})`, rgb: paintSamples(grid, truth, decoded.samples) },
          { label: 'importance of the last plan', rgb: paintMap(importance) },
        ],
      });
    },
  });
  for (const { path, panels } of strips) await writeStrip(path, grid, panels, { columns: 3 });
  return figures;
}

// Nobody waits for an answer any more.
process.on('disconnect', () => process.exit());
process.on('message', (job: SweepJob) => {
  const answer = (message: SweepAnswer) => process.send?.(message);
  work(job).then(
    (figures) => answer({ name: job.name, figures }),
    (error: unknown) =>
      answer({
        name: job.name,
        error: isSgapsError(error) ? `${error.code}: ${error.message}` : String((error as Error)?.stack ?? error),
      }),
  );
});
