/**
 * Bytes that cross the socket around a Colyseus byte message: the WebSocket header (RFC 6455: 2, 4 or 10 bytes, 4 more for the
 * client's mask) and Colyseus' own (message code, then the message name as a msgpack short string).
 *
 * @example
 * ```ts
 * framingBytes('pixels', 2000, 'up'); // 8 of WebSocket + 8 of Colyseus
 * ```
 */
export function framingBytes(name: string, payload: number, direction: 'up' | 'down'): number {
  const colyseus = 1 + 1 + name.length;
  const message = colyseus + payload;
  const length = message < 126 ? 2 : message < 65_536 ? 4 : 10;
  return colyseus + length + (direction === 'up' ? 4 : 0);
}
