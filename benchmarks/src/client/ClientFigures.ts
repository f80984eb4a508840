import { mean, quantile } from '../metrics/statistics.js';
import type { PageFacts, RecorderSlice, SliceCounts, SliceFigures } from './SliceFigures.js';
import type { StageName, VariantId } from './variants.js';

/** Main-thread work in one displayed frame that counts as a stall, µs (as `RecorderStats.stalls`). */
const STALL = 4000;

/**
 * A slice with what Node measured of the browser's processes beside it.
 *
 * @example
 * ```ts
 * const slice: MeasuredSlice = { ...inPage, ...counts, cpuMs: 840, mainMs: 120 };
 * ```
 */
export interface MeasuredSlice extends SliceFigures, SliceCounts {
  /** User and system time of all of the browser's processes, ms. */
  readonly cpuMs: number;
  /** Time the game's main thread was on a core, ms. */
  readonly mainMs: number;
}

/**
 * The figures of one variant on one stage.
 *
 * @example
 * ```ts
 * const { p50, p99, cpuOverBare }: VariantFigures = figures.stages.phaser.variants.sgaps;
 * ```
 */
export interface VariantFigures {
  /** Main thread spent on the variant, µs per displayed frame. */
  readonly p50: number;
  readonly p99: number;
  readonly mean: number;
  /** Displayed frames in which it took more than 4 ms. */
  readonly stalls: number;
  readonly displayed: number;
  /** Displayed frames per second. */
  readonly fps: number;
  /** From one displayed frame to the next, ms. */
  readonly frameMs: { readonly p50: number; readonly p99: number };
  /** Frames taken per second, where the page knows; lost: frames it should have taken and did not. */
  readonly takenFps: number;
  readonly lost: number;
  readonly bytesPerSecond: number;
  /** CPU of all of the browser's processes, ms per displayed frame, and per cent of one core. */
  readonly cpuPerFrameMs: number;
  readonly cpuPercent: number;
  /** The same less that of the bare game in the same rounds, ms per displayed frame, and the standard error over the rounds (null of one round). */
  readonly cpuOverBare: number;
  readonly cpuOverBareError: number | null;
  /** CPU per displayed frame as a multiple of the bare game's. */
  readonly cpuTimesBare: number;
  /** What MediaRecorder at 2.5 Mbit/s adds to the bare game as a multiple of what this adds; null where either is lost in the noise. */
  readonly mediaRecorderTimes: number | null;
  /** CPU of the main thread alone less the bare game's, µs per displayed frame: also what is hidden in the engine's own calls. */
  readonly mainOverBareMicros: number;
  /** Only SGAPS: what its own stop watch says, means over the slices. */
  readonly recorder: RecorderSlice | null;
}

/**
 * All variants of one stage; `skipped` says why others have no figures.
 *
 * @example
 * ```ts
 * const { gpu, variants } = figures.stages.babylon;
 * ```
 */
export interface StageFigures extends PageFacts {
  /** False where the GPU is emulated on the CPU. */
  readonly hardwareGpu: boolean;
  readonly rounds: number;
  readonly variants: Partial<Record<VariantId, VariantFigures>>;
  readonly skipped: Partial<Record<VariantId, string>>;
}

/**
 * What `bench:client` prints.
 *
 * @example
 * ```ts
 * const { stages }: ClientFigures = JSON.parse(lastLine);
 * ```
 */
