import { isSgapsError } from '@sgaps/protocol';
import { definePlayerElements, type SgapsCompareElement, SgapsPlayerElement } from '../src/element/index.js';
import { LocalSource, type ModelSource, type RecordingSource } from '../src/index.js';

/** Where a model is looked for when the address names none: beside this page. */
const MODEL = './model/model.json';
/** And the models that archives name. */
const ARCHIVE_MODEL = './archive-models/{name}/model.json';
/** Without sharing: nobody else has a file of this machine. */
const CONTROLS = 'overlays graph compare fullscreen docked';

definePlayerElements();

const query = new URLSearchParams(location.search);
const element = byId('player', SgapsPlayerElement);
const use = byId('use', HTMLInputElement);
const chooser = byId('file', HTMLInputElement);
const stage = byId('stage', HTMLElement);
const single = byId('single', HTMLButtonElement);

let recording: RecordingSource | null = null;
let model: ModelSource = query.get('model') ?? MODEL;
let archiveModel: ModelSource = query.get('archiveModel') ?? ARCHIVE_MODEL;
let source: LocalSource | null = null;
let comparison: SgapsCompareElement | null = null;
/** The next file that is chosen is the second of a comparison. */
let wantsSecond = false;

function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The page has no ${type.name} #${id}.`);
  return found;
}

function say(id: string, text: string): void {
  byId(id, HTMLElement).textContent = text;
}

/** Plays what was chosen last, from where it is if it is the same. */
function open(chosen: RecordingSource | null = recording): void {
  const again = chosen === recording ? element.player?.currentTime : undefined;
  recording = chosen;
  if (recording === null) return;
  const wanted = recording;
  leaveComparison();
  byId('drop', HTMLElement).hidden = true;
  element.hidden = false;
  element.setAttribute('time', String(again ?? (element.getAttribute('time') || 0)));
  element.setAttribute('controls', typeof wanted === 'string' ? `${CONTROLS} share` : CONTROLS);
  element.source = async () => {
    source = await openWithModel(wanted);
    return source;
  };
}

/** A model that is not there or not usable is no reason not to play. */
async function openWithModel(wanted: RecordingSource): Promise<LocalSource> {
  if (!use.checked) {
    sayModel('off', 'switched off: frames are as memory and diffusion draw them');
    return LocalSource.open(wanted, { archiveModel });
  }
  try {
    const opened = await LocalSource.open(wanted, { model, archiveModel });
    const { id, provider, fallback } = opened.model ?? { id: '', provider: 'wasm', fallback: null };
    sayModel(provider === 'webgpu' ? 'WebGPU' : 'WASM', `${id}${fallback ? ` · no WebGPU: ${fallback}` : ''}`);
    return opened;
  } catch (error) {
    if (!isSgapsError(error) || !/^(MODEL_|PROVIDER_)/.test(error.code)) throw error;
    sayModel(
      'off',
      error.code === 'MODEL_NOT_FOUND' ? 'none beside this page; drop model.json and model.onnx here' : error.message,
    );
    return LocalSource.open(wanted, { archiveModel });
  }
}

function sayModel(provider: string, text: string): void {
  say('provider', provider);
  // Not with each frame that it refines.
  say('said', `Model ${provider}: ${text}`);
  byId('provider', HTMLElement).classList.toggle('on', provider !== 'off');
  say('modelText', text);
}

function describe(): void {
  const info = element.player?.info;
  if (!info) return;
  const { game, engine, width, height, fps, startedAt } = info;
  document.title = `${game} · SGAPS`;
  say('game', game);
  say('about', `${new Date(startedAt).toLocaleString()} · ${engine} · ${width}×${height} at ${Math.round(fps)} fps`);
}

function countRefined(): void {
  if (!source?.model) return;
  const { refined, modelFailures } = source;
  say('modelText', `${source.model.id} · frames refined: ${refined}${modelFailures > 0 ? `, failed: ${modelFailures}` : ''}`);
}

/** Shows two side by side: two recordings, or this one without and with the model. */
function compare(second: RecordingSource | null): void {
  if (recording === null) return;
  const first = recording;
  const ways =
    second === null
      ? ([
          ['Without the model', () => LocalSource.open(first, { archiveModel })],
          ['With the model', () => LocalSource.open(first, { model, archiveModel })],
        ] as const)
      : ([
          [nameOf(first), () => openWithModel(first)],
          [nameOf(second), () => openWithModel(second)],
        ] as const);
  leaveComparison();
  element.player?.pause();
  element.hidden = true;
  comparison = document.createElement('sgaps-compare');
  comparison.setAttribute('controls', 'graph fullscreen');
  for (const [label, make] of ways) {
    const player = document.createElement('sgaps-player');
    player.setAttribute('label', label);
    player.setAttribute('time', String(element.player?.currentTime ?? 0));
    player.source = make;
    comparison.append(player);
  }
  stage.append(comparison);
  single.hidden = false;
}

function leaveComparison(): void {
  comparison?.remove();
  comparison = null;
  single.hidden = true;
}

function nameOf(chosen: RecordingSource): string {
  return chosen instanceof File ? chosen.name : String(chosen).split('/').slice(-2).join('/');
}

/** Takes what was dropped or chosen: a recording or two, a model's two files, or all of them. */
function take(files: readonly File[]): void {
  const named = (end: string) => files.filter(({ name }) => name.toLowerCase().endsWith(end));
  const [[json], [onnx], [file, other]] = [named('.json'), named('.onnx'), named('.sgaps')];
  const second = wantsSecond && recording !== null && file ? file : other;
  const isDecoder = json && onnx?.name.toLowerCase() === 'decoder.onnx';
  if (isDecoder) archiveModel = { json, onnx };
  else if (json && onnx) {
    model = { json, onnx };
    use.checked = true;
  }
  if (file && second !== file) open(file);
  else if (json && onnx) open();
  if (second) compare(second);
  if (!file && !(json && onnx)) say('note', 'That is neither a .sgaps file nor the model.json and model.onnx of a model.');
  else say('note', '');
  wantsSecond = false;
}

function choose(second: boolean): void {
  wantsSecond = second;
  chooser.value = '';
  chooser.click();
}

element.addEventListener('opened', describe);
element.addEventListener('frame', countRefined);
element.addEventListener('compare', () => (source?.model ? compare(null) : choose(true)));
use.addEventListener('change', () => open());
for (const name of ['choose', 'first']) byId(name, HTMLButtonElement).addEventListener('click', () => choose(false));
single.addEventListener('click', () => {
  leaveComparison();
  element.hidden = false;
});
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
// The whole page is the player's.
document.addEventListener('keydown', (event) => (comparison ?? element).handleKey(event));

say(
  'hint',
  'Drop a .sgaps file here, or open one. It stays on this machine.\nSessions of a server come as such a file with Download.',
);
byId('hint', HTMLElement).classList.remove('late');
byId('first', HTMLButtonElement).hidden = false;

// `?recording=/api/recordings/1f3a/download&t=12.5` plays a file that a server has, from 12.5 s on.
element.setAttribute('time', String(Number(query.get('t') ?? 0) || 0));
open(query.get('recording'));
