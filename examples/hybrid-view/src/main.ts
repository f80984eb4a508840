import { readOptions } from './options.js';
import { describeScene, resolutionFor } from './scenes.js';
import type { Stage } from './stage.js';

const url = new URL(location.href);
const options = readOptions(url);
const find = <E extends HTMLElement>(selector: string): E => {
  const element = document.querySelector<E>(selector);
  if (!element) throw new Error(`This page has no ${selector}.`);
  return element;
};
const note = find('#note');
const reproject = find<HTMLInputElement>('#reproject');
const resolution = find<HTMLSelectElement>('#resolution');
const controls = document.querySelectorAll<HTMLInputElement>('input[name=controls]');

let stage: Stage | null = null;
const say = (words: string): void => {
  note.textContent = words || (stage ? describeScene(options.scene, stage.about) : 'connecting …');
  note.toggleAttribute('data-warning', words !== '');
};

for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-view]')) {
  const to = new URL(url);
  const { view = '', engine } = link.dataset;
  to.searchParams.set('view', view);
  if (engine) to.searchParams.set('engine', engine);
  link.href = to.href;
  if (view === options.view && (!engine || engine === options.engine)) link.setAttribute('aria-current', 'page');
}

const canvas = document.createElement('canvas');
canvas.tabIndex = 0;
find('#game').append(canvas);

const apply = (): void => {
  for (const { checked, value } of controls) if (checked) stage?.setControls(value === 'fly' ? 'fly' : 'orbit');
  stage?.setReproject(reproject.checked);
  stage?.setResolution(Number(resolution.value));
};
for (const input of [...controls, reproject, resolution]) input.addEventListener('change', apply);

try {
  // Each view alone: the plain one loads no engine.
  if (options.view === 'plain') stage = await (await import('./plainStage.js')).plainStage(canvas, options, say);
  else stage = await (await import('./babylonStage.js')).babylonStage(canvas, options, say);
  const wanted = String(options.resolution ?? resolutionFor(stage.about));
  if (![...resolution.options].some(({ value }) => value === wanted)) resolution.add(new Option(wanted, wanted));
  resolution.value = wanted;
  apply();
  say('');
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
}
// What drives the page from outside finds it here.
Object.assign(window, { sgapsHybrid: stage });
