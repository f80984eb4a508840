import { wrap } from '../art/letters.js';
import { TINT } from '../art/palette.js';
import { plate } from '../art/plates.js';
import { addCentred, addText } from '../ui/addText.js';
import { Page } from '../ui/Page.js';
import type { Stage } from '../ui/Stage.js';
import { VIEW } from '../view.js';

const TERMS = [
  'What is on the screen is sent to the server of this page, and can be watched again.',
  'Never sent: your name and private letters (masked on this machine), the diary (the recording pauses), what you type, sound.',
  'The settings let you change your mind.',
];

/** Asked before anything is recorded. */
export class ConsentPage extends Page {
  constructor(stage: Stage) {
    super(stage, 'consent', 10);
    this.addShade(0.5);
    this.addImage(80, 40, plate(stage.scene, 'paper', 480, 288));
    addCentred(this.root, VIEW.width / 2, 54, 'May this be recorded?', TINT.ink, 2);
    let y = 106;
    for (const term of TERMS) {
      const text = addText(this.root, 104, y, wrap(term, 216), TINT.ink);
      y += text.height + 8;
    }
    const answer = (yes: boolean) => (): void => {
      stage.session.consent.give(yes);
      stage.go('name');
    };
    this.addButton({ id: 'yes', x: 104, y: 288, width: 208, height: 28, words: 'Yes, record it', press: answer(true) });
    this.addButton({ id: 'no', x: 328, y: 288, width: 208, height: 28, words: 'No, only play', press: answer(false) });
    // Neither answer is suggested.
  }
}
