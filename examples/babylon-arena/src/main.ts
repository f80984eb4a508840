import type { SgapsRecorder } from '@sgaps/babylon';
import { createEngine } from '../../shared/babylon/createEngine.js';
import { readGameOptions } from '../../shared/gameOptions.js';
import { installSteppedClock } from '../../shared/steppedClock.js';
import { Game } from './Game.js';
import { Controls } from './input/Controls.js';
import { startRecording } from './recording.js';
import { TheatreDoor } from './replay/TheatreDoor.js';
import { VIEW } from './view.js';

const url = new URL(location.href);
const options = readGameOptions(url);
const clock = options.virtualClock ? installSteppedClock() : undefined;
/** `?killcam=1` has it where a bot plays too, `?killcam=0` nowhere. */
const killCam = (url.searchParams.get('killcam') ?? (options.bot || clock ? '0' : '1')) === '1';
/** `?theatre=RECORDING` begins there instead of in the game. */
const wanted = clock ? null : url.searchParams.get('theatre');
const server = options.endpoint.replace(/^ws/, 'http');

const antialias = url.searchParams.get('antialias') !== '0';
const { engine, canvas, warning } = await createEngine(url.searchParams.get('engine'), antialias, VIEW);
document.querySelector('#game')?.append(canvas);
const note = document.querySelector<HTMLElement>('#note');
const say = (words: string): void => {
  if (!note) return;
  note.textContent = words;
  note.dataset['warning'] = '';
};
if (warning) say(warning);

const controls = new Controls(canvas);
const game = new Game(engine, controls, options, url.searchParams.get('shadows') !== '0', killCam);
await game.ready();
let recorder: SgapsRecorder | undefined;

/** Once: whoever begins in the theatre is recorded when the game begins. */
const record = async (): Promise<void> => {
  recorder = startRecording(game.scene, options, () => game.figures);
  if (!recorder || !killCam) return;
  const { KillCam } = await import('./replay/KillCam.js');
  const cam = new KillCam(game.scene, recorder, server);
  game.onState = (state) => (state === 'over' ? cam.start() : cam.stop());
};

// What drives the page from outside finds the canvas, the engine and the scene here, as it finds Phaser's game in the others.
Object.assign(window, { sgapsGame: { canvas, engine, scene: game.scene } });

if (clock) {
  void record();
  clock.attach((_now, ms, _frame, draw) => {
    game.update(ms);
    if (!draw) return;
    engine.beginFrame();
    game.draw();
    engine.endFrame();
  });
} else {
  const door = new TheatreDoor({
    engine,
    server,
    say,
    entered: () => {
      controls.sleep(true);
      recorder?.pause();
    },
    left: () => {
      controls.sleep(false);
      if (recorder) recorder.resume();
      else void record();
    },
  });
  if (wanted) await door.enter(wanted);
  else void record();
  engine.runRenderLoop(() => {
    if (door.theatre) door.theatre.draw();
    else {
      game.update(engine.getDeltaTime());
      game.draw();
    }
  });
}
