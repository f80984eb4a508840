import type { Admission, ViewerCredentials } from '@sgaps/pipeline';
import { SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import { AccessError } from './AccessError.js';
import { type ClientLimits, clientOf } from './ClientLimits.js';
import { clientAddress } from './clientAddress.js';
import { isGameKey } from './GameKeys.js';
import { coversScene, type Grant } from './Grant.js';
import type { Tokens } from './Tokens.js';

/** What lets viewers in. */
export interface ViewerAccess {
  /** Null: everybody may watch everything. */
  readonly tokens: Tokens | null;
  readonly limits: ClientLimits;
  readonly trustProxy: number;
  readonly log: Logger;
}

/**
 * Lets viewers of a transport in: by a ticket for the scene (`/api/viewing?scene=…` gives it to who may watch), a token for the recording that it shows, or
 * one for all games.
 *
 * @example
 * ```ts
 * const adapter = new WebSocketAdapter({ port: 2568, admit: admitViewer({ tokens, limits, trustProxy: 0, log }) });
 * ```
 */
export function admitViewer({
  tokens,
  limits,
  trustProxy,
  log,
}: ViewerAccess): (viewer: ViewerCredentials) => Promise<Admission> {
  return async ({ wish: { scene }, token, request }) => {
    const address = clientAddress(request, trustProxy);
    try {
      limits.join(clientOf(null, address));
      if (!tokens) return { until: null };
      const arrived = limits.waitFor(clientOf(null, address));
      const grant = await grantOf(await token().finally(arrived), tokens);
      if (!coversScene(grant, scene)) throw AccessError.notCovered(refusal(grant));
      if (grant.id.startsWith('token:')) limits.join(clientOf(grant, address));
      return { until: grant.expiresAt };
    } catch (error) {
      if (error instanceof SgapsError) log.warn({ address, scene: scene.slice(0, 100), reason: error.message }, 'viewer refused');
      if (error instanceof AccessError && error.status !== 429) limits.refused(address);
      throw error;
    }
  };
}

async function grantOf(token: string | null, tokens: Tokens): Promise<Grant> {
  if (token === null) throw AccessError.unknown("To watch this needs a token: send { type: 'token', token } first.");
  if (isGameKey(token)) throw AccessError.notCovered('The key of a game records; to watch takes a token.');
  return tokens.verify(token, { tickets: true });
}

function refusal(grant: Grant): string {
  return grant.scope !== 'record' && grant.games !== '*' && grant.scene === null && grant.recording === null
    ? 'A token for some games opens no scene by itself: ask the server for a ticket, /api/viewing?scene=replay:ID.'
    : 'Your token does not let you watch this.';
}
