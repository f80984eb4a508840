import type { Scene } from '@babylonjs/core/scene.js';
import { AdvancedDynamicTexture } from '@babylonjs/gui/2D/advancedDynamicTexture.js';
import { Control } from '@babylonjs/gui/2D/controls/control.js';
import { Ellipse } from '@babylonjs/gui/2D/controls/ellipse.js';
import { Rectangle } from '@babylonjs/gui/2D/controls/rectangle.js';
import { RACE, type World } from '../sim/World.js';
import { addText } from './addText.js';
import { Minimap } from './Minimap.js';
import { lapTime, ordinal } from './words.js';

const BAR = 132;
/** Speed at which the bar is full, km/h. */
const FULL = 165;
/** Ticks that GO stays. */
const GO = 70;

const { HORIZONTAL_ALIGNMENT_LEFT: LEFT, HORIZONTAL_ALIGNMENT_RIGHT: RIGHT } = Control;
const { VERTICAL_ALIGNMENT_TOP: TOP, VERTICAL_ALIGNMENT_BOTTOM: BOTTOM } = Control;

/** Speed, laps, times, position, map, lights and messages over the picture, with @babylonjs/gui. */
export class Hud {
  private readonly layer: AdvancedDynamicTexture;
  private readonly race = new Rectangle('hud-race');
  private readonly menu = new Rectangle('hud-menu');
  private readonly fill = new Rectangle('hud-fill');
  private readonly lights: Ellipse[] = [];
  private readonly board = new Rectangle('hud-lights');
  private readonly map: Minimap;
  private readonly place;
  private readonly lap;
  private readonly times;
  private readonly speed;
  private readonly message;
  private readonly detail;
  private readonly hint;

  constructor(scene: Scene) {
    this.layer = AdvancedDynamicTexture.CreateFullscreenUI('hud', true, scene);
    for (const group of [this.race, this.menu]) {
      group.thickness = 0;
      this.layer.addControl(group);
    }
    const { race } = this;
    this.map = new Minimap(race);
    this.place = addText(race, { size: 34, colour: '#ffd166', across: LEFT, down: TOP, left: 14, top: 6 });
    addText(race, { size: 13, colour: '#e8eef7', across: LEFT, down: TOP, left: 16, top: 46 }).text = `of ${RACE.cars}`;
    this.lap = addText(race, { size: 18, colour: '#ffffff', down: TOP, top: 10 });
    this.times = addText(race, { size: 15, colour: '#ffffff', across: RIGHT, down: TOP, left: -14, top: 10 });
    this.times.textHorizontalAlignment = RIGHT;
    this.times.lineSpacing = '3px';
    this.speed = addText(race, { size: 40, colour: '#ffffff', across: RIGHT, down: BOTTOM, left: -56, top: -22 });
    addText(race, { size: 14, colour: '#e8eef7', across: RIGHT, down: BOTTOM, left: -14, top: -30 }).text = 'km/h';
    this.addBar();
    this.addLights();
    this.message = addText(race, { size: 44, colour: '#ffd166', top: -70 });
    this.detail = addText(race, { size: 18, colour: '#ffffff', top: -28 });
    this.hint = addText(race, { size: 14, colour: '#e8eef7', top: 4 });
    this.addMenu();
  }

  /** What is on the screen: the menu, the race, or the race with its result. */
  show(state: 'title' | 'race' | 'over', world: World): void {
    this.menu.isVisible = state === 'title';
    this.race.isVisible = state !== 'title';
    if (state === 'title') return;
    const { player, ticks } = world;
    this.write(world);
    this.map.show(world);
    this.showLights(ticks);
    const best = Math.min(...player.laps);
    const fresh = player.laps.length > 0 && ticks - player.lapFrom < 100;
    this.message.text = state === 'over' ? ordinal(world.position) : ticks >= 0 && ticks < GO ? 'GO!' : '';
    this.detail.text =
      state === 'over'
        ? `${lapTime(player.laps.reduce((sum, lap) => sum + lap, 0))}  ·  best lap ${lapTime(best)}`
        : fresh
          ? `lap ${player.laps.length}  ·  ${lapTime(player.laps[player.laps.length - 1])}`
          : '';
    this.hint.text = state === 'over' ? 'click, tap or press Enter' : '';
  }

