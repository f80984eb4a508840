import type { RenderOutput } from '../scene/SceneRenderer.js';

/**
 * What of a picture's head the encoder cannot know itself (P11).
 *
 * @example
 * ```ts
 * const head: PictureHead = { frameId: camera.frameId, clientSent: camera.clientTime, received: camera.serverTime };
 * ```
 */
export interface PictureHead {
  /** u32, that of the camera. */
  readonly frameId: number;
  /** ms: by the viewer's clock when it sent the camera, by the server's (Date.now()) when the transport took it. */
  readonly clientSent: number;
  readonly received: number;
}

/**
 * A picture ready to be sent: the viewer's message in parts, head first, so that nothing is copied.
 *
 * @example
 * ```ts
 * const { parts, stampAt }: EncodedPicture = await encoder.encode(output, head);
 * ```
 */
export interface EncodedPicture {
  /** The bytes a viewer gets are these one after the other; they belong to the receiver. */
  readonly parts: readonly Uint8Array[];
  /** Where in the first part the transport writes when it sent the picture, f64 ms; null for a format that does not tell. */
  readonly stampAt: number | null;
  /** True where it can be decoded without the pictures before it. */
  readonly independent: boolean;
}

/**
 * Makes bytes of pictures (P7). Implement it and register it by a name: `registerEncoder('my-encoder', () => new MyEncoder())`. One encoder serves one channel.
 *
 * @example
 * ```ts
 * const encoder = await createEncoder('jpeg+depth');
 * for (const part of (await encoder.encode(output, head)).parts) socket.write(part);
 * ```
 */
export interface PictureEncoder {
  /** Encodes one picture; called anew only once it has settled. May read `output` only until then. Null where the encoder keeps it back. */
  encode(output: RenderOutput, head: PictureHead): Promise<EncodedPicture | null>;
  /** The next picture must be independent: somebody joined, or missed one. */
  refresh(): void;
  /** Lets go of everything. */
  dispose(): Promise<void> | void;
}
