import { SessionReplica } from '@sgaps/core';
import { codeToDepth, isSgapsError, levelOf, NO_DEPTH, type PixelFrame, type RecordingReader } from '@sgaps/protocol';
import { replayCamera, type SplatCamera } from '@sgaps/splats';

/**
 * What was recorded of a frame, as the picture that it makes.
 *
 * @example
 * ```ts
 * const { camera, rgb }: Look = looks.get(12);
 * ```
 */
export interface Look {
  readonly camera: SplatCamera;
  /** 3·W·H; what was not sampled is as in the frame before. */
  readonly rgb: Uint8Array;
  /** W·H distances along the axis, of each pixel that of the measured one nearest to it in its 8×8 cell or around; +∞ for nothing drawn. */
  readonly depth: Float32Array;
}

/**
 * Pictures of those frames of a recording that are wanted.
 *
 * @example
 * ```ts
 * const looks = await readLooks(reader, (frameId) => frameId % 10 === 4);
 * ```
 */
export async function readLooks(reader: RecordingReader, wants: (frameId: number) => boolean): Promise<Map<number, Look>> {
  const { grid, schema, tierBits, depth } = reader.header;
  const replica = new SessionReplica({ grid, schema, tierBits, depth });
  const picture = new Uint8Array(3 * grid.width * grid.height);
  const looks = new Map<number, Look>();
  for await (const { kind, time, bytes } of reader.records(0, { kinds: ['coordinates', 'pixels'] })) {
    let frames: ReturnType<SessionReplica['pixels']> = [];
    try {
      if (kind === 'coordinates') replica.coordinates(bytes);
      else frames = replica.pixels(bytes, time);
    } catch (error) {
      if (!isSgapsError(error)) throw error;
    }
    for (const { frame } of frames) {
      paint(frame, picture, grid.width, grid.height);
      const [recorded] = frame.state.cameras3d;
      const camera = recorded && wants(frame.frameId) ? replayCamera(recorded, grid.width, grid.height) : null;
      if (camera) looks.set(frame.frameId, { camera, rgb: picture.slice(), depth: depthOf(frame, grid.width, grid.height) });
    }
  }
  return looks;
}

function paint({ samples, values }: PixelFrame, picture: Uint8Array, width: number, height: number): void {
  for (let i = 0; i < samples.count; i++) {
    if (levelOf(samples.kind[i]) > 0 || samples.u[i] >= width || samples.v[i] >= height) continue;
    const at = 3 * (samples.v[i] * width + samples.u[i]);
    for (let c = 0; c < 3; c++) picture[at + c] = values.rgb[3 * i + c];
  }
}

/** Spreads measured depths until each pixel has one. */
function depthOf({ samples, values }: PixelFrame, width: number, height: number): Float32Array {
  const depth = new Float32Array(width * height).fill(-1);
  let edge: number[] = [];
  for (let i = 0; i < samples.count; i++) {
    const code = values.depth?.[i] ?? NO_DEPTH;
    if (code === NO_DEPTH || samples.u[i] >= width || samples.v[i] >= height) continue;
    const at = samples.v[i] * width + samples.u[i];
    depth[at] = code === 0 ? Number.POSITIVE_INFINITY : codeToDepth(code);
    edge.push(at);
  }
  while (edge.length > 0) {
    const next: number[] = [];
    for (const at of edge) {
      const u = at % width;
      for (const other of [u > 0 ? at - 1 : -1, u < width - 1 ? at + 1 : -1, at - width, at + width]) {
        if (other < 0 || other >= depth.length || depth[other] >= 0) continue;
        depth[other] = depth[at];
        next.push(other);
      }
    }
    edge = next;
  }
  return depth;
}
