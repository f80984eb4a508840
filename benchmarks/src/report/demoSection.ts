import { formatNumber } from '../clip/formatTable.js';
import type { MeasuredClip } from './clipTables.js';
import { markdownTable } from './markdownTable.js';

/**
 * What `demo --json` prints, as far as it is shown.
 *
 * @example
 * ```ts
 * const figures = lastJson<DemoFigures>(output);
 * ```
 */
export interface DemoFigures {
  readonly psnr: number;
  readonly psnrSteady: number;
  readonly ssimSteady: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly hitRate: number;
  readonly latencyFrames: number;
  readonly frames: number;
}

/**
 * The chapter on sample games recorded live, each beside its clip.
 *
 * @example
 * ```ts
 * const lines = demoSection([{ game: 'phaser-arena', figures }], measured);
 * ```
 */
export function demoSection(
  demos: readonly { readonly game: string; readonly figures: DemoFigures }[],
  clips: readonly MeasuredClip[],
): string[] {
  if (demos.length === 0) return [];
  const rows = demos.map(({ game, figures: f }) => [
    game,
    formatNumber(f.psnr, 2),
    formatNumber(f.psnrSteady, 2),
    formatNumber(f.ssimSteady, 4),
    formatNumber(clips.find(({ clip }) => clip.name === game)?.figures.psnrSteady, 2),
    formatNumber(f.bytesUp, 0),
    formatNumber(f.bytesDown, 0),
    formatNumber(f.latencyFrames, 0),
    `${formatNumber(100 * f.hitRate, 0)} %`,
  ]);
  const head = ['game', 'PSNR', 'steady', 'SSIM steady', 'its clip, steady', 'B up', 'B down', 'asked ahead', 'in time'];
  return [
    '## Sample games, live',
    '',
    `\`npm run demo -- --game GAME --clock virtual\`: each game played by its bot in headless Chromium, recorded by the real client through the real server, ${demos[0].figures.frames} frames of 30 a`,
    'second of game time whatever this machine draws, rebuilt from the file and compared with the true ones. **Its clip**: the same game as `bench:clip` measures it, from another run of the game. Live, packets hold several frames, so',
    'that requests come later: **asked ahead**, frames; **in time**: frames that had got the request made for them.',
    '',
    markdownTable(head, rows),
    '',
  ];
}
