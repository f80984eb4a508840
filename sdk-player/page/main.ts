import { isSgapsError } from '@sgaps/protocol';
import { type ModelSource, type PlayerFrame, RecordingPlayer, type RecordingSource } from '../src/index.js';

/** Where a model is looked for when the address names none: beside this page. */
const MODEL = './model/model.json';
const SKIP_MS = 5000;

const query = new URLSearchParams(location.search);
const canvas = element('picture', HTMLCanvasElement);
const context = canvas.getContext('2d');
const seek = element('seek', HTMLInputElement);
const play = element('play', HTMLButtonElement);
const use = element('use', HTMLInputElement);
const chooser = element('file', HTMLInputElement);
const stage = element('stage', HTMLDivElement);

let player: RecordingPlayer | null = null;
let recording: RecordingSource | null = null;
let model: ModelSource = query.get('model') ?? MODEL;
let isOpening = false;
let refined = 0;

function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The page has no ${type.name} #${id}.`);
  return found;
}

function say(id: string, text: string): void {
  element(id, HTMLElement).textContent = text;
}

function tell(error: unknown): void {
  const notice = element('notice', HTMLElement);
  notice.hidden = error === null;
  if (error !== null) notice.textContent = isSgapsError(error) ? `${error.message} (${error.code})` : String(error);
}

function clock(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  return `${Math.floor(seconds / 60)}:${(Math.floor(10 * (seconds % 60)) / 10).toFixed(1).padStart(4, '0')}`;
}

/** Opens what was chosen last, with the model where it is wanted and there, at this time. */
async function open(time: number): Promise<void> {
  if (recording === null || isOpening) return;
  isOpening = true;
  const source = recording;
  try {
    await player?.dispose();
    player = null;
    tell(null);
    say('hint', 'Opening…');
    player = await openWithModel(source);
    show(player);
    await player.seek(time);
  } catch (error) {
    if (!player) element('transport', HTMLElement).hidden = true;
    if (!player) say('hint', '');
    tell(error);
  } finally {
    isOpening = false;
    if (recording !== source) void open(0);
  }
}

/** A model that is not there or not usable is no reason not to play. */
async function openWithModel(source: RecordingSource): Promise<RecordingPlayer> {
  if (!use.checked) {
    sayModel('off', 'switched off: frames are as memory and diffusion draw them');
    return RecordingPlayer.open(source);
  }
  try {
    const opened = await RecordingPlayer.open(source, { model });
    const { id, provider, fallback } = opened.info.model ?? { id: '', provider: 'wasm', fallback: null };
    sayModel(provider === 'webgpu' ? 'WebGPU' : 'WASM', `${id}${fallback ? ` · no WebGPU: ${fallback}` : ''}`);
    return opened;
  } catch (error) {
    if (!isSgapsError(error) || !/^(MODEL_|PROVIDER_)/.test(error.code)) throw error;
    sayModel(
      'off',
      error.code === 'MODEL_NOT_FOUND' ? 'none beside this page; drop model.json and model.onnx here' : error.message,
    );
    return RecordingPlayer.open(source);
  }
}

function sayModel(provider: string, text: string): void {
  say('provider', provider);
  element('provider', HTMLElement).classList.toggle('on', provider !== 'off');
  say('modelText', text);
}

function show(opened: RecordingPlayer): void {
  const { game, engine, width, height, fps, frames, startedAt, duration, model: running } = opened.info;
  document.title = `${game} · SGAPS`;
  say('game', game);
  say(
    'about',
    `${new Date(startedAt).toLocaleString()} · ${engine} · ${width}×${height} at ${Math.round(fps)} fps · ${frames} frames`,
  );
  stage.style.setProperty('--ratio', String(width / height));
  Object.assign(canvas, { width, height });
  element('transport', HTMLElement).hidden = false;
  say('hint', '');
  seek.max = String(Math.max(1, Math.round(duration)));
  opened.playbackRate = Number(element('rate', HTMLSelectElement).value);
  refined = 0;
  opened.on('frame', draw);
  opened.on('error', tell);
  opened.on('state', ({ time, playing, modelFailures }) => {
    play.textContent = playing ? 'Pause' : 'Play';
    seek.value = String(Math.round(time));
    say('time', `${clock(time)} / ${clock(duration)}`);
    if (running)
      say('modelText', `${running.id} · frames refined: ${refined}${modelFailures > 0 ? `, failed: ${modelFailures}` : ''}`);
  });
}

function draw({ image, frameId, time, refined: isRefined }: PlayerFrame): void {
  context?.putImageData(image, 0, 0);
  Object.assign(canvas.dataset, { frame: String(frameId), time: String(time), refined: String(isRefined) });
  if (isRefined) refined++;
}

/** Takes what was dropped or chosen: a recording, a model's two files, or all three. */
function take(files: readonly File[]): void {
  const named = (end: string) => files.find(({ name }) => name.toLowerCase().endsWith(end));
  const [json, onnx, file] = [named('.json'), named('.onnx'), named('.sgaps')];
  if (json && onnx) {
    model = { json, onnx };
    use.checked = true;
  }
  if (file) recording = file;
  if (file) void open(0);
  else if (json && onnx) void open(player?.time ?? 0);
  else tell('That is neither a .sgaps file nor the model.json and model.onnx of a model.');
}

const toggle = () => (player?.state.playing ? player.pause() : player?.play());
const next = () => void player?.next().catch(tell);
const goTo = (time: number) => void player?.seek(time).catch(tell);

play.addEventListener('click', toggle);
element('next', HTMLButtonElement).addEventListener('click', next);
seek.addEventListener('input', () => goTo(seek.valueAsNumber));
use.addEventListener('change', () => void open(player?.time ?? 0));
element('rate', HTMLSelectElement).addEventListener('change', ({ target }) => {
  if (player && target instanceof HTMLSelectElement) player.playbackRate = Number(target.value);
});
element('choose', HTMLButtonElement).addEventListener('click', () => chooser.click());
chooser.addEventListener('change', () => take([...(chooser.files ?? [])]));
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  stage.classList.add('over');
});
document.addEventListener('dragleave', () => stage.classList.remove('over'));
document.addEventListener('drop', (event) => {
  event.preventDefault();
  stage.classList.remove('over');
  take([...(event.dataTransfer?.files ?? [])]);
});

const KEYS: Readonly<Record<string, () => void>> = {
  ' ': toggle,
  '.': next,
  ArrowLeft: () => goTo((player?.time ?? 0) - SKIP_MS),
  ArrowRight: () => goTo((player?.time ?? 0) + SKIP_MS),
};
document.addEventListener('keydown', (event) => {
  const { target, key } = event;
  if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLButtonElement) return;
  if (event.ctrlKey || event.metaKey || event.altKey || !(key in KEYS)) return;
  event.preventDefault();
  KEYS[key]();
});

say('hint', 'Drop a .sgaps file here, or open one.\nIt stays on this machine.');
element('hint', HTMLElement).classList.remove('late');

// `?recording=/api/recordings/1f3a/download&t=12.5` plays a file that a server has, from 12.5 s on.
recording = query.get('recording');
void open(1000 * Number(query.get('t') ?? 0) || 0);
