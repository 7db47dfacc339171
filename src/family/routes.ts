import * as z from 'zod';
import { type Caller, identify, identifyToken } from '../platform/auth/caller.ts';
import { credentialsOf, requireKnown, requirePerson } from '../platform/auth/request-caller.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import type { OnlineMember } from '../platform/family/family-rpc.ts';
import { endpoint, jsonResponse } from '../platform/http/endpoint.ts';
import { iso, timestamp } from '../platform/http/validation.ts';
import { once } from '../platform/once.ts';
import { PROTOCOL, upgradeRequest } from './sockets/upgrade.ts';

const deviceState = z.enum(['active', 'away'], 'should be active or away').default('active');

const onlineSchema = once(() =>
  z.object({
    online: z.array(
      z.object({
        userId: z.string(),
        state: z.enum(['online', 'away']),
        since: timestamp,
      }),
    ),
  }),
);

const online = (members: OnlineMember[]) =>
  jsonResponse({ online: members.map((member) => ({ ...member, since: iso(member.since) })) });

const presence = endpoint({
  method: 'get',
  path: '/api/presence',
  who: 'user',
  tag: 'Presence',
  summary: 'Who of the family is here',
  answer: { status: 200, description: 'Everyone who is online or away', schema: onlineSchema },
  handle: async ({ deps, caller }) => online(await deps.family(caller.familyId).presence()),
});

const heartbeat = endpoint({
  method: 'post',
  path: '/api/presence/heartbeat',
  who: 'user',
  tag: 'Presence',
  summary: 'A sign of life, every 20 s, from a client without a socket',
  body: z.object({ state: deviceState }),
  optionalBody: true,
  answer: { status: 200, description: 'Everyone who is online or away', schema: onlineSchema },
  errors: ['rate_limited'],
  handle: async ({ deps, caller, body }) => {
    await deps.edge.act('heartbeat', caller, deps.now());
    const family = deps.family(caller.familyId);
    return online(await family.heartbeat(caller.userId, body.state, caller.sessionId ?? ''));
  },
});

const SOCKET_FRAMES = `JSON text frames. To the server: the bare text "ping" every 20 s (answered "pong"); {"type":"state","state":"active"|"away"}; {"type":"typing","threadId"}.

From the server: {"type":"snapshot","online":[{userId,state}]} first; {"type":"presence","userId","state":"online"|"away"|"offline"}; to members of the thread {"type":"message","threadId","message"}, {"type":"read","threadId","userId","seq"}, {"type":"typing","threadId","userId"}, {"type":"thread","thread"}.

What is malformed, binary or too large gets {"type":"error","error"} and, repeated, close 1008. A browser of another origin sends its token as the subprotocols "fcs.v1, bearer.<jwt>"; the one answered is fcs.v1.`;

const socket = endpoint({
  method: 'get',
  path: '/api/presence/socket',
  // Not 'user': a browser of another origin can send its token as a subprotocol only, and the cookie needs our Origin.
  who: 'public',
  tag: 'Presence',
  summary: 'WebSocket of live events; authenticated by cookie, Authorization or subprotocol',
  description: SOCKET_FRAMES,
  query: z.object({ state: deviceState }),
  headers: { 'Sec-WebSocket-Protocol': 'fcs.v1, bearer.<jwt>' },
  answer: { status: 101, description: 'The socket; its first frame is a snapshot' },
  errors: ['unauthenticated', 'forbidden', 'rate_limited'],
  handle: async ({ deps, query, request }) => {
    const protocols = offeredProtocols(request);
    const caller = await socketCaller(request, protocols, deps);
    if (request.headers.get('Upgrade')?.toLowerCase() !== 'websocket') {
      throw new AppError('invalid_request', 'Open this address as a WebSocket.');
    }
    const { userId, familyId, sessionId, expiresAt } = caller;
    await deps.edge.act('socket', caller, deps.now());
    const protocol = protocols.includes(PROTOCOL) ? PROTOCOL : null;
    return await deps
      .family(familyId)
      .fetch(upgradeRequest({ userId, familyId, sessionId, expiresAt, state: query.state, protocol }));
  },
});

function offeredProtocols(request: Request): string[] {
  const header = request.headers.get('Sec-WebSocket-Protocol') ?? '';
  return header.split(',').map((protocol) => protocol.trim());
}

/** Who opens a socket. `Authorization` outranks the subprotocol, which outranks the cookie. */
async function socketCaller(request: Request, protocols: string[], deps: Deps): Promise<Caller> {
  const token = protocols.find((protocol) => protocol.startsWith('bearer.'))?.slice('bearer.'.length);
  const credentials = credentialsOf(request);
  const identity =
    token !== undefined && credentials.authorization === null
      ? await identifyToken(token, deps)
      : await identify(credentials, deps);
  const claimed = requirePerson(identity);
  if (claimed.via === 'cookie' && request.headers.get('Origin') !== deps.config.PUBLIC_ORIGIN) {
    throw new AppError(
      'forbidden',
      'Sockets with the session cookie must be opened by our own pages (Origin).',
    );
  }
  return await requireKnown(claimed, deps);
}

/** Presence over HTTP, and the socket. */
export const presenceEndpoints = [presence, heartbeat, socket] as const;
