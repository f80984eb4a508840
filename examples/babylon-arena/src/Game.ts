import type { AbstractEngine } from '@babylonjs/core/Engines/abstractEngine.js';
import { Scene } from '@babylonjs/core/scene.js';
import { FixedStepper } from '../../shared/fixedStepper.js';
import type { GameOptions } from '../../shared/gameOptions.js';
import { ActorsView } from './actors/ActorsView.js';
import { Sparks } from './actors/Sparks.js';
import { Bot } from './bot/Bot.js';
import { FollowCamera } from './camera/FollowCamera.js';
import { Hud } from './hud/Hud.js';
import type { Controls } from './input/Controls.js';
import type { GameFigures } from './recording.js';
import type { GameEvent } from './sim/types.js';
import { World } from './sim/World.js';
import { createStage } from './stage/createStage.js';

/** Ticks that the bot stays in the menu, at the end, and at an end that is shown again; and that a press at the end is not yet heard. */
const TITLE_TICKS = 110;
const OVER_TICKS = 190;
const REPLAYED_TICKS = 560;
const DEAF_TICKS = 50;

/** The whole game: a menu, the fight, its end, and again. All of it moves by ticks; drawing only shows it. */
export class Game {
  readonly scene: Scene;
  /** Told when the fight begins, and when the player is down. */
  onState: ((state: 'play' | 'over') => void) | undefined;
  private readonly actors: ActorsView;
  private readonly sparks: Sparks;
  private readonly camera: FollowCamera;
  private readonly hud: Hud;
  private readonly stepper = new FixedStepper(() => this.tick());
  private world!: World;
  private bot: Bot | undefined;
  private state: 'title' | 'play' | 'over' = 'title';
  private waited = 0;
  private tries = 0;
  private best = 0;

  constructor(
    engine: AbstractEngine,
    private readonly controls: Controls,
    private readonly options: GameOptions,
    shadows: boolean,
    private readonly replayed = false,
  ) {
    this.scene = new Scene(engine);
    this.scene.detachControl(); // keys and pointers are read by `Controls`
    this.scene.skipPointerMovePicking = true;
    this.camera = new FollowCamera(this.scene);
    const { castShadow } = createStage(this.scene, shadows);
    this.actors = new ActorsView(this.scene, castShadow);
    this.sparks = new Sparks(this.scene);
    this.hud = new Hud(this.scene);
    this.begin();
    if (options.autostart) this.state = 'play';
    this.follow();
  }

  /** What is recorded beside the picture. */
  get figures(): GameFigures {
    const { score, player, enemies } = this.world;
    return { score, health: player.health, enemies: enemies.length };
  }

  /** Resolves when the first frame can be drawn whole. */
  async ready(): Promise<void> {
    await this.actors.ready();
    await this.scene.whenReadyAsync(true);
  }

  /** Advances the game by `ms` without drawing. */
  update(ms: number): void {
    this.stepper.advance(ms);
  }

  /** Draws the game as it is. Call it between the engine's `beginFrame` and `endFrame`. */
  draw(): void {
    this.actors.follow(this.world);
    this.hud.show(this.state, this.world, this.best);
    this.scene.render();
  }

  private begin(): void {
    const seed = this.options.seed * 1009 + this.tries * 31;
    this.world = new World(seed, this.options.level);
    this.bot = this.options.bot ? new Bot(seed) : undefined;
    this.sparks.seed(seed ^ 0x51ed270b);
    this.camera.reset(this.world.player);
    this.waited = 0;
  }

  private tick(): void {
    this.waited++;
    const pressed = this.controls.takePress();
    if (this.state === 'title') {
      if (this.bot ? this.waited >= TITLE_TICKS : pressed) this.enter('play');
    } else if (this.state === 'play') this.play();
    else if (this.bot ? this.waited >= (this.replayed ? REPLAYED_TICKS : OVER_TICKS) : pressed && this.waited >= DEAF_TICKS)
      this.again();
    this.sparks.tick();
    this.follow();
  }

  private play(): void {
    const { world, bot, controls } = this;
    world.tick(bot ? bot.steer(world) : controls.read());
    for (const event of world.events) this.react(event);
    if (!world.dead) return;
    this.best = Math.max(this.best, world.score);
    this.enter('over');
  }

  private again(): void {
    this.tries++;
    this.begin();
    this.enter('play');
  }

  private enter(state: 'play' | 'over'): void {
    this.state = state;
    this.waited = 0;
    if (state === 'play') this.camera.reset(this.world.player);
    this.onState?.(state);
  }

  private follow(): void {
    if (this.state === 'title') this.camera.circle();
    else if (this.state === 'play') this.camera.follow(this.world.player);
    else this.camera.mourn(this.world.player);
  }

  private react({ type, x, y, z }: GameEvent): void {
    const { sparks } = this;
    if (type === 'shot') sparks.burst('flash', x, y, z, 3);
    else if (type === 'spark') sparks.burst('spark', x, y, z, 9);
    else if (type === 'pickup') sparks.burst('shine', x, y, z, 14);
    else if (type === 'burst') {
      sparks.burst('fire', x, y, z, 34);
      sparks.burst('spark', x, y, z, 16);
    } else if (type === 'died') sparks.burst('fire', x, y, z, 70);
    else if (type === 'hurt') sparks.burst('spark', x, y, z, 14);
    if (type === 'hurt' || type === 'died') this.camera.jolt();
  }
}
