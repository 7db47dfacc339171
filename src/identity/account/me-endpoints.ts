import * as z from 'zod';
import { listConsents } from '../../consent/ledger.ts';
import { clearSessionCookie } from '../../platform/auth/session.ts';
import { AppError } from '../../platform/errors.ts';
import { endpoint, jsonResponse } from '../../platform/http/endpoint.ts';
import { id, iso, isoOrNull, namedSchema, timestamp } from '../../platform/http/validation.ts';
import { ok } from '../request-schemas.ts';
import { deletePerson } from './delete-person.ts';
import { readMe } from './me.ts';
import { listSessions, revokeAllSessions, revokeOwnSession } from './own-sessions.ts';

const me = namedSchema('Me', () =>
  z.object({
    id: z.string(),
    name: z.string(),
    familyId: z.string(),
    phone: z.string().nullable().describe('Masked'),
    phoneState: z.enum(['none', 'pending', 'verified', 'unusable']),
    phoneVerifiedAt: timestamp.nullable(),
    timeZone: z.string().nullable(),
  }),
);

const session = namedSchema('Session', () =>
  z.object({
    id: z.string(),
    kind: z.enum(['web', 'app']),
    userAgent: z.string().nullable(),
    createdAt: timestamp,
    lastUsedAt: timestamp,
    expiresAt: timestamp,
    current: z.boolean().describe('The session of this request'),
  }),
);

const consent = namedSchema('ConsentEntry', () =>
  z.object({
    action: z.enum(['opt_in', 'opt_out']),
    source: z.enum(['web', 'api', 'keyword', 'carrier', 'import', 'host', 'number_moved', 'number_removed']),
    version: z.string().nullable(),
    at: timestamp,
  }),
);

/** The caller's own record, sessions and ledger. */
export const meEndpoints = [
  endpoint({
    method: 'get',
    path: '/api/me',
    who: 'user',
    tag: 'Account',
    summary: 'The caller',
    answer: { status: 200, description: 'The caller', schema: me },
    handle: async ({ deps, caller }) => {
      const found = await readMe(deps, caller);
      if (!found) throw new AppError('unauthenticated', 'This account does not exist any more.');
      return jsonResponse({ ...found, phoneVerifiedAt: isoOrNull(found.phoneVerifiedAt) });
    },
  }),
  endpoint({
    method: 'delete',
    path: '/api/me',
    who: 'user',
    tag: 'Account',
    summary: 'Delete the account; messages stay, under "Former member"',
    answer: { status: 200, description: 'Deleted', schema: ok },
    handle: async ({ deps, caller }) => {
      await deletePerson(deps, caller);
      return jsonResponse({ ok: true }, 200, { 'Set-Cookie': clearSessionCookie(deps.config) });
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/sessions',
    who: 'user',
    tag: 'Account',
    summary: 'The caller’s sessions in browsers and apps, last used first',
    answer: {
      status: 200,
      description: 'Sessions',
      schema: () => z.object({ sessions: z.array(session()) }),
    },
    handle: async ({ deps, caller }) => {
      const sessions = (await listSessions(deps, caller)).map((live) => ({
        ...live,
        createdAt: iso(live.createdAt),
        lastUsedAt: iso(live.lastUsedAt),
        expiresAt: iso(live.expiresAt),
        current: live.id === caller.sessionId,
      }));
      return jsonResponse({ sessions });
    },
  }),
  endpoint({
    method: 'delete',
    path: '/api/sessions',
    who: 'user',
    tag: 'Account',
    summary: 'Sign out everywhere: ends all of the caller’s sessions, this one too; their sockets close',
    answer: {
      status: 200,
      description: 'Ended; `ended` says how many were alive',
      schema: () => ok().extend({ ended: z.int() }),
    },
    handle: async ({ deps, caller }) => {
      const ended = await revokeAllSessions(deps, caller);
      return jsonResponse({ ok: true, ended }, 200, { 'Set-Cookie': clearSessionCookie(deps.config) });
    },
  }),
  endpoint({
    method: 'delete',
    path: '/api/sessions/{id}',
    who: 'user',
    tag: 'Account',
    summary: 'End a session, with its next request; its sockets close',
    params: z.object({ id }),
    answer: { status: 200, description: 'Ended', schema: ok },
    errors: ['session_not_found'],
    handle: async ({ deps, caller, params }) => {
      await revokeOwnSession(deps, caller, params.id);
      const isOwn = caller.via === 'cookie' && params.id === caller.sessionId;
      return jsonResponse({ ok: true }, 200, isOwn ? { 'Set-Cookie': clearSessionCookie(deps.config) } : {});
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/consents',
    who: 'user',
    tag: 'Preferences',
    summary: 'The ledger of the caller’s opt-ins and opt-outs, newest first',
    answer: { status: 200, description: 'Ledger', schema: () => z.object({ consents: z.array(consent()) }) },
    handle: async ({ deps, caller }) => {
      const consents = (await listConsents(deps, caller)).map((entry) => ({ ...entry, at: iso(entry.at) }));
      return jsonResponse({ consents });
    },
  }),
] as const;
