import { readGameOptions } from '../../shared/gameOptions.js';
import { installSteppedClock } from '../../shared/steppedClock.js';
import { createEngine } from './engine/createEngine.js';
import { Game } from './Game.js';
import { Controls } from './input/Controls.js';
import { startRecording } from './recording.js';

const url = new URL(location.href);
const options = readGameOptions(url);
const clock = options.virtualClock ? installSteppedClock() : undefined;

const { engine, canvas, warning } = await createEngine(url.searchParams.get('engine'), url.searchParams.get('antialias') !== '0');
document.querySelector('#game')?.append(canvas);
const note = document.querySelector<HTMLElement>('#note');
if (note && warning) {
  note.textContent = warning;
  note.dataset['warning'] = '';
}

const game = new Game(engine, new Controls(canvas), options, url.searchParams.get('shadows') !== '0');
await game.ready();
startRecording(game.scene, options);
// What drives the page from outside finds the canvas, the engine and the scene here, as it finds Phaser's game in the others.
Object.assign(window, { sgapsGame: { canvas, engine, scene: game.scene } });

if (clock) {
  clock.attach((_now, ms, _frame, draw) => {
    game.update(ms);
    if (!draw) return;
    engine.beginFrame();
    game.draw();
    engine.endFrame();
  });
} else {
  engine.runRenderLoop(() => {
    game.update(engine.getDeltaTime());
    game.draw();
  });
}
