/** Screen pixels per drawn pixel: all art is drawn small and enlarged without smoothing. */
export const PIXEL = 2;

/** A small canvas drawn pixel by pixel; coordinates are in drawn (not screen) pixels. */
export class PixelCanvas {
  readonly canvas: HTMLCanvasElement;
  private readonly context: CanvasRenderingContext2D;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.canvas = document.createElement('canvas');
    this.canvas.width = width;
    this.canvas.height = height;
    const context = this.canvas.getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('This browser has no 2D canvas');
    this.context = context;
  }

  rect(x: number, y: number, width: number, height: number, colour: string): this {
    this.context.fillStyle = colour;
    this.context.fillRect(Math.round(x), Math.round(y), Math.round(width), Math.round(height));
    return this;
  }

  dot(x: number, y: number, colour: string): this {
    return this.rect(x, y, 1, 1, colour);
  }

  /** Makes a rectangle transparent again. */
  clear(x: number, y: number, width: number, height: number): this {
    this.context.clearRect(x, y, width, height);
    return this;
  }

  /** A filled ellipse without soft edges. */
  ellipse(centreX: number, centreY: number, radiusX: number, radiusY: number, colour: string): this {
    for (let y = Math.floor(centreY - radiusY); y <= centreY + radiusY; y++) {
      const part = 1 - ((y + 0.5 - centreY) / radiusY) ** 2;
      if (part <= 0) continue;
      const half = radiusX * Math.sqrt(part);
      const left = Math.round(centreX - half);
      this.rect(left, y, Math.round(centreX + half) - left, 1, colour);
    }
    return this;
  }

  /** A column from `top` to the lower edge for every x: hills, grounds, water. */
  silhouette(top: (x: number) => number, colour: string): this {
    for (let x = 0; x < this.width; x++) {
      const y = Math.round(top(x));
      this.rect(x, y, 1, this.height - y, colour);
    }
    return this;
  }

  /** Rows of characters, each a colour in `colours`; a blank or a point stays clear. */
  picture(x: number, y: number, rows: readonly string[], colours: Readonly<Record<string, string>>): this {
    rows.forEach((row, dy) => {
      for (let dx = 0; dx < row.length; dx++) {
        const colour = colours[row[dx]];
        if (colour) this.dot(x + dx, y + dy, colour);
      }
    });
    return this;
  }

  /** Draws a line of the given colour around everything inside the rectangle. */
  outline(colour: string, x = 0, y = 0, width = this.width, height = this.height): this {
    const { data } = this.context.getImageData(x, y, width, height);
    const filled = (px: number, py: number): boolean =>
      px >= 0 && py >= 0 && px < width && py < height && data[(py * width + px) * 4 + 3] > 0;
    for (let py = 0; py < height; py++) {
      for (let px = 0; px < width; px++) {
        if (filled(px, py)) continue;
        if (filled(px - 1, py) || filled(px + 1, py) || filled(px, py - 1) || filled(px, py + 1))
          this.dot(x + px, y + py, colour);
      }
    }
    return this;
  }

  /** Copies another canvas into this one. */
  stamp(other: PixelCanvas, x: number, y: number): this {
    this.context.drawImage(other.canvas, x, y);
    return this;
  }

  /** The part of the picture from row `top` down. */
  below(top: number): PixelCanvas {
    return new PixelCanvas(this.width, this.height - top).stamp(this, 0, -top);
  }

  /** The same picture, enlarged by `PIXEL`. */
  enlarge(factor = PIXEL): HTMLCanvasElement {
    const canvas = document.createElement('canvas');
    canvas.width = this.width * factor;
    canvas.height = this.height * factor;
    const context = canvas.getContext('2d');
    if (!context) throw new Error('This browser has no 2D canvas');
    context.imageSmoothingEnabled = false;
    context.drawImage(this.canvas, 0, 0, canvas.width, canvas.height);
    return canvas;
  }
}
