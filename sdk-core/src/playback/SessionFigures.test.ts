import { expect, it } from 'vitest';
import { SessionFigures } from './SessionFigures.js';

it('counts over the last two seconds, and from a seek on', () => {
  const figures = new SessionFigures();
  figures.packet(0, { up: 900, frames: 4, samples: 400 });
  figures.packet(2000, { up: 1000, frames: 4, samples: 800 });
  figures.packet(3000, { down: 300 });
  figures.rejected = 1;
  expect(figures.read(3000)).toMatchObject({ bytesUp: 1000, bytesDown: 300, fps: 4, samples: 200, frames: 8, packets: 2 });
  figures.restart();
  expect(figures.read(0)).toMatchObject({ bytesUp: 0, bytesDown: 0, fps: 0, samples: 0, frames: 0, packets: 0, rejected: 0 });
});
