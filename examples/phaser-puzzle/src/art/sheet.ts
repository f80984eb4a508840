import type Phaser from 'phaser';

/** Draws one frame; (0, 0) is its middle. */
export type Painter = (pen: CanvasRenderingContext2D, frame: number) => void;

/** Registers a texture of frames side by side, named `${key}-${number}`. */
export function addSheet(scene: Phaser.Scene, key: string, width: number, height: number, frames: number, paint: Painter): void {
  // Between frames lies a gap, so that none bleeds into its neighbour.
  const pitch = width + 2;
  const canvas = document.createElement('canvas');
  canvas.width = pitch * frames;
  canvas.height = height;
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('This browser has no 2D canvas');
  for (let i = 0; i < frames; i++) {
    pen.save();
    pen.translate(i * pitch + width / 2, height / 2);
    paint(pen, i);
    pen.restore();
  }
  const texture = scene.textures.addCanvas(key, canvas);
  for (let i = 0; i < frames; i++) texture?.add(`${key}-${i}`, 0, i * pitch, 0, width, height);
}
