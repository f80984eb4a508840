/**
 * Names of the faults, as `--only` takes them.
 *
 * @example
 * ```ts
 * const name: FaultName = 'killed';
 * ```
 */
export type FaultName = string;

/**
 * What a fault may use.
 *
 * @example
 * ```ts
 * const server = await FaultServer.start({ data: join(context.folder, 'data'), built: context.built });
 * ```
 */
export interface FaultContext {
  /** An empty folder, removed afterwards. */
  readonly folder: string;
  /** Random points, for faults that have them. */
  readonly points: number;
  /** 0 … 1, the same numbers in each run of a seed. */
  readonly random: () => number;
  /** The built program; false runs it from source. */
  readonly built: boolean;
  /** Tells how far it is. */
  readonly say: (line: string) => void;
}

/**
 * What a fault did: a row of the table. Frames and records are those of recorders; a frame counts as acknowledged when the server has
 * answered the packet that it came in.
 *
 * @example
 * ```ts
 * const isWell = figures.lostFrames + figures.lostRecords + figures.unreadable === 0;
 * ```
 */
export interface FaultFigures {
  readonly fault: FaultName;
  /** What happened, in a few words. */
  readonly what: string;
  /** How often the fault happened. */
  readonly runs: number;
  readonly recordings: number;
  readonly acknowledged: number;
  /** Acknowledged, and not in the recording. */
  readonly lostFrames: number;
  /** Coordinates that a recorder received, events that a later answer acknowledges: not in the recording. */
  readonly lostRecords: number;
  /** Recordings that cannot be opened, decoded or found in the catalog. */
  readonly unreadable: number;
  /** What the client was told, in a few words. */
  readonly client: string;
  /** Seconds from the end of the fault until a new recorder had its first answer, of the slowest run; null where that was not asked. */
  readonly wellAfter: number | null;
  /** Whatever else is not as it should be. */
  readonly broken: readonly string[];
}

/**
 * A fault of the bench. `run` rejects with what makes it impossible here: `UNSUPPORTED` where the machine lacks something, which skips it.
 *
 * @example
 * ```ts
 * export const killed: Fault = { name: 'killed', title: 'kill -9 while recording', run: killServers };
 * ```
 */
export interface Fault {
  readonly name: FaultName;
  /** Heads its rows in the table. */
  readonly title: string;
  run(context: FaultContext): Promise<FaultFigures[]>;
}
