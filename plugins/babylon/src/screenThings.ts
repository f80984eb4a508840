import type { Camera } from '@babylonjs/core/Cameras/camera.js';
import type { AbstractMesh } from '@babylonjs/core/Meshes/abstractMesh.js';
import type { Node } from '@babylonjs/core/node.js';
import { type PixelRect, projectBounds } from './meshBounds.js';

/**
 * A control of @babylonjs/gui, as far as its place on the canvas goes.
 *
 * @example
 * ```ts
 * recorder.mask(chatPanel); // any Control of a full-screen AdvancedDynamicTexture
 * ```
 */
export interface GuiControl {
  readonly centerX: number;
  readonly centerY: number;
  readonly widthInPixels: number;
  readonly heightInPixels: number;
  readonly rotation: number;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly isVisible: boolean;
  readonly parent: unknown;
  readonly host: { readonly layer: unknown; getSize(): { readonly width: number; readonly height: number } };
}

/**
 * Something of the scene with a place on the screen: a node (a mesh, or a group with all below it), or a GUI control.
 *
 * @example
 * ```ts
 * const thing: ScreenThing = scene.getMeshByName('player') ?? chatPanel;
 * ```
 */
export type ScreenThing = Node | GuiControl;

/** Where rectangles go, in canvas pixels from the top left; for example a `MaskList`. */
export interface RectSink {
  add(x: number, y: number, width: number, height: number): void;
  addAll(): void;
}

interface NodeInside {
  readonly _children?: readonly unknown[] | null;
}

const rect: PixelRect = { x: 0, y: 0, width: 0, height: 0 };

/**
 * Adds the canvas rectangles of a thing, one for each mesh and camera that shows it. A control that is turned or scaled, or
 * shown on a mesh, has no rectangle of its own: everything is added.
 *
 * @example
 * ```ts
 * addThing(player, cameras.drawn, canvas.width, canvas.height, masks);
 * ```
 */
export function addThing(thing: ScreenThing, cameras: readonly Camera[], width: number, height: number, out: RectSink): void {
  if (!('getChildMeshes' in thing)) return addControl(thing, width, height, out);
  addMesh(thing, cameras, width, height, out);
  const { _children: children } = thing as unknown as NodeInside;
  // Only who has children pays for the list of them.
  if (children === null || children?.length === 0) return;
  for (const mesh of thing.getChildMeshes(false)) addMesh(mesh, cameras, width, height, out);
}

/** Adds the rectangle of a mesh on every camera's part of the canvas; a node without geometry has none. */
export function addMesh(node: Node, cameras: readonly Camera[], width: number, height: number, out: RectSink): void {
  const mesh = node as AbstractMesh;
  if (!mesh.getBoundingInfo || !mesh.isVisible || !mesh.isEnabled()) return;
  const corners = mesh.getBoundingInfo().boundingBox.vectorsWorld;
  for (const camera of cameras) {
    if (projectBounds(corners, camera.getTransformationMatrix().m, camera.viewport, width, height, rect)) {
      out.add(rect.x, rect.y, rect.width, rect.height);
    }
  }
}

function addControl(control: GuiControl, width: number, height: number, out: RectSink): void {
  if (!control.isVisible) return;
  for (let at: GuiControl | null = control; at; at = at.parent as GuiControl | null) {
    if (at.rotation || at.scaleX !== 1 || at.scaleY !== 1) return out.addAll();
  }
  if (!control.host.layer) return out.addAll();
  const { centerX, centerY, widthInPixels, heightInPixels, host } = control;
  const size = host.getSize();
  const x = width / size.width;
  const y = height / size.height;
  out.add((centerX - widthInPixels / 2) * x, (centerY - heightInPixels / 2) * y, widthInPixels * x, heightInPixels * y);
}
