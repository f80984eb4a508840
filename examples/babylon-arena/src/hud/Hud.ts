import type { Scene } from '@babylonjs/core/scene.js';
import { AdvancedDynamicTexture } from '@babylonjs/gui/2D/advancedDynamicTexture.js';
import { Control } from '@babylonjs/gui/2D/controls/control.js';
import { Ellipse } from '@babylonjs/gui/2D/controls/ellipse.js';
import { Rectangle } from '@babylonjs/gui/2D/controls/rectangle.js';
import { TextBlock } from '@babylonjs/gui/2D/controls/textBlock.js';
import { FULL_HEALTH } from '../sim/types.js';
import type { World } from '../sim/World.js';

const FONT = "'Trebuchet MS', 'DejaVu Sans', sans-serif";
const BAR = 150;

/** How a text looks and where it is, in pixels from the edges it is aligned to. */
interface TextStyle {
  readonly size: number;
  readonly colour: string;
  readonly across?: number;
  readonly down?: number;
  readonly left?: number;
  readonly top?: number;
}

/** Health, score, wave, sight and messages over the picture, with @babylonjs/gui. */
export class Hud {
  private readonly layer: AdvancedDynamicTexture;
  private readonly play = new Rectangle('hud-play');
  private readonly menu = new Rectangle('hud-menu');
  private readonly fill = new Rectangle('hud-health');
  private readonly rapid = new Rectangle('hud-rapid');
  private readonly sight = new Ellipse('hud-sight');
  private readonly hurt = new Rectangle('hud-hurt');
  private readonly score: TextBlock;
  private readonly health: TextBlock;
  private readonly wave: TextBlock;
  private readonly message: TextBlock;
  private readonly detail: TextBlock;
  private readonly hint: TextBlock;

  constructor(scene: Scene) {
    this.layer = AdvancedDynamicTexture.CreateFullscreenUI('hud', true, scene);
    for (const group of [this.play, this.menu]) {
      group.thickness = 0;
      this.layer.addControl(group);
    }
    this.hurt.thickness = 14;
    this.hurt.color = '#e63946';
    this.hurt.alpha = 0;
    this.play.addControl(this.hurt);
    this.addBar();
    const { HORIZONTAL_ALIGNMENT_LEFT: LEFT, HORIZONTAL_ALIGNMENT_RIGHT: RIGHT, VERTICAL_ALIGNMENT_TOP: TOP } = Control;
    this.health = text(this.play, { size: 14, colour: '#ffffff', across: LEFT, down: TOP, left: 20 + BAR, top: 11 });
    this.score = text(this.play, { size: 20, colour: '#ffe08a', across: RIGHT, down: TOP, left: -14, top: 8 });
    this.wave = text(this.play, { size: 16, colour: '#ffffff', down: TOP, top: 10 });
    this.message = text(this.play, { size: 38, colour: '#ffe08a', top: -62 });
    this.detail = text(this.play, { size: 17, colour: '#ffffff', top: -24 });
    this.hint = text(this.play, { size: 14, colour: '#e8eef7', top: 6 });
    this.addSight();
    this.addMenu();
  }

  /** What is on the screen: the menu, the game, or the game with its end. */
  show(state: 'title' | 'play' | 'over', world: World, best: number): void {
    this.menu.isVisible = state === 'title';
    this.play.isVisible = state !== 'title';
    if (state === 'title') return;
    const { player } = world;
    this.fill.width = `${Math.round((BAR - 6) * (player.health / FULL_HEALTH))}px`;
    this.fill.background = player.health > 50 ? '#63d471' : player.health > 25 ? '#ffb347' : '#f25c54';
    this.health.text = String(player.health);
    this.score.text = String(world.score).padStart(6, '0');
    this.wave.text = `WAVE ${world.wave}  ·  ${world.left} LEFT`;
    this.rapid.width = `${Math.round((BAR - 6) * (player.rapidTicks / 480))}px`;
    this.hurt.alpha =
      state === 'play' && player.health < FULL_HEALTH ? Math.round(Math.max(0, player.safeTicks - 25) / 2) / 14 : 0;
    this.sight.isVisible = state === 'play';
    const target = state === 'play' && world.targetAhead() !== undefined;
    this.sight.color = target ? '#ff5c5c' : '#ffffff';
    const fresh = world.waveTicks < 110;
    this.message.text = state === 'over' ? 'SCRAPPED' : fresh ? `WAVE ${world.wave}` : '';
    this.detail.text = state === 'over' ? `${world.score} points  ·  ${world.kills} beaten  ·  best ${best}` : '';
    this.hint.text = state === 'over' ? 'click, tap or press Enter' : '';
  }

