import { describe, expect, it } from 'vitest';
import {
  decodeGroup,
  decoderOf,
  encodeGroup,
  flickeringPictures,
  meanPsnr,
  movingPictures,
  noisyPictures,
  type Said,
  SCHEMA,
  shapeOf,
} from '../testing/archivePictures.js';
import { groupBytes } from '../testing/groupBytes.js';
import { type Drawing, MeanColourModel } from '../testing/MeanColourModel.js';
import { ArchiveEncoder } from './ArchiveEncoder.js';
import { GroupEncoder } from './GroupEncoder.js';
import { lookAhead } from './Lookahead.js';
import { PaddedPicture } from './PaddedPicture.js';
import { quantised } from './PairStates.js';

const SMALL = { width: 64, height: 32 };

describe('archive codec', () => {
  const grids = [
    { width: 320, height: 180 },
    { width: 480, height: 270 },
    { width: 64, height: 48 },
    { width: 33, height: 17 },
  ];
  it.each(grids)('gives back pictures of $width×$height close to what they were', async (grid) => {
    for (const model of grid.width > 100 ? [new MeanColourModel()] : [null, new MeanColourModel()]) {
      const pictures = movingPictures(grid, grid.width > 100 ? 2 : 3, '2d');
      const bytes = await encodeGroup(grid, pictures, { model, quantiser: 24 });
      const decoded = await decodeGroup(decoderOf(grid, model), bytes);
      expect(decoded.map(({ frameId }) => frameId)).toEqual(pictures.map(({ frameId }) => frameId));
      expect(meanPsnr(decoded, pictures)).toBeGreaterThan(37);
      // States and times are a tenth of it where pictures are so small.
      expect(bytes.length).toBeLessThan(1.3 * pictures.length * grid.width * grid.height);
    }
  });

  const counts = [1, 2, 3, 32].flatMap((count) => [false, true].map((withModel) => ({ count, withModel })));
  it.each(counts)(
    'decodes the very pictures that the encoder rebuilt: $count, model $withModel',
    async ({ count, withModel }) => {
      const shape = shapeOf(SMALL);
      const pictures = movingPictures(SMALL, count, '2d');
      const sources = pictures.map(({ rgb }) => {
        const source = new PaddedPicture(SMALL);
        source.readRgb(rgb);
        return source;
      });
      const model = withModel ? new MeanColourModel() : null;
      const group = new GroupEncoder(shape, model, 6);
      const said = pictures.map((picture) => ({ ...picture, state: quantised(picture.state, SCHEMA) }));
      const { bytes, psnr } = await group.encode(said, sources, lookAhead(sources), 30);
      const decoded = await decodeGroup(decoderOf(SMALL, model), groupBytes(shape, pictures, bytes));
      // The encoder keeps the first, the last two, and the odd one before.
      const rebuilt = new Uint8ClampedArray(decoded[0].rgb.length);
      for (let index = 0; index < count; index++) {
        if (index > 0 && index < count - 2 && (index % 2 === 0 || index < count - 3)) continue;
        group['state'].picture(index).writeRgb(rebuilt);
        expect(decoded[index].rgb).toEqual(rebuilt);
      }
      // It counts errors before they are rounded to bytes, which adds 1/12 each.
      const rounded = -10 * Math.log10(10 ** (-psnr / 10) + 1 / 12 / 255 ** 2);
      expect(Math.abs(meanPsnr(decoded, pictures) - rounded)).toBeLessThan(0.02);
    },
  );

  it.each<Said>(['nothing', '2d', '3d'])('tells frames, times and states as a decoder of states has them: %s', async (said) => {
    const pictures = movingPictures(SMALL, 5, said).map((picture, i) => (i === 2 ? { ...picture, state: null } : picture));
    const bytes = await encodeGroup(SMALL, pictures, { model: null, quantiser: 40 });
    const opened = decoderOf(SMALL, null).open(bytes);
    expect(opened.map(({ frameId }) => frameId)).toEqual(pictures.map(({ frameId }) => frameId));
    opened.forEach(({ time }, i) => {
      expect(Math.abs(time - pictures[i].time)).toBeLessThanOrEqual(0.0005);
    });
    expect(opened.map(({ state }) => state)).toEqual(pictures.map(({ state }) => quantised(state, SCHEMA)));
  });

  it.each<Said>(['nothing', '2d', '3d'])('tells the model the same at both ends: %s', async (said) => {
    const encoding = new MeanColourModel();
    const decoding = new MeanColourModel();
    const pictures = flickeringPictures(SMALL, 9, said);
    const encoder = new ArchiveEncoder(shapeOf(SMALL), { model: encoding, quantiser: 34 });
    const decoder = decoderOf(SMALL, decoding);
    // The second group must not know of the first.
    for (const group of [pictures.slice(0, 5), pictures.slice(5)]) {
      encoding.drawings.length = 0;
      decoding.drawings.length = 0;
      await decodeGroup(decoder, await encoder.encode(group));
      expect(decoding.drawings.length).toBeGreaterThan(0);
      const tried = encoding.drawings.map(text);
      for (const drawing of decoding.drawings) expect(tried).toContain(text(drawing));
    }
  });

  it('reads the same whatever the model draws: no bit hangs on a pixel', async () => {
    const encoding = new MeanColourModel();
    const bytes = await encodeGroup(SMALL, flickeringPictures(SMALL, 12, '2d'), { model: encoding, quantiser: 30 });
    const decoded: MeanColourModel[] = [];
    for (const value of [0.3, Number.NaN]) {
      const other = new MeanColourModel();
      const good = other.decode.bind(other);
      other.decode = async (...given) => {
        const { cubes, memory } = await good(...given);
        return { cubes: cubes.fill(value), memory: memory.fill(value) };
      };
      expect(await decodeGroup(decoderOf(SMALL, other), bytes)).toHaveLength(12);
      decoded.push(other);
    }
    const told = ({ drawings }: MeanColourModel) => drawings.map(({ places, codes, levels }) => ({ places, codes, levels }));
    expect(told(decoded[0]).length).toBeGreaterThan(1);
    expect(told(decoded[1])).toEqual(told(decoded[0]));
  });

  it('forgets a group before the next, in any order, also one that broke off', async () => {
    const model = new MeanColourModel();
    const encoder = new ArchiveEncoder(shapeOf(SMALL), { model, quantiser: 28 });
    const groups = [
      flickeringPictures(SMALL, 5, '2d'),
      flickeringPictures(SMALL, 12, '3d', 40),
      flickeringPictures(SMALL, 2, 'nothing', 80),
    ];
    const bytes: Uint8Array[] = [];
    for (const group of groups) bytes.push(await encoder.encode(group));
    const alone = await Promise.all(bytes.map((one) => decodeGroup(decoderOf(SMALL, model), one)));
    const decoder = decoderOf(SMALL, model);
    for (const at of [1, 0, 2, 2, 1, 0]) {
      expect(await decodeGroup(decoder, bytes[at])).toEqual(alone[at]);
      decoder.open(bytes[1]);
      for (let i = 0; i < 3; i++) await decoder.next();
    }
  });

  it('codes the same pictures to the same bytes, whatever it coded before', async () => {
    const pictures = movingPictures(SMALL, 4, '2d');
    const used = new ArchiveEncoder(shapeOf(SMALL), { model: null, quantiser: 30 });
    await used.encode(noisyPictures(SMALL, 7, 200));
    expect(await used.encode(pictures)).toEqual(await encodeGroup(SMALL, pictures, { model: null, quantiser: 30 }));
  });

  it('draws with a model that gives numbers that are none, and codes what it cannot use itself', async () => {
    const model = new MeanColourModel();
    const good = model.decode.bind(model);
    model.decode = async (...given) => {
      const { cubes, memory } = await good(...given);
      cubes.forEach((value, i) => {
        if (i % 5 === 0) cubes[i] = [Number.NaN, -1e30, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, value][(i / 5) % 5];
      });
      return { cubes, memory };
    };
    const pictures = flickeringPictures(SMALL, 4);
    const bytes = await encodeGroup(SMALL, pictures, { model, quantiser: 24 });
    expect(meanPsnr(await decodeGroup(decoderOf(SMALL, model), bytes), pictures)).toBeGreaterThan(37);
  });

  it('uses as many codebooks as it may', async () => {
    for (const codebooks of [1, 2, 6]) {
      const model = new MeanColourModel();
      await encodeGroup(SMALL, flickeringPictures(SMALL, 6), { model, quantiser: 34, codebooks });
      const used = model.drawings.flatMap(({ levels }) => [...levels]);
      expect(Math.max(...used)).toBe(codebooks);
    }
  });
});

function text(drawing: Drawing): string {
  return JSON.stringify(Object.entries(drawing).map(([key, value]) => [key, Array.from(value as Float32Array)]));
}
