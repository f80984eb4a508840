import type { RecorderStats, RecordingOptions, Viewport } from '@sgaps/client';

/** Canvas of every stage. */
export const SIZE = { width: 640, height: 360 } as const;

/**
 * A game that is recorded by its engine's plugin.
 *
 * @example
 * ```ts
 * const recording = await stage.record({ endpoint });
 * recording.stop();
 * ```
 */
export interface StageRecording {
  readonly stats: RecorderStats | null;
  stop(): void;
}

/**
 * A game to be measured: it draws by itself as fast as the page shows frames, and lets others in at both ends of a frame, in the
 * order in which they asked.
 *
 * @example
 * ```ts
 * const stage: Stage = await startPhaser();
 * const leave = stage.onEnd(() => timer.frameOver());
 * ```
 */
export interface Stage {
  readonly canvas: HTMLCanvasElement;
  /** The context it draws with; null where it draws with WebGPU. */
  readonly gl: WebGL2RenderingContext | null;
  /** The GPU as the browser names it. */
  readonly gpu: string;
  viewport(): Viewport;
  /** Before the engine queues any work for a frame. Returns what takes the listener away. */
  onBegin(listener: () => void): () => void;
  /** In the task that drew the frame, once it is complete. */
  onEnd(listener: () => void): () => void;
  /** Records with the engine's plugin, as a game would. */
  record(options: RecordingOptions): Promise<StageRecording>;
}

/**
 * Name of the GPU behind a WebGL context.
 *
 * @example
 * ```ts
 * gpuOf(gl); // 'ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device …'
 * ```
 */
export function gpuOf(gl: WebGL2RenderingContext): string {
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  return String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
}
