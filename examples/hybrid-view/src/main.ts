import { readOptions } from './options.js';
import type { Stage } from './stage.js';

const url = new URL(location.href);
const options = readOptions(url);
const note = document.querySelector<HTMLElement>('#note');
const say = (words: string): void => {
  if (!note) return;
  note.textContent = words || `${options.scene} · ${options.view === 'babylon' ? `Babylon.js, ${options.engine}` : 'WebGL2'}`;
  note.toggleAttribute('data-warning', words !== '');
};

for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-view]')) {
  const to = new URL(url);
  to.searchParams.set('view', link.dataset['view'] ?? '');
  link.href = to.href;
  if (link.dataset['view'] === options.view) link.setAttribute('aria-current', 'page');
}

const canvas = document.createElement('canvas');
canvas.tabIndex = 0;
document.querySelector('#game')?.append(canvas);

let stage: Stage | null = null;
const controls = document.querySelectorAll<HTMLInputElement>('input[name=controls]');
const reproject = document.querySelector<HTMLInputElement>('#reproject');
const apply = (): void => {
  for (const { checked, value } of controls) if (checked) stage?.setControls(value === 'fly' ? 'fly' : 'orbit');
  stage?.setReproject(reproject?.checked ?? true);
};
for (const input of controls) input.addEventListener('change', apply);
reproject?.addEventListener('change', apply);

try {
  // Each view alone: the plain one loads no engine.
  if (options.view === 'plain') stage = await (await import('./plainStage.js')).plainStage(canvas, options, say);
  else stage = await (await import('./babylonStage.js')).babylonStage(canvas, options, say);
  apply();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
}
// What drives the page from outside finds it here.
Object.assign(window, { sgapsHybrid: stage });
