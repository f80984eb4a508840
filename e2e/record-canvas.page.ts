import { type GameRecorder, recordCanvas } from '@sgaps/client';

interface Options {
  endpoint: string;
  context: 'webgl2' | 'webgl' | '2d';
  frames: number;
  micros: number;
  /** The game begins to draw only once it is recorded, and stands still in between. */
  late: boolean;
}

/** A game without an engine: a field of one colour and a square that crosses it. */
function draw(canvas: HTMLCanvasElement, context: RenderingContext, frame: number): void {
  const x = Math.floor(frame / 4) % canvas.width;
  if (context instanceof CanvasRenderingContext2D) {
    context.fillStyle = 'rgb(40,90,140)';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = 'rgb(250,220,30)';
    context.fillRect(x, 100, 60, 60);
    return;
  }
  const gl = context as WebGLRenderingContext;
  gl.disable(gl.SCISSOR_TEST);
  gl.clearColor(40 / 255, 90 / 255, 140 / 255, 1);
  gl.clear(gl.COLOR_BUFFER_BIT);
  gl.enable(gl.SCISSOR_TEST);
  gl.scissor(x, canvas.height - 160, 60, 60);
  gl.clearColor(250 / 255, 220 / 255, 30 / 255, 1);
  gl.clear(gl.COLOR_BUFFER_BIT);
}

async function play({ endpoint, context: kind, frames, micros, late }: Options) {
  const canvas = document.createElement('canvas');
  canvas.width = 640;
  canvas.height = 360;
  document.body.append(canvas);
  const context = canvas.getContext(kind, { alpha: false, antialias: false }) as RenderingContext;
  let frame = 0;
  let running = true;
  const loop = () => {
    if (!running) return;
    draw(canvas, context, frame++);
    requestAnimationFrame(loop);
  };
  if (!late) requestAnimationFrame(loop);
  const diagnostics: string[] = [];
  const recording: GameRecorder = recordCanvas(canvas, {
    endpoint,
    game: kind,
    micros,
    ...(late ? { source: context as WebGL2RenderingContext } : {}),
    onDiagnostic: ({ code, message }) => diagnostics.push(`${code}: ${message}`),
  });
  if (late) {
    while (!recording.recorder) await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, 200));
    requestAnimationFrame(loop);
  }
  while ((recording.stats?.sent ?? 0) < frames && diagnostics.length === 0)
    await new Promise((resolve) => setTimeout(resolve, 50));
  const { stats, recordingId } = recording;
  recording.stop();
  const before = frame;
  while (frame < before + 5) await new Promise((resolve) => requestAnimationFrame(resolve));
  running = false;
  canvas.remove();
  return { diagnostics, recordingId, sampler: stats?.sampler, thread: stats?.thread, faults: stats?.faults };
}

Object.assign(window, { play });