  private write(world: World): void {
    const { player, ticks } = world;
    // Coarsely: each word that changes has the whole layer drawn and uploaded anew.
    const speed = 2 * Math.round(Math.abs(player.speed) * 1.8);
    this.place.text = ordinal(world.position);
    this.lap.text = `LAP ${world.lapOf(player)} / ${RACE.laps}`;
    this.speed.text = String(speed);
    this.fill.width = `${Math.round(Math.min(1, speed / FULL) * (BAR - 4))}px`;
    this.fill.background = speed > FULL * 0.85 ? '#ff5c4d' : speed > FULL * 0.6 ? '#ffb347' : '#63d471';
    const running = player.finished >= 0 ? player.laps[player.laps.length - 1] : player.lapFrom < 0 ? 0 : ticks - player.lapFrom;
    const best = player.laps.length > 0 ? `best ${lapTime(Math.min(...player.laps))}` : '';
    this.times.text = `${lapTime(running).slice(0, -1)}\n${best}`;
  }

  private showLights(ticks: number): void {
    this.board.isVisible = ticks < 0;
    if (ticks >= 0) return;
    const lit = Math.floor(((ticks + RACE.lights) / RACE.lights) * 4);
    this.lights.forEach((light, i) => {
      light.background = i < lit ? '#ff3b30' : '#3a1d1d';
    });
  }

  private addBar(): void {
    const frame = new Rectangle('hud-bar');
    frame.widthInPixels = BAR;
    frame.heightInPixels = 12;
    frame.horizontalAlignment = RIGHT;
    frame.verticalAlignment = BOTTOM;
    frame.leftInPixels = -14;
    frame.topInPixels = -10;
    frame.thickness = 2;
    frame.cornerRadius = 5;
    frame.color = '#f7f3ea';
    frame.background = '#1d2430c0';
    this.race.addControl(frame);
    this.fill.heightInPixels = 6;
    this.fill.thickness = 0;
    this.fill.horizontalAlignment = LEFT;
    this.fill.leftInPixels = 1;
    frame.addControl(this.fill);
  }

  private addLights(): void {
    const { board } = this;
    board.widthInPixels = 150;
    board.heightInPixels = 52;
    board.topInPixels = -92;
    board.cornerRadius = 10;
    board.thickness = 2;
    board.color = '#3b4252';
    board.background = '#10131bd0';
    this.race.addControl(board);
    for (const left of [-46, 0, 46]) {
      const light = new Ellipse();
      light.widthInPixels = light.heightInPixels = 34;
      light.leftInPixels = left;
      light.thickness = 2;
      light.color = '#0a0c12';
      board.addControl(light);
      this.lights.push(light);
    }
  }

  private addMenu(): void {
    const { menu } = this;
    menu.background = '#10183038';
    addText(menu, { size: 56, colour: '#ffd166', top: -84 }).text = 'APEX VALLEY';
    addText(menu, {
      size: 16,
      colour: '#ffffff',
      top: -42,
    }).text = `${RACE.laps} laps, ${RACE.cars} cars. The screens beside the road are live.`;
    const button = new Rectangle('hud-button');
    button.widthInPixels = 190;
    button.heightInPixels = 44;
    button.topInPixels = 22;
    button.cornerRadius = 10;
    button.thickness = 2;
    button.color = '#ffe2a8';
    button.background = '#c8323c';
    menu.addControl(button);
    addText(button, { size: 22, colour: '#fff6e0' }).text = 'RACE';
    addText(menu, { size: 14, colour: '#e8eef7', top: 66 }).text = 'click, tap or press Enter';
    addText(menu, { size: 13, colour: '#d7e2f0', top: 134 }).text =
      'WASD or arrows drive  ·  Space drifts  ·  R replay  ·  B back on the road';
  }
}
