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

/** Where the game is played by its bot, so that it shows what it is there to show. */
export function botAddress({ url, feature }: Game): string {
  return `${url}?${['bot=1', feature?.query].filter(Boolean).join('&')}`;
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
