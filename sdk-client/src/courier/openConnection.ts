import { Connection, type ConnectionOptions } from '../connection/Connection.js';
import { KeepingConnection, type KeepOptions } from '../connection/KeepingConnection.js';
import type { RecorderConnection } from '../connection/RecorderConnection.js';
import type { CourierWelcome } from './CourierPort.js';

/**
 * The connection a courier works with: to the server at once, or to nobody until what is kept is wanted.
 *
 * @example
 * ```ts
 * const connection = await openConnection({ endpoint, join }, { seconds: 120 });
 * ```
 */
export async function openConnection(
  options: ConnectionOptions,
  keep: KeepOptions | undefined,
): Promise<RecorderConnection & { readonly welcome: CourierWelcome }> {
  if (!keep) return Connection.open(options);
  const open = (keptMs: number) => Connection.open({ ...options, join: { ...options.join, keptMs } });
  return new KeepingConnection({ keep, grid: options.join.grid, tierBits: options.join.tierBits, open });
}
