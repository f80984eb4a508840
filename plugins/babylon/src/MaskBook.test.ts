import { FreeCamera } from '@babylonjs/core/Cameras/freeCamera.js';
import { NullEngine } from '@babylonjs/core/Engines/nullEngine.js';
import { Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import { Viewport } from '@babylonjs/core/Maths/math.viewport.js';
import { CreateBox } from '@babylonjs/core/Meshes/Builders/boxBuilder.js';
import { TransformNode } from '@babylonjs/core/Meshes/transformNode.js';
import { Logger } from '@babylonjs/core/Misc/logger.js';
import { Scene } from '@babylonjs/core/scene.js';
import { MaskList } from '@sgaps/client';
import { beforeEach, describe, expect, it } from 'vitest';
import { CameraReader } from './CameraReader.js';
import { MaskBook } from './MaskBook.js';
import type { GuiControl } from './screenThings.js';

Logger.LogLevels = Logger.NoneLogLevel;

const WIDTH = 640;
const HEIGHT = 360;
const ALL = { x: 0, y: 0, width: WIDTH, height: HEIGHT };

describe('MaskBook', () => {
  let scene: Scene;
  let camera: FreeCamera;
  let book: MaskBook;

  beforeEach(() => {
    const size = { renderWidth: WIDTH, renderHeight: HEIGHT, textureSize: 64, deterministicLockstep: false, lockstepMaxSteps: 1 };
    scene = new Scene(new NullEngine(size));
    camera = new FreeCamera('camera', new Vector3(0, 0, -10), scene);
    book = new MaskBook(scene, new CameraReader(scene));
  });

  function box(name: string, x: number, parent: TransformNode | null = null) {
    const made = CreateBox(name, { size: 1 }, scene);
    made.position.x = x;
    made.parent = parent;
    return made;
  }

  function frame(after?: () => void) {
    const list = new MaskList();
    list.clear(WIDTH, HEIGHT);
    book.begin();
    scene.render();
    book.look(WIDTH, HEIGHT);
    after?.();
    book.write(list);
    return list.rects.map((rect) => ({ ...rect }));
  }

  const middles = (rects: { x: number; width: number }[]) =>
    rects.map(({ x, width }) => Math.sign(Math.round((x + width / 2 - 320) / 20)));

  it('masks nothing when nothing is masked, or no longer', () => {
    const mesh = box('box', 0);
    expect(frame()).toEqual([]);
    book.set(mesh, true);
    expect(middles(frame())).toEqual([0]);
    book.set(mesh, false);
    expect(frame()).toEqual([]);
  });

  it('masks a node with all below it, on every camera, while it shows', () => {
    const group = new TransformNode('group', scene);
    box('a', -2, group);
    const b = box('b', 2, group);
    box('other', 0);
    book.set(group, true);
    expect(middles(frame())).toEqual([-1, 1]);
    b.isVisible = false;
    expect(middles(frame())).toEqual([-1]);
    group.setEnabled(false);
    expect(frame()).toEqual([]);
    group.setEnabled(true);
    const right = new FreeCamera('right', camera.position, scene);
    camera.viewport = new Viewport(0, 0, 0.5, 1);
    right.viewport = new Viewport(0.5, 0, 0.5, 1);
    scene.activeCameras = [camera, right];
    const rects = frame();
    expect(rects).toHaveLength(2);
    expect(rects[1].x - rects[0].x).toBeCloseTo(320, -1);
  });

  it('masks where a mesh was drawn, wherever the game has put it since', () => {
    const mesh = box('mesh', -2);
    book.set(mesh, true);
    const rects = frame(() => {
      mesh.position.x = 2;
      mesh.computeWorldMatrix(true);
      mesh.isVisible = false;
    });
    expect(middles(rects)).toEqual([-1]);
  });

  it('asks a predicate about every mesh drawn, with several cameras too', () => {
    for (const x of [-2, 0, 2]) box(`box ${x}`, x);
    const asked = new Set<string>();
    book.set((mesh) => {
      asked.add(mesh.name);
      return mesh.name === 'box 2';
    }, true);
    expect(middles(frame())).toEqual([1]);
    expect([...asked].sort()).toEqual(['box -2', 'box 0', 'box 2']);
    scene.activeCameras = [camera, new FreeCamera('second', camera.position, scene)];
    expect(middles(frame())).toEqual([1, 1]);
  });

  it('adds up over several draws of one frame', () => {
    const mesh = box('mesh', -2);
    book.set(mesh, true);
    book.begin();
    scene.render();
    book.look(WIDTH, HEIGHT);
    mesh.position.x = 2;
    scene.render();
    book.look(WIDTH, HEIGHT);
    const list = new MaskList();
    list.clear(WIDTH, HEIGHT);
    book.write(list);
    expect(middles([...list.rects])).toEqual([-1, 1]);
  });

  it('keeps what it found while the scene is not drawn', () => {
    const mesh = box('mesh', -2);
    book.set(mesh, true);
    frame();
    const list = new MaskList();
    for (const masked of [1, 0]) {
      list.clear(WIDTH, HEIGHT);
      book.begin();
      if (masked === 0) {
        book.set(mesh, false);
        scene.render();
        book.look(WIDTH, HEIGHT);
      }
      book.write(list);
      expect(list.rects).toHaveLength(masked);
    }
  });

  it('masks everything when it cannot know', () => {
    book.set(() => {
      throw new Error('predicate');
    }, true);
    box('box', 0);
    book.begin();
    scene.render();
    expect(() => book.look(WIDTH, HEIGHT)).toThrow('predicate');
    const list = new MaskList();
    list.clear(WIDTH, HEIGHT);
    book.write(list);
    expect(list.rects).toEqual([ALL]);
  });

  it('masks GUI controls: their rectangle, or everything where they have none', () => {
    const host = { layer: {} as unknown, getSize: () => ({ width: 1280, height: 720 }) };
    const panel = {
      centerX: 200,
      centerY: 100,
      widthInPixels: 200,
      heightInPixels: 80,
      rotation: 0,
      scaleX: 1,
      scaleY: 1,
      isVisible: true,
      parent: null as unknown,
      host,
    };
    const control: GuiControl = panel;
    book.set(control, true);
    const [{ x, y, width, height }] = frame();
    expect([x + width / 2, y + height / 2]).toEqual([100, 50]);
    expect(width).toBeGreaterThanOrEqual(100);
    expect(width).toBeLessThan(106);
    panel.isVisible = false;
    expect(frame()).toEqual([]);
    panel.isVisible = true;
    panel.parent = { ...panel, rotation: 0.1 };
    expect(frame()).toEqual([ALL]);
    panel.parent = null;
    host.layer = null;
    expect(frame()).toEqual([ALL]);
  });
});
