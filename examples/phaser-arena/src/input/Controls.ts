import Phaser from 'phaser';
import type { Drive } from '../sim/world.js';
import { VIEW } from '../view.js';

type Keys = Record<'left' | 'right' | 'up' | 'down' | 'a' | 'd' | 'w' | 's' | 'space', Phaser.Input.Keyboard.Key>;

/** Keys drive, the mouse aims and shoots; by touch the left half of the screen drives, the right half aims and shoots. */
export class Controls {
  private readonly keys: Keys | undefined;
  private aim = 0;

  constructor(private readonly scene: Phaser.Scene) {
    const { LEFT, RIGHT, UP, DOWN, A, D, W, S, SPACE } = Phaser.Input.Keyboard.KeyCodes;
    const codes = { left: LEFT, right: RIGHT, up: UP, down: DOWN, a: A, d: D, w: W, s: S, space: SPACE };
    this.keys = scene.input.keyboard?.addKeys(codes) as Keys | undefined;
    scene.input.addPointer(2);
  }

  /** The player's ship is at (x, y) on the screen. */
  read(x: number, y: number): Drive {
    const { keys } = this;
    const drive: Drive = { x: 0, y: 0, aim: this.aim, fire: Boolean(keys?.space.isDown) };
    if (keys) {
      drive.x = Number(keys.right.isDown || keys.d.isDown) - Number(keys.left.isDown || keys.a.isDown);
      drive.y = Number(keys.down.isDown || keys.s.isDown) - Number(keys.up.isDown || keys.w.isDown);
    }
    for (const pointer of this.scene.input.manager.pointers) {
      if (pointer.wasTouch && pointer.isDown && pointer.downX < VIEW.width / 2) {
        drive.x = (pointer.x - pointer.downX) / 40;
        drive.y = (pointer.y - pointer.downY) / 40;
      } else if (pointer.isDown || (!pointer.wasTouch && pointer.moveTime > 0)) {
        this.aim = Math.atan2(pointer.y - y, pointer.x - x);
        drive.aim = this.aim;
        drive.fire ||= pointer.isDown;
      }
    }
    return drive;
  }
}
