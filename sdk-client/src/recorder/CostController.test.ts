import { describe, expect, it } from 'vitest';
import { CostController, type CostLoad } from './CostController.js';

function second(cost: CostController, frameTime: number, micros: number, load: CostLoad = {}): boolean {
  for (let t = 0; t < 1000; t += frameTime) cost.frame(frameTime);
  return cost.update(micros, load);
}

describe('CostController', () => {
  it('does all that the budget allows while that is cheap', () => {
    const cost = new CostController({ fps: 30, batch: 4, micros: 33 });
    for (let s = 0; s < 60; s++) expect(second(cost, 16.7, 25)).toBe(false);
    expect(cost).toMatchObject({ level: 0, batch: 4, fps: 30, share: 1, governed: false });
  });

  it('lengthens batches first, then takes fewer frames, of which whole pictures remain, and comes back one step at a time', () => {
    const cost = new CostController({ fps: 30, batch: 4, micros: 33 });
    const seen = [];
    for (let s = 0; s < 6; s++) {
      second(cost, 16.7, 90);
      seen.push([cost.batch, cost.fps, cost.share]);
    }
    expect(seen).toEqual([
      [8, 30, 1],
      [4, 15, 1],
      [2, 7.5, 1],
      [1, 3.75, 1],
      [1, 3.75, 1],
      [1, 3.75, 1],
    ]);
    let steps = 0;
    for (let s = 0; s < 60; s++) if (second(cost, 16.7, 5)) steps++;
    expect(steps).toBe(4);
    expect(cost.level).toBe(0);
  });

  it("takes half of the frames at once when the game's own take longer, whatever recording costs, and gives back after", () => {
    const cost = new CostController({ fps: 30, batch: 4, micros: 33 });
    for (let s = 0; s < 5; s++) second(cost, 16.7, 10);
    expect(second(cost, 33.3, 10)).toBe(false);
    expect(second(cost, 33.3, 10)).toBe(true);
    expect(cost).toMatchObject({ governed: true, fps: 15, share: 1 });
    for (let s = 0; s < 10; s++) second(cost, 50, 10);
    expect(cost).toMatchObject({ governed: true, fps: 3.75, share: 1 });
    for (let s = 0; s < 40; s++) second(cost, 16.7, 10);
    expect(cost).toMatchObject({ level: 0, governed: false });
  });

  it('never does less where it may cost anything', () => {
    const cost = new CostController({ fps: 30, batch: 4, micros: Number.POSITIVE_INFINITY });
    for (let s = 0; s < 20; s++) expect(second(cost, s < 10 ? 16.7 : 50, 5000)).toBe(false);
    expect(cost.level).toBe(0);
  });

  it('takes a slower game for usual after a while, and a page that was hidden for nothing', () => {
    const cost = new CostController({ fps: 30, batch: 4, micros: 33 });
    for (let s = 0; s < 3; s++) second(cost, 16.7, 10);
    cost.frame(60_000);
    for (let s = 0; s < 120; s++) second(cost, 33.3, 10);
    expect(cost).toMatchObject({ level: 0, governed: false });
  });

  it('takes fewer frames within two seconds where coding takes too much of a core, and more only where that is far off', () => {
    const cost = new CostController({ fps: 30, batch: 4, micros: 33, cores: 2 });
    const coding = () => (1.2 * cost.fps) / 30;
    for (let s = 0; s < 2; s++) second(cost, 16.7, 10, { coding: coding() });
    expect(cost).toMatchObject({ share: 1, fps: 7.5, governed: false });
    for (let s = 0; s < 60; s++) expect(second(cost, 16.7, 10, { coding: coding() })).toBe(false);
    for (let s = 0; s < 60; s++) second(cost, 16.7, 10, { coding: coding() / 10 });
    expect(cost.level).toBe(0);
  });

  it('asks for fewer samples only where coding an eighth of the frames still takes too long', () => {
    const cost = new CostController({ fps: 30, batch: 4, micros: 33, cores: 2 });
    for (let s = 0; s < 3; s++) second(cost, 16.7, 10, { coding: 0.9 });
    expect(cost).toMatchObject({ share: 1, fps: 3.75 });
    second(cost, 16.7, 10, { coding: 0.9 });
    expect(cost).toMatchObject({ share: 0.5, fps: 3.75 });
    for (let s = 0; s < 5; s++) second(cost, 16.7, 10, { coding: 0.9 });
    expect(cost).toMatchObject({ share: 0.25, fps: 3.75 });
    // The game's thread being dear as well asks for no more than there is.
    expect(second(cost, 16.7, 90)).toBe(false);
  });

  it('asks for fewer samples, too, where the game codes on its own thread and that stays too dear', () => {
    const cost = new CostController({ fps: 30, batch: 4, micros: 33 });
    for (let s = 0; s < 10; s++) second(cost, 16.7, 1500, { inline: true });
    expect(cost).toMatchObject({ share: 0.25, fps: 3.75 });
    for (let s = 0; s < 80; s++) second(cost, 16.7, 5, { inline: true });
    expect(cost.level).toBe(0);
  });

  it('comes back although a frame is missed now and then, at few frames a second, too', () => {
    const cost = new CostController({ fps: 30, batch: 4, micros: 33 });
    for (let s = 0; s < 6; s++) second(cost, 16.7, 90);
    expect(cost.level).toBe(4);
    // One frame of 25: of the four of a second it is a quarter.
    let due = 0;
    let frame = 0;
    for (let s = 0; s < 90; s++) {
      due += cost.fps;
      let missed = 0;
      let frames = 0;
      for (; due >= 1; due--) {
        if (++frame % 25 === 0) missed++;
        frames++;
      }
      second(cost, 16.7, 5, { missed: missed / Math.max(1, frames) });
    }
    expect(cost.level).toBe(0);
  });

  it('lets coding take more of a core where there are many', () => {
    const cost = new CostController({ fps: 30, batch: 4, micros: 33, cores: 8 });
    for (let s = 0; s < 9; s++) expect(second(cost, 16.7, 10, { coding: 0.75 })).toBe(false);
    expect(second(cost, 16.7, 10, { coding: 0.95 })).toBe(true);
    expect(cost.fps).toBe(15);
  });

  it('takes fewer frames where they come back too late, but not ever fewer where that is no help', () => {
    const cost = new CostController({ fps: 30, batch: 4, micros: 33 });
    for (let s = 0; s < 60; s++) second(cost, 16.7, 10, { missed: 0.6 });
    expect(cost).toMatchObject({ share: 1, fps: 7.5 });
    for (let s = 0; s < 40; s++) second(cost, 16.7, 10, { missed: 0.02 });
    expect(cost.level).toBe(0);
  });
});
