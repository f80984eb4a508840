import Phaser from 'phaser';
import { readGameOptions } from '../../shared/gameOptions.js';
import { installVirtualClock } from '../../shared/virtualClock.js';
import { Consent } from './Consent.js';
import { recording } from './recording.js';
import { Session } from './Session.js';
import { InnScene } from './scenes/InnScene.js';
import { VIEW } from './view.js';

const options = readGameOptions(new URL(location.href));
const clock = options.virtualClock ? installVirtualClock() : undefined;
const consent = new Consent();
// A person is asked whatever the address says; a bot that begins at once has nothing to hide.
if (options.bot && options.autostart) consent.give(true);

new Phaser.Game({
  type: Phaser.WEBGL,
  parent: 'game',
  ...VIEW,
  pixelArt: true,
  backgroundColor: '#1d1420',
  banner: false,
  audio: { noAudio: true },
  fps: { smoothStep: false },
  scale: { mode: Phaser.Scale.FIT, autoCenter: Phaser.Scale.CENTER_BOTH },
  scene: [InnScene],
  ...recording(options, consent, VIEW),
  callbacks: {
    preBoot: (game) => game.registry.set({ session: new Session(options, consent, game) }),
    postBoot: (game) => {
      window.sgapsGame = game;
      clock?.attach(game);
    },
  },
});
