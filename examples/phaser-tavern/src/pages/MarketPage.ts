import type Phaser from 'phaser';
import { wrap } from '../art/letters.js';
import { TINT } from '../art/palette.js';
import { plate } from '../art/plates.js';
import { GOODS, type GoodId } from '../sim/goods.js';
import { letterOf } from '../sim/letters.js';
import { addText } from '../ui/addText.js';
import type { Button } from '../ui/Button.js';
import { Page } from '../ui/Page.js';
import type { Stage } from '../ui/Stage.js';

const LIST = { x: 10, y: 36, width: 422, height: 316 };
const SIDE = { x: 442, y: 36, width: 188, height: 316 };
const COLUMNS = { stock: 196, today: 264, menu: 340 };
const ROW = 31;

/** A morning: what there is to buy, at today's prices. */
export class MarketPage extends Page {
  private readonly stock = new Map<GoodId, Phaser.GameObjects.BitmapText>();
  private readonly name: Phaser.GameObjects.BitmapText;
  private readonly about: Phaser.GameObjects.BitmapText;
  private readonly tags: Phaser.GameObjects.BitmapText;
  private readonly letter: Button | undefined;

  constructor(stage: Stage) {
    super(stage, 'market', 10);
    const { scene, inn } = stage;
    this.addImage(0, 0, 'street', 'street-0');
    this.addImage(LIST.x, LIST.y, plate(scene, 'wood', LIST.width, LIST.height));
    this.addImage(SIDE.x, SIDE.y, plate(scene, 'paper', SIDE.width, SIDE.height));
    addText(this.root, LIST.x + 14, LIST.y + 12, 'Market', TINT.copper, 2);
    for (const [words, x] of [
      ['have', COLUMNS.stock],
      ['today', COLUMNS.today],
      ['sells at', COLUMNS.menu],
    ] as const)
      addText(this.root, LIST.x + x, LIST.y + 32, words, TINT.dim);
    GOODS.forEach((good, i) => this.addRow(good.id, good.name, LIST.y + 60 + i * ROW));
    this.name = addText(this.root, SIDE.x + 14, SIDE.y + 12, '', TINT.ink);
    this.about = addText(this.root, SIDE.x + 14, SIDE.y + 36, '', TINT.faint);
    this.tags = addText(this.root, SIDE.x + 14, SIDE.y + 112, '', TINT.green);
    const side = (id: string, row: number, words: string, press: () => void): Button =>
      this.addButton({ id, x: SIDE.x + 14, y: SIDE.y + 178 + row * 32, width: SIDE.width - 28, words, press });
    if (letterOf(inn.day)) this.letter = side('letter', 0, 'A letter', () => stage.open('letter'));
    side('settings', 1, 'Settings', () => stage.open('settings'));
    this.addButton({
      ...{ id: 'open', x: SIDE.x + 14, y: SIDE.y + 248, width: SIDE.width - 28, height: 54, words: 'Open the inn' },
      press: () => stage.send({ type: 'open' }),
    });
    this.lookAt(`buy ${GOODS[0].id}`);
  }

  override show(): void {
    super.show();
    const { inn } = this.stage;
    for (const [good, text] of this.stock) text.setText(String(inn.stock[good]));
    this.letter?.setWords(inn.unread ? 'A letter for you!' : 'Letter, again');
    const good = GOODS.find(({ id }) => this.focused?.id === `buy ${id}`);
    this.name.setText(good ? `Buy: ${good.name}` : 'Good morning');
    this.about.setText(wrap(good ? good.about : 'Who knows what they will want tonight?', 80));
    this.tags.setText(good ? wrap(good.tags.join(', '), 80) : '');
  }

  private addRow(id: GoodId, name: string, y: number): void {
    const { inn } = this.stage;
    this.addButton({
      ...{ id: `buy ${id}`, x: LIST.x + 12, y, width: LIST.width - 24, height: 28, words: name, align: 'left' },
      press: () => this.stage.send({ type: 'buy', good: id }),
      enabled: () => inn.coins >= inn.prices[id],
    });
    this.stock.set(id, addText(this.root, LIST.x + COLUMNS.stock + 12, y + 4, '', TINT.cream));
    addText(this.root, LIST.x + COLUMNS.today + 8, y + 4, `${inn.prices[id]} p`, TINT.gold);
    addText(this.root, LIST.x + COLUMNS.menu + 10, y + 4, `${inn.menuPrice(id)} p`, TINT.dim);
  }
}
