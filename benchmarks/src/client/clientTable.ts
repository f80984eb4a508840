import { formatNumber } from '../clip/formatTable.js';
import type { ClientFigures, StageFigures, VariantFigures } from './ClientFigures.js';
import { type StageName, VARIANT_IDS, VARIANTS, type VariantId } from './variants.js';

/**
 * Names of the stages for people.
 *
 * @example
 * ```ts
 * STAGE_TITLES.phaser; // 'Phaser 4, WebGL2'
 * ```
 */
export const STAGE_TITLES: Record<StageName, string> = {
  phaser: 'Phaser 4, WebGL2',
  babylon: 'Babylon.js 9, WebGL2',
  'babylon-webgpu': 'Babylon.js 9, WebGPU',
};

/**
 * Column heads of `clientRows`.
 *
 * @example
 * ```ts
 * console.log(formatTable(CLIENT_HEAD, clientRows(stage)));
 * ```
 */
export const CLIENT_HEAD = [
  '',
  'µs p50',
  'p99',
  'mean',
  'stalls',
  'CPU ms/frame',
  '+ bare',
  '±',
  '× bare',
  'MediaRecorder adds ×',
  'KB/s',
  'frames/s',
  'taken/s',
];

function cells(id: VariantId, figures: VariantFigures): string[] {
  const { p50, p99, mean, stalls, cpuPerFrameMs, cpuOverBare, cpuOverBareError, cpuTimesBare, mediaRecorderTimes } = figures;
  const isBare = id === 'bare';
  const counted = figures.takenFps > 0;
  return [
    VARIANTS[id].label,
    formatNumber(p50, 0),
    formatNumber(p99, 0),
    formatNumber(mean, 0),
    String(stalls),
    formatNumber(cpuPerFrameMs, 2),
    isBare ? '' : formatNumber(cpuOverBare, 2),
    isBare ? '' : formatNumber(cpuOverBareError, 2),
    formatNumber(cpuTimesBare, 2),
    mediaRecorderTimes === null || id === 'mediarecorder-2500' || isBare ? '' : formatNumber(mediaRecorderTimes, 1),
    figures.bytesPerSecond > 0 ? formatNumber(figures.bytesPerSecond / 1000, 0) : '',
    formatNumber(figures.fps, 0),
    counted ? formatNumber(figures.takenFps, 0) : '',
  ];
}

/**
 * A row of text for each variant of a stage, in their order; those that were skipped say so in the first cell.
 *
 * @example
 * ```ts
 * const rows = clientRows(figures.stages.phaser);
 * ```
 */
export function clientRows({ variants, skipped }: StageFigures): string[][] {
  return VARIANT_IDS.flatMap((id) => {
    const figures = variants[id];
    if (figures) return [cells(id, figures)];
    return skipped[id] === undefined ? [] : [[`${VARIANTS[id].label}: not here`, ...CLIENT_HEAD.slice(1).map(() => '')]];
  });
}

/**
 * Column heads of `stageRows`.
 *
 * @example
 * ```ts
 * console.log(formatTable(STAGE_HEAD, stageRows(stage)));
 * ```
 */
export const STAGE_HEAD = ['', 'state', 'issue', 'read', 'send', 'all', 'samples', 'latency', 'postponed', 'cost level'];

/**
 * Where the recorder's own time goes: a row for each SGAPS variant, µs as "p50 / mean".
 *
 * @example
 * ```ts
 * const rows = recorderRows(figures.stages.phaser);
 * ```
 */
export function recorderRows({ variants }: StageFigures): string[][] {
  return VARIANT_IDS.flatMap((id) => {
    const recorder = variants[id]?.recorder;
    if (!recorder) return [];
    const { micros } = recorder;
    const spent = (['state', 'issue', 'read', 'send', 'total'] as const).map(
      (name) => `${formatNumber(micros[name].p50, 0)} / ${formatNumber(micros[name].mean, 0)}`,
    );
    return [
      [
        `${VARIANTS[id].label} (${recorder.sampler}, courier ${recorder.thread})`,
        ...spent,
        formatNumber(recorder.samplesPerFrame, 0),
        formatNumber(recorder.latencyFrames, 1),
        formatNumber(recorder.postponed, 0),
        formatNumber(recorder.costLevel, 1),
      ],
    ];
  });
}

/**
 * One line on what the figures were taken on: the GPU first of all.
 *
 * @example
 * ```ts
 * console.log(describeStage('phaser', figures));
 * ```
 */
export function describeStage(name: StageName, figures: ClientFigures): string {
  const stage = figures.stages[name];
  if (!stage) return `${STAGE_TITLES[name]}: ${figures.skipped[name] ?? 'not measured'}`;
  const { gpu, hardwareGpu, canvas, timerMicros, rounds } = stage;
  const kind = hardwareGpu ? 'GPU' : 'SOFTWARE GPU: all GPU work runs on the CPU and is counted as CPU time';
  return `${STAGE_TITLES[name]}, canvas ${canvas[0]}×${canvas[1]}; ${kind} (${gpu}); clock step ${timerMicros} µs; ${rounds} × ${figures.sliceSeconds} s each`;
}
