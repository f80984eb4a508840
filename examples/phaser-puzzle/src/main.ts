import Phaser from 'phaser';
import { readGameOptions } from '../../shared/gameOptions.js';
import { installVirtualClock } from '../../shared/virtualClock.js';
import { recording } from './recording.js';
import { BoardScene } from './scenes/BoardScene.js';
import { TitleScene } from './scenes/TitleScene.js';
import { VIEW } from './view.js';

const options = readGameOptions(new URL(location.href));
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
  scene: [TitleScene, BoardScene],
  ...recording(options, VIEW),
  callbacks: {
    preBoot: (game) => game.registry.set({ options }),
    postBoot: (game) => {
      window.sgapsGame = game;
      clock?.attach(game);
    },
  },
});
