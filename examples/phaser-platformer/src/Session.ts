import type Phaser from 'phaser';
import type { GameOptions } from '../../shared/gameOptions.js';
import { Bot } from './bot/Bot.js';

/** What outlives a scene: the options, the bot and the run's score. */
export class Session {
  readonly bot: Bot | undefined;
  level: number;
  score = 0;
  coins = 0;
  /** Counts restarts, so that each try has a seed of its own. */
  tries = 0;

  constructor(readonly options: GameOptions) {
    this.bot = options.bot ? new Bot(options.seed) : undefined;
    this.level = options.level;
  }

  /** Begins a new run at the level the options ask for. */
  restart(): void {
    this.level = this.options.level;
    this.score = 0;
    this.coins = 0;
  }

  /** Seed of the level about to start. */
  nextSeed(): number {
    this.tries++;
    return this.options.seed * 1009 + this.tries * 31 + this.level;
  }
}

const KEY = 'session';

/** Puts the session where every scene finds it. */
export function keepSession(game: Phaser.Game, session: Session): void {
  game.registry.set(KEY, session);
}

/** The session of the game a scene belongs to. */
export function sessionOf(scene: Phaser.Scene): Session {
  return scene.registry.get(KEY) as Session;
}
