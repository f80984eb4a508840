import Phaser from 'phaser';
import { readGameOptions } from '../../shared/gameOptions.js';
import { installVirtualClock } from '../../shared/virtualClock.js';
import { recording } from './recording.js';
import { keepSession, Session } from './Session.js';
import { BootScene } from './scenes/BootScene.js';
import { EndScene } from './scenes/EndScene.js';
import { LevelScene } from './scenes/LevelScene.js';
import { MenuScene } from './scenes/MenuScene.js';
import { VIEW } from './view.js';

const options = readGameOptions(new URL(location.href));
const clock = options.virtualClock ? installVirtualClock() : undefined;

new Phaser.Game({
  type: Phaser.WEBGL,
  parent: 'game',
  ...VIEW,
  pixelArt: true,
  backgroundColor: '#12122b',
  banner: false,
  audio: { noAudio: true },
  fps: { smoothStep: false },
  scale: { mode: Phaser.Scale.FIT, autoCenter: Phaser.Scale.CENTER_BOTH },
  input: { activePointers: 3 },
  scene: [BootScene, MenuScene, LevelScene, EndScene],
  ...recording(options, VIEW),
  callbacks: {
    preBoot: (game) => keepSession(game, new Session(options)),
    postBoot: (game) => {
      window.sgapsGame = game;
      clock?.attach(game);
    },
  },
});
