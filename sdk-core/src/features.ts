/**
 * The parts of the loop that can be switched off one by one, for the ablation table and for telling what a part is worth.
 * Live loop, playback and export always run with all of them; nothing of this is written to a recording.
 *
 * @example
 * ```ts
 * const features: LoopFeatures = { ...ALL_FEATURES, blocks: false };
 * ```
 */
export interface LoopFeatures {
  /** 8×8 block samples where content is new (DESIGN.md, "Capture grid and samples"). */
  readonly blocks: boolean;
  /** Whole pictures are kept up to date by looks at what changes, where the client has time for them; else memory draws what is not looked at. */
  readonly replenish: boolean;
  /** Mean samples: a blurred picture first, at the start and after a cut. */
  readonly means: boolean;
  /** The importance map steers the samples (S3); without, they are spread evenly. */
  readonly importance: boolean;
  /** Tiers, filled from the top down (S5). */
  readonly tiers: boolean;
  /** What stands still is left to the slow refresh (S11). */
  readonly staticAware: boolean;
  /** Cameras, objects and flow are carried on to the frame asked about (S12). */
  readonly trajectory: boolean;
  /** How far they are carried follows the measured delay (S4, S13); without, as for a delay of one frame. */
  readonly latency: boolean;
  /** Layers are read at sub-pixel phase. */
  readonly subPixel: boolean;
  /** Large images with a scroll factor of their own are told apart from the world before them. */
  readonly parallax: boolean;
  /** Tracked objects carry pictures of their own. */
  readonly objects: boolean;
  /** A depth-reprojected layer for 3D cameras. */
  readonly depth: boolean;
  /** Depth is estimated from camera motion where none is sent. */
  readonly depthEstimation: boolean;
  /** Cuts are noticed and answered by coarse looks. */
  readonly cuts: boolean;
  /** Scenes left behind are remembered and known again. */
  readonly sceneMemory: boolean;
  /** Fades and flashes change memory's brightness as a whole. */
  readonly photometric: boolean;
}

/**
 * Everything on, as in live play.
 *
 * @example
 * ```ts
 * const decoder = new SessionDecoder({ grid, features: ALL_FEATURES });
 * ```
 */
export const ALL_FEATURES: LoopFeatures = {
  blocks: true,
  replenish: true,
  means: true,
  importance: true,
  tiers: true,
  staticAware: true,
  trajectory: true,
  latency: true,
  subPixel: true,
  parallax: true,
  objects: true,
  depth: true,
  depthEstimation: true,
  cuts: true,
  sceneMemory: true,
  photometric: true,
};
