import * as z from 'zod';
import { identify } from '../../platform/auth/caller.ts';
import { credentialsOf } from '../../platform/auth/request-caller.ts';
import { clearSessionCookie, sessionCookie } from '../../platform/auth/session.ts';
import { AppError } from '../../platform/errors.ts';
import { endpoint, jsonResponse } from '../../platform/http/endpoint.ts';
import { iso, timestamp } from '../../platform/http/validation.ts';
import { revokeSession } from '../account/own-sessions.ts';
import { code, ok, phone } from '../request-schemas.ts';
import { confirmLogin, startLogin } from './login.ts';

const session = z.object({ token: z.string(), expiresAt: timestamp });

/** Signing in with a verified phone, and out. */
export const loginEndpoints = [
  endpoint({
    method: 'post',
    path: '/api/login/start',
    who: 'public',
    tag: 'Login',
    summary: 'Text a sign-in code to a number, if somebody here has it',
    body: z.object({ phone }),
    answer: {
      status: 200,
      description: 'The same whether or not the number is known',
      schema: ok.extend({ expiresAt: timestamp }),
    },
    errors: ['invalid_phone', 'country_not_allowed', 'rate_limited'],
    handle: async ({ deps, client, body }) => {
      const { expiresAt } = await startLogin(deps, { phone: body.phone, address: client.address });
      return jsonResponse({ ok: true, expiresAt: iso(expiresAt) });
    },
  }),
  endpoint({
    method: 'post',
    path: '/api/login/confirm',
    who: 'public',
    tag: 'Login',
    summary: 'Sign in with the code',
    headers: {
      Origin:
        'Browsers send it by themselves. From our own pages the session comes as an HttpOnly cookie alone, which scripts cannot read; an app, which sends no Origin, gets it in the body too.',
    },
    body: z.object({ phone, code }),
    answer: {
      status: 200,
      description: 'Signed in: by the cookie, and for apps by `session`, to be sent as Authorization: Bearer',
      schema: ok.extend({ session: session.optional() }),
    },
    errors: ['invalid_phone', 'country_not_allowed', 'no_code', 'expired', 'invalid'],
    handle: async ({ deps, client, body, request }) => {
      // A page can neither omit nor forge its Origin, so scripts of our own pages never get a token.
      const origin = request.headers.get('Origin');
      if (origin !== null && origin !== deps.config.PUBLIC_ORIGIN) {
        throw new AppError('forbidden', 'Sign in from our own pages, or from an app.');
      }
      const kind = origin === null ? 'app' : 'web';
      const { token, expiresAt } = await confirmLogin(deps, { ...body, kind, userAgent: client.userAgent });
      const answer = kind === 'app' ? { session: { token, expiresAt: iso(expiresAt) } } : {};
      return jsonResponse({ ok: true, ...answer }, 200, { 'Set-Cookie': sessionCookie(deps.config, token) });
    },
  }),
  endpoint({
    method: 'post',
    path: '/api/logout',
    who: 'public',
    tag: 'Login',
    summary: 'End the session that is sent along, and its open sockets',
    answer: { status: 200, description: 'Signed out; also when nobody was signed in', schema: ok },
    errors: ['unauthenticated'],
    handle: async ({ deps, request }) => {
      const identity = await identify(credentialsOf(request), deps);
      if (identity.kind === 'user') {
        const { caller } = identity;
        if (caller.sessionId !== null) await revokeSession(deps, caller, caller.sessionId);
      }
      return jsonResponse({ ok: true }, 200, { 'Set-Cookie': clearSessionCookie(deps.config) });
    },
  }),
] as const;
