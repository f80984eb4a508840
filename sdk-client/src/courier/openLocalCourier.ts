import { Connection, type ConnectionOptions } from '../connection/Connection.js';
import type { CourierPort } from './CourierPort.js';
import { LocalPort } from './LocalPort.js';

/**
 * Opens a recording whose courier works on this thread. Its own module, so that a page whose courier has a worker never
 * loads codecs or Colyseus.
 *
 * @example
 * ```ts
 * const port = await openLocalCourier({ endpoint: 'ws://localhost:2567', join }, 65_536);
 * ```
 */
export async function openLocalCourier(options: ConnectionOptions, bufferedBytes: number): Promise<CourierPort> {
  const connection = await Connection.open(options);
  return new LocalPort(connection, { welcome: connection.welcome, schema: options.join.schema, bufferedBytes });
}
