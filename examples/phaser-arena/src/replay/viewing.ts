import type { GameOptions } from '../../../shared/gameOptions.js';

/** Where replays come from, and which the address bar asks for. */
export interface Viewing {
  /** The SGAPS server's HTTP address. */
  server: string;
  /** Shows the last seconds before a loss; not while the bot plays, unless `?killcam=1` asks for it. `?killcam=0` never does. */
  killCam: boolean;
  /** `?theatre=ID`: a recording to begin with, instead of the game. */
  theatre: string | null;
}

/** Reads them from a query string. */
export function readViewing(url: URL, { endpoint, bot }: GameOptions): Viewing {
  const asked = url.searchParams.get('killcam');
  const killCam = asked === '1' || (!bot && asked !== '0');
  return { server: endpoint.replace(/^ws/, 'http'), killCam, theatre: url.searchParams.get('theatre') };
}

/** The newest recording of this game, one that is worth looking at if there is one; null where there is none. Rejects where the server cannot be asked. */
export async function newestRecording(server: string): Promise<string | null> {
  const response = await fetch(`${server}/api/recordings?game=phaser-arena&order=newest&limit=10`);
  if (!response.ok) throw new Error(`The server answered ${response.status} ${response.statusText}`);
  const { items } = (await response.json()) as { items: { id: string; durationMs: number }[] };
  return (items.find(({ durationMs }) => durationMs > 5000) ?? items[0])?.id ?? null;
}
