import { startServer } from '@sgaps/server';
import { intrinsicsOf, scatterCamera } from '@sgaps/splats';
import { pino } from 'pino';
import { formatNumber, formatTable } from '../clip/formatTable.js';
import { quantile } from '../metrics/statistics.js';
import type { Spread } from './measurePipeline.js';
import type { SplatOptions } from './splatOptions.js';
import { Watcher } from './Watcher.js';

/** Pictures before those that are measured. */
const WARM_UP = 3;

/**
 * The whole way of a scene's pictures, through the renderer's and the transport's processes.
 *
 * @example
 * ```ts
 * const { adapter, endToEndMs }: WayRow = figures.ways[0];
 * ```
 */
export interface WayRow {
  readonly splats: number;
  readonly encoder: string;
  readonly width: number;
  readonly height: number;
  /** What drew it. */
  readonly adapter: string;
  readonly endToEndMs: Spread;
  readonly bytesPerPicture: number;
}

/** What is looked at, from where and when. */
interface Looks {
  readonly scene: (splats: number) => string;
  /** Of the picture of this number. */
  readonly time: (picture: number) => number;
  /** How far the camera has gone around the room, radians. */
  readonly turn: (picture: number) => number;
}

/**
 * Asks for one picture after the other, as a viewer does.
 *
 * @param data folder with a server's data.
 * @example
 * ```ts
 * const ways = await measureWays(data, options, { scene: (splats) => `splats:room-${splats}`, time: () => 0, turn: (picture) => 0.01 * picture });
 * ```
 */
export async function measureWays(data: string, options: SplatOptions, looks: Looks): Promise<WayRow[]> {
  const { counts, sizes, encoders, pictures, on } = options;
  const viewing = { port: 0, model: 'none', encoders, splatsOn: on };
  const server = await startServer({ port: 0, data, log: pino({ level: 'error' }), model: null, viewing });
  const ways: WayRow[] = [];
  try {
    for (const splats of counts)
      for (const [width, height] of sizes)
        for (const encoder of encoders) {
          console.error(`${splats} splats as ${encoder} at ${width}×${height}`);
          const watcher = await Watcher.join(server.viewingPort ?? 0, { scene: looks.scene(splats), encoder });
          watcher.size(width, height);
          const took: number[] = [];
          let bytes = 0;
          for (let i = 0; i < WARM_UP + pictures; i++) {
            if (i === WARM_UP) bytes = watcher.bytes;
            const camera = scatterCamera(width, height, looks.turn(i));
            const ms = await watcher.ask(looks.time(i), { view: camera.view, intrinsics: intrinsicsOf(camera) });
            if (i >= WARM_UP) took.push(ms);
          }
          watcher.leave();
          ways.push({
            ...{ splats, encoder, width, height, adapter: String(watcher.scene.adapter) },
            endToEndMs: { p50: quantile(took, 0.5), p95: quantile(took, 0.95) },
            bytesPerPicture: (watcher.bytes - bytes) / pictures,
          });
        }
    return ways;
  } finally {
    await server.close();
  }
}

/**
 * The rows as text.
 *
 * @example
 * ```ts
 * console.log(waysTable(ways));
 * ```
 */
export function waysTable(ways: readonly WayRow[]): string {
  const rows = ways.map(({ splats, encoder, width, height, adapter, endToEndMs, bytesPerPicture }) => [
    `${splats}, ${encoder}, ${width}×${height}`,
    formatNumber(endToEndMs.p50, 1),
    formatNumber(endToEndMs.p95, 1),
    formatNumber(bytesPerPicture / 1024, 1),
    adapter,
  ]);
  return formatTable(['splats, encoder, size', 'end to end p50', 'p95', 'KB a picture', 'drawn on'], rows);
}
