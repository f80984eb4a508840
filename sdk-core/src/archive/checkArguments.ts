import { SgapsError } from '@sgaps/protocol';
import { ARCHIVE, type ArchivePicture, type ArchiveShape } from './ArchivePicture.js';
import { CODEBOOKS } from './ModelPair.js';
import { QUANTISERS } from './quantiser.js';

type Option = 'bytesPerSecond' | 'quality' | 'codebooks' | 'quantiser';

/** @throws SgapsError `ARGUMENT_INVALID` */
export function checkOptions({ bytesPerSecond, quality, codebooks, quantiser }: Partial<Record<Option, number>>): void {
  expectWhole('codebooks', codebooks, 1, CODEBOOKS);
  expectWhole('quantiser', quantiser, 0, QUANTISERS - 1);
  expectAbove('bytesPerSecond', bytesPerSecond);
  expectAbove('quality', quality);
}

/** Whether pictures can be a group. @throws SgapsError `ARGUMENT_INVALID` */
export function checkPictures({ grid }: ArchiveShape, pictures: readonly ArchivePicture[]): void {
  if (pictures.length === 0 || pictures.length > ARCHIVE.groupFrames)
    throw new SgapsError('ARGUMENT_INVALID', `A group has 1 to ${ARCHIVE.groupFrames} pictures, not ${pictures.length}.`);
  const bytes = 3 * grid.width * grid.height;
  let last = -1;
  for (const { frameId, time, rgb } of pictures) {
    if (rgb.length !== bytes) throw new SgapsError('ARGUMENT_INVALID', `A picture has ${rgb.length} bytes, not ${bytes}.`);
    if (!Number.isInteger(frameId) || frameId <= last || frameId > 0xffffffff)
      throw new SgapsError('ARGUMENT_INVALID', `Frame ${frameId} cannot follow frame ${last}.`);
    if (!(time >= 0 && time <= MOST_TIME)) throw new SgapsError('ARGUMENT_INVALID', `Frame ${frameId} has no time: ${time}.`);
    last = frameId;
  }
}

/** ms whose microseconds are exact. */
const MOST_TIME = Number.MAX_SAFE_INTEGER / 1000;

function expectWhole(name: string, value: number | undefined, least: number, most: number): void {
  if (value !== undefined && !(Number.isInteger(value) && value >= least && value <= most))
    throw new SgapsError('ARGUMENT_INVALID', `\`${name}\` is ${value}, it must be a whole number from ${least} to ${most}.`);
}

function expectAbove(name: string, value: number | undefined): void {
  if (value !== undefined && !(value > 0 && Number.isFinite(value)))
    throw new SgapsError('ARGUMENT_INVALID', `\`${name}\` is ${value}, it must be above 0.`);
}
