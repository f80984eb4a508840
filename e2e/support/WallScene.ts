import { setTimeout as wait } from 'node:timers/promises';
import type { RendererParts, RenderOutput, SceneContext, SceneInfo, SceneRenderer } from '@sgaps/pipeline';
import { createEncoder } from '@sgaps/pipeline';
import { type CameraFrame, SgapsError } from '@sgaps/protocol';
import { castSoft, castWall } from './castWall.js';

/**
 * A wall that any camera may look at (`castWall`). `wall:still` keeps its own size, `wall:stumbling` fails at first for two seconds, `wall:restless` has another with each picture, `wall:flat` has no depth, `wall:slow` takes 100 ms, `wall:missing` is not there, `wall:broken` draws nothing,
 * `wall:faulty` fails to draw every other picture, `wall:built` is there once `finish` is called, `wall:soft` is the board alone, with alpha.
 */
export class WallScene implements SceneRenderer {
  /** All that were ever made, in order. */
  static readonly made: WallScene[] = [];
  argument = '';
  size = { width: 160, height: 90 };
  readonly sizes: string[] = [];
  drawn = 0;
  isShutDown = false;
  /** Of `wall:built`: it is there from now on, or, with an error, never will be. */
  finish: (error?: SgapsError) => void = () => undefined;
  private isBuilt = true;
  private stumbledAt: number | undefined;

  constructor() {
    WallScene.made.push(this);
  }

  async onInit({ argument, tell }: SceneContext): Promise<SceneInfo> {
    this.argument = argument;
    if (argument === 'built') {
      this.isBuilt = false;
      tell({ type: 'building', share: 0.4 }, { keep: 'last' });
      this.finish = (error) => {
        this.isBuilt = !error;
        if (error) tell({ type: 'unbuilt', code: error.code, message: error.message }, { keep: 'last' });
        else tell({ type: 'built', bricks: 7 }, { keep: 'last' });
      };
    }
    if (argument === 'missing') throw new SgapsError('NOT_FOUND', 'There is no such wall.');
    return { ...this.size, about: { distance: 6 } };
  }

  async render({ view, intrinsics, timeIndex }: CameraFrame): Promise<RenderOutput | null> {
    if (!this.isBuilt) return null;
    this.drawn++;
    if (this.argument === 'restless') this.size = { width: 160 + 2 * this.drawn, height: 90 };
    if (this.argument === 'slow') await wait(100);
    if (this.argument === 'broken') throw new SgapsError('UNSUPPORTED', 'This wall cannot be drawn.');
    if (this.argument === 'stumbling') {
      this.stumbledAt ??= performance.now();
      if (performance.now() - this.stumbledAt < 2000) throw new SgapsError('LIMIT_EXCEEDED', 'No memory for this wall yet.');
    }
    const [fx, fy, cx, cy] = [intrinsics[0], intrinsics[5], intrinsics[8], intrinsics[9]];
    if (this.argument === 'faulty' && this.drawn % 2 === 0) throw new SgapsError('LIMIT_EXCEEDED', 'No memory for this wall.');
    if (this.argument === 'soft') {
      const soft = castSoft({ ...this.size, fx, fy, cx, cy, view });
      return { ...this.size, ...soft, metadata: {} };
    }
    const { colour, depth } = castWall({ ...this.size, fx, fy, cx, cy, view });
    return { ...this.size, colour, depth: this.argument === 'flat' ? null : depth, alpha: null, metadata: { time: timeIndex } };
  }

  resize(width: number, height: number): void {
    this.sizes.push(`${width}×${height}`);
    if (this.argument !== 'still') this.size = { width, height };
  }

  async onShutdown(): Promise<void> {
    this.isShutDown = true;
  }
}

/** `wall:…` with the encoders that we ship. */
export const wallParts: RendererParts = {
  encoders: ['jpeg+depth', 'jpeg+depth+alpha', 'h264'],
  scene: async (name) => ({ scene: new WallScene(), argument: name.split(':')[1] ?? '' }),
  encoder: (name) => createEncoder(name),
};
