import type Phaser from 'phaser';
import { wrap } from '../art/letters.js';
import { TINT } from '../art/palette.js';
import { plate } from '../art/plates.js';
import { GOODS, type GoodId } from '../sim/goods.js';
import { addText } from '../ui/addText.js';
import type { Button } from '../ui/Button.js';
import { Page } from '../ui/Page.js';
import type { Stage } from '../ui/Stage.js';

const TALK = { x: 8, y: 248, width: 624, height: 106 };
const MENU = { x: 396, y: 36, width: 236, height: 204 };
const TIP = { x: 194, y: 40, width: 192 };
const LINE_HEIGHT = 22;
const GUEST_X = 118;
const COUNTER_Y = 224;
const WALK_TICKS = 36;
const PATIENCE = { x: 262, y: 262, width: 120 };

/** An evening: a guest after the other says what they would like, and something is served or not. */
export class EveningPage extends Page {
  private readonly guest: Phaser.GameObjects.Image;
  private readonly talk: Phaser.GameObjects.Container;
  private readonly name: Phaser.GameObjects.BitmapText;
  private readonly speech: Phaser.GameObjects.BitmapText;
  private readonly patience: Phaser.GameObjects.Image;
  private readonly counts = new Map<GoodId, Phaser.GameObjects.BitmapText>();
  private readonly tip: Phaser.GameObjects.Container;
  private readonly tipBack: Phaser.GameObjects.Image;
  private readonly tipName: Phaser.GameObjects.BitmapText;
  private readonly tipText: Phaser.GameObjects.BitmapText;
  private readonly next: Button;

  constructor(stage: Stage) {
    super(stage, 'evening', 10);
    const { scene } = stage;
    this.guest = this.addImage(GUEST_X, COUNTER_Y, 'guest', 'guest-0').setOrigin(0.5, 1);
    // What of the guest is below the counter's edge is behind it.
    this.addImage(0, 0, 'room', 'room-0').setCrop(0, COUNTER_Y, 392, 26);
    this.addImage(MENU.x, MENU.y, plate(scene, 'wood', MENU.width, MENU.height));
    GOODS.forEach(({ id, name }, i) => this.addDish(id, name, MENU.y + 8 + i * 23.5));
    this.tip = scene.add.container();
    this.root.add(this.tip);
    this.tipBack = scene.add.image(TIP.x, TIP.y, plate(scene, 'tip', TIP.width, 2 * LINE_HEIGHT)).setOrigin(0);
    this.tip.add(this.tipBack);
    this.tipName = addText(this.tip, TIP.x + 12, TIP.y + 6, '', TINT.gold);
    this.tipText = addText(this.tip, TIP.x + 12, TIP.y + 30, '', TINT.cream);
    this.talk = scene.add.container();
    this.root.add(this.talk);
    this.talk.add(scene.add.image(TALK.x, TALK.y, plate(scene, 'paper', TALK.width, TALK.height)).setOrigin(0));
    this.name = addText(this.talk, TALK.x + 16, TALK.y + 8, '', TINT.red);
    this.speech = addText(this.talk, TALK.x + 16, TALK.y + 34, '', TINT.ink);
    this.patience = scene.add.image(PATIENCE.x, PATIENCE.y, 'patience', 'patience-0').setOrigin(0, 0.5).setTint(TINT.copper);
    this.talk.add(this.patience);
    this.next = this.addButton({
      ...{ id: 'next', x: TALK.x + 478, y: TALK.y + 70, width: 132, words: 'Go on' },
      press: () => stage.send({ type: 'next' }),
      enabled: () => !stage.inn.isAsked && stage.inn.visit?.step !== 'comes' && stage.inn.visit?.step !== 'leaves',
    });
    this.addButton({
      ...{ id: 'refuse', x: TALK.x + 334, y: TALK.y + 70, width: 132, words: 'Nothing' },
      press: () => stage.send({ type: 'refuse' }),
      enabled: () => stage.inn.isAsked,
    });
    this.lookAt('next');
  }

  override show(): void {
    super.show();
    const { inn } = this.stage;
    const { visit } = inn;
    for (const [good, text] of this.counts) text.setText(`x${inn.stock[good]}`).setAlpha(inn.stock[good] > 0 ? 1 : 0.5);
    this.showTip();
    this.guest.setVisible(visit !== null);
    this.talk.setVisible(visit !== null);
    if (!visit) return;
    const away = visit.step === 'comes' ? 1 - visit.ticks / WALK_TICKS : visit.step === 'leaves' ? visit.ticks / WALK_TICKS : 0;
    const step = away === 0 ? 0 : Math.abs(Math.sin(visit.ticks / 5)) * 4;
    this.guest
      .setFrame(`guest-${visit.guest.look}`)
      .setPosition(GUEST_X - 2 * Math.round(away * 100), COUNTER_Y + 2 - 2 * Math.round(step / 2));
    this.name.setText(visit.guest.name);
    const lines = wrap(inn.speech.text, 294);
    this.speech.setText(lines.slice(0, inn.speech.shown.length));
    this.patience.setDisplaySize(Math.max(2, PATIENCE.width * visit.patience), 8).setVisible(inn.isAsked);
    this.next.setWords(inn.speech.done ? 'Go on' : 'Faster');
  }

  private showTip(): void {
    const good = GOODS.find(({ id }) => this.focused?.id === `serve ${id}`);
    this.tip.setVisible(good !== undefined);
    if (!good) return;
    this.tipName.setText(good.name);
    const words = `${wrap(good.about, 84)}\n${wrap(good.tags.join(', '), 84)}`;
    this.tipText.setText(words);
    this.tipBack.setTexture(plate(this.stage.scene, 'tip', TIP.width, 40 + words.split('\n').length * LINE_HEIGHT));
  }

  private addDish(id: GoodId, name: string, y: number): void {
    const { inn } = this.stage;
    const top = 2 * Math.round(y / 2);
    this.addButton({
      ...{ id: `serve ${id}`, x: MENU.x + 8, y: top, width: MENU.width - 16, height: 22, words: name, align: 'left' },
      press: () => this.stage.send({ type: 'serve', good: id }),
      enabled: () => inn.isAsked && inn.stock[id] > 0,
    });
    addText(this.root, MENU.x + 140, top + 1, `${inn.menuPrice(id)} p`, TINT.gold);
    this.counts.set(id, addText(this.root, MENU.x + 192, top + 1, '', TINT.cream));
  }
}
