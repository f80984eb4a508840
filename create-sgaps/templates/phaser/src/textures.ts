import type * as Phaser from 'phaser';

/** The game's pictures, drawn by code: nothing is loaded. */
export function drawTextures(scene: Phaser.Scene): void {
  draw(scene, 'star', 8, 8, (g) => {
    g.fillStyle(0xffffff).fillCircle(4, 4, 3);
  });
  draw(scene, 'comet', 56, 40, (g) => {
    g.fillStyle(0x7fd4ff, 0.25).fillCircle(34, 20, 20);
    g.fillStyle(0x7fd4ff).fillTriangle(4, 4, 4, 36, 52, 20);
    g.fillStyle(0xffffff).fillTriangle(14, 12, 14, 28, 44, 20);
  });
  draw(scene, 'crystal', 36, 36, (g) => {
    g.fillStyle(0xffffff, 0.2).fillCircle(18, 18, 18);
    g.fillStyle(0xcccccc).fillTriangle(18, 2, 7, 18, 29, 18).fillTriangle(18, 34, 7, 18, 29, 18);
    g.fillStyle(0xffffff).fillTriangle(18, 2, 7, 18, 18, 18).fillTriangle(18, 34, 18, 18, 29, 18);
  });
  drawGlow(scene, 'glow', 64);
  drawGlow(scene, 'cloud', 256);
}

function draw(
  scene: Phaser.Scene,
  key: string,
  width: number,
  height: number,
  how: (graphics: Phaser.GameObjects.Graphics) => void,
): void {
  const graphics = scene.make.graphics({}, false);
  how(graphics);
  graphics.generateTexture(key, width, height).destroy();
}

/** White in the middle, nothing at the edge. */
function drawGlow(scene: Phaser.Scene, key: string, size: number): void {
  const texture = scene.textures.createCanvas(key, size, size);
  if (!texture) return;
  const half = size / 2;
  const gradient = texture.context.createRadialGradient(half, half, 0, half, half, half);
  gradient.addColorStop(0, 'rgb(255 255 255 / 100%)');
  gradient.addColorStop(1, 'rgb(255 255 255 / 0%)');
  texture.context.fillStyle = gradient;
  texture.context.fillRect(0, 0, size, size);
  texture.refresh();
}
