import { createContext } from '@sgaps/phaser';
import * as Phaser from 'phaser';
import { CometScene } from './CometScene.js';
import { recording } from './recording.js';

const canvas = document.createElement('canvas');

new Phaser.Game({
  type: Phaser.WEBGL,
  canvas,
  // Phaser asks for WebGL1 by itself; this is WebGL2, which its typings do not know. It is what SGAPS reads without a stall.
  context: createContext(canvas) as never,
  parent: 'game',
  width: 960,
  height: 540,
  backgroundColor: '#0b1020',
  banner: false,
  scale: { mode: Phaser.Scale.FIT },
  plugins: { global: [recording] },
  scene: [CometScene],
});
