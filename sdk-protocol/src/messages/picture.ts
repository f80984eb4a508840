import { ByteReader } from '../bytes/ByteReader.js';
import { ByteWriter } from '../bytes/ByteWriter.js';
import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';

/**
 * The overlays a viewer may switch on.
 *
 * @example
 * ```ts
 * for (const layer of OVERLAY_LAYERS) addToggle(layer);
 * ```
 */
export const OVERLAY_LAYERS = ['uncertainty', 'confidence', 'importance', 'samples', 'tiers', 'layers', 'flow'] as const;
/**
 * One of `OVERLAY_LAYERS`.
 *
 * @example
 * ```ts
 * const layer: OverlayLayer = 'uncertainty';
 * ```
 */
export type OverlayLayer = (typeof OVERLAY_LAYERS)[number];
/**
 * What a picture message shows: the rebuilt frame or an overlay.
 *
 * @example
 * ```ts
 * const layer: PictureLayer = 'frame';
 * ```
 */
export type PictureLayer = 'frame' | OverlayLayer;

const LAYERS: readonly PictureLayer[] = ['frame', ...OVERLAY_LAYERS];
const FORMATS = ['image/jpeg', 'image/webp', 'application/x-sgaps-samples', 'application/x-sgaps-flow'] as const;
const HEADER_BYTES = 20;

/**
 * One picture on its way to a viewer (`frame` and `overlay` messages).
 *
 * @example
 * ```ts
 * const { layer, time, data } = decodePicture(bytes);
 * ```
 */
export interface Picture {
  readonly layer: PictureLayer;
  /**
   * How `data` is to be read; maps are grey images, 255 = 1.0, `layers` one of `Source` numbers. Samples and tiers: 6 bytes each (u16 u,
   * u16 v, u8 kind, u8 tier; a block is one). Flow: 9 bytes for each 8×8 block that moves or changes (u16 u, u16 v of its middle,
   * i16 motion each way in 1/16 pixels a frame, u8 0 with the camera, 1 on its own, 2 changed).
   */
  readonly format: (typeof FORMATS)[number];
  /** Capture grid, pixels. */
  readonly width: number;
  readonly height: number;
  readonly frameId: number;
  /** Milliseconds since recording started. */
  readonly time: number;
  readonly data: Uint8Array;
}

/**
 * A picture as message bytes, little endian: layer u8, format u8, width u16, height u16, two zero bytes, frameId u32,
 * time f64, data.
 *
 * @example
 * ```ts
 * client.sendBytes('frame', encodePicture(picture));
 * ```
 */
export function encodePicture(picture: Picture): Uint8Array {
  const writer = new ByteWriter(HEADER_BYTES + picture.data.length);
  writer.u8(LAYERS.indexOf(picture.layer));
  writer.u8(FORMATS.indexOf(picture.format));
  writer.u16(picture.width);
  writer.u16(picture.height);
  writer.u16(0);
  writer.u32(picture.frameId);
  writer.f64(picture.time);
  writer.bytes(picture.data);
  return writer.toBytes();
}

/**
 * Reads what `encodePicture` wrote; `data` is a view of `bytes`.
 *
 * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`, `LIMIT_EXCEEDED`
 * @example
 * ```ts
 * room.onMessage('frame', (bytes) => show(decodePicture(bytes)));
 * ```
 */
export function decodePicture(bytes: Uint8Array): Picture {
  const reader = new ByteReader(bytes);
  const layer = LAYERS[reader.u8('picture message')];
  const format = FORMATS[reader.u8('picture message')];
  const width = reader.u16('picture message');
  const height = reader.u16('picture message');
  const spare = reader.u16('picture message');
  const frameId = reader.u32('picture message');
  const time = reader.f64('picture message');
  if (!layer || !format || spare !== 0 || !Number.isFinite(time)) throw SgapsError.malformed('picture message');
  if (width > LIMITS.gridWidth) throw SgapsError.limit('picture width', width, LIMITS.gridWidth);
  if (height > LIMITS.gridHeight) throw SgapsError.limit('picture height', height, LIMITS.gridHeight);
  return { layer, format, width, height, frameId, time, data: reader.bytes(reader.remaining, 'picture') };
}
