import type { ReplayPlayer } from '@sgaps/client/player';
import type { Scene } from 'phaser';

/** What stops a scene, and what lets it go on. */
const SCENE = [
  ['pause', 'resume'],
  ['sleep', 'wake'],
] as const;

/** Holds a player while its scene is paused or sleeps, or the whole game is paused (Phaser does so for a hidden page), and lets it go on as it was. */
export class SceneHold {
  readonly #reasons = new Set<string>();
  readonly #undo: (() => void)[] = [];
  #player: ReplayPlayer | null = null;
  /** What it goes on with. */
  #after: 'play' | 'live' | null = null;

  constructor(scene: Scene) {
    const { sys } = scene;
    if (sys.isPaused()) this.#reasons.add('scene pause');
    if (sys.isSleeping()) this.#reasons.add('scene sleep');
    if (sys.game.isPaused) this.#reasons.add('game pause');
    for (const [stop, go] of SCENE) this.#listen(sys.events, stop, go, `scene ${stop}`);
    this.#listen(sys.game.events, 'pause', 'resume', 'game pause');
  }

  get held(): boolean {
    return this.#reasons.size > 0;
  }

  /** The player to hold from now on, also when somebody plays it meanwhile. */
  attach(player: ReplayPlayer): void {
    this.#player = player;
    // In a task of its own: the player is in the midst of starting.
    player.addEventListener('play', this.#onPlay);
    if (this.held) this.#stop();
  }

  /** It is to stay paused when the scene goes on. */
  forget(): void {
    this.#after = null;
  }

  dispose(): void {
    for (const undo of this.#undo.splice(0)) undo();
    this.#player?.removeEventListener('play', this.#onPlay);
    this.#player = null;
  }

  #listen(events: Phaser.Events.EventEmitter, stop: string, go: string, reason: string): void {
    const hold = (): void => {
      const first = !this.held;
      this.#reasons.add(reason);
      if (first) this.#stop();
    };
    const release = (): void => {
      if (this.#reasons.delete(reason) && !this.held) this.#go();
    };
    events.on(stop, hold);
    events.on(go, release);
    this.#undo.push(() => events.off(stop, hold).off(go, release));
  }

  readonly #onPlay = (): void => {
    if (this.held) queueMicrotask(() => this.held && this.#stop());
  };

  #stop(): void {
    const player = this.#player;
    if (!player || player.paused) return;
    this.#after = player.isLive ? 'live' : 'play';
    player.pause();
  }

  #go(): void {
    const [player, after] = [this.#player, this.#after];
    this.#after = null;
    if (!player || !after) return;
    // What goes wrong is told by the player's own event.
    (after === 'live' ? player.live() : player.play()).catch(() => undefined);
  }
}
