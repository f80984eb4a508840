import { widthOf } from '../art/letters.js';
import { TINT } from '../art/palette.js';
import { plate } from '../art/plates.js';
import { DAYS, HOUSE, RENT } from '../sim/Inn.js';
import { addText } from '../ui/addText.js';
import { Page } from '../ui/Page.js';
import type { Stage } from '../ui/Stage.js';

const SHEET = { x: 120, y: 40, width: 400, height: 308 };

/** The night: what the day brought, and what it cost. */
export class LedgerPage extends Page {
  constructor(stage: Stage) {
    super(stage, 'ledger', 10);
    const { inn, scene } = stage;
    const { ledger, day, coins } = inn;
    this.addShade(0.5);
    this.addImage(SHEET.x, SHEET.y, plate(scene, 'paper', SHEET.width, SHEET.height));
    addText(this.root, SHEET.x + 24, SHEET.y + 14, `Night of day ${day}`, TINT.ink, 2);
    const rows: [string, number][] = [
      [`Sold (${ledger.served} served, ${ledger.sent} sent away)`, ledger.sales],
      ['Tips', ledger.tips],
      ['Bought at the market', -ledger.purchases],
      ['Rent', -RENT],
    ];
    rows.forEach(([words, amount], i) => this.addLine(words, amount, SHEET.y + 66 + i * 26));
    this.addImage(SHEET.x + 24, SHEET.y + 174, plate(scene, 'bar', SHEET.width - 48, 4));
    this.addLine('In the box', coins, SHEET.y + 184);
    const missing = HOUSE - coins;
    const left = DAYS - day;
    const hope =
      missing > 0
        ? `${missing} p are missing for the house, and ${left} days are left.`
        : 'Enough for the house, if nothing goes wrong.';
    addText(this.root, SHEET.x + 24, SHEET.y + 218, left === 0 ? 'This was the last night.' : hope, TINT.faint);
    this.addButton({
      ...{ id: 'diary', x: SHEET.x + 24, y: SHEET.y + 260, width: 168, height: 30, words: 'The diary' },
      press: () => stage.open('diary'),
    });
    this.addButton({
      ...{ id: 'sleep', x: SHEET.x + 208, y: SHEET.y + 260, width: 168, height: 30, words: 'Go to sleep' },
      press: () => stage.send({ type: 'sleep' }),
    });
    this.lookAt('sleep');
  }

  private addLine(words: string, amount: number, y: number): void {
    const figure = `${amount > 0 ? '+' : ''}${amount} p`;
    addText(this.root, SHEET.x + 24, y, words, TINT.ink);
    addText(this.root, SHEET.x + SHEET.width - 24 - 2 * widthOf(figure), y, figure, amount < 0 ? TINT.red : TINT.green);
  }
}
