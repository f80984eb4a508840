import type { SgapsPlugin } from '@sgaps/phaser';
import type Phaser from 'phaser';
import type { GameOptions } from '../../shared/gameOptions.js';
import type { Consent } from './Consent.js';

/** Ticks that a letter of text takes, by the setting's name. */
export const SPEEDS = [
  { name: 'slow', ticks: 4 },
  { name: 'normal', ticks: 2 },
  { name: 'fast', ticks: 1 },
  { name: 'at once', ticks: 0 },
] as const;

/** What the recorder is doing, as the player is told. */
export type RecordingState = 'no recorder' | 'not asked' | 'refused' | 'connecting' | 'paused' | 'recording';

/** What outlives a page: the options, the hero's name, the settings and the recorder. */
export class Session {
  hero = '';
  speed = 1;
  paused = false;

  constructor(
    readonly options: GameOptions,
    readonly consent: Consent,
    private readonly game: Phaser.Game,
  ) {}

  /** The SGAPS plugin, or undefined with `?record=0`. */
  get recorder(): SgapsPlugin | undefined {
    return (this.game.plugins.get('sgaps') as unknown as SgapsPlugin | null) ?? undefined;
  }

  get recordingState(): RecordingState {
    const { consent, recorder } = this;
    if (!recorder) return 'no recorder';
    if (consent.answer === undefined) return 'not asked';
    if (!consent.answer) return 'refused';
    if (!recorder.recordingId) return 'connecting';
    return this.paused ? 'paused' : 'recording';
  }

  /** Takes no frames while a page is open that is nobody's business. */
  pause(): void {
    this.paused = true;
    this.recorder?.pause();
  }

  resume(): void {
    this.paused = false;
    this.recorder?.resume();
  }

  /** The player changed their mind. */
  allow(answer: boolean): void {
    this.consent.give(answer);
    if (answer) void this.recorder?.record();
    else this.recorder?.stop();
  }
}
