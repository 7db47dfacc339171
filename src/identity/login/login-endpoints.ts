import * as z from 'zod';
import { identify } from '../../platform/auth/caller.ts';
import { credentialsOf } from '../../platform/auth/request-caller.ts';
import { clearSessionCookie, sessionCookie } from '../../platform/auth/session.ts';
import type { Deps } from '../../platform/deps.ts';
import { AppError } from '../../platform/errors.ts';
import { endpoint, jsonResponse } from '../../platform/http/endpoint.ts';
import { iso, timestamp } from '../../platform/http/validation.ts';
import { once } from '../../platform/once.ts';
import { revokeSession } from '../account/own-sessions.ts';
import { code, ok, phone } from '../request-schemas.ts';
import { confirmLogin, startLogin } from './login.ts';
import { deviceCookie, deviceOf, endFormerSession, handleCookie, handleOf } from './login-cookies.ts';

const session = once(() => z.object({ token: z.string(), expiresAt: timestamp }));

const deviceToken = z
  .string()
  .max(1000)
  .regex(/^[\x21-\x7e]+$/, 'should be the device as it was given out')
  .describe(
    'For apps; browsers have it as a cookie. Keep it, also signed out: the start of the next sign-in with this number takes it, and strangers who ask for codes cannot use up what it may ask for',
  );

/**
 * Whether one of our pages or an app asks. A page can neither omit nor forge its Origin, so scripts of our own pages never
 * get a token.
 * @throws AppError `forbidden` for a page of another origin
 */
function askerOf(request: Request, { config }: Pick<Deps, 'config'>): 'web' | 'app' {
  const origin = request.headers.get('Origin');
  if (origin === null) return 'app';
  if (origin === config.PUBLIC_ORIGIN) return 'web';
  throw new AppError('forbidden', 'Sign in from our own pages, or from an app.');
}

/** Signing in with a verified phone, and out. */
export const loginEndpoints = [
  endpoint({
    method: 'post',
    path: '/api/login/start',
    who: 'public',
    tag: 'Login',
    summary: 'Text a sign-in code to a number, if somebody here has it',
    description:
      'Somebody who said stop gets a code only when a device of theirs asks, and nobody through a carrier’s block. Who starts a sign-in gets a handle; a guess without it uses up no attempt.',
    body: z.object({ phone, deviceToken: deviceToken.optional() }),
    answer: {
      status: 200,
      description:
        'The same whether or not the number is known. `handle` goes with the code to confirm; our own pages have it as a cookie too',
      schema: () => ok().extend({ expiresAt: timestamp, handle: z.string() }),
    },
    errors: ['invalid_phone', 'country_not_allowed', 'rate_limited'],
    handle: async ({ deps, client, body, request }) => {
      const asker = askerOf(request, deps);
      const { expiresAt, handle } = await startLogin(deps, {
        phone: body.phone,
        address: client.address,
        device: body.deviceToken ?? deviceOf(request, deps.config),
      });
      const answer = jsonResponse({ ok: true, expiresAt: iso(expiresAt), handle });
      if (asker === 'web') answer.headers.append('Set-Cookie', handleCookie(deps.config, handle));
      return answer;
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
    body: z.object({
      phone,
      code,
      handle: z
        .string()
        .max(100)
        .optional()
        .describe(
          'As `start` answered it; may be absent where its cookie comes along. Without either: `no_code`',
        ),
      deviceToken: deviceToken.optional(),
    }),
    answer: {
      status: 200,
      description: 'Signed in: by the cookie, and for apps by `session`, to be sent as Authorization: Bearer',
      schema: () => ok().extend({ session: session().optional(), deviceToken: deviceToken.optional() }),
    },
    errors: [
      'invalid_phone',
      'country_not_allowed',
      'no_code',
      'expired',
      'invalid',
      'second_sign_needed',
      'rate_limited',
    ],
    handle: async ({ deps, client, body, request }) => {
      const { config } = deps;
      const kind = askerOf(request, deps);
      const handle = body.handle ?? handleOf(request, config);
      const deviceOfAsker = body.deviceToken ?? deviceOf(request, config);
      const signIn = { ...body, handle, device: deviceOfAsker, kind, userAgent: client.userAgent };
      const { token, expiresAt, userId, device } = await confirmLogin(deps, signIn);
      deps.afterwards(endFormerSession(deps, request, userId));
      const forApps =
        kind === 'app' ? { session: { token, expiresAt: iso(expiresAt) }, deviceToken: device } : {};
      const answer = jsonResponse({ ok: true, ...forApps });
      answer.headers.append('Set-Cookie', sessionCookie(config, token));
      answer.headers.append('Set-Cookie', deviceCookie(config, device));
      return answer;
    },
  }),
  endpoint({
    method: 'post',
    path: '/api/logout',
    who: 'public',
    tag: 'Login',
    summary: 'End the session that is sent along, and its open sockets',
    answer: { status: 200, description: 'Signed out; also when nobody was signed in', schema: ok },
    errors: ['unauthenticated', 'rate_limited'],
    handle: async ({ deps, request }) => {
      const identity = await identify(credentialsOf(request), deps);
      if (identity.kind === 'user') {
        const { caller } = identity;
        if (caller.sessionId !== null) {
          await deps.requestPace.turn(caller);
          await revokeSession(deps, caller, caller.sessionId);
        }
      }
      return jsonResponse({ ok: true }, 200, { 'Set-Cookie': clearSessionCookie(deps.config) });
    },
  }),
] as const;
