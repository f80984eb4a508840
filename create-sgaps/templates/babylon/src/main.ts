import { Engine } from '@babylonjs/core/Engines/engine.js';
import { createGame } from './createGame.js';
import { record } from './recording.js';

const canvas = document.querySelector('canvas') as HTMLCanvasElement;
const engine = new Engine(canvas, true);
const game = createGame(engine);
const recorder = record(game.scene);

// Kept with the recording, at this moment: the page of the session lists them.
game.onRing = (count) => {
  recorder.event('ring', { count });
  if (count % 10 === 0) recorder.marker(`${count} rings`);
};

engine.runRenderLoop(() => game.scene.render());
window.addEventListener('resize', () => engine.resize());
