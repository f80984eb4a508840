import { createEngine } from '../../shared/babylon/createEngine.js';
import { readGameOptions } from '../../shared/gameOptions.js';
import { installSteppedClock } from '../../shared/steppedClock.js';
import { Game } from './Game.js';
import { Controls } from './input/Controls.js';
import { startRecording } from './recording.js';
import { VIEW } from './view.js';

const url = new URL(location.href);
const options = readGameOptions(url);
const clock = options.virtualClock ? installSteppedClock() : undefined;
/** `?replays=1` has instant replays and the live screens where a bot drives too, `?replays=0` nowhere. */
const replays = !clock && (url.searchParams.get('replays') ?? (options.bot ? '0' : '1')) === '1';
const server = options.endpoint.replace(/^ws/, 'http');

const antialias = url.searchParams.get('antialias') !== '0';
const { engine, canvas, warning } = await createEngine(url.searchParams.get('engine'), antialias, VIEW);
document.querySelector('#game')?.append(canvas);
const note = document.querySelector<HTMLElement>('#note');
const say = (words: string): void => {
  if (note) note.textContent = words;
};
if (warning && note) {
  say(warning);
  note.dataset['warning'] = '';
}

const game = new Game(engine, new Controls(canvas), options, replays);
await game.ready();

/** Begins to record, and to show what is recorded. */
const record = async (): Promise<void> => {
  const recorder = startRecording(game.scene, options, () => game.figures);
  if (!recorder) return;
  const told = (moment: Parameters<NonNullable<typeof game.onMoment>>[0]): void => {
    if (moment.type === 'lap') recorder.event('lap', { lap: moment.lap, seconds: Number(moment.seconds.toFixed(2)) });
    else recorder.marker(moment.type);
  };
  game.onMoment = told;
  if (!replays) return;
  const [{ InstantReplay }, { TracksideTv }] = await Promise.all([
    import('./replay/InstantReplay.js'),
    import('./replay/TracksideTv.js'),
  ]);
  const again = new InstantReplay(game.scene, recorder, server);
  new TracksideTv(game.scene, game.screens, recorder, server, say);
  game.onMoment = (moment) => {
    told(moment);
    if (moment.type === 'crash') again.show('WHAT WAS THAT?', 4);
    else if (moment.type === 'finish') again.show('THE FINISH', 6);
    else if (moment.type === 'start') again.stop();
  };
};

// What drives the page from outside finds the canvas, the engine and the scene here, as it finds Phaser's game in the others.
Object.assign(window, { sgapsGame: { canvas, engine, scene: game.scene } });
void record();

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
