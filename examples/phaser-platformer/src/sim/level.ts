import type { TileGrid } from './tiles.js';

/** Place in the level: centre of the feet, in pixels. */
export interface Spot {
  x: number;
  y: number;
}

/** The kinds of enemies. Slimes and flyers can be stomped, spikies cannot. */
export type EnemyKind = 'slime' | 'flyer' | 'spiky';

/** Where an enemy starts and, for flyers, how far it ranges. */
export interface EnemySpec extends Spot {
  kind: EnemyKind;
  range: number;
}

/** A platform that goes to and fro between two places. */
export interface PlatformSpec {
  x: number;
  y: number;
  toX: number;
  toY: number;
  width: number;
  /** Seconds for one way. */
  seconds: number;
}

/** Something to look at that does nothing. */
export interface DecorSpec extends Spot {
  frame: string;
  /** Drawn in front of the player. */
  front: boolean;
}

/** The look of a level. */
export type Theme = 'meadow' | 'cave';

/** A level as its builder made it; nothing in here changes while it is played. */
export interface Level {
  name: string;
  theme: Theme;
  grid: TileGrid;
  start: Spot;
  goal: Spot;
  coins: Spot[];
  hearts: Spot[];
  enemies: EnemySpec[];
  platforms: PlatformSpec[];
  decor: DecorSpec[];
}
