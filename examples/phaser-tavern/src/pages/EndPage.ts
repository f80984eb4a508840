import { wrap } from '../art/letters.js';
import { TINT } from '../art/palette.js';
import { HOUSE } from '../sim/Inn.js';
import { addCentred } from '../ui/addText.js';
import { Page } from '../ui/Page.js';
import type { Stage } from '../ui/Stage.js';
import { VIEW } from '../view.js';

/** The seventh night, or the one on which the rent could not be paid. */
export class EndPage extends Page {
  constructor(stage: Stage) {
    super(stage, 'end', 10);
    const { phase, coins } = stage.inn;
    const won = phase === 'won';
    const middle = VIEW.width / 2;
    this.addShade(won ? 0.3 : 0.62);
    addCentred(this.root, middle, 84, won ? 'The house is yours' : 'The shutters close', won ? TINT.gold : 0xff9a8a, 3);
    const words = won
      ? `You count ${coins} pennies onto the table, and the fire does the talking.`
      : coins < 0
        ? 'The rent is due, and the box is empty. Somebody else will light the fire.'
        : `The house costs ${HOUSE} pennies and the box holds ${coins}. Next year, perhaps.`;
    wrap(words, 240)
      .split('\n')
      .forEach((line, i) => addCentred(this.root, middle, 160 + i * 24, line, TINT.cream));
    this.addButton({
      ...{ id: 'again', x: middle - 84, y: 236, width: 168, height: 32, words: won ? 'Another year' : 'Try again' },
      press: () => stage.send({ type: 'again' }),
    });
    this.lookAt('again');
  }
}