  private addBar(): void {
    const frame = new Rectangle('hud-bar');
    frame.widthInPixels = BAR;
    frame.heightInPixels = 20;
    frame.horizontalAlignment = Control.HORIZONTAL_ALIGNMENT_LEFT;
    frame.verticalAlignment = Control.VERTICAL_ALIGNMENT_TOP;
    frame.leftInPixels = 12;
    frame.topInPixels = 11;
    frame.thickness = 2;
    frame.cornerRadius = 6;
    frame.color = '#f7f3ea';
    frame.background = '#1d2430c0';
    this.play.addControl(frame);
    for (const [bar, height, top, colour] of [
      [this.fill, 10, 1, '#63d471'],
      [this.rapid, 3, 12, '#4cc9f0'],
    ] as const) {
      bar.heightInPixels = height;
      bar.thickness = 0;
      bar.background = colour;
      bar.horizontalAlignment = Control.HORIZONTAL_ALIGNMENT_LEFT;
      bar.verticalAlignment = Control.VERTICAL_ALIGNMENT_TOP;
      bar.topInPixels = top;
      bar.leftInPixels = 1;
      frame.addControl(bar);
    }
  }

  private addSight(): void {
    this.sight.widthInPixels = 22;
    this.sight.heightInPixels = 22;
    this.sight.thickness = 2;
    this.sight.color = '#ffffff';
    this.sight.alpha = 0.85;
    this.play.addControl(this.sight);
    const dot = new Ellipse('hud-dot');
    dot.widthInPixels = 4;
    dot.heightInPixels = 4;
    dot.thickness = 0;
    dot.background = '#ffffff';
    this.sight.addControl(dot);
  }

  private addMenu(): void {
    const { menu } = this;
    menu.background = '#10183030';
    text(menu, { size: 58, colour: '#ffb35c', top: -82 }).text = 'COPPER KEEP';
    text(menu, { size: 16, colour: '#ffffff', top: -38 }).text = 'Hold the yard. Mind the beetles.';
    const button = new Rectangle('hud-button');
    button.widthInPixels = 190;
    button.heightInPixels = 44;
    button.topInPixels = 24;
    button.cornerRadius = 10;
    button.thickness = 2;
    button.color = '#ffe2a8';
    button.background = '#b5483a';
    menu.addControl(button);
    text(button, { size: 22, colour: '#fff6e0' }).text = 'PLAY';
    text(menu, { size: 14, colour: '#e8eef7', top: 68 }).text = 'click, tap or press Enter';
    text(menu, { size: 13, colour: '#d7e2f0', top: 134 }).text = 'WASD walk  ·  mouse turns  ·  click shoots  ·  Space jumps';
  }
}

/** A line of text in one group, outlined so that it reads on any ground. */
function text(group: Rectangle, { size, colour, across, down, left = 0, top = 0 }: TextStyle): TextBlock {
  const block = new TextBlock();
  block.fontFamily = FONT;
  block.fontSizeInPixels = size;
  block.fontWeight = 'bold';
  block.color = colour;
  block.outlineColor = '#1d2430';
  block.outlineWidth = size > 30 ? 8 : 4;
  block.resizeToFit = true;
  block.leftInPixels = left;
  block.topInPixels = top;
  if (across !== undefined) block.horizontalAlignment = across;
  if (down !== undefined) block.verticalAlignment = down;
  group.addControl(block);
  return block;
}
