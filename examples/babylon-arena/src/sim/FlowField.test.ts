import { describe, expect, it } from 'vitest';
import { FlowField } from './FlowField.js';
import { castRay, heightAt, pushOut } from './level.js';

/** Follows a field from one place; how often it moved, at most 200 times. */
function follow(field: FlowField, x: number, z: number): { x: number; z: number; steps: number } {
  let place = { x, z };
  for (let steps = 0; steps < 200; steps++) {
    const next = field.next(place.x, place.z);
    if (!next) return { ...place, steps };
    place = next;
  }
  return { ...place, steps: 200 };
}

describe('FlowField', () => {
  it('leads around walls to its goal from the corners of the yard', () => {
    const field = new FlowField();
    field.aim(-12.5, -8.5);
    for (const [x, z] of [
      [-22.5, 15.5],
      [22.5, -22.5],
      [19.5, 22.5],
    ]) {
      const end = follow(field, x, z);
      expect(end).toMatchObject({ x: -12.5, z: -8.5 });
      expect(end.steps).toBeLessThan(90);
    }
  });

  it('leads up the ramp to the terrace and straight down from it', () => {
    const field = new FlowField();
    field.aim(2.5, 2.5);
    expect(field.stepsFrom(6.5, 2.5)).toBeGreaterThan(8);
    expect(follow(field, 6.5, 2.5)).toMatchObject({ x: 2.5, z: 2.5 });
    field.aim(6.5, 2.5);
    expect(field.stepsFrom(2.5, 2.5)).toBe(4);
  });

  it('knows no way onto a house', () => {
    const field = new FlowField();
    field.aim(-15, 14);
    expect(field.stepsFrom(0, -17)).toBe(Number.POSITIVE_INFINITY);
    expect(field.next(0, -17)).toBeUndefined();
  });
});

describe('the level', () => {
  it('rises along its ramps', () => {
    expect(heightAt(0, 7.99)).toBeCloseTo(0, 1);
    expect(heightAt(0, 6)).toBeCloseTo(0.7, 5);
    expect(heightAt(0, 4.01)).toBeCloseTo(1.4, 1);
  });

  it('pushes a circle out of a wall but lets one on top stand', () => {
    const inside = { x: -15, z: 10.5 };
    expect(pushOut(inside, 0, 0.5)).toBe(true);
    expect(inside.z).toBeCloseTo(10.3, 5);
    const above = { x: 2, z: 2 };
    expect(pushOut(above, 1.4, 0.5)).toBe(false);
    expect(above).toEqual({ x: 2, z: 2 });
  });

  it('stops a ray at a house and lets it pass above a hedge', () => {
    expect(castRay({ x: -15, y: 1, z: 0 }, { x: -15, y: 1, z: 20 })).toBeLessThan(0.6);
    expect(castRay({ x: -6, y: 2, z: -17 }, { x: -6, y: 2, z: -23 })).toBe(1);
    expect(castRay({ x: -6, y: 1, z: -17 }, { x: -6, y: 1, z: -23 })).toBeLessThan(1);
  });
});
