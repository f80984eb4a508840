import type { AbstractEngine } from '@babylonjs/core/Engines/abstractEngine.js';
import { GAME } from '../recording.js';
import { latestRecording } from './latestRecording.js';
import type { Theatre } from './Theatre.js';

/** What the way between game and theatre needs of the page. */
interface House {
  readonly engine: AbstractEngine;
  readonly server: string;
  /** Tells the player something. */
  readonly say: (words: string) => void;
  /** The game stands still while the theatre is open. */
  readonly entered: () => void;
  readonly left: () => void;
}

/** The way from the game to the theatre and back: T, with the newest session, and Esc. The theatre is loaded by those who go there. */
export class TheatreDoor {
  /** The theatre, while one is in it. */
  theatre: Theatre | undefined;
  private opening = false;

  constructor(private readonly house: House) {
    // Before the game's own keys, which it does not get while the theatre is open.
    window.addEventListener('keydown', (event) => this.key(event), { capture: true });
  }

  /** Shows a recording. */
  async enter(recording: string): Promise<void> {
    const { Theatre } = await import('./Theatre.js');
    this.house.entered();
    this.theatre = new Theatre(this.house.engine, this.house.server, recording);
  }

  private key(event: KeyboardEvent): void {
    const { theatre } = this;
    const { code, ctrlKey, metaKey, repeat } = event;
    if (ctrlKey || metaKey) return;
    if (theatre) {
      event.stopImmediatePropagation();
      if ((code === 'Escape' || code === 'KeyT') && !repeat) this.leave(theatre);
      else if (theatre.key(code)) event.preventDefault();
    } else if (code === 'KeyT' && !repeat) void this.enterLatest();
  }

  private leave(theatre: Theatre): void {
    this.theatre = undefined;
    theatre.dispose();
    this.house.left();
  }

  private async enterLatest(): Promise<void> {
    if (this.opening) return;
    this.opening = true;
    try {
      const recording = await latestRecording(this.house.server, GAME);
      if (recording) await this.enter(recording);
      else this.house.say('There is no recording of this game yet.');
    } catch (cause) {
      console.info(cause);
      this.house.say('No SGAPS server answers: there is nothing to show.');
    } finally {
      this.opening = false;
    }
  }
}
