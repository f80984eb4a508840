import { CoordinateCodec, createSampleSet, SampleKind, Tier } from '@sgaps/protocol';
import { expect, it } from 'vitest';
import { packSamples } from './packSamples.js';

it('packs a block as one entry, whatever lies beside it', () => {
  const codec = new CoordinateCodec({ width: 320, height: 180 });
  const explicit = createSampleSet(3);
  explicit.count = 3;
  explicit.u.set([300, 318, 7]);
  explicit.v.set([9, 175, 8]);
  explicit.kind.set([SampleKind.point, SampleKind.block1, SampleKind.mean2]);
  explicit.tier.set([Tier.critical, Tier.moderate, Tier.optional]);
  const set = codec.expand({ frameId: 1, explicit, seeded: [] });
  expect(set.count).toBe(66);
  const bytes = packSamples(set);
  expect([...bytes]).toEqual([44, 1, 9, 0, 0, 0, 62, 1, 175, 0, 9, 2, 7, 0, 8, 0, 2, 3]);
});
