import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LayerWindow } from './LayerWindow.js';
import { PhotometricModel } from './PhotometricModel.js';
import { createPrediction, near } from './Prediction.js';
import { ScrollLayer } from './ScrollLayer.js';
import { CONFIDENCE_START } from './TemporalMemoryBank.js';
import { WindowColours } from './WindowColours.js';

const TOLERANCE = 14.5;
const grid = { width: 128, height: 128 };

/** One sample, pixel by pixel, as `ScrollLayer` takes it; what it was. */
function teachPixel(layer: ScrollLayer, u: number, v: number, [r, g, b]: readonly number[], frame: number): number {
  const here = createPrediction();
  layer.locate(u, v);
  const known = layer.predict(here);
  if (known === 0) {
    layer.discover(r, g, b, CONFIDENCE_START, frame);
    return 0;
  }
  if (!near(here, r, g, b, TOLERANCE)) {
    layer.replace(r, g, b, CONFIDENCE_START, frame);
    return -1;
  }
  if (known < CONFIDENCE_START) layer.discover(r, g, b, CONFIDENCE_START, frame);
  else layer.confirm(r - here.r, g - here.g, b - here.b, frame);
  return 1;
}

it('teaches a window what its pixels would teach one by one, on and between cells, over the ring’s edges', () => {
  const place = fc.record({ x: fc.constantFrom(0, 0, 0.25, 0.5, 0.71), y: fc.constantFrom(0, 0, 0.4, 0.9) });
  const look = fc.record({ u: fc.integer({ min: 0, max: 120 }), v: fc.integer({ min: 0, max: 120 }), tone: fc.nat(60) });
  fc.assert(
    fc.property(place, fc.array(look, { minLength: 1, maxLength: 12 }), fc.nat(200), ({ x, y }, looks, shift) => {
      const layers = [new ScrollLayer(256, 256), new ScrollLayer(256, 256)];
      for (const layer of layers) layer.place(shift + x, shift + y);
      const window = new LayerWindow();
      const colours = new WindowColours();
      const takes = new Uint8Array(64).fill(1);
      const brightness = new PhotometricModel(grid);
      looks.forEach(({ u, v, tone }, frame) => {
        const rgb = Uint8Array.from({ length: 192 }, (_, n) => 90 + tone + ((n * n + frame) % 9));
        const [columns, rows] = [Math.min(8, 128 - u), Math.min(8, 128 - v)];
        const verdicts: number[] = [];
        for (let n = 0; n < 64; n++) {
          takes[n] = (n + frame) % 7 === 0 ? 0 : 1;
          const isTaken = takes[n] !== 0 && (n & 7) < columns && n >> 3 < rows;
          const colour = rgb.subarray(3 * n, 3 * n + 3);
          verdicts.push(isTaken ? teachPixel(layers[0], u + (n & 7), v + (n >> 3), [...colour], frame) : 0);
        }
        colours.read({ rgb, bits: new Uint8Array(64).fill(8) }, 0, u, v, columns, rows, brightness);
        window.open(layers[1], u, v, columns, rows, frame % 2 === 0);
        window.verdicts.fill(0);
        window.teach(colours, takes, frame);
        expect([...window.verdicts]).toEqual(verdicts);
      });
      const [one, other] = layers.map((layer) => layer.bank);
      expect(other.confidence).toEqual(one.confidence);
      expect(other.seen).toEqual(one.seen);
      for (let n = 0; n < one.value.length; n++)
        if (one.value[n] !== other.value[n]) expect(Math.abs(one.value[n] - other.value[n])).toBeLessThan(2);
    }),
    { numRuns: 60 },
  );
});
