import { SgapsPlugin, type SgapsPluginOptions } from '@sgaps/phaser';

const endpoint: string = import.meta.env['VITE_SGAPS_ENDPOINT'] ?? 'ws://localhost:2567';

const options: SgapsPluginOptions = {
  endpoint,
  // Before you record others, ask them: `consent: () => askThePlayer()`.
  onDiagnostic: ({ message }) => {
    console.warn(`SGAPS: ${message}`);
    say(message);
  },
};

/** The plugin as the game's config takes it; scenes have it as `this.sgaps`. */
export const recording = { key: 'sgaps', plugin: SgapsPlugin, start: true, mapping: 'sgaps', data: options };

/** Says below the game where its recording is. */
export function showRecording(sgaps: SgapsPlugin): void {
  const id = sgaps.recordingId;
  if (id === null) return;
  const link = document.createElement('a');
  link.href = `${endpoint.replace(/^ws/, 'http')}/session/${id}`;
  link.target = '_blank';
  // In a window of its own: the game stands still in a tab that is hidden.
  link.onclick = () => !window.open(link.href, '_blank', 'popup,width=1100,height=800');
  link.textContent = 'see this session';
  say('Recorded: ', link);
}

function say(...what: (string | Node)[]): void {
  document.querySelector('#recording')?.replaceChildren(...what);
}
