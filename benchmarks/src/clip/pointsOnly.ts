import { type CaptureGrid, createSampleSet, SampleKind, type SampleRequest } from '@sgaps/protocol';
import type { LoopPlanner } from './ClipLoop.js';

/**
 * A planner that keeps to single pixels (the paper's case): where `planner` asks for the mean of a block, the block's middle pixel is asked for,
 * unless it is asked for already.
 *
 * @example
 * ```ts
 * const planner = pointsOnly(grid, new SamplingPlanner({ grid, decoder }));
 * ```
 */
export function pointsOnly(grid: CaptureGrid, planner: LoopPlanner): LoopPlanner {
  const taken = new Uint8Array(grid.width * grid.height);
  return {
    feedback: (up, down, samples) => planner.feedback(up, down, samples),
    plan: (frameId, latency): SampleRequest => {
      const { explicit: asked, seeded } = planner.plan(frameId, latency);
      const explicit = createSampleSet(asked.count);
      taken.fill(0);
      for (const points of [true, false]) {
        for (let i = 0; i < asked.count; i++) {
          if ((asked.kind[i] === SampleKind.point) !== points) continue;
          const half = (1 << asked.kind[i]) >> 1;
          const u = Math.min(grid.width - 1, asked.u[i] + half);
          const v = Math.min(grid.height - 1, asked.v[i] + half);
          if (taken[v * grid.width + u]) continue;
          taken[v * grid.width + u] = 1;
          explicit.u[explicit.count] = u;
          explicit.v[explicit.count] = v;
          explicit.kind[explicit.count] = SampleKind.point;
          explicit.tier[explicit.count++] = asked.tier[i];
        }
      }
      return { frameId, explicit, seeded: seeded.map((set) => ({ ...set, kind: SampleKind.point })) };
    },
  };
}
