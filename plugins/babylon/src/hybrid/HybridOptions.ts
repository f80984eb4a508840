import type { Camera } from '@babylonjs/core/Cameras/camera.js';
import type { TransformNode } from '@babylonjs/core/Meshes/transformNode.js';
import type { RemoteViewOptions } from '@sgaps/client/view';
import { SgapsError } from '@sgaps/protocol/vocabulary';
import type { RemoteAxes } from './cameraOf.js';

/**
 * Options of a `HybridView`.
 *
 * @example
 * ```ts
 * const options: HybridViewOptions = { server: 'https://replays.example.com', scene: 'splats:garden', showLatency: true };
 * ```
 */
export interface HybridViewOptions extends Omit<RemoteViewOptions, 'signal'> {
  /** Who sees it. Default: the scene's active camera, whichever that is; of several (`scene.activeCameras`) the first. */
  readonly camera?: Camera;
  /** What the remote world hangs on: it may turn, move and scale evenly. Default: the scene's own world. */
  readonly root?: TransformNode;
  /**
   * Where the remote world's y axis points. `y-down` (default): as COLMAP and 3DGS have it; it is turned upright. `y-up`: as in glTF. In a left-handed scene the remote y (`y-down`) or z
   * (`y-up`) points the other way, so that nothing is mirrored.
   */
  readonly axes?: RemoteAxes;
  /** Pixels of the remote picture for one of the canvas, in (0, 2]. Default 1. */
  readonly resolution?: number;
  /** More that is asked for at each edge, as part of the picture, 0 … 0.5: it comes into view while a camera turns. Default 0.1. */
  readonly margin?: number;
  /** What is seen where the remote scene has nothing: its picture's own colours (default), or what the scene cleared to. */
  readonly background?: 'remote' | 'local';
  /** Draws frames as the newest camera sees them (default), or, `false`, as they came. */
  readonly reproject?: boolean;
  /** Places of a frame that are tried for each pixel, at most, 1 … 256. Default 48. */
  readonly steps?: number;
  /** Shows in the canvas's corner how old frames are when they come. Default false. */
  readonly showLatency?: boolean;
}

/** @throws SgapsError `ARGUMENT_INVALID` */
export function assertHybridOptions({ resolution = 1, margin = 0.1, axes = 'y-down' }: HybridViewOptions): void {
  assertResolution(resolution);
  if (!(margin >= 0 && margin <= 0.5)) throw new SgapsError('ARGUMENT_INVALID', `A margin is 0 … 0.5, not ${margin}.`);
  if (axes !== 'y-down' && axes !== 'y-up')
    throw new SgapsError('ARGUMENT_INVALID', `Axes are 'y-down' or 'y-up', not '${axes}'.`);
}

/** @throws SgapsError `ARGUMENT_INVALID` */
export function assertResolution(resolution: number): void {
  if (!(resolution > 0 && resolution <= 2))
    throw new SgapsError('ARGUMENT_INVALID', `A resolution is above 0 and at most 2, not ${resolution}.`);
}
