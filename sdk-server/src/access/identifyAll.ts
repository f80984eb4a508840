import type { Access } from './Access.js';
import { AccessError } from './AccessError.js';
import { credentialsOf, type HeaderReader } from './credentials.js';
import { type Grant, OPEN } from './Grant.js';
import { Visitor } from './Visitor.js';

/** Whoever sends these headers. Rejects with what looking a key up fails with, not for tokens that do not hold: `Visitor.require` tells of those. */
export async function identifyAll(
  access: Access,
  header: HeaderReader,
  from: { readonly address: string; readonly requestId?: string },
): Promise<Visitor> {
  const { address, requestId = '' } = from;
  if (!access.required) return new Visitor([OPEN], null, address, requestId);
  const grants: Grant[] = [];
  let refusal: AccessError | null = null;
  for (const credential of credentialsOf(header)) {
    try {
      grants.push(await access.identify(credential));
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      refusal = error;
    }
  }
  return new Visitor(grants, refusal, address, requestId);
}
