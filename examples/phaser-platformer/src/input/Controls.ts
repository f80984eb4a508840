import Phaser from 'phaser';
import type { Buttons } from '../sim/player.js';
import { TouchPad } from './TouchPad.js';

/** Keyboard (arrows or WASD, space) and, on touch devices, buttons on the screen. */
export class Controls {
  private readonly keys: Record<'left' | 'right' | 'a' | 'd' | 'up' | 'w' | 'space', Phaser.Input.Keyboard.Key> | undefined;
  private readonly pad: TouchPad | undefined;

  constructor(scene: Phaser.Scene) {
    const codes = Phaser.Input.Keyboard.KeyCodes;
    this.keys = scene.input.keyboard?.addKeys({
      ...{ left: codes.LEFT, right: codes.RIGHT, up: codes.UP, a: codes.A, d: codes.D, w: codes.W, space: codes.SPACE },
    }) as typeof this.keys;
    if (scene.sys.game.device.input.touch && navigator.maxTouchPoints > 0) this.pad = new TouchPad(scene);
  }

  read(): Buttons {
    const { keys, pad } = this;
    return {
      left: Boolean(keys?.left.isDown || keys?.a.isDown || pad?.left),
      right: Boolean(keys?.right.isDown || keys?.d.isDown || pad?.right),
      jump: Boolean(keys?.up.isDown || keys?.w.isDown || keys?.space.isDown || pad?.jump),
    };
  }
}
