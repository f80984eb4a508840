/** The little of Phaser (3.80+ and 4) that is read of a running game. */
interface PhaserCamera {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly scrollX: number;
  readonly scrollY: number;
  readonly zoom: number;
  readonly rotation: number;
}

interface PhaserObject {
  readonly type: string;
  readonly visible: boolean;
  readonly alpha: number;
  readonly x: number;
  readonly y: number;
  readonly displayWidth: number;
  readonly displayHeight: number;
  readonly displayOriginX: number;
  readonly displayOriginY: number;
  readonly width: number;
  readonly height: number;
  readonly rotation: number;
  readonly flipX?: boolean;
  readonly flipY?: boolean;
  readonly tintTopLeft?: number;
  readonly scrollFactorX?: number;
  readonly scrollFactorY?: number;
  readonly tilePositionX?: number;
  readonly tilePositionY?: number;
  readonly texture?: { readonly key: string };
  readonly frame?: { readonly name: string | number };
  readonly list?: readonly PhaserObject[];
  readonly depth: number;
}

interface PhaserScene {
  readonly cameras: { readonly main: PhaserCamera };
  readonly children: { readonly list: readonly PhaserObject[] };
}

interface CapturePage {
  readonly sgapsClock: { step(ms: number): void };
  readonly sgapsGame: {
    readonly canvas: HTMLCanvasElement;
    readonly renderer: { readonly gl?: WebGLRenderingContext };
    readonly scene: { getScenes(active: boolean): readonly PhaserScene[] };
  };
  sgapsCapture(ms: number, post: string, gridWidth: number, gridHeight: number): Promise<object>;
}

/**
 * Runs inside the page before its own scripts: puts `sgapsCapture(ms, post, gridWidth, gridHeight)` on the window, which steps the game by one
 * frame, posts the drawn canvas as RGBA (bottom row first, as `readPixels` gives it) and returns the frame's clip state.
 *
 * @example
 * ```ts
 * await page.addInitScript(installPageCapture);
 * ```
 */
export function installPageCapture(): void {
  const page = window as unknown as CapturePage;
  const ids = new WeakMap<object, number>();
  let lastId = 0;
  let pixels = new Uint8Array(0);
  const round = (value: number) => Math.round(value * 1000) / 1000;
  const idOf = (object: object) => {
    const known = ids.get(object);
    if (known !== undefined) return known;
    ids.set(object, ++lastId);
    return lastId;
  };

  const describe = (object: PhaserObject, camera: PhaserCamera, scale: number, sf: readonly [number, number], z: number) => {
    const { zoom } = camera;
    const [sx, sy] = [object.scrollFactorX ?? 1, object.scrollFactorY ?? 1];
    const cx = scale * (zoom * (object.x - sx * camera.scrollX - camera.width / 2) + camera.width / 2 + camera.x);
    const cy = scale * (zoom * (object.y - sy * camera.scrollY - camera.height / 2) + camera.height / 2 + camera.y);
    const dw = scale * zoom * Math.abs(object.displayWidth);
    const dh = scale * zoom * Math.abs(object.displayHeight);
    const ox = object.width > 0 ? object.displayOriginX / object.width : 0.5;
    const oy = object.height > 0 ? object.displayOriginY / object.height : 0.5;
    const [cos, sin] = [Math.cos(object.rotation), Math.sin(object.rotation)];
    const xs: number[] = [];
    const ys: number[] = [];
    for (const [fx, fy] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ]) {
      xs.push(cx + cos * (fx - ox) * dw - sin * (fy - oy) * dh);
      ys.push(cy + sin * (fx - ox) * dw + cos * (fy - oy) * dh);
    }
    const [x, y] = [Math.min(...xs), Math.min(...ys)];
    const [w, h] = [Math.max(...xs) - x, Math.max(...ys) - y];
    const frame = String(object.frame?.name ?? '');
    const tinted = object.tintTopLeft !== undefined && object.tintTopLeft !== 0xffffff;
    return {
      id: idOf(object),
      type: object.type,
      name: object.texture?.key ?? '',
      x: round(x),
      y: round(y),
      w: round(w),
      h: round(h),
      z,
      ...(frame && frame !== '__BASE' ? { frame } : {}),
      cx: round(cx),
      cy: round(cy),
      dw: round(dw),
      dh: round(dh),
      ox: round(ox),
      oy: round(oy),
      ...(object.rotation ? { rot: round(object.rotation) } : {}),
      ...(object.flipX ? { flipX: 1 } : {}),
      ...(object.flipY ? { flipY: 1 } : {}),
      ...(object.alpha < 1 ? { alpha: round(object.alpha) } : {}),
      ...(tinted ? { tint: object.tintTopLeft } : {}),
      ...(sf[0] !== 1 || sf[1] !== 1 ? { sf } : {}),
      ...(object.tilePositionX !== undefined ? { tile: [round(scale * object.tilePositionX), round(scale * (object.tilePositionY ?? 0))] } : {}),
    };
  };

  /** The lowest scene's camera is the clip's; what other scenes draw (a HUD) stands still on the screen. */
  const readState = (gridWidth: number): object => {
    const { canvas, scene } = page.sgapsGame;
    const scale = gridWidth / canvas.width;
    const scenes = scene.getScenes(true);
    if (scenes.length === 0) return { scrollX: 0, scrollY: 0, zoom: 1, rotation: 0, viewX: 0, viewY: 0, objects: [], noScene: true };
    const main = scenes[0].cameras.main;
    const objects: object[] = [];
    let z = 0;
    for (const one of scenes) {
      const camera = one.cameras.main;
      for (const object of one.children.list) {
        z++;
        if (!object.visible || object.alpha <= 0 || !object.texture || !object.frame || object.list) continue;
        if (!(object.displayWidth > 0) || !(object.displayHeight > 0)) continue;
        const sf: readonly [number, number] = camera === main ? [object.scrollFactorX ?? 1, object.scrollFactorY ?? 1] : [0, 0];
        const described = describe(object, camera, scale, sf, z);
        const { x, y, w, h } = described;
        if (x < gridWidth && y < (gridWidth * canvas.height) / canvas.width && x + w > 0 && y + h > 0) objects.push(described);
      }
    }
    return {
      scrollX: round(main.scrollX * scale),
      scrollY: round(main.scrollY * scale),
      zoom: round(main.zoom),
      rotation: main.rotation,
      viewX: round(scale * (main.scrollX * main.zoom + (main.width / 2) * (main.zoom - 1) - main.x)),
      viewY: round(scale * (main.scrollY * main.zoom + (main.height / 2) * (main.zoom - 1) - main.y)),
      objects,
    };
  };

  page.sgapsCapture = async (ms, post, gridWidth) => {
    page.sgapsClock.step(ms);
    const { canvas, renderer } = page.sgapsGame;
    const { gl } = renderer;
    if (!gl) throw new Error('The game does not draw with WebGL.');
    const bound = gl.getParameter(gl.FRAMEBUFFER_BINDING) as WebGLFramebuffer | null;
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    if (pixels.length !== 4 * canvas.width * canvas.height) pixels = new Uint8Array(4 * canvas.width * canvas.height);
    gl.readPixels(0, 0, canvas.width, canvas.height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    gl.bindFramebuffer(gl.FRAMEBUFFER, bound);
    const state = readState(gridWidth);
    const answer = await fetch(`${post}?width=${canvas.width}&height=${canvas.height}`, { method: 'POST', body: pixels });
    if (!answer.ok) throw new Error(`The frame could not be stored: ${await answer.text()}`);
    return state;
  };
}
