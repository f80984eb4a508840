import type { RecorderConnection, RecorderDiagnostic, RecordJoin } from '@sgaps/client';
import { assertCaptureGrid, type CaptureGrid, LIMITS, SgapsError, type StateSchema, type TierBits } from '@sgaps/protocol';

/**
 * A number of the game that is recorded with every frame.
 *
 * @example
 * ```ts
 * const health: RecordedValue = { type: 'int', read: () => player.health };
 * ```
 */
export interface RecordedValue {
  readonly type: 'int' | 'float';
  /** Precision of a float. Default 1/256. */
  readonly step?: number;
  readonly read: () => number;
}

/**
 * A connection together with what the server said at join.
 *
 * @example
 * ```ts
 * const connect: SgapsPluginOptions['connect'] = async (join) => myTransport(join);
 * ```
 */
export interface PluginConnection extends RecorderConnection {
  readonly welcome: { readonly recordingId: string; readonly grid: CaptureGrid; readonly tierBits: TierBits };
}

/**
 * The plugin's `data` in Phaser's game config.
 *
 * @example
 * ```ts
 * const data: SgapsPluginOptions = { endpoint: 'ws://localhost:2567', game: 'platformer' };
 * ```
 */
export interface SgapsPluginOptions {
  /** Address of the SGAPS server. Needed unless `connect` is given. */
  readonly endpoint?: string;
  /** Name of the game in lists. Default: the page's title, or 'phaser'. */
  readonly game?: string;
  /** Preset: low 15 frames/s, medium 30 (default), high 60; batches of 2, 4 and 8. */
  readonly quality?: 'low' | 'medium' | 'high';
  /** Frames sampled per second, instead of the preset's. 1 … 240. */
  readonly fps?: number;
  /** Frames read back and sent together, instead of the preset's. 1 … 16. */
  readonly batch?: number;
  /** Capture grid. Default: the canvas's aspect at about 57,600 pixels (320×180). */
  readonly grid?: CaptureGrid;
  /** JWT with the record scope. */
  readonly token?: string;
  /** Kept with the recording: at most 32 texts of 512 characters. */
  readonly meta?: Readonly<Record<string, string>>;
  /** Bits per channel to ask the server for (S15); what it answers counts. */
  readonly tierBits?: TierBits;
  /** Numbers recorded with every frame. */
  readonly values?: Readonly<Record<string, RecordedValue>>;
  /** Records as soon as the game runs. Default true; otherwise call `record()`. */
  readonly autoStart?: boolean;
  /** Milliseconds. Default `performance.now`. */
  readonly clock?: () => number;
  /** Told of everything that goes wrong, once per kind. Default: `console.warn`. */
  readonly onDiagnostic?: (diagnostic: RecorderDiagnostic) => void;
  /** Debugging and benches only; see `RecorderOptions.onTruth`. */
  readonly onTruth?: (frameId: number, clientTime: number, rgb: Uint8Array<ArrayBuffer>) => void;
  /** Another transport than Colyseus. */
  readonly connect?: (join: RecordJoin) => Promise<PluginConnection>;
}

const PRESETS = { low: { fps: 15, batch: 2 }, medium: { fps: 30, batch: 4 }, high: { fps: 60, batch: 8 } } as const;

/** Options with defaults filled in. */
export interface CheckedOptions extends SgapsPluginOptions {
  readonly game: string;
  readonly fps: number;
  readonly batch: number;
  readonly schema: StateSchema;
}

/** Checks options; throws `ARGUMENT_INVALID` or `LIMIT_EXCEEDED` saying which is wrong and what would be right. */
export function checkOptions(options: SgapsPluginOptions | undefined | null): CheckedOptions {
  const given = options ?? {};
  if (!given.connect && (typeof given.endpoint !== 'string' || !/^(wss?|https?):\/\//.test(given.endpoint))) {
    throw invalid('endpoint', given.endpoint, "an address such as 'ws://localhost:2567'");
  }
  const preset = PRESETS[given.quality ?? 'medium'];
  if (!preset) throw invalid('quality', given.quality, "'low', 'medium' or 'high'");
  const fps = given.fps ?? preset.fps;
  if (!(fps >= 1 && fps <= LIMITS.fps)) throw invalid('fps', fps, `a number from 1 to ${LIMITS.fps}`);
  const batch = given.batch ?? preset.batch;
  if (!Number.isInteger(batch) || batch < 1 || batch > LIMITS.framesPerPacket) {
    throw invalid('batch', batch, `a whole number from 1 to ${LIMITS.framesPerPacket}`);
  }
  if (given.grid) assertCaptureGrid(given.grid);
  if (
    given.tierBits &&
    (given.tierBits.length !== 4 || given.tierBits.some((bits) => !Number.isInteger(bits) || bits < 3 || bits > 8))
  ) {
    throw invalid('tierBits', given.tierBits, 'four whole numbers from 3 to 8');
  }
  const values = Object.entries(given.values ?? {});
  if (values.length > LIMITS.values) throw SgapsError.limit('number of values', values.length, LIMITS.values);
  const schema = {
    values: values.map(([name, { type, step, read }]) => {
      if ((type !== 'int' && type !== 'float') || typeof read !== 'function') {
        throw invalid(`values.${name}`, type, "{ type: 'int' or 'float', read: () => number }");
      }
      return step === undefined ? { name, type } : { name, type, step };
    }),
  };
  const title = typeof document === 'undefined' ? '' : document.title;
  const game = (given.game ?? (title || 'phaser')).slice(0, LIMITS.nameLength);
  return { ...given, game, fps, batch, schema };
}

function invalid(name: string, value: unknown, wanted: string): SgapsError {
  return new SgapsError('ARGUMENT_INVALID', `SGAPS option ${name} is ${String(value)}; it must be ${wanted}.`);
}
