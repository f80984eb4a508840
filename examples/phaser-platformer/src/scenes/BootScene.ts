import Phaser from 'phaser';
import { createArt } from '../art/createArt.js';

/** Draws the art, then opens the menu. */
export class BootScene extends Phaser.Scene {
  constructor() {
    super('boot');
  }

  create(): void {
    createArt(this);
    this.scene.start('menu');
  }
}
