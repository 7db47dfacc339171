import type { Hono } from 'hono';
import * as z from 'zod';
import { currentCaller } from '../platform/auth/request-caller.ts';
import type { Config } from '../platform/config.ts';
import { AppError } from '../platform/errors.ts';
import { type AppEnv, endpoint, jsonResponse } from '../platform/http/endpoint.ts';
import { iso, timestamp } from '../platform/http/validation.ts';
import { once } from '../platform/once.ts';
import { type AppIdentities, appleAssociation, assetLinks } from './app-links/association.ts';
import { readerOf } from './app-links/device.ts';
import { parseReferrer } from './app-links/referrer.ts';
import { consumeLink, markOpened } from './consume-link.ts';
import { findLink, type Link, linkFate } from './find-link.ts';
import { countMiss, refuseGuessers } from './guess-limit.ts';
import { findByToken } from './magic-link.ts';
import { countOpen } from './opens.ts';
import { takePending } from './pending.ts';
import { threadPath } from './safe-next.ts';

const openBody = z
  .object({
    code: z.string().min(1).max(100).optional().describe('The last part of an address /l/…'),
    token: z.string().min(1).max(2048).optional().describe('A magic token (mt of a universal link)'),
    referrer: z.string().min(1).max(4096).optional().describe('What the Install Referrer API returned'),
    nonce: z
      .string()
      .min(16)
      .max(100)
      .optional()
      .describe(
        'Random, and new for each opening. An opening whose answer was lost, sent again with the same nonce within a minute, gets its session again',
      ),
  })
  .refine(
    (body) => [body.code, body.token, body.referrer].filter((value) => value !== undefined).length === 1,
    'should hold exactly one of code, token and referrer',
  );

const destination = once(() => z.object({ threadId: z.string().nullable(), path: z.string() }));
const opened = once(() =>
  destination().extend({
    session: z.object({ token: z.string(), expiresAt: timestamp }).optional(),
  }),
);

/** Opens a link in the app: answers its destination and, once while the link may sign in, a session. */
const openLink = endpoint({
  method: 'post',
  path: '/api/links/open',
  who: 'public',
  tag: 'Links',
  summary: 'Open a link from the app, by code, token or install referrer',
  headers: {
    Authorization: 'Optional. Sent by an app that is signed in as the same person, it keeps its session.',
  },
  body: openBody,
  answer: { status: 200, description: 'Where the link leads', schema: opened },
  errors: ['link_not_found', 'link_expired', 'rate_limited'],
  handle: async ({ deps, body, client, request }) => {
    await refuseGuessers(deps, client.address);
    const now = deps.now();
    const link = await linkOf(deps, body);
    if (!link) {
      if (body.token === undefined) await countMiss(deps, client.address);
      throw new AppError('link_not_found', 'There is no such link.');
    }
    const { device } = readerOf(client.userAgent ?? undefined);
    const count = (outcome: 'app' | 'store' | 'expired') =>
      deps.afterwards(countOpen(deps.db.directory, device, outcome, now));
    const fate = linkFate(link, now);
    if (fate === 'gone') {
      count('expired');
      throw new AppError('link_expired', 'This link is too old; open the list of threads instead.');
    }
    const nonce = body.nonce ?? null;
    const opening = { kind: 'app' as const, userAgent: client.userAgent, nonce };
    const maySignIn = fate === 'ready' || (fate === 'used' && nonce !== null);
    const signsIn = maySignIn && !(await isSignedInAs(link.userId, request, deps));
    const secret = deps.config.SESSION_SECRET;
    const session = signsIn ? await consumeLink({ db: deps.db, secret, now }, link, opening) : null;
    if (!session) await markOpened(deps.db, link, now);
    count(body.referrer === undefined ? 'app' : 'store');
    const { threadId } = link;
    return jsonResponse({
      threadId,
      path: threadPath(threadId),
      ...(session && { session: { token: session.token, expiresAt: iso(session.expiresAt) } }),
    });
  },
});

type Handled = Parameters<typeof findByToken>[0];

async function linkOf(deps: Handled, body: z.output<typeof openBody>): Promise<Link | null> {
  if (body.token !== undefined) return findByToken(deps, body.token);
  if (body.referrer === undefined) return findLink(deps.db, body.code ?? '');
  const code = parseReferrer(body.referrer);
  if (code === null) throw new AppError('invalid_request', 'This install referrer is not one of ours.');
  return findLink(deps.db, code);
}

/** Whether the app is signed in as that person already. An invalid token counts as not signed in. */
async function isSignedInAs(
  userId: string,
  request: Request,
  deps: Parameters<typeof currentCaller>[1],
): Promise<boolean> {
  const authorization = request.headers.get('Authorization');
  if (authorization === null) return false;
  try {
    const bare = new Request(request.url, { headers: { Authorization: authorization } });
    return (await currentCaller(bare, deps))?.userId === userId;
  } catch (error) {
    if (error instanceof AppError && error.code === 'unauthenticated') return false;
    throw error;
  }
}

/** The pending destination for a newly installed app; POST, because it is handed over once. GET stays for older apps. */
const pendingLink = <M extends 'get' | 'post'>(method: M) =>
  endpoint({
    method,
    path: '/api/links/pending',
    who: 'user',
    tag: 'Links',
    summary: 'The destination that waits for this account after an installation; handed over once',
    answer: {
      status: 200,
      description: 'Where to go first, or null',
      schema: () => z.object({ link: destination().nullable() }),
    },
    handle: async ({ deps, caller, client }) => {
      const now = deps.now();
      const threadId = await takePending(deps.db.forFamily(caller.familyId), caller.userId, now);
      if (threadId === null) return jsonResponse({ link: null });
      const { device } = readerOf(client.userAgent ?? undefined);
      deps.afterwards(countOpen(deps.db.directory, device, 'store', now));
      return jsonResponse({ link: { threadId, path: threadPath(threadId) } });
    },
  });

/** The routes of this folder. */
export const linkEndpoints = [openLink, pendingLink('post'), pendingLink('get')] as const;

const identitiesOf = (config: Config): AppIdentities => ({
  iosAppIds: config.IOS_APP_IDS,
  androidPackages: config.ANDROID_PACKAGE,
  androidFingerprints: config.ANDROID_CERT_SHA256,
});

/** JSON as Apple's and Google's fetchers require it: the plain type, no redirect, cacheable for an hour. */
const file = (content: unknown) =>
  Response.json(content, { headers: { 'Cache-Control': 'public, max-age=3600' } });

/** Mounts the association files, on every host and for every client. */
export function mountAssociation(app: Hono<AppEnv>): void {
  app.get('/.well-known/apple-app-site-association', (c) =>
    file(appleAssociation(identitiesOf(c.var.deps.config))),
  );
  app.get('/.well-known/assetlinks.json', (c) => file(assetLinks(identitiesOf(c.var.deps.config))));
}
