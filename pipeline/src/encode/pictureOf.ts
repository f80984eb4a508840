import { encodeH264Head, encodeJpegHead } from '@sgaps/protocol';
import type { EncodedPicture, PictureHead } from './PictureEncoder.js';

/** Both heads end with the time at which the transport sent the picture, f64. */
const SENT_BYTES = 8;

/** A picture of independent parts: a JPEG or the like and its depth, done now. */
export function pictureOf(head: PictureHead, [body, depth]: readonly [Uint8Array, Uint8Array]): EncodedPicture {
  const bytes = encodeJpegHead(body.length, depth.length, head.frameId, timesOf(head));
  return { parts: [bytes, body, depth], stampAt: bytes.length - SENT_BYTES, independent: true };
}

/** A picture of one H.264 access unit, done now. */
export function videoPictureOf(head: PictureHead, unit: Uint8Array, independent: boolean): EncodedPicture {
  const bytes = encodeH264Head(unit.length, head.frameId, timesOf(head));
  return { parts: [bytes, unit], stampAt: bytes.length - SENT_BYTES, independent };
}

function timesOf({ clientSent, received }: PictureHead) {
  return { clientSent, received, processed: Date.now(), sent: 0 };
}
