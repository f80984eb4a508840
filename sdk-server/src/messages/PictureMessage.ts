import { SgapsError } from '@sgaps/protocol';

/**
 * What a picture message shows: the rebuilt frame, or one of the overlays.
 *
 * @example
 * ```ts
 * const layer: PictureLayer = 'uncertainty';
 * ```
 */
export type PictureLayer = 'frame' | 'uncertainty' | 'confidence' | 'importance' | 'samples';

/** The overlays a viewer may switch on, in the order of their bits. */
export const OVERLAY_LAYERS = ['uncertainty', 'confidence', 'importance', 'samples'] as const satisfies readonly PictureLayer[];
/** One of `OVERLAY_LAYERS`. */
export type OverlayLayer = (typeof OVERLAY_LAYERS)[number];

const LAYERS: readonly PictureLayer[] = ['frame', ...OVERLAY_LAYERS];
const FORMATS = ['image/jpeg', 'image/webp', 'application/x-sgaps-samples'] as const;
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
  /** How `data` is to be read; maps are grey images, 255 = 1.0, samples 6 bytes each (u16 u, u16 v, u8 kind, u8 tier). */
  readonly format: (typeof FORMATS)[number];
  /** Capture grid. */
  readonly width: number;
  readonly height: number;
  readonly frameId: number;
  /** ms since recording start. */
  readonly time: number;
  readonly data: Uint8Array;
}

/**
 * The picture as message bytes: layer u8, format u8, width u16, height u16, two zero bytes, frameId u32, time f64, data.
 * Little endian.
 *
 * @example
 * ```ts
 * client.sendBytes('frame', encodePicture(picture));
 * ```
 */
export function encodePicture(picture: Picture): Uint8Array {
  const out = new Uint8Array(HEADER_BYTES + picture.data.length);
  const view = new DataView(out.buffer);
  view.setUint8(0, LAYERS.indexOf(picture.layer));
  view.setUint8(1, FORMATS.indexOf(picture.format));
  view.setUint16(2, picture.width, true);
  view.setUint16(4, picture.height, true);
  view.setUint32(8, picture.frameId, true);
  view.setFloat64(12, picture.time, true);
  out.set(picture.data, HEADER_BYTES);
  return out;
}

/**
 * Reads what `encodePicture` wrote; `data` is a view of `bytes`. Throws `BYTES_TRUNCATED` or `BYTES_MALFORMED`.
 *
 * @example
 * ```ts
 * room.onMessage('frame', (bytes) => show(decodePicture(bytes)));
 * ```
 */
export function decodePicture(bytes: Uint8Array): Picture {
  if (bytes.length < HEADER_BYTES) throw SgapsError.truncated('picture message');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const layer = LAYERS[view.getUint8(0)];
  const format = FORMATS[view.getUint8(1)];
  if (!layer || !format) throw SgapsError.malformed('picture message');
  return {
    layer,
    format,
    width: view.getUint16(2, true),
    height: view.getUint16(4, true),
    frameId: view.getUint32(8, true),
    time: view.getFloat64(12, true),
    data: bytes.subarray(HEADER_BYTES),
  };
}
