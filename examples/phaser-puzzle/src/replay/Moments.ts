import type { SgapsPlugin } from '@sgaps/phaser';
import type { PuzzleEvent, PuzzleWorld } from '../sim/PuzzleWorld.js';
import { BOARD, VIEW } from '../view.js';

/** Something worth seeing again. */
export interface Moment {
  /** Counted from 1; it is in the event's data, by which the replay finds it. */
  readonly number: number;
  readonly name: 'combo' | 'level done' | 'out of moves';
  readonly label: string;
  readonly gained: number;
  /** The recording it is in. */
  readonly recording: string;
}

const KEPT = 40;

/** Writes what happens into the recording, as events with data and as markers, and remembers what is worth seeing again. */
export class Moments {
  /** Oldest first. */
  readonly all: Moment[] = [];
  private number = 0;
  private markedLevel = 0;

  constructor(
    private readonly recorder: SgapsPlugin | undefined,
    private readonly world: PuzzleWorld,
  ) {
    // Where the game is looked at most: these pixels are asked for first.
    const { width, height } = VIEW;
    const board = { x: BOARD.x / width, y: BOARD.y / height, width: BOARD.width / width, height: BOARD.height / height };
    recorder?.tag(board, 'important');
  }

  /** The combo that gained most. */
  get best(): Moment | undefined {
    const combos = this.all.filter(({ name }) => name === 'combo');
    return combos.reduce<Moment | undefined>((best, next) => (best && best.gained >= next.gained ? best : next), undefined);
  }

  /** A marker where each level begins; what happens before the recording runs goes nowhere. */
  tick(): void {
    const { recorder, world } = this;
    if (!recorder?.recordingId || this.markedLevel === world.level) return;
    this.markedLevel = world.level;
    recorder.marker(`level ${world.level}`);
  }

  tell(event: PuzzleEvent): void {
    const { recorder } = this;
    if (event.type === 'move') recorder?.event('move', { left: event.moves });
    else if (event.type === 'shuffle') recorder?.event('shuffle');
    else if (event.type === 'combo') {
      const { chain, gained } = event;
      this.keep('combo', `X${chain} COMBO +${gained}`, gained, { chain, gained });
    } else if (event.type === 'level done' || event.type === 'out of moves') {
      const { type, level, score } = event;
      this.keep(type, type === 'level done' ? `LEVEL ${level} DONE` : 'OUT OF MOVES', 0, { level, score });
    }
  }

  private keep(name: Moment['name'], label: string, gained: number, data: object): void {
    const { recorder } = this;
    this.number++;
    recorder?.event(name, { ...data, number: this.number });
    this.all.push({ number: this.number, name, label, gained, recording: recorder?.recordingId ?? '' });
    if (this.all.length > KEPT) this.all.shift();
  }
}
