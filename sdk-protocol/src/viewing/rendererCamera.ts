import { SgapsError } from '../errors.js';
import { assertTimes, type CameraFrame, readMatrices, writeMatrices } from './CameraFrame.js';

/**
 * Bytes of a camera on its way to the renderer.
 *
 * @example
 * ```ts
 * const scratch = new Uint8Array(RENDERER_CAMERA_BYTES);
 * ```
 */
export const RENDERER_CAMERA_BYTES = 152;
const CLIENT_TIME = 128;
const SERVER_TIME = 136;
const TIME_INDEX = 144;
const FRAME_ID = 148;

/**
 * A camera as the transport hands it to the renderer (P12): view @0, intrinsics @64, client time f64 @128, server time f64 @136, time index f32 @144, frame id u32 @148;
 * little-endian.
 *
 * @param into 152 bytes to write to, new ones by default; they are returned.
 * @throws SgapsError `ARGUMENT_INVALID` for matrices of another size.
 * @example
 * ```ts
 * socket.write(encodeRendererCamera(camera));
 * ```
 */
export function encodeRendererCamera(camera: CameraFrame, into = new Uint8Array(RENDERER_CAMERA_BYTES)): Uint8Array {
  const view = new DataView(into.buffer, into.byteOffset, RENDERER_CAMERA_BYTES);
  writeMatrices(view, camera);
  view.setFloat64(CLIENT_TIME, camera.clientTime, true);
  view.setFloat64(SERVER_TIME, camera.serverTime, true);
  view.setFloat32(TIME_INDEX, camera.timeIndex, true);
  view.setUint32(FRAME_ID, camera.frameId, true);
  return into;
}

/**
 * Reads what `encodeRendererCamera` wrote.
 *
 * @throws SgapsError `BYTES_MALFORMED`
 * @example
 * ```ts
 * const camera = decodeRendererCamera(bytes);
 * ```
 */
export function decodeRendererCamera(bytes: Uint8Array): CameraFrame {
  if (bytes.length !== RENDERER_CAMERA_BYTES) throw SgapsError.malformed(`camera of ${bytes.length} bytes: it has 152`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const clientTime = view.getFloat64(CLIENT_TIME, true);
  const serverTime = view.getFloat64(SERVER_TIME, true);
  const timeIndex = view.getFloat32(TIME_INDEX, true);
  assertTimes(timeIndex, clientTime, serverTime);
  return { ...readMatrices(view), timeIndex, frameId: view.getUint32(FRAME_ID, true), clientTime, serverTime };
}
