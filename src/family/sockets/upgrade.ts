import * as z from 'zod';
import type { DeviceState } from '../presence/presence.ts';

/** The WebSocket subprotocol; answered when the client offered it. */
export const PROTOCOL = 'fcs.v1';

const HEADER = 'X-Family-Upgrade';

const upgrade = z.object({
  userId: z.string(),
  familyId: z.string(),
  sessionId: z.string().nullable(),
  expiresAt: z.number().nullable(),
  state: z.enum(['active', 'away']),
  protocol: z.string().nullable(),
});

/** The person at the other end; authenticated by the Worker before the upgrade. */
export interface SocketIdentity {
  userId: string;
  familyId: string;
  /** null with a host application's token. */
  sessionId: string | null;
  /** When the token ends, ms UTC; null: a session, whose row decides. */
  expiresAt: number | null;
}

/** An identity, the state the device begins in, and the subprotocol to answer. */
export interface Upgrade extends SocketIdentity {
  state: DeviceState;
  protocol: string | null;
}

/**
 * The request that is sent to the object instead of the client's: it carries none of the client's headers, so
 * that nobody can claim another identity.
 */
export function upgradeRequest(details: Upgrade): Request {
  return new Request('https://family/socket', {
    headers: {
      Upgrade: 'websocket',
      [HEADER]: encodeURIComponent(JSON.stringify(details)),
      ...(details.protocol ? { 'Sec-WebSocket-Protocol': details.protocol } : {}),
    },
  });
}

/** Reads what {@link upgradeRequest} wrote; null for any other request. */
export function readUpgrade(request: Request): Upgrade | null {
  const header = request.headers.get(HEADER);
  if (request.headers.get('Upgrade') !== 'websocket' || header === null) return null;
  return upgrade.parse(JSON.parse(decodeURIComponent(header)));
}
