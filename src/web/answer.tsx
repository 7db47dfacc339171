import type { Context } from 'hono';
import { html } from 'hono/html';
import type { Child } from 'hono/jsx';
import type { Caller } from '../platform/auth/caller.ts';
import { currentCaller, requireOurOrigin, withRollingCookie } from '../platform/auth/request-caller.ts';
import { AppError } from '../platform/errors.ts';
import type { AppEnv } from '../platform/http/endpoint.ts';
import { type Frame, Page, type Viewer } from './layout.tsx';
import { pageHeaders } from './page-headers.ts';

/** The context of a page's route. */
export type PageContext = Context<AppEnv>;

/** What a page says about itself; brand, viewer and headers are added. */
export type PageView = Omit<Frame, 'brand' | 'viewer' | 'children'> & {
  status?: 200 | 400 | 403 | 404 | 409 | 429 | 500 | 503;
};

/** The one who looks at a page, as its frame shows them. */
export function viewerOf(c: PageContext, caller: Caller | null): Viewer | null {
  if (!caller) return null;
  const operator = c.var.deps.config.OPERATOR_USER_IDS.includes(caller.userId);
  return { id: caller.userId, name: caller.name, operator };
}

/** Answers with a whole page: document, headers, and the browser's cookie prolonged along with its session. */
export async function answerPage(
  c: PageContext,
  caller: Caller | null,
  { status = 200, ...frame }: PageView,
  children: Child,
): Promise<Response> {
  const { deps } = c.var;
  const page = (
    <Page {...frame} brand={deps.config.BRAND_NAME} viewer={viewerOf(c, caller)}>
      {children}
    </Page>
  );
  const response = await c.html(html`<!doctype html>${page}`, status, pageHeaders(deps.config));
  return await withRollingCookie(response, caller, deps);
}

/**
 * The caller by their cookie; null when nobody is signed in. A bearer token opens no page.
 * @throws when the database fails
 */
export function pageCaller(c: PageContext): Promise<Caller | null> {
  const cookie = c.req.header('Cookie');
  if (!cookie) return Promise.resolve(null);
  return currentCaller(new Request(c.req.url, { headers: { Cookie: cookie } }), c.var.deps);
}

/**
 * A route for someone who is signed in: others are sent to sign in and come back; forms must come from our own
 * pages, since they carry the cookie.
 */
export function forMembers(handle: (c: PageContext, caller: Caller) => Promise<Response>) {
  return async (c: PageContext): Promise<Response> => {
    const caller = await pageCaller(c);
    if (!caller) throw new AppError('unauthenticated', 'Sign in first.');
    requireOurOrigin(c.req.raw, c.var.deps);
    return handle(c, caller);
  };
}
