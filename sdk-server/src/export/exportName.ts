import type { RecordingHeader } from '@sgaps/protocol';
import type { ExportPlan } from './exportPlan.js';

/**
 * What the file of an export is called: the game, the recording, and the seconds where it is a part; several pictures have no ending, they are a folder.
 *
 * @example
 * ```ts
 * exportName(header, plan); // phaser-platformer-dae7dcdb-12-20.mp4
 * ```
 */
export function exportName({ game, recordingId }: RecordingHeader, { format, from, to, single, whole }: ExportPlan): string {
  const seconds = (ms: number) => String(Math.round(ms / 10) / 100);
  const part = whole ? '' : single ? `-${seconds(from)}` : `-${seconds(from)}-${seconds(to)}`;
  const name = `${game.replace(/[^A-Za-z0-9._-]+/g, '-')}-${recordingId.slice(0, 8)}${part}`;
  return format === 'png' && !single ? name : `${name}.${format}`;
}
