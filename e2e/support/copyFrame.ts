import type { PixelFrame } from '@sgaps/protocol';

/** A decoded frame to keep: the decoder reuses its arrays. */
export function copyFrame(frame: PixelFrame): PixelFrame {
  const { samples, values, state } = frame;
  const n = samples.count;
  return {
    ...frame,
    state: structuredClone({
      cameras: [...state.cameras],
      cameras3d: [...state.cameras3d],
      objects: [...state.objects],
      values: [...state.values],
    }),
    samples: {
      count: n,
      quantiser: samples.quantiser,
      budget: samples.budget,
      keeps: samples.keeps,
      u: samples.u.slice(0, n),
      v: samples.v.slice(0, n),
      kind: samples.kind.slice(0, n),
      tier: samples.tier.slice(0, n),
    },
    values: { ...values, rgb: values.rgb.slice(0, 3 * n), bits: values.bits.slice(0, n), depth: values.depth?.slice(0, n) },
  };
}
