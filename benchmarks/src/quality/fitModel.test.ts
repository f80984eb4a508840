import { describe, expect, it } from 'vitest';
import { fitModel, predict, type QualityRow } from './fitModel.js';

describe('fitModel', () => {
  it('finds the weights of what is linear, whichever clip it is from', () => {
    const clip = (offset: number): QualityRow[] =>
      Array.from({ length: 200 }, (_, t) => {
        const features = [Math.sin(t * 0.7 + offset), Math.cos(t * 1.3) + offset];
        return { features, psnr: 30 - 4 * features[0] + 2 * features[1] };
      });
    const model = fitModel([clip(0), clip(0.5), clip(1)]);
    expect(model.weights[0]).toBeCloseTo(-4, 0);
    expect(model.weights[1]).toBeCloseTo(2, 0);
    expect(Math.abs(predict(model, [0.2, 0.4]) - 30)).toBeLessThan(0.3);
    expect(predict(model, [-100, 0])).toBe(60);
  });
});
