/** A row of `/examples/games.json`. */
export interface Game {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly url: string;
  /** Address of its picture; null where there is none. */
  readonly cover: string | null;
  readonly kind?: string;
  readonly engine?: string;
  readonly feature?: { readonly title: string; readonly text: string; readonly source: string; readonly query?: string };
  readonly figures?: Figures;
}

/** What was measured of a game. */
export interface Figures {
  readonly date: string;
  readonly machine: string;
  readonly busy: boolean;
  readonly seconds: number;
  readonly psnr: number;
  readonly ssim: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly micros?: number;
}
