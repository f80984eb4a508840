import { decodeUtf8 } from '../bytes/utf8.js';

/**
 * What a game told at a moment: an event, or a marker.
 *
 * @example
 * ```ts
 * const { name, data }: RecordedEvent = { name: 'coin', data: { worth: 5 } };
 * ```
 */
export interface RecordedEvent {
  readonly name: string;
  /** Any JSON; null where nothing was told. */
  readonly data: unknown;
}

/**
 * Reads the payload of an `event` record. A recording may hold anything: null for what is no JSON object with a name.
 *
 * @example
 * ```ts
 * for await (const { time, bytes } of reader.events()) show(time, readEvent(bytes)?.name);
 * ```
 */
export function readEvent(bytes: Uint8Array): RecordedEvent | null {
  let event: unknown;
  try {
    event = JSON.parse(decodeUtf8(bytes));
  } catch {
    return null;
  }
  if (typeof event !== 'object' || event === null || !('name' in event) || typeof event.name !== 'string') return null;
  return { name: event.name, data: ('data' in event ? event.data : null) ?? null };
}
