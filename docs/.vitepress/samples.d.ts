/**
 * What the samples of the docs take for granted, as their readers do: things of the reader's own game. `scripts/check-docs-samples.ts` compiles samples beside it; a sample that declares or
 * imports a name itself has its own.
 */

import type { StandardMaterial } from '@babylonjs/core/Materials/standardMaterial.js';
import type { Mesh } from '@babylonjs/core/Meshes/mesh.js';
import type { Scene } from '@babylonjs/core/scene.js';
import type { AdvancedDynamicTexture } from '@babylonjs/gui/2D/advancedDynamicTexture.js';
import type { Control } from '@babylonjs/gui/2D/controls/control.js';
import type { SgapsRecorder } from '@sgaps/babylon';
import type { CanvasRecording } from '@sgaps/client';
import type * as Phaser from 'phaser';

declare global {
  /** The game's canvas, what it draws with, and what it does each frame. */
  const canvas: HTMLCanvasElement;
  const gl: WebGL2RenderingContext;
  const context: CanvasRenderingContext2D;
  function drawGame(): void;

  /** A game with Babylon.js. */
  const scene: Scene;
  const mesh: Mesh;
  const player: Mesh & { x: number; y: number; health: number; speed: number };
  const material: StandardMaterial;
  const ui: AdvancedDynamicTexture;
  const chatPanel: Control;
  const recorder: SgapsRecorder;

  /** Any other game. */
  const recording: CanvasRecording;
  const dialog: { isOpen: boolean };

  /** Of all recorders. */
  type RecordingOptions = import('@sgaps/client').RecordingOptions;

  /** A scene of a game with Phaser: `this` of samples. */
  class Level extends Phaser.Scene {}
  interface SampleScene extends Phaser.Scene {
    player: Phaser.GameObjects.Sprite;
    chat: Phaser.GameObjects.Container;
    clouds: Phaser.GameObjects.Image;
  }
}
