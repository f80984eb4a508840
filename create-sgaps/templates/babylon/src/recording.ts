import type { Scene } from '@babylonjs/core/scene.js';
import { SgapsRecorder } from '@sgaps/babylon';

const endpoint: string = import.meta.env['VITE_SGAPS_ENDPOINT'] ?? 'ws://localhost:2567';

/** Records the scene from now on, and says below the game where. */
export function record(scene: Scene): SgapsRecorder {
  const recorder = new SgapsRecorder(scene, {
    endpoint,
    // Before you record others, ask them: `consent: () => askThePlayer()`.
  });
  recorder.onStartedObservable.add(({ recordingId }) => {
    const link = document.createElement('a');
    link.href = `${endpoint.replace(/^ws/, 'http')}/session/${recordingId}`;
    link.target = '_blank';
    // In a window of its own: the game stands still in a tab that is hidden.
    link.onclick = () => !window.open(link.href, '_blank', 'popup,width=1100,height=800');
    link.textContent = 'see this session';
    say('Recorded: ', link);
  });
  recorder.onDiagnosticObservable.add(({ message }) => {
    console.warn(`SGAPS: ${message}`);
    say(message);
  });
  return recorder;
}

function say(...what: (string | Node)[]): void {
  document.querySelector('#recording')?.replaceChildren(...what);
}
