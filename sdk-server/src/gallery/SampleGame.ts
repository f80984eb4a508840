/**
 * What a sample game shows of SGAPS, and where.
 *
 * @example
 * ```ts
 * const feature: GameFeature = { title: 'Kill-cam', text: 'The last seconds, once more.', source: 'examples/phaser-arena/src/replay/KillCam.ts' };
 * ```
 */
export interface GameFeature {
  readonly title: string;
  readonly text: string;
  /** File or folder of the repository in which it is made. */
  readonly source: string;
  /** What the address of the game says to have it while the bot plays, for example `killcam=1`. */
  readonly query?: string;
}

/**
 * What `npm run bench:games` measured of a sample game.
 *
 * @example
 * ```ts
 * console.log(`${game.figures?.psnr.toFixed(1)} dB at ${game.figures?.bytesUp.toFixed(0)} B a frame`);
 * ```
 */
export interface GameFigures {
  /** Day of the measurement, `2026-11-30`. */
  readonly date: string;
  readonly version: string;
  readonly machine: string;
  /** Other programs had the machine, too. Quality and bytes are worth as much as ever then; times were not taken. */
  readonly busy: boolean;
  /** Seconds of game time, and frames compared. */
  readonly seconds: number;
  readonly frames: number;
  /** Of the rebuilt frames beside the true ones, dB and 0 … 1; `psnrSteady` without the first two seconds. */
  readonly psnr: number;
  readonly psnrSteady: number;
  readonly ssim: number;
  /** Bytes of a frame over the socket, framing included. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly samples: number;
  /** Median µs of main thread that recording takes of a displayed frame; missing where the machine was busy. */
  readonly micros?: number;
}

/**
 * A sample game the server shows and serves.
 *
 * @example
 * ```ts
 * const game: SampleGame = { name: 'phaser-platformer', title: 'Platformer', description: '…', path: 'phaser-platformer/dist' };
 * ```
 */
export interface SampleGame {
  /** Served under `/examples/<name>/`, and the name its sessions have. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Folder of its built files. A `cover.webp` in it is its picture. */
  readonly path: string;
  /** For example `Platformer`. */
  readonly kind?: string;
  /** For example `phaser`. */
  readonly engine?: string;
  readonly feature?: GameFeature;
  readonly figures?: GameFigures;
}
