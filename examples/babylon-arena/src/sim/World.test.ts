import { describe, expect, it } from 'vitest';
import { Bot } from '../bot/Bot.js';
import { hashWorld } from './hashWorld.js';
import { heightAt, YARD } from './level.js';
import { type Command, FULL_HEALTH } from './types.js';
import { World } from './World.js';

const REST: Command = { forward: 0, strafe: 0, turn: 0, tilt: 0, fire: false, jump: false };

function play(seed: number, ticks: number, each?: (world: World) => void): World {
  const world = new World(seed);
  const bot = new Bot(seed);
  for (let i = 0; i < ticks && !world.dead; i++) {
    world.tick(bot.steer(world));
    each?.(world);
  }
  return world;
}

describe('the yard', () => {
  it('runs the same again from the same seed, and otherwise from another', () => {
    const first = hashWorld(play(7, 600));
    expect(hashWorld(play(7, 600))).toBe(first);
    expect(hashWorld(play(8, 600))).not.toBe(first);
  });

  it.each([1, 7, 12, 40])('is played by the bot of seed %i: it lives, walks about and scores', (seed) => {
    const cells = new Set<string>();
    const world = play(seed, 1800, ({ player }) => cells.add(`${Math.round(player.x / 2)},${Math.round(player.z / 2)}`));
    expect(world.dead).toBe(false);
    expect(world.score).toBeGreaterThan(300);
    expect(world.kills).toBeGreaterThan(3);
    expect(cells.size).toBeGreaterThan(15);
  });

  it('keeps everybody inside its walls and out of the solids', () => {
    play(3, 2400, ({ player, enemies }) => {
      for (const { x, z } of [player, ...enemies]) expect(Math.max(Math.abs(x), Math.abs(z))).toBeLessThan(YARD.half);
      expect(heightAt(player.x, player.z)).toBeLessThan(player.y + 0.6);
    });
  });

  it('ends a player who does nothing, and not before its health is gone', () => {
    const world = new World(5);
    let last = FULL_HEALTH;
    for (let i = 0; i < 60 * 120 && !world.dead; i++) {
      world.tick(REST);
      expect(world.player.health).toBeLessThanOrEqual(last);
      last = world.player.health;
    }
    expect(world.dead).toBe(true);
    expect(last).toBe(0);
  });

  it('sends waves of six enemies and two more each time, at most ten at once', () => {
    const world = new World(2);
    for (let wave = 1; wave <= 7; wave++) {
      expect(world.wave).toBe(wave);
      expect(world.left).toBe(4 + 2 * wave);
      for (let i = 0; i < 300; i++) {
        world.player.health = FULL_HEALTH;
        world.tick(REST);
      }
      expect(world.enemies).toHaveLength(Math.min(10, 4 + 2 * wave));
      while (world.wave === wave) {
        world.enemies.length = 0;
        world.player.health = FULL_HEALTH;
        world.tick(REST);
      }
    }
  });

  it('lets the robot walk up the ramp to the terrace, and jump onto a crate but not onto a house', () => {
    const world = new World(1);
    const { player } = world;
    Object.assign(player, { x: 1, z: -10 });
    for (let i = 0; i < 90; i++) world.tick({ ...REST, forward: 1 });
    expect(player.y).toBeCloseTo(1.4, 1);
    Object.assign(player, { x: -7.2, z: 14.5, y: 0, vx: 0, vz: 0, health: FULL_HEALTH });
    let most = 0;
    for (let i = 0; i < 60; i++) {
      world.tick({ ...REST, forward: 1, jump: true });
      most = Math.max(most, player.y);
    }
    expect(most).toBeLessThan(3.5);
    expect(player.z).toBeGreaterThan(16);
  });
});
