/** Free and all bytes of a disk. */
interface DiskFigures {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/**
 * Room on the disk, as of when it was last looked at: whoever asks often costs no call of the system.
 *
 * @example
 * ```ts
 * const disk = new DiskWatch(() => store.disk(), 64 * 2 ** 20);
 * readiness.add('disk', () => disk.look(), { every: 2000 });
 * ```
 */
export class DiskWatch {
  /** Null before the first look, and where the last one failed. */
  figures: DiskFigures | null = null;

  constructor(
    private readonly measure: () => Promise<DiskFigures>,
    /** Bytes below which sessions are not to begin. */
    private readonly least: number,
  ) {}

  /** Looks anew; says why there is too little room, null where there is enough. Rejects where the disk cannot be measured. */
  async look(): Promise<string | null> {
    this.figures = null;
    this.figures = await this.measure();
    const { freeBytes } = this.figures;
    if (freeBytes > this.least) return null;
    return `${mebibytes(freeBytes)} MiB free, more than ${mebibytes(this.least)} are needed; free some or delete recordings.`;
  }
}

const mebibytes = (bytes: number) => Math.floor(bytes / 2 ** 20);
