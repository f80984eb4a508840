/**
 * Bounds every decoder checks before it allocates or loops. A client is untrusted (DESIGN.md, "Trust").
 *
 * @example
 * ```ts
 * if (count > LIMITS.samplesPerFrame) throw SgapsError.limit('sample count', count, LIMITS.samplesPerFrame);
 * ```
 */
export const LIMITS = {
  /** Capture grid, pixels. */
  gridWidth: 640,
  gridHeight: 360,
  gridMin: 16,
  /** Samples asked for or sent in one frame. */
  samplesPerFrame: 65536,
  /** Frames in one pixel or coordinate packet. */
  framesPerPacket: 16,
  /** Bytes of one pixel packet, one coordinate packet. */
  pixelPacketBytes: 64 * 1024,
  coordinatePacketBytes: 32 * 1024,
  /** State vector. */
  cameras: 8,
  objects: 256,
  values: 64,
  /** Distinct texture and frame names of one session. */
  names: 4096,
  nameLength: 128,
  /** JSON bytes of one game event. */
  eventBytes: 4096,
  /** Events of one recording that its players show. */
  markers: 5000,
  /** Milliseconds a recorder may have kept before its recording was wanted, and bytes of one `kept` message. */
  keptMs: 3_600_000,
  keptBytes: 64 * 1024,
  /** Bytes of one stored chunk, packed and unpacked, and of one snapshot. */
  chunkBytes: 16 * 1024 * 1024,
  /** Pixels a side of a picture that a viewer may ask for; bytes of one part of a picture (1280×720 raw, colour, depth and alpha, has 18 MB), and of the JSON beside it. */
  pictureSide: 4096,
  pictureBytes: 64 * 1024 * 1024,
  pictureMetadataBytes: 64 * 1024,
  /** Samples per second a capture may claim. */
  fps: 240,
} as const;
