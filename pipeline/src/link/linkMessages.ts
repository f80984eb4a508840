import { isSgapsError, OVERLAY_LAYERS, type OverlayLayer, SgapsError } from '@sgaps/protocol';
import { type RendererFigures, rendererFiguresOf } from '../metrics/TransportFigures.js';

/** What a renderer says of itself, first on each of its two connections. */
export interface Hello {
  /** Names the two connections that belong together. */
  readonly pair: string;
  /** Names the process. */
  readonly worker: string;
  /** Scenes that it can serve: names (`replay`), or whole ones (`replay:a1`). */
  readonly scenes: readonly string[];
  readonly encoders: readonly string[];
}

/** What a channel is to be. */
export interface ChannelPlan {
  readonly scene: string;
  readonly encoder: string;
  /** First size of its pictures, pixels. Null: the scene's own. */
  readonly size: PictureSize | null;
}

interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** What the renderer tells once a scene is ready. */
export interface Ready extends PictureSize {
  readonly about: Readonly<Record<string, unknown>>;
}

/** What the transport says on video.sock, as the metadata of a payload of frame id 0. */
export type ToRenderer =
  | { readonly open: ChannelPlan }
  | { readonly size: PictureSize }
  | { readonly refresh: true }
  | { readonly overlays: readonly OverlayLayer[] };

/** A picture's way through the renderer. */
interface RenderTimings {
  /** ms that drawing and encoding took. */
  readonly render: number;
  readonly encode: number;
  /** When it could begin (the camera came, or at the live edge the frame did) and was done: `Date.now()`. */
  readonly received: number;
  readonly processed: number;
}

/** What a renderer says, as the metadata of a payload. */
export type FromRenderer =
  | { readonly hello: Hello }
  /** Of its process, now and then, once a channel was opened. */
  | { readonly figures: RendererFigures }
  | { readonly ready: Ready }
  /** At frame id 0 the channel is over, else this one picture is. */
  | { readonly failed: { readonly code: string; readonly message: string } }
  | { readonly tell: Readonly<{ type: string } & Record<string, unknown>>; readonly keep?: 'all' | 'last' }
  | PictureMessage
  /** There is nothing to show for this camera. */
  | { readonly nothing: true }
  /** The live edge has ended: nothing will come by itself any more. */
  | { readonly over: true };

/** The metadata of a picture. */
export interface PictureMessage {
  /** For the viewers' text message. */
  readonly picture: Readonly<Record<string, unknown>>;
  /** The picture sent last still holds; there are no data. */
  readonly unchanged?: boolean;
  readonly independent?: boolean;
  /** Where in the data the transport writes when it sent them, f64 ms; null: nowhere. */
  readonly stampAt?: number | null;
  readonly timings?: RenderTimings;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads a renderer's message. @throws SgapsError `BYTES_MALFORMED` */
export function parseFromRenderer(metadata: Fields): FromRenderer {
  if (isFields(metadata.picture)) {
    const { picture, unchanged, independent, stampAt, timings } = metadata;
    return {
      picture,
      unchanged: unchanged === true,
      independent: independent !== false,
      stampAt: Number.isSafeInteger(stampAt) && Number(stampAt) >= 0 ? Number(stampAt) : null,
      timings: isFields(timings) ? timingsOf(timings) : undefined,
    };
  }
  if (metadata.nothing === true) return { nothing: true };
  if (metadata.over === true) return { over: true };
  const { hello, ready, failed, tell, keep, figures } = metadata;
  if (isFields(figures)) return { figures: rendererFiguresOf(figures) };
  if (isFields(tell) && typeof tell.type === 'string')
    return { tell: tell as { type: string }, keep: keep === 'all' || keep === 'last' ? keep : undefined };
  if (isFields(failed)) return { failed: { code: textOf(failed.code), message: textOf(failed.message) } };
  if (isFields(ready)) return { ready: { ...sizeOf(ready, 'ready'), about: isFields(ready.about) ? ready.about : {} } };
  if (isFields(hello)) {
    const { pair, worker, scenes, encoders } = hello;
    if (isName(pair) && isName(worker) && isNames(scenes) && isNames(encoders))
      return { hello: { pair, worker, scenes, encoders } };
  }
  throw SgapsError.malformed(`message of a renderer: ${shown(metadata)}`);
}

/** Reads a transport's message. @throws SgapsError `BYTES_MALFORMED` */
export function parseToRenderer(metadata: Fields): ToRenderer {
  const { open, size, refresh, overlays } = metadata;
  if (refresh === true) return { refresh: true };
  if (isFields(size)) return { size: sizeOf(size, 'size') };
  if (Array.isArray(overlays)) return { overlays: layersOf(overlays) };
  if (isFields(open) && isName(open.scene) && isName(open.encoder))
    return { open: { scene: open.scene, encoder: open.encoder, size: isFields(open.size) ? sizeOf(open.size, 'open') : null } };
  throw SgapsError.malformed(`message of a transport: ${shown(metadata)}`);
}

/** The overlays in a list, each once; what is none is left out. */
export function layersOf(list: readonly unknown[]): OverlayLayer[] {
  return OVERLAY_LAYERS.filter((layer) => list.includes(layer));
}

/** An error as both ends tell it. */
export function plainError(error: unknown): { code: string; message: string } {
  return {
    code: isSgapsError(error) ? error.code : 'UNSUPPORTED',
    message: error instanceof Error ? error.message : String(error),
  };
}

/** Text as it is; what a conversion would choke on, as nothing. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A part of a message, which came as JSON, for an error's text. */
function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 100) ?? 'nothing';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 256;
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= 64 && value.every(isName);
}

function timingsOf({ render, encode, received, processed }: Fields): RenderTimings {
  return { render: numberOf(render), encode: numberOf(encode), received: numberOf(received), processed: numberOf(processed) };
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function sizeOf({ width, height }: Fields, what: string): PictureSize {
  const good = (side: unknown): side is number => Number.isInteger(side) && Number(side) >= 1 && Number(side) <= 4096;
  if (!good(width) || !good(height)) throw SgapsError.malformed(`${what}: a picture of ${shown(width)}×${shown(height)}`);
  return { width, height };
}
