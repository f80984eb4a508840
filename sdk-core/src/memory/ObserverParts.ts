import type { CaptureGrid } from '@sgaps/protocol';
import type { CutDetector } from './CutDetector.js';
import type { DynamicMemory } from './DynamicMemory.js';
import type { ObjectLayer } from './ObjectLayer.js';
import type { PhotometricModel } from './PhotometricModel.js';
import type { RegionCut } from './RegionCut.js';
import type { SuspectMap } from './SuspectMap.js';

/**
 * What a sample observer teaches, and what it reports to.
 *
 * @example
 * ```ts
 * const parts: ObserverParts = { grid, patches, dynamic, suspects, cuts, regions, brightness, mostLayers: 2 };
 * ```
 */
export interface ObserverParts {
  readonly grid: CaptureGrid;
  readonly patches: Pick<ObjectLayer, 'predict'>;
  readonly dynamic: DynamicMemory;
  readonly suspects: SuspectMap;
  readonly cuts: CutDetector;
  readonly regions: RegionCut;
  /** How brightly the screen shows what memory has. */
  readonly brightness: PhotometricModel;
  /** Scroll layers there can be at most. */
  readonly mostLayers: number;
}
