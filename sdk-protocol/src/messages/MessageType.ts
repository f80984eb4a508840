/**
 * Version of the room protocol; a client of another is refused with `VERSION_UNSUPPORTED`.
 *
 * @example
 * ```ts
 * await client.create(RoomName.live, { role: 'record', protocol: PROTOCOL_VERSION, ...rest });
 * ```
 */
export const PROTOCOL_VERSION = 1;

/**
 * Names of the rooms a SGAPS server opens: `live` for each session being recorded.
 *
 * @example
 * ```ts
 * const room = await client.create(RoomName.live, joinOptions);
 * ```
 */
export const RoomName = { live: 'sgaps' } as const;

/**
 * Names of the room messages. Bytes: `coords`, `pixels`; all others are msgpack bodies.
 *
 * @example
 * ```ts
 * room.onMessage(MessageType.welcome, (body) => start(parseWelcome(body)));
 * ```
 */
export const MessageType = {
  /** Server to all: what is being recorded (`WelcomeMessage`). */
  welcome: 'welcome',
  /** Server to recorder: a coordinate packet (S14). */
  coords: 'coords',
  /** Server to all: `ErrorMessage`. */
  error: 'error',
  /** Server to recorder: this server stops; open another room, whose recording `meta.continues` this one, then leave. No body that matters. */
  handover: 'handover',
  /** Recorder to server: a pixel packet (S15). */
  pixels: 'pixels',
  /** Recorder to server: `GameEventMessage`. */
  event: 'event',
  /** Recorder to server: what it kept before the recording was wanted (`encodeKept`), oldest first. */
  kept: 'kept',
  /** Recorder to server: all that was kept is sent; what follows is live. */
  live: 'live',
  /** Recorder to server: `StatsMessage`. */
  stats: 'stats',
  /** Server to viewer: `FiguresMessage`. */
  figures: 'figures',
  /** Server to viewer: the session is over; its recording stays. */
  ended: 'ended',
} as const;
/** The name of a room message. */
export type MessageType = (typeof MessageType)[keyof typeof MessageType];
