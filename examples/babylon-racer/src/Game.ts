import type { AbstractEngine } from '@babylonjs/core/Engines/abstractEngine.js';
import type { Mesh } from '@babylonjs/core/Meshes/mesh.js';
import { Scene } from '@babylonjs/core/scene.js';
import { FixedStepper } from '../../shared/fixedStepper.js';
import type { GameOptions } from '../../shared/gameOptions.js';
import { CarsView } from './actors/CarsView.js';
import { Dust } from './actors/Dust.js';
import { Driver } from './bot/Driver.js';
import { ChaseCamera } from './camera/ChaseCamera.js';
import { Hud } from './hud/Hud.js';
import type { Controls } from './input/Controls.js';
import type { GameFigures } from './recording.js';
import { type Command, type GameEvent, TICK } from './sim/types.js';
import { World } from './sim/World.js';
import { createStage } from './stage/createStage.js';

/** Ticks that the bot stays in the menu, at the end, and at an end that is shown again; and that a press at the end is not yet heard. */
const TITLE_TICKS = 110;
const OVER_TICKS = 240;
const REPLAYED_TICKS = 620;
const DEAF_TICKS = 60;
/** Ticks between two crashes that are told of. */
const CALM_TICKS = 240;

const REST: Command = { throttle: 0, brake: 0, steer: 0, drift: false, reset: false };

/** What others may want to know of, about the player. */
export type Moment =
  | { readonly type: 'start' | 'crash' }
  | { readonly type: 'lap'; readonly lap: number; readonly seconds: number }
  | { readonly type: 'finish'; readonly position: number };

/** The whole game: a menu, the race, its result, and again. All of it moves by ticks; drawing only shows it. */
export class Game {
  readonly scene: Scene;
  /** Meshes beside the road that wait for a picture. */
  readonly screens: readonly Mesh[];
  onMoment: ((moment: Moment) => void) | undefined;
  private readonly cars: CarsView;
  private readonly dust: Dust;
  private readonly camera: ChaseCamera;
  private readonly hud: Hud;
  private readonly stepper = new FixedStepper(() => this.tick());
  private world!: World;
  private bot: Driver | undefined;
  private state: 'title' | 'race' | 'over' = 'title';
  private waited = 0;
  private tries = 0;
  private crashedAt = 0;

  constructor(
    engine: AbstractEngine,
    private readonly controls: Controls,
    private readonly options: GameOptions,
    private readonly replayed = false,
  ) {
    this.scene = new Scene(engine);
    this.scene.detachControl(); // keys and pointers are read by `Controls`
    this.scene.skipPointerMovePicking = true;
    this.camera = new ChaseCamera(this.scene);
    this.screens = createStage(this.scene).screens;
    this.cars = new CarsView(this.scene);
    this.dust = new Dust(this.scene);
    this.hud = new Hud(this.scene);
    this.begin();
    if (options.autostart) this.state = 'race';
    this.follow();
  }

  /** What is recorded beside the picture. */
  get figures(): GameFigures {
    const { player, position } = this.world;
    return { speed: Math.round(Math.abs(player.speed) * 3.6), lap: this.world.lapOf(player), position };
  }

  /** Resolves when the first frame can be drawn whole. */
  async ready(): Promise<void> {
    await this.cars.ready();
    await this.scene.whenReadyAsync(true);
  }

  /** Advances the game by `ms` without drawing. */
  update(ms: number): void {
    this.stepper.advance(ms);
  }

  /** Draws the game as it is. Call it between the engine's `beginFrame` and `endFrame`. */
  draw(): void {
    this.cars.follow(this.world);
    this.hud.show(this.state, this.world);
    this.scene.render();
  }

  private begin(): void {
    const seed = this.options.seed * 1009 + this.tries * 31;
    this.world = new World(seed, this.options.level);
    this.bot = this.options.bot ? new Driver(seed, 1) : undefined;
    this.dust.seed(seed ^ 0x51ed270b);
    this.camera.reset(this.world.player);
    this.crashedAt = -CALM_TICKS;
    this.waited = 0;
  }

  private tick(): void {
    this.waited++;
    const pressed = this.controls.takePress();
    if (this.state === 'title') {
      if (this.bot ? this.waited >= TITLE_TICKS : pressed) this.enter('race');
    } else {
      this.race();
      const enough = this.bot
        ? this.waited >= (this.replayed ? REPLAYED_TICKS : OVER_TICKS)
        : pressed && this.waited >= DEAF_TICKS;
      if (this.state === 'over' && enough) this.again();
    }
    this.follow();
  }

  private race(): void {
    const { world, bot, controls } = this;
    const { player, cars } = world;
    const wanted = controls.read();
    world.tick(bot ? (world.ticks < 0 ? REST : bot.steer(player, cars)) : wanted);
    this.dust.tick(world);
    for (const event of world.events) if (event.car === player.id) this.react(event);
    if (this.state === 'race' && world.finished) this.enter('over');
  }

  private again(): void {
    this.tries++;
    this.begin();
    this.enter('race');
  }

  private enter(state: 'race' | 'over'): void {
    this.state = state;
    this.waited = 0;
    if (state === 'race') {
      this.camera.reset(this.world.player);
      this.onMoment?.({ type: 'start' });
    } else this.onMoment?.({ type: 'finish', position: this.world.position });
  }

  private follow(): void {
    if (this.state === 'title') this.camera.circle();
    else if (this.state === 'race') this.camera.follow(this.world.player);
    else this.camera.admire(this.world.player);
  }

  private react({ type }: GameEvent): void {
    const { laps } = this.world.player;
    if (type === 'crash' || type === 'bump') this.camera.jolt();
    if (type === 'lap') this.onMoment?.({ type: 'lap', lap: laps.length, seconds: laps[laps.length - 1] * TICK });
    if (type !== 'crash' || this.world.ticks - this.crashedAt < CALM_TICKS) return;
    this.crashedAt = this.world.ticks;
    this.onMoment?.({ type: 'crash' });
  }
}
