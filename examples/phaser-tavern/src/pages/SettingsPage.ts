import type Phaser from 'phaser';
import { wrap } from '../art/letters.js';
import { TINT } from '../art/palette.js';
import { plate } from '../art/plates.js';
import { type RecordingState, SPEEDS } from '../Session.js';
import { addText } from '../ui/addText.js';
import type { Button } from '../ui/Button.js';
import { Page } from '../ui/Page.js';
import type { Stage } from '../ui/Stage.js';

const SHEET = { x: 120, y: 44, width: 400, height: 296 };
const NOW: Record<RecordingState, string> = {
  'no recorder': 'This address says record=0: there is no recorder.',
  'not asked': 'You will be asked before the game begins.',
  refused: 'Nothing is recorded, and nothing is sent.',
  connecting: 'You agreed; the server has not answered yet.',
  paused: 'Paused.',
  recording: 'The screen is recorded. Your name and letters are masked, the diary pauses it.',
};

/** How fast people speak, and whether they are recorded. */
export class SettingsPage extends Page {
  private readonly speed: Button;
  private readonly recorded: Button;
  private readonly now: Phaser.GameObjects.BitmapText;

  constructor(stage: Stage) {
    super(stage, 'settings', 40);
    const { session, scene, inn } = stage;
    this.addShade(0.5);
    this.addImage(SHEET.x, SHEET.y, plate(scene, 'wood', SHEET.width, SHEET.height));
    addText(this.root, SHEET.x + 24, SHEET.y + 14, 'Settings', TINT.copper, 2);
    addText(this.root, SHEET.x + 24, SHEET.y + 76, 'People speak', TINT.cream);
    this.speed = this.addButton({
      ...{ id: 'speed', x: SHEET.x + 208, y: SHEET.y + 72, width: 168, height: 28, words: '' },
      press: () => {
        session.speed = (session.speed + 1) % SPEEDS.length;
        inn.letterTicks = SPEEDS[session.speed].ticks;
      },
    });
    addText(this.root, SHEET.x + 24, SHEET.y + 116, 'Recording', TINT.cream);
    this.recorded = this.addButton({
      ...{ id: 'recording', x: SHEET.x + 208, y: SHEET.y + 112, width: 168, height: 28, words: '' },
      press: () => session.allow(!session.consent.answer),
      enabled: () => session.recorder !== undefined && session.consent.answer !== undefined,
    });
    this.now = addText(this.root, SHEET.x + 24, SHEET.y + 158, '', TINT.dim);
    this.addButton({
      ...{ id: 'close', x: SHEET.x + 208, y: SHEET.y + 248, width: 168, height: 30, words: 'Close' },
      press: () => stage.close(),
    });
    this.lookAt('speed');
  }

  override show(): void {
    super.show();
    const { session } = this.stage;
    this.speed.setWords(SPEEDS[session.speed].name);
    this.recorded.setWords(session.consent.answer ? 'on' : 'off');
    this.now.setText(wrap(NOW[session.recordingState], 176));
  }

  override leave(): void {
    this.stage.close();
  }
}
