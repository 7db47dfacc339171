import { html } from 'hono/html';
import { safeNext, signInPath } from '../links/safe-next.ts';
import { AppError } from '../platform/errors.ts';
import { errorFields } from '../platform/log.ts';
import { type PageContext, pageCaller, viewerOf } from './answer.tsx';
import { FailurePage, NotFoundPage, RefusedPage } from './errors-page.tsx';
import { Page } from './layout.tsx';
import { pageHeaders } from './page-headers.ts';

const NO_PAGES = /^\/(api|\.well-known|assets|openapi\.json|healthz|readyz)(\/|$)/;

/** Whether the reader of an answer is a person with a browser: a page's address, and HTML asked for. */
export function wantsPage(request: Request): boolean {
  if (NO_PAGES.test(new URL(request.url).pathname)) return false;
  return (request.headers.get('Accept') ?? '').includes('text/html');
}

/** Where a form was: its own address may be none to look at. */
function formPage(c: PageContext): string {
  const referer = c.req.header('Referer') ?? '';
  const url = URL.canParse(referer) ? new URL(referer) : null;
  return url?.origin === c.var.deps.config.PUBLIC_ORIGIN ? url.pathname : '/messages';
}

/** The caller, where even that may fail while an error is being shown. */
async function callerIfPossible(c: PageContext) {
  try {
    return await pageCaller(c);
  } catch (error) {
    c.var.log.warn('error_page.no_caller', errorFields(error));
    return null;
  }
}

function pageFor(
  error: unknown,
  {
    status,
    path,
    signedIn,
    requestId,
  }: { status: number; path: string; signedIn: boolean; requestId: string },
) {
  if (status === 404) return { title: 'Nothing here', page: <NotFoundPage signedIn={signedIn} /> };
  if (error instanceof AppError && status < 500) {
    return { title: 'That could not be done', page: <RefusedPage message={error.message} back={path} /> };
  }
  return { title: 'Our fault', page: <FailurePage retry={path} requestId={requestId} /> };
}

/**
 * The page for an error that has its JSON answer already: same status and headers, words for a person.
 * Someone who must sign in is sent to do so, and comes back; whose form was not taken is told so there.
 */
export async function errorPage(c: PageContext, error: unknown, answer: Response): Promise<Response> {
  const url = new URL(c.req.url);
  if (answer.status === 401) {
    if (c.req.method === 'GET') return c.redirect(signInPath(url.pathname + url.search), 303);
    return c.redirect(`${signInPath(formPage(c))}&unsaved=1`, 303);
  }
  const caller = await callerIfPossible(c);
  const config = c.var.deps?.config;
  // An address such as `//evil.example` would be another host's when it is linked to.
  const { title, page } = pageFor(error, {
    status: answer.status,
    path: safeNext(url.pathname, '/'),
    signedIn: caller !== null,
    requestId: c.var.requestId,
  });
  const document = (
    <Page
      title={title}
      brand={config?.BRAND_NAME ?? 'FamilyCircleSecure'}
      viewer={config ? viewerOf(c, caller) : null}
    >
      {page}
    </Page>
  );
  const headers = new Headers(answer.headers);
  headers.set('Content-Type', 'text/html; charset=UTF-8');
  for (const [name, value] of Object.entries(
    pageHeaders({ PUBLIC_ORIGIN: config?.PUBLIC_ORIGIN ?? url.origin }),
  )) {
    headers.set(name, value);
  }
  return new Response(String(await html`<!doctype html>${document}`), { status: answer.status, headers });
}
