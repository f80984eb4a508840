import { wrap } from '../art/letters.js';
import { TINT } from '../art/palette.js';
import { plate } from '../art/plates.js';
import { diaryOf } from '../sim/diary.js';
import { addCentred, addText } from '../ui/addText.js';
import { Page } from '../ui/Page.js';
import type { Stage } from '../ui/Stage.js';
import { VIEW } from '../view.js';

const SHEET = { x: 112, y: 62, width: 416, height: 232 };

/** What the hero thinks of the day. The recording is paused as long as it is open: no frame of it is taken. */
export class DiaryPage extends Page {
  constructor(stage: Stage) {
    super(stage, 'diary', 40);
    stage.session.pause();
    this.addShade(0.82);
    addCentred(this.root, VIEW.width / 2, 36, 'The recording is paused while this page is open.', TINT.cream);
    this.addImage(SHEET.x, SHEET.y, plate(stage.scene, 'paper', SHEET.width, SHEET.height));
    addText(this.root, SHEET.x + 24, SHEET.y + 18, `Day ${stage.inn.day}`, TINT.red);
    addText(this.root, SHEET.x + 24, SHEET.y + 46, wrap(diaryOf(stage.inn), 184), TINT.ink);
    this.addButton({
      ...{ id: 'close', x: VIEW.width / 2 - 76, y: 306, width: 152, height: 30, words: 'Close it' },
      press: () => stage.close(),
    });
    this.lookAt('close');
  }

  override leave(): void {
    this.stage.close();
  }

  override close(): void {
    this.stage.session.resume();
    super.close();
  }
}
