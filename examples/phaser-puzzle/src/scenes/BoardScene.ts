import type { SgapsPlugin } from '@sgaps/phaser';
import Phaser from 'phaser';
import { FixedStepper } from '../../../shared/fixedStepper.js';
import type { GameOptions } from '../../../shared/gameOptions.js';
import { onKeyDown } from '../../../shared/onKeyDown.js';
import { FONT } from '../../../shared/pixelFont.js';
import { BoardView, placeOf } from '../actors/BoardView.js';
import { Callouts } from '../actors/Callouts.js';
import { Shards } from '../actors/Shards.js';
import { SidePanel } from '../actors/SidePanel.js';
import { GLASS, GOLD, PALE } from '../art/colours.js';
import { Bot } from '../bot/Bot.js';
import { Controls } from '../input/Controls.js';
import { MomentScreen } from '../replay/MomentScreen.js';
import { Moments } from '../replay/Moments.js';
import { columnOf, rowOf } from '../sim/board.js';
import { type PuzzleEvent, PuzzleWorld } from '../sim/PuzzleWorld.js';
import { BOARD, VIEW } from '../view.js';

const PRAISE = ['', '', 'NICE', 'GREAT', 'BRILLIANT'];

/** The game: the board, what it breaks into, the figures, and the moments that can be seen again. */
export class BoardScene extends Phaser.Scene {
  private bot: Bot | undefined;
  private world!: PuzzleWorld;
  private view!: BoardView;
  private panel!: SidePanel;
  private shards!: Shards;
  private callouts!: Callouts;
  private controls!: Controls;
  private moments!: Moments;
  private screen!: MomentScreen;
  private stepper!: FixedStepper;
  private hand: Phaser.GameObjects.Image | undefined;
  private message!: Phaser.GameObjects.Container;
  private words!: readonly Phaser.GameObjects.BitmapText[];

  constructor() {
    super('board');
  }

  create(): void {
    const { seed, level, bot, endpoint } = this.registry.get('options') as GameOptions;
    this.world = new PuzzleWorld(seed, level);
    this.registry.set('world', this.world);
    this.bot = bot ? new Bot(seed) : undefined;
    this.moments = new Moments(this.sgaps as SgapsPlugin | undefined, this.world);
    this.screen = new MomentScreen(this, endpoint.replace(/^ws/, 'http'));
    this.add.image(VIEW.width / 2, VIEW.height / 2, 'wall', 'wall-0');
    this.view = new BoardView(this, this.world);
    this.panel = new SidePanel(this, this.world, this.moments, (moment) => this.screen.show(moment));
    this.shards = new Shards(this, seed);
    this.callouts = new Callouts(this);
    this.controls = new Controls(this);
    this.stepper = new FixedStepper(() => this.tick());
    this.hand = this.bot && this.add.image(0, 0, 'hand', 'hand-0').setOrigin(0.5, 0.1).setDepth(9).setName('hand');
    this.addMessage();
    this.addKeys();
    this.show();
  }

  override update(_time: number, delta: number): void {
    this.stepper.advance(delta);
    this.show();
    this.screen.update();
  }

  private addMessage(): void {
    const back = this.add.rectangle(0, 0, BOARD.width, 96, 0x0c0a20, 0.86).setStrokeStyle(2, GOLD);
    const word = (y: number, size: number, tint: number): Phaser.GameObjects.BitmapText =>
      this.add.bitmapText(0, y, FONT, '', size).setOrigin(0.5).setTint(tint);
    this.words = [word(-20, 28, GOLD), word(22, 14, PALE)];
    this.message = this.add.container(BOARD.x + BOARD.width / 2, BOARD.y + BOARD.height / 2, [back, ...this.words]);
    this.message.setDepth(12).setVisible(false);
  }

  private addKeys(): void {
    const goOn = (): void => {
      // A press that ended the last move must not skip what came of it.
      if (!this.bot && !this.screen.isOpen && this.world.phaseTicks > 40) this.world.advance();
    };
    onKeyDown(this, ({ key }) => {
      const { best } = this.moments;
      if (key === ' ' || key === 'Enter') goOn();
      else if (key.toLowerCase() === 'r' && best?.recording) this.screen.show(best);
    });
    this.input.on('pointerdown', ({ x }: Phaser.Input.Pointer) => x < BOARD.x + BOARD.width && goOn());
  }

  private tick(): void {
    const { world, bot, controls } = this;
    if (this.screen.isOpen) controls.reset();
    const wanted = controls.read();
    const swap = this.screen.isOpen ? null : bot ? bot.choose(world) : wanted;
    world.tick(swap);
    for (const event of world.events) this.react(event);
    this.moments.tick();
    this.shards.tick();
    this.callouts.tick();
    if (bot?.hasSeen(world)) world.advance();
  }

  private react(event: PuzzleEvent): void {
    this.moments.tell(event);
    if (event.type === 'break') this.shatter(event);
    else if (event.type === 'beam') {
      const { x, y } = placeOf(columnOf(event.cell), rowOf(event.cell));
      const colour = GLASS[event.kind];
      if (event.power === 'row') this.shards.flash('beam', BOARD.x + BOARD.width / 2, y, colour, BOARD.width);
      else if (event.power === 'column') this.shards.flash('beam', x, BOARD.y + BOARD.height / 2, colour, BOARD.height, 90);
      else this.shards.flash('flash', x, y, colour, BOARD.cell * 4);
    } else if (event.type === 'shuffle') this.call('NO MOVE LEFT: NEW GLASS', PALE, 14);
    else if (event.type === 'combo' && event.chain > 2) this.call(`X${event.chain} COMBO`, GOLD, 28);
  }

  private shatter({ glasses, chain, points }: Extract<PuzzleEvent, { type: 'break' }>): void {
    let [x, y] = [0, 0];
    for (const glass of glasses) {
      const place = placeOf(glass.x, glass.y);
      this.shards.burst(place.x, place.y, GLASS[glass.kind], glasses.length > 8 ? 4 : 7);
      x += place.x / glasses.length;
      y += place.y / glasses.length;
    }
    this.callouts.add(x, y, `+${points}`, 0xffffff, 14);
    if (chain > 1) this.callouts.add(x, y - 22, PRAISE[Math.min(chain, 4)], GOLD, chain > 2 ? 28 : 14);
  }

  private call(words: string, tint: number, size: 14 | 28): void {
    this.callouts.add(BOARD.x + BOARD.width / 2, BOARD.y + BOARD.height / 2, words, tint, size);
  }

  private show(): void {
    const { world, bot, hand, controls } = this;
    this.view.follow(bot ? -1 : controls.cursor, bot ? -1 : controls.picked);
    this.panel.show();
    if (bot && hand) {
      const { x, y } = placeOf(bot.hand.x, bot.hand.y);
      hand.setPosition(x, y + 4).setFrame(bot.hand.down ? 'hand-1' : 'hand-0');
    }
    const over = world.phase === 'done' || world.phase === 'lost';
    this.message.setVisible(over);
    if (!over) return;
    this.words[0].setText(world.phase === 'done' ? `LEVEL ${world.level} DONE` : 'OUT OF MOVES');
    const again = world.phase === 'done' ? 'SPACE: NEXT LEVEL' : 'SPACE: TRY AGAIN';
    this.words[1].setText(bot ? `SCORE ${world.score}` : again);
    this.message.setScale(Math.min(1, 0.6 + world.phaseTicks / 25));
  }
}
