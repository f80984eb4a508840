import { TINT } from '../art/palette.js';
import { HOUSE } from '../sim/Inn.js';
import { addCentred } from '../ui/addText.js';
import { Page } from '../ui/Page.js';
import type { Stage } from '../ui/Stage.js';
import { VIEW } from '../view.js';

const RULES = [
  'Buy in the morning, listen in the evening, count at night.',
  `On the seventh night the house is yours for ${HOUSE} pennies.`,
];

/** The inn's sign, and how to play. */
export class TitlePage extends Page {
  constructor(stage: Stage) {
    super(stage, 'title', 10);
    const middle = VIEW.width / 2;
    this.addShade(0.3);
    this.root.add(stage.scene.add.rectangle(0, 46, VIEW.width, 106, 0x0c0812, 0.62).setOrigin(0));
    addCentred(this.root, middle + 4, 60, 'The Copper Kettle', 0x1d1420, 3);
    addCentred(this.root, middle, 56, 'The Copper Kettle', TINT.copper, 3);
    addCentred(this.root, middle, 124, 'An inn, seven days, and everybody wants something.', TINT.cream);
    const next = stage.session.recorder && stage.session.consent.answer === undefined ? 'consent' : 'name';
    this.addButton({ id: 'begin', x: 220, y: 174, width: 200, height: 32, words: 'Open the house', press: () => stage.go(next) });
    this.addButton({ id: 'settings', x: 220, y: 212, width: 200, words: 'Settings', press: () => stage.open('settings') });
    RULES.forEach((line, i) => addCentred(this.root, middle, 276 + i * 26, line, i === 1 ? TINT.gold : TINT.cream));
    addCentred(this.root, middle, 330, 'Mouse, touch, or arrows and Enter', TINT.dim);
    this.lookAt('begin');
  }
}
