import { describe, expect, it } from 'vitest';
import { Driver } from '../bot/Driver.js';
import { hashWorld } from './hashWorld.js';
import { ROAD } from './Track.js';
import type { Command } from './types.js';
import { RACE, World } from './World.js';

const REST: Command = { throttle: 0, brake: 0, steer: 0, drift: false, reset: false };
const FULL: Command = { ...REST, throttle: 1 };
const MINUTE = 3600;

function race(seed: number, ticks: number, each?: (world: World) => void): World {
  const world = new World(seed);
  const bot = new Driver(seed, 1);
  for (let i = 0; i < ticks; i++) {
    world.tick(world.ticks < 0 ? REST : bot.steer(world.player, world.cars));
    each?.(world);
  }
  return world;
}

describe('a race', () => {
  it('runs the same again from the same seed, and otherwise from another', () => {
    const first = hashWorld(race(7, 1500));
    expect(hashWorld(race(7, 1500))).toBe(first);
    expect(hashWorld(race(8, 1500))).not.toBe(first);
  });

  it.each([1, 7, 12, 40])('is driven to its end by the bot of seed %i, on the road and not alone', (seed) => {
    let offRoad = 0;
    const places = new Set<number>();
    const world = race(seed, RACE.lights + 2.5 * MINUTE, ({ player, position, finished }) => {
      if (finished) return;
      offRoad += Number(player.offRoad);
      places.add(position);
    });
    const { laps, finished } = world.player;
    expect(laps).toHaveLength(RACE.laps);
    expect(finished).toBeGreaterThan(laps.reduce((sum, ticks) => sum + ticks));
    expect(Math.min(...laps)).toBeGreaterThan(15 * 60);
    expect(Math.max(...laps)).toBeLessThan(45 * 60);
    expect(offRoad).toBeLessThan(120);
    expect(places.size).toBeGreaterThan(1);
    // All of them come home.
    for (const car of world.cars) expect(car.laps).toHaveLength(RACE.laps);
  });

  it('keeps everybody between the barriers, whatever they do', () => {
    const world = new World(3);
    for (let i = 0; i < 1200; i++) {
      world.tick({ ...FULL, steer: Math.sin(i / 40), drift: i % 90 < 30, brake: Number(i % 200 > 180) });
      for (const { across, x, y, z } of world.cars) {
        expect(Math.abs(across)).toBeLessThan(ROAD.wall);
        expect(Number.isFinite(x + y + z)).toBe(true);
      }
    }
  });

  it('begins when the lights are out', () => {
    const world = new World(1);
    const { x, z } = world.player;
    for (let i = 0; i < RACE.lights - 1; i++) world.tick(FULL);
    expect(world.player).toMatchObject({ x, z, speed: 0 });
    const told: string[] = [];
    for (let i = 0; i < 60; i++) {
      world.tick(FULL);
      told.push(...world.events.map(({ type }) => type));
    }
    expect(told).toContain('go');
    expect(world.player.speed).toBeGreaterThan(8);
  });

  it('is lost by who stands still, and cannot be won by going back and forth over the line', () => {
    const world = new World(5);
    for (let i = 0; i < RACE.lights + 2 * MINUTE; i++) {
      // Over the line and back again.
      const { progress } = world.player;
      world.tick(progress < 6 && Math.floor(i / 300) % 2 === 0 ? FULL : { ...REST, brake: 1 });
    }
    expect(world.position).toBe(RACE.cars);
    expect(world.player.laps).toHaveLength(0);
    expect(world.finished).toBe(false);
  });

  it('tells of a crash, once and not while scraping along', () => {
    const world = new World(2);
    let crashes = 0;
    for (let i = 0; i < RACE.lights + 300; i++) {
      world.tick({ ...FULL, steer: world.ticks > 100 ? 0.5 : 0 });
      crashes += world.events.filter(({ type, car }) => type === 'crash' && car === 0).length;
    }
    expect(crashes).toBeGreaterThan(0);
    expect(crashes).toBeLessThan(8);
  });

  it('puts a car back on the road that asks for it', () => {
    const world = new World(2);
    for (let i = 0; i < RACE.lights + 200; i++) world.tick({ ...FULL, steer: 0.4 });
    expect(Math.abs(world.player.across)).toBeGreaterThan(ROAD.half);
    world.tick({ ...REST, reset: true });
    expect(Math.abs(world.player.across)).toBeLessThan(1);
    expect(Math.abs(world.player.speed)).toBeLessThan(1);
  });
});