export interface ClientFigures {
  /** Seconds measured of each variant, in slices of so many. */
  readonly seconds: number;
  readonly sliceSeconds: number;
  readonly stages: Partial<Record<StageName, StageFigures>>;
  /** Stages that could not be opened, and why. */
  readonly skipped: Partial<Record<StageName, string>>;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const cpuPerFrame = ({ cpuMs, micros }: MeasuredSlice) => cpuMs / Math.max(1, micros.length);
const mainPerFrame = ({ mainMs, micros }: MeasuredSlice) => (1000 * mainMs) / Math.max(1, micros.length);

/** Per round, the variant less the bare game; rounds in which either is missing are left out. */
function differences(
  slices: readonly (MeasuredSlice | null)[],
  bare: readonly (MeasuredSlice | null)[],
  of: (slice: MeasuredSlice) => number,
): number[] {
  return slices.flatMap((slice, round) => {
    const without = bare[round];
    return slice && without ? [of(slice) - of(without)] : [];
  });
}

function standardError(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const middle = mean(values);
  return Math.sqrt(sum(values.map((value) => (value - middle) ** 2)) / (values.length - 1) / values.length);
}

/** More than twice its own standard error above nothing; of a single round nobody knows. */
function standsOut(values: readonly number[]): boolean {
  return mean(values) > 2 * (standardError(values) ?? 0);
}

function meanRecorder(slices: readonly MeasuredSlice[]): RecorderSlice | null {
  const recorders = slices.flatMap(({ recorder }) => (recorder ? [recorder] : []));
  const [first] = recorders;
  if (!first) return null;
  const average = (pick: (slice: RecorderSlice) => number) => mean(recorders.map(pick));
  const stage = (name: keyof RecorderSlice['micros']) => ({
    p50: average(({ micros }) => micros[name].p50),
    p99: average(({ micros }) => micros[name].p99),
    mean: average(({ micros }) => micros[name].mean),
  });
  return {
    sampler: first.sampler,
    thread: first.thread,
    micros: { state: stage('state'), issue: stage('issue'), read: stage('read'), send: stage('send'), total: stage('total') },
    samplesPerFrame: average(({ samplesPerFrame }) => samplesPerFrame),
    latencyFrames: average(({ latencyFrames }) => latencyFrames),
    stalls: sum(recorders.map(({ stalls }) => stalls)),
    postponed: sum(recorders.map(({ postponed }) => postponed)),
    faults: sum(recorders.map(({ faults }) => faults)),
    costLevel: average(({ costLevel }) => costLevel),
  };
}

/**
 * The figures of a variant from its slices, one per round (null where a round failed), beside those of the bare game and of
 * MediaRecorder at 2.5 Mbit/s in the same rounds. NaN where nothing was measured.
 *
 * @example
 * ```ts
 * const figures = summarise(slices.sgaps, slices.bare, slices['mediarecorder-2500']);
 * ```
 */
export function summarise(
  slices: readonly (MeasuredSlice | null)[],
  bare: readonly (MeasuredSlice | null)[],
  mediaRecorder: readonly (MeasuredSlice | null)[] = [],
): VariantFigures {
  const measured = slices.filter((slice) => slice !== null);
  const without = bare.filter((slice) => slice !== null);
  const micros = measured.flatMap((slice) => slice.micros);
  const frameMs = measured.flatMap((slice) => slice.frameMs);
  const seconds = sum(measured.map(({ ms }) => ms)) / 1000;
  const counted = sum(measured.map(({ countedMs }) => countedMs)) / 1000;
  const cpuMs = sum(measured.map((slice) => slice.cpuMs));
  const over = differences(slices, bare, cpuPerFrame);
  const recorderOver = differences(mediaRecorder, bare, cpuPerFrame);
  const cpuOverBare = mean(over);
  const cpuPerFrameMs = cpuMs / Math.max(1, micros.length);
  const barePerFrame = sum(without.map((slice) => slice.cpuMs)) / Math.max(1, sum(without.map((slice) => slice.micros.length)));
  return {
    p50: quantile(micros, 0.5),
    p99: quantile(micros, 0.99),
    mean: mean(micros),
    stalls: micros.filter((value) => value > STALL).length,
    displayed: micros.length,
    fps: micros.length / seconds,
    frameMs: { p50: quantile(frameMs, 0.5), p99: quantile(frameMs, 0.99) },
    takenFps: sum(measured.map(({ taken }) => taken)) / counted,
    lost: sum(measured.map(({ lost }) => lost)),
    bytesPerSecond: sum(measured.map(({ bytes }) => bytes)) / counted,
    cpuPerFrameMs,
    cpuPercent: cpuMs / (10 * seconds),
    cpuOverBare,
    cpuOverBareError: standardError(over),
    cpuTimesBare: cpuPerFrameMs / barePerFrame,
    mediaRecorderTimes: standsOut(over) && standsOut(recorderOver) ? mean(recorderOver) / cpuOverBare : null,
    mainOverBareMicros: mean(differences(slices, bare, mainPerFrame)),
    recorder: meanRecorder(measured),
  };
}
