import type Phaser from 'phaser';
import { wrap } from '../art/letters.js';
import { TINT } from '../art/palette.js';
import { plate } from '../art/plates.js';
import { PRIVATE } from '../recording.js';
import { SPEEDS } from '../Session.js';
import { letterOf } from '../sim/letters.js';
import { Typewriter } from '../sim/Typewriter.js';
import { addCentred, addText } from '../ui/addText.js';
import { Page } from '../ui/Page.js';
import type { Stage } from '../ui/Stage.js';
import { VIEW } from '../view.js';

const SHEET = { x: 128, y: 58, width: 384, height: 232 };

/** A private letter. The recording goes on, and where the sheet is it is grey. */
export class LetterPage extends Page {
  private readonly writing = new Typewriter();
  private readonly text: Phaser.GameObjects.BitmapText;
  private readonly lines: string;

  constructor(stage: Stage) {
    super(stage, 'letter', 40);
    const { scene, session, inn } = stage;
    this.addShade(0.82);
    addCentred(this.root, VIEW.width / 2, 34, 'A private letter. The recording shows it in grey.', TINT.cream);
    const sheet = scene.add.container().setName(PRIVATE);
    this.root.add(sheet);
    sheet.add(scene.add.image(SHEET.x, SHEET.y, plate(scene, 'paper', SHEET.width, SHEET.height)).setOrigin(0));
    addText(sheet, SHEET.x + 24, SHEET.y + 18, `Dear ${session.hero},`, TINT.ink);
    this.text = addText(sheet, SHEET.x + 24, SHEET.y + 48, '', TINT.ink);
    addText(sheet, SHEET.x + 264, SHEET.y + 196, 'Your sister', TINT.faint);
    this.lines = wrap(letterOf(inn.day) ?? '', 168);
    this.writing.say(this.lines, Math.min(1, SPEEDS[session.speed].ticks));
    stage.send({ type: 'read' });
    this.addButton({
      ...{ id: 'close', x: VIEW.width / 2 - 76, y: 304, width: 152, height: 30, words: 'Put it away' },
      press: () => stage.close(),
    });
    this.lookAt('close');
  }

  override tick(): void {
    this.writing.tick();
  }

  override show(): void {
    super.show();
    this.text.setText(this.writing.shown);
  }

  override leave(): void {
    this.stage.close();
  }
}
