import type { ArchiveModel, CubeConditions } from '@sgaps/core';
import type { CaptureGrid } from '@sgaps/protocol';

/** Numbers of one state token. */
const TOKEN_WIDTH = 24;

/**
 * What is kept from a model, to see what it is worth.
 *
 * @example
 * ```ts
 * const withheld: Withheld = { state: true };
 * ```
 */
export interface Withheld {
  /** What the game says: the model gets one empty token instead. */
  readonly state?: boolean;
  /** Regions: all cubes are of region 0, in their usual order. */
  readonly regions?: boolean;
}

/**
 * Stands before an archive's model: takes the time that it takes and counts what it draws, and may keep something from it.
 *
 * @example
 * ```ts
 * const probe = new ModelProbe(model);
 * await new ArchiveEncoder(shape, { model: probe }).encode(pictures);
 * console.log(probe.ms);
 * ```
 */
export class ModelProbe implements ArchiveModel {
  readonly id: string;
  readonly memoryWidth: number;
  /** Milliseconds until its answers were there, all together. */
  ms = 0;
  /** Pairs that it drew something of, cubes that it drew, and the codebooks that those were given. */
  pairs = 0;
  cubes = 0;
  codebooks = 0;

  constructor(
    private readonly model: ArchiveModel,
    private readonly withheld: Withheld = {},
  ) {
    this.id = model.id;
    this.memoryWidth = model.memoryWidth;
  }

  encode(size: CaptureGrid, frames: Float32Array, conditions: CubeConditions): ReturnType<ArchiveModel['encode']> {
    return this.timed(() => this.model.encode(size, frames, this.known(conditions)));
  }

  decode(
    size: CaptureGrid,
    active: Parameters<ArchiveModel['decode']>[1],
    conditions: CubeConditions,
  ): ReturnType<ArchiveModel['decode']> {
    this.pairs++;
    this.cubes += active.places.length;
    this.codebooks += active.levels.reduce((sum, levels) => sum + levels, 0);
    return this.timed(() => this.model.decode(size, active, this.known(conditions)));
  }

  /** The model stays open: it is whose it was. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  private known(conditions: CubeConditions): CubeConditions {
    const { state, regions } = this.withheld;
    return {
      ...conditions,
      ...(state ? { state: new Float32Array(TOKEN_WIDTH) } : {}),
      ...(regions ? { region: new Int32Array(conditions.region.length), rank: Int32Array.from(conditions.rank.keys()) } : {}),
    };
  }

  private async timed<T>(ask: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await ask();
    } finally {
      this.ms += performance.now() - started;
    }
  }
}
