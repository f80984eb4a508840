import Phaser from 'phaser';
import { FixedStepper } from '../../../shared/fixedStepper.js';
import { createArt } from '../art/createArt.js';
import { Bot } from '../bot/Bot.js';
import { addControls } from '../input/addControls.js';
import { isPrivate } from '../recording.js';
import type { Session } from '../Session.js';
import { Inn, type InnEvent } from '../sim/Inn.js';
import { TopBar } from '../ui/TopBar.js';
import { House } from './House.js';

const SOMEBODY = 'Robin';
const FIRE_TICKS = 8;

/** The whole game: the room, the pages in front of it, and what is told to the recorder. */
export class InnScene extends Phaser.Scene {
  private session!: Session;
  private house!: House;
  private bar!: TopBar;
  private stepper!: FixedStepper;
  private fire!: Phaser.GameObjects.Image;
  private hand: Phaser.GameObjects.Image | undefined;
  private ticks = 0;

  constructor() {
    super('inn');
  }

  create(): void {
    createArt(this);
    const session = this.registry.get('session') as Session;
    const { seed, bot, autostart } = session.options;
    this.session = session;
    // Once: from now on everything private is hidden, wherever it appears.
    session.recorder?.mask(isPrivate);
    const inn = new Inn(seed);
    this.registry.set('inn', inn);
    this.add.image(0, 0, 'room', 'room-0').setOrigin(0);
    this.fire = this.add.image(72, 204, 'fire', 'fire-0').setOrigin(0.5, 1);
    if (autostart) session.hero = SOMEBODY;
    const asks = autostart && session.recorder && session.consent.answer === undefined;
    this.house = new House(
      this,
      session,
      inn,
      asks ? 'consent' : autostart ? 'market' : 'title',
      bot ? new Bot(seed) : undefined,
    );
    this.bar = new TopBar(this.house);
    addControls(this, () => this.house.page);
    if (bot) this.hand = this.add.image(320, 340, 'pointer', 'pointer-0').setOrigin(0).setDepth(80);
    this.stepper = new FixedStepper(() => this.tick());
    this.show();
  }

  override update(_time: number, delta: number): void {
    this.stepper.advance(delta);
    this.show();
  }

  private tick(): void {
    this.ticks++;
    this.house.tick();
    for (const event of this.house.inn.events) this.tell(event);
    const { hand } = this;
    const aim = this.house.page.focused?.middle;
    if (!hand || !aim) return;
    hand.x += (aim.x + 20 - hand.x) * 0.18;
    hand.y += (aim.y + 2 - hand.y) * 0.18;
  }

  private show(): void {
    this.fire.setFrame(`fire-${Math.floor(this.ticks / FIRE_TICKS) % 4}`);
    this.house.show();
    this.bar.show(this.house.hasBegun);
  }

  /** Writes it into the recording. Masks hide pixels, not words: nothing private is written here. */
  private tell(event: InnEvent): void {
    const { recorder } = this.session;
    if (event.type === 'day') recorder?.marker(`day ${event.day}`);
    else if (event.type === 'served') recorder?.event(`served: ${event.verdict}`, { good: event.good, paid: event.paid });
    else if (event.type === 'refused') recorder?.event('sent away');
    else if (event.type === 'night') recorder?.event('night', { coins: event.coins });
    else if (event.type === 'won' || event.type === 'lost') recorder?.event(event.type, { coins: event.coins });
  }
}
