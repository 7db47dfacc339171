import type { Context, Hono } from 'hono';
import { revokeSession } from '../identity/account/own-sessions.ts';
import { readerOf } from '../links/app-links/device.ts';
import { consumeLink } from '../links/consume-link.ts';
import { type Link, type LinkFate, linkFate } from '../links/find-link.ts';
import { countMiss, refuseGuessers } from '../links/guess-limit.ts';
import { countOpen, type OpenOutcome } from '../links/opens.ts';
import { threadPath } from '../links/safe-next.ts';
import type { Caller } from '../platform/auth/caller.ts';
import { clientOf, currentCaller, requireOurOrigin } from '../platform/auth/request-caller.ts';
import { sessionCookie } from '../platform/auth/session.ts';
import { AppError } from '../platform/errors.ts';
import { readForm } from '../platform/http/body.ts';
import type { AppEnv } from '../platform/http/endpoint.ts';
import { landingResponse } from './landing-response.tsx';
import type { LandingState } from './landing-words.ts';
import { codeAddress, type LinkAddress, tokenAddress } from './link-address.ts';
import { isOwnPage, NONCE_FIELD } from './page-nonce.ts';

type Page = Context<AppEnv>;

const STATE_OF: Record<LinkFate, LandingState> = {
  ready: 'ready',
  used: 'used',
  expired: 'expired',
  gone: 'expired',
};

/** @param occupied somebody else than the link's person is signed in in this browser */
function landing(c: Page, state: LandingState, linkAddress: LinkAddress | null, occupied = false): Response {
  const { config, now } = c.var.deps;
  return landingResponse({ config, now: now(), request: c.req.raw, occupied }, state, linkAddress);
}

/** Who is signed in in this browser; a session that has ended counts as nobody. */
async function signedIn(c: Page): Promise<Caller | null> {
  const cookie = c.req.header('Cookie');
  if (!cookie) return null;
  return currentCaller(new Request(c.req.url, { headers: { Cookie: cookie } }), c.var.deps);
}

/** Counts an opening after the answer; a HEAD or a prefetch is none. */
function count(c: Page, outcome: OpenOutcome): void {
  if (c.req.method === 'HEAD' || /prefetch|prerender/.test(c.req.header('Sec-Purpose') ?? '')) return;
  const { deps } = c.var;
  const { device } = readerOf(c.req.header('User-Agent'));
  const counted = async () => {
    // Anybody may call themselves one, and nothing else holds them: so many are counted in a minute.
    if (outcome === 'bot' && !(await deps.edge.mayNote('link-bot'))) return;
    await countOpen(deps.db.directory, device, outcome, deps.now());
  };
  deps.afterwards(counted());
}

/** Answers GET and HEAD of a link: a page, or straight through; never a session, never a consumption. */
async function show(c: Page, open: () => Promise<LinkAddress>): Promise<Response> {
  const elsewhere = fromAlternateOrigin(c);
  if (elsewhere) return elsewhere;
  if (readerOf(c.req.header('User-Agent')).preview && c.req.query('reader') !== '1') {
    count(c, 'bot');
    return landing(c, 'preview', null);
  }
  const linkAddress = await open();
  const { link, namedThread } = linkAddress;
  if (!link && namedThread === null) return unknown(c, linkAddress);
  const caller = await signedIn(c);
  if (!link && caller) return seeOther(threadPath(namedThread));
  if (!link) return linkAddress.kind === 'bare' ? landing(c, 'plain', linkAddress) : unknown(c, linkAddress);
  const fate = linkFate(link, c.var.deps.now());
  if (caller?.userId === link.userId) {
    count(c, 'web');
    return seeOther(threadPath(fate === 'gone' ? null : link.threadId));
  }
  if (fate !== 'ready') count(c, 'expired');
  return landing(
    c,
    fate === 'ready' && caller ? 'other_person' : STATE_OF[fate],
    linkAddress,
    caller !== null,
  );
}

