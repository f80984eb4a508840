import type { ConnectionOptions } from '../connection/Connection.js';
import type { KeepOptions } from '../connection/KeepingConnection.js';
import type { CourierPort } from './CourierPort.js';
import { LocalPort } from './LocalPort.js';
import { openConnection } from './openConnection.js';

/**
 * Opens a recording whose courier works on this thread. Its own module, so that a page whose courier has a worker never
 * loads codecs or Colyseus.
 *
 * @example
 * ```ts
 * const port = await openLocalCourier({ endpoint: 'ws://localhost:2567', join }, 65_536);
 * ```
 */
export async function openLocalCourier(
  options: ConnectionOptions,
  bufferedBytes: number,
  keep?: KeepOptions,
): Promise<CourierPort> {
  const connection = await openConnection(options, keep);
  return new LocalPort(connection, { welcome: connection.welcome, schema: options.join.schema, bufferedBytes });
}
