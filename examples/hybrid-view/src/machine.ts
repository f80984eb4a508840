let known: boolean | undefined;

/** This browser draws on the CPU: every pixel of a canvas is dear. */
export function drawsOnCpu(): boolean {
  if (known !== undefined) return known;
  const gl = document.createElement('canvas').getContext('webgl2');
  const about = gl?.getExtension('WEBGL_debug_renderer_info');
  const name = gl && about ? String(gl.getParameter(about.UNMASKED_RENDERER_WEBGL)) : '';
  gl?.getExtension('WEBGL_lose_context')?.loseContext();
  known = /swiftshader|llvmpipe|software|basic render/i.test(name);
  return known;
}

/** Pixels of the canvas for one of the page's, where nobody says. */
export function canvasScale(wanted: number | null): number {
  return wanted ?? (drawsOnCpu() ? 0.5 : window.devicePixelRatio);
}

/** Places of a late frame that are tried for each pixel; undefined for as many as are usual. */
export function searchSteps(): number | undefined {
  return drawsOnCpu() ? 16 : undefined;
}
