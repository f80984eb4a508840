import Phaser from 'phaser';
import { readGameOptions } from '../../shared/gameOptions.js';
import { installVirtualClock } from '../../shared/virtualClock.js';
import { recording } from './recording.js';
import { readViewing } from './replay/viewing.js';
import { ArenaScene } from './scenes/ArenaScene.js';
import { TheatreScene } from './scenes/TheatreScene.js';
import { VIEW } from './view.js';

const options = readGameOptions(new URL(location.href));
const viewing = readViewing(new URL(location.href), options);
const clock = options.virtualClock ? installVirtualClock() : undefined;

new Phaser.Game({
  type: Phaser.WEBGL,
  parent: 'game',
  ...VIEW,
  backgroundColor: '#12122b',
  banner: false,
  audio: { noAudio: true },
  fps: { smoothStep: false },
  scale: { mode: Phaser.Scale.FIT, autoCenter: Phaser.Scale.CENTER_BOTH },
  // The first one starts.
  scene: viewing.theatre === null ? [ArenaScene, TheatreScene] : [TheatreScene, ArenaScene],
  ...recording(options, VIEW),
  callbacks: {
    preBoot: (game) => game.registry.set({ options, viewing }),
    postBoot: (game) => {
      window.sgapsGame = game;
      clock?.attach(game);
    },
  },
});
