import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { assertTimes, type CameraFrame, readMatrices, writeMatrices } from './CameraFrame.js';

const HANDSHAKE_BYTES = 4;
const PING_BYTES = 16;
const CAMERA_BYTES = 160;
const FRAME_ID = 128;
const CLIENT_TIME = 136;
const TIME_INDEX = 144;

/**
 * What a viewer sends the transport (P10): the size it wants, a ping, or a camera. A ping's 16 bytes are its own and come back as they are.
 *
 * @example
 * ```ts
 * const message: ViewerMessage = decodeViewerMessage(bytes, Date.now());
 * if (message.kind === 'camera') queue.push(message.camera);
 * ```
 */
export type ViewerMessage =
  | { readonly kind: 'handshake'; readonly width: number; readonly height: number }
  | { readonly kind: 'ping'; readonly bytes: Uint8Array }
  | { readonly kind: 'camera'; readonly camera: CameraFrame };

/**
 * The first message: the size of picture wanted. u16 width, u16 height, little-endian as all of these.
 *
 * @throws SgapsError `LIMIT_EXCEEDED`
 * @example
 * ```ts
 * socket.send(encodeHandshake(1280, 720));
 * ```
 */
export function encodeHandshake(width: number, height: number): Uint8Array {
  assertSize(width, height);
  const bytes = new Uint8Array(HANDSHAKE_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, width, true);
  view.setUint16(2, height, true);
  return bytes;
}

/**
 * A camera: view @0, intrinsics @64 (16 × f32 each), frame id u32 @128, client time f64 @136, time index f32 @144, zeros up to 160 bytes.
 *
 * @param into 160 bytes to write to, new ones by default; they are returned.
 * @throws SgapsError `ARGUMENT_INVALID` for matrices of another size.
 * @example
 * ```ts
 * socket.send(encodeViewerCamera(camera));
 * ```
 */
export function encodeViewerCamera(camera: CameraFrame, into = new Uint8Array(CAMERA_BYTES)): Uint8Array {
  const view = new DataView(into.buffer, into.byteOffset, CAMERA_BYTES);
  into.fill(0, FRAME_ID, CAMERA_BYTES);
  writeMatrices(view, camera);
  view.setUint32(FRAME_ID, camera.frameId, true);
  view.setFloat64(CLIENT_TIME, camera.clientTime, true);
  view.setFloat32(TIME_INDEX, camera.timeIndex, true);
  return into;
}

/**
 * Reads what a viewer sent; the length tells which message it is.
 *
 * @param now When it came, ms: the camera's server time.
 * @throws SgapsError `BYTES_MALFORMED` for another length or numbers that make no sense, `LIMIT_EXCEEDED` for a size beyond 4096 a side.
 * @example
 * ```ts
 * socket.on('message', (bytes) => take(decodeViewerMessage(bytes, performance.now())));
 * ```
 */
export function decodeViewerMessage(bytes: Uint8Array, now: number): ViewerMessage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (bytes.length) {
    case HANDSHAKE_BYTES: {
      const width = view.getUint16(0, true);
      const height = view.getUint16(2, true);
      assertSize(width, height);
      return { kind: 'handshake', width, height };
    }
    case PING_BYTES:
      return { kind: 'ping', bytes };
    case CAMERA_BYTES: {
      const clientTime = view.getFloat64(CLIENT_TIME, true);
      const timeIndex = view.getFloat32(TIME_INDEX, true);
      assertTimes(timeIndex, clientTime);
      const frameId = view.getUint32(FRAME_ID, true);
      return { kind: 'camera', camera: { ...readMatrices(view), timeIndex, frameId, clientTime, serverTime: now } };
    }
    default:
      throw SgapsError.malformed(`viewer message of ${bytes.length} bytes: it has 4, 16 or 160`);
  }
}

function assertSize(width: number, height: number): void {
  for (const side of [width, height]) {
    if (!Number.isInteger(side) || side < 1) throw SgapsError.malformed(`handshake: a picture of ${width}×${height}`);
    if (side > LIMITS.pictureSide) throw SgapsError.limit('side of a picture', side, LIMITS.pictureSide);
  }
}
