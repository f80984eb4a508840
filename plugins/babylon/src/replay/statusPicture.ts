const WIDTH = 640;
const SIZE = 24;

/** A dark picture of the given aspect that says `text`, over what was shown last where there is something. */
export function statusPicture(text: string, aspect: number, still: ImageBitmap | null): OffscreenCanvas {
  const canvas = new OffscreenCanvas(WIDTH, Math.max(1, Math.round(WIDTH / aspect)));
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) return canvas;
  const { width, height } = canvas;
  context.fillStyle = '#10141c';
  context.fillRect(0, 0, width, height);
  // A picture that was closed meanwhile has no width.
  if (still && still.width > 0) {
    context.globalAlpha = 0.3;
    context.drawImage(still, 0, 0, width, height);
    context.globalAlpha = 1;
  }
  context.font = `${SIZE}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = '#e6edf6';
  const lines = wrap(text, (line) => context.measureText(line).width <= width * 0.86);
  for (const [i, line] of lines.entries()) {
    context.fillText(line, width / 2, height / 2 + (i - (lines.length - 1) / 2) * SIZE * 1.4);
  }
  return canvas;
}

/** Lines as long as they fit; a word longer than a line keeps one to itself. */
function wrap(text: string, fits: (line: string) => boolean): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && fits(`${last} ${word}`)) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
