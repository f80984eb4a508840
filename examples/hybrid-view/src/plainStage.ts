import { LatencyLabel, lensOf, RemoteView, ReprojectionPass, widen } from '@sgaps/client/view';
import { canvasScale, drawsOnCpu, searchSteps } from './machine.js';
import { OrbitFly } from './OrbitFly.js';
import type { Options } from './options.js';
import { resolutionFor, subjectOf, whenBuilt } from './scenes.js';
import type { Stage } from './stage.js';
import { ThingPainter } from './ThingPainter.js';

/** More that is asked for at each edge, which comes into view while the camera turns. */
const MARGIN = 0.1;

/** The remote scene on a plain WebGL2 canvas. */
export async function plainStage(canvas: HTMLCanvasElement, options: Options, say: (words: string) => void): Promise<Stage> {
  const { scene, server, transport, encoder, axes, still } = options;
  const remote = await RemoteView.open({ scene, server, transport, encoder });
  remote.addEventListener('error', ({ detail }) => say(`${detail.code}: ${detail.message}`));
  remote.addEventListener('stall', () => say('reconnecting …'));
  remote.addEventListener('resume', () => say(''));
  const gl = canvas.getContext('webgl2', { antialias: !drawsOnCpu() });
  if (!gl) throw new Error('This browser has no WebGL2.');
  await whenBuilt(remote, scene, say);
  const up = axes === 'y-down' ? -1 : 1;
  const subject = subjectOf(scene, remote.about, up);
  const { distance, things } = subject;
  const pass = new ReprojectionPass(gl);
  const label = new LatencyLabel(remote, canvas);
  const controls = new OrbitFly(canvas, subject, up);
  let painter = new ThingPainter(gl, up);
  canvas.addEventListener('webglcontextlost', (event) => event.preventDefault());
  canvas.addEventListener('webglcontextrestored', () => {
    painter = new ThingPainter(gl, up);
  });

  let reproject = true;
  let resolution = options.resolution ?? resolutionFor(remote.about);
  let request = 0;
  let before = performance.now();
  const begin = before;
  const steps = searchSteps();
  const [near, far] = [distance / 100, 50 * distance];
  const draw = (now: number) => {
    request = requestAnimationFrame(draw);
    fitCanvas(canvas, canvasScale(options.pixels));
    const view = controls.view((now - before) / 1000);
    before = now;
    const camera = { ...lensOf(0.9, canvas.width, canvas.height), view };
    const [columns, rows] = [Math.round(resolution * canvas.width), Math.round(resolution * canvas.height)];
    remote.look(widen({ ...lensOf(0.9, columns, rows), view }, MARGIN));
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(0.07, 0.07, 0.17, 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    const { frame } = remote;
    if (frame) pass.draw(frame, reproject ? camera : { ...camera, view: frame.camera.view }, { near, far, steps });
    painter.draw(camera, near, far, things, still ? 0 : (now - begin) / 1000);
    pass.blend();
  };
  request = requestAnimationFrame(draw);
  return {
    about: remote.about,
    setControls(kind) {
      controls.kind = kind;
    },
    setReproject(wanted) {
      reproject = wanted;
    },
    setResolution(wanted) {
      resolution = wanted;
    },
    dispose() {
      cancelAnimationFrame(request);
      controls.dispose();
      label.dispose();
      pass.dispose();
      void remote.dispose();
    },
  };
}

/** Setting a size, also the same, clears a canvas and may make its memory anew. */
function fitCanvas(canvas: HTMLCanvasElement, scale: number): void {
  const width = Math.max(1, Math.round(canvas.clientWidth * scale));
  const height = Math.max(1, Math.round(canvas.clientHeight * scale));
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}
