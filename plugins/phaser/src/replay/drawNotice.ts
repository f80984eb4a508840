/** What a replay shows while it has no frame to show. */
export interface Notice {
  readonly width: number;
  readonly height: number;
  /** Behind everything. */
  readonly colour: number;
  readonly text: string;
  /** Stays faintly to be seen behind the words. */
  readonly behind?: ImageBitmap | null;
}

/** Draws words onto a canvas, as large as they fit and at most a tenth of its height. */
export function drawNotice({ width, height, colour, text, behind }: Notice): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width));
  canvas.height = Math.max(1, Math.round(height));
  const pen = canvas.getContext('2d');
  if (!pen) return canvas;
  pen.fillStyle = `#${colour.toString(16).padStart(6, '0')}`;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  if (behind && behind.width > 0) {
    pen.globalAlpha = 0.25;
    pen.drawImage(behind, 0, 0, canvas.width, canvas.height);
    pen.globalAlpha = 1;
  }
  pen.fillStyle = '#c8ccd8';
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  let size = Math.min(20, canvas.height / 10);
  let lines = breakLines(pen, text, size, 0.88 * canvas.width);
  while (size > 7 && lines.length * size * 1.35 > 0.9 * canvas.height) lines = breakLines(pen, text, --size, 0.88 * canvas.width);
  for (const [i, line] of lines.entries())
    pen.fillText(line, canvas.width / 2, canvas.height / 2 + (i - (lines.length - 1) / 2) * size * 1.35, 0.96 * canvas.width);
  return canvas;
}

function breakLines(pen: CanvasRenderingContext2D, text: string, size: number, most: number): string[] {
  pen.font = `${size}px system-ui, sans-serif`;
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const longer = lines.length > 0 ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length > 0 && pen.measureText(longer).width <= most) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
