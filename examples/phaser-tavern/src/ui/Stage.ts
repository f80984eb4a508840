import type Phaser from 'phaser';
import type { Session } from '../Session.js';
import type { Command, Inn } from '../sim/Inn.js';

/** Pages that take the whole screen, and those that open above one. */
export type PageId = 'title' | 'consent' | 'name' | 'market' | 'evening' | 'ledger' | 'end' | 'settings' | 'letter' | 'diary';

/** What a page may do to the game. */
export interface Stage {
  readonly scene: Phaser.Scene;
  readonly session: Session;
  readonly inn: Inn;
  /** Obeyed in the next tick. */
  send(command: Command): void;
  /** Replaces the page below. */
  go(page: PageId): void;
  /** Opens a page above. */
  open(page: PageId): void;
  /** Closes the page above. */
  close(): void;
}
