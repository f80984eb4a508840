import type { Page } from 'playwright-core';

/**
 * A camera of the page's game, left-handed as Babylon has it.
 *
 * @example
 * ```ts
 * const pose: Pose = { position: [0, 2, -6], forward: [0, 0, 1] };
 * ```
 */
export interface Pose {
  readonly position: readonly [number, number, number];
  readonly forward: readonly [number, number, number];
}

/** Keeps where the camera stood for each true picture. Plain text, so that nothing is compiled in. */
const KEEP_POSES = `(() => {
  const tell = window.sgapsTruth;
  window.sgapsPoses = new Map();
  window.sgapsTruth = (frameId, time, rgb) => {
    const scene = window.sgapsGame?.scene;
    const camera = scene?.activeCamera;
    if (camera) {
      const { m } = scene.getViewMatrix();
      const { x, y, z } = camera.globalPosition;
      window.sgapsPoses.set(frameId, { position: [x, y, z], forward: [m[2], m[6], m[10]] });
    }
    tell(frameId, time, rgb);
  };
})()`;

/** Takes away all that moves and all that hangs on the screen. */
const EMPTY_YARD = `(() => {
  const { scene } = window.sgapsGame;
  for (const mesh of scene.meshes) if (mesh.name !== 'sky' && !mesh.name.startsWith('yard-')) mesh.setEnabled(false);
  for (const layer of scene.layers) layer.isEnabled = false;
  scene.particlesEnabled = false;
})()`;

/** Draws what a camera sees, and gives the picture at half its size, RGB, as base64. */
function drawScript({ position, forward }: Pose): string {
  const at = position.map((value, i) => value + 10 * forward[i]);
  return `(() => {
    const { scene, engine, canvas } = window.sgapsGame;
    const camera = scene.activeCamera;
    camera.position.set(${position.join(', ')});
    camera.setTarget(camera.position.clone().set(${at.join(', ')}));
    engine.beginFrame();
    scene.render();
    engine.endFrame();
    const sheet = window.sgapsSheet ??= new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
    sheet.drawImage(canvas, 0, 0);
    const { data, width, height } = sheet.getImageData(0, 0, canvas.width, canvas.height);
    const half = new Uint8Array(3 * (width / 2) * (height / 2));
    for (let v = 0, p = 0; v < height; v += 2)
      for (let u = 0; u < width; u += 2)
        for (let c = 0; c < 3; c++, p++) {
          const at = 4 * (v * width + u) + c;
          half[p] = (data[at] + data[at + 4] + data[at + 4 * width] + data[at + 4 * width + 4] + 2) >> 2;
        }
    let text = '';
    for (const byte of half) text += String.fromCharCode(byte);
    return btoa(text);
  })()`;
}

/**
 * Has a page of the Babylon sample game keep its camera for each frame. Call it before the page is gone to, after the true pictures were asked for.
 *
 * @example
 * ```ts
 * await keepPoses(page);
 * ```
 */
export async function keepPoses(page: Page): Promise<void> {
  await page.addInitScript({ content: KEEP_POSES });
}

/**
 * Where the camera stood, by frame.
 *
 * @example
 * ```ts
 * const poses = await readPoses(page);
 * poses.get(12)?.position;
 * ```
 */
export async function readPoses(page: Page): Promise<Map<number, Pose>> {
  return new Map((await page.evaluate('[...window.sgapsPoses]')) as [number, Pose][]);
}

/**
 * True pictures of what stands still in the Babylon sample game, without players, shots and displays, from any place. The game is of no other use after it.
 *
 * @example
 * ```ts
 * const pictures = await drawStill(page, [{ position: [0, 2, -6], forward: [0, 0, 1] }]);
 * ```
 */
export async function drawStill(page: Page, poses: readonly Pose[]): Promise<Uint8Array[]> {
  await page.evaluate(EMPTY_YARD);
  const pictures: Uint8Array[] = [];
  for (const pose of poses) pictures.push(Buffer.from((await page.evaluate(drawScript(pose))) as string, 'base64'));
  return pictures;
}