/** Answers the press of the button: the only place where a link signs a browser in. */
async function press(c: Page, open: (form: URLSearchParams) => Promise<LinkAddress>): Promise<Response> {
  const { deps } = c.var;
  requireOurOrigin(c.req.raw, deps);
  const form = await readForm(c.req.raw);
  const { address } = clientOf(c.req.raw);
  const refused = await politely(c, () => refuseGuessers(deps, address));
  if (refused) return refused;
  const linkAddress = await open(form);
  const { link } = linkAddress;
  if (!link) return unknown(c, linkAddress);
  const fate = linkFate(link, deps.now());
  const nonce = form.get(NONCE_FIELD);
  if (!isOwnPage(deps.config, c.req.header('Cookie') ?? null, nonce)) {
    return landing(c, fate === 'ready' ? 'retry' : STATE_OF[fate], linkAddress);
  }
  const caller = await signedIn(c);
  if (caller?.userId === link.userId) return seeOther(threadPath(fate === 'gone' ? null : link.threadId));
  if (caller && fate === 'ready' && form.get('switch') !== '1') {
    return landing(c, 'other_person', linkAddress, true);
  }
  return signInBy(c, link, linkAddress, { former: caller, nonce });
}

/**
 * @param former who was signed in until now; their session ends, the browser has it no more
 * @param nonce of the page: its button pressed twice signs in twice, into the same session
 */
async function signInBy(
  c: Page,
  link: Link,
  linkAddress: LinkAddress,
  { former, nonce }: { former: Caller | null; nonce: string | null },
): Promise<Response> {
  const { config, db, now, afterwards } = c.var.deps;
  const at = now();
  const opening = { kind: 'web' as const, userAgent: clientOf(c.req.raw).userAgent, nonce };
  const session = await consumeLink({ db, secret: config.SESSION_SECRET, now: at }, link, opening);
  if (session) {
    count(c, 'web');
    if (former?.sessionId) afterwards(revokeSession(c.var.deps, former, former.sessionId));
    return seeOther(threadPath(link.threadId), sessionCookie(config, session.token));
  }
  count(c, 'expired');
  // A row that looked ready a moment ago and signed nobody in was consumed by somebody else meanwhile.
  const fate = linkFate(link, at);
  return landing(c, fate === 'ready' ? 'used' : STATE_OF[fate], linkAddress);
}

function seeOther(location: string, cookie?: string): Response {
  const headers = new Headers({ Location: location, 'Cache-Control': 'no-store' });
  if (cookie) headers.append('Set-Cookie', cookie);
  return new Response(null, { status: 303, headers });
}

/** There is no such link. A code counts as a guess; a token that is not ours could not have been one. */
async function unknown(c: Page, linkAddress: LinkAddress): Promise<Response> {
  if (linkAddress.kind !== 'code') return landing(c, 'unknown', linkAddress);
  const refused = await politely(c, () => countMiss(c.var.deps, clientOf(c.req.raw).address));
  return refused ?? landing(c, 'unknown', linkAddress);
}

/** Runs a limit; a refusal becomes a page instead of a JSON error. */
async function politely(c: Page, limit: () => Promise<void>): Promise<Response | null> {
  try {
    await limit();
    return null;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'rate_limited') throw error;
    const page = landing(c, 'busy', null);
    for (const [name, value] of Object.entries(error.headers())) page.headers.set(name, value);
    return page;
  }
}

/**
 * A tap that leads to the alternate host opens the app on iOS. Whoever arrives here in a browser has no
 * app: back to the real address, with the mark that keeps every system from trying again.
 */
function fromAlternateOrigin(c: Page): Response | null {
  const { PUBLIC_ORIGIN, LINK_ALTERNATE_ORIGIN } = c.var.deps.config;
  const url = new URL(c.req.url);
  if (url.origin !== LINK_ALTERNATE_ORIGIN || url.origin === PUBLIC_ORIGIN) return null;
  url.searchParams.set('web', '1');
  const headers = { Location: PUBLIC_ORIGIN + url.pathname + url.search, 'Cache-Control': 'no-store' };
  return new Response(null, { status: 302, headers });
}

/** The texted link, the magic link and the universal link's web face: three routes to one page. */
export function mountLinkPages(app: Hono<AppEnv>): void {
  app.get('/l/:code', (c) => show(c, () => codeAddress(c.var.deps, c.req.param('code'))));
  app.post('/l/:code', (c) => press(c, () => codeAddress(c.var.deps, c.req.param('code'))));
  app.get('/magic', (c) => show(c, () => tokenAddress(c.var.deps, c.req.query('token') ?? '', null)));
  app.post('/magic', (c) => press(c, (form) => tokenAddress(c.var.deps, form.get('token') ?? '', null)));
  app.get('/ul/thread/:threadId', (c) =>
    show(c, () => tokenAddress(c.var.deps, c.req.query('mt') ?? '', c.req.param('threadId'))),
  );
}
