import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Carrier } from '../carrier.ts';
import { HttpError, readForm, requireOwnOrigin } from '../http.ts';
import type { SimulatorOptions } from '../options.ts';
import { type Assets, loadAssets } from './assets.ts';
import { cardOf } from './cards.ts';
import { pageDocument } from './document.ts';
import type { Html } from './html.ts';
import { inboxQuery, inboxResults } from './inbox.ts';
import { streamUpdates } from './live.ts';
import { applyForm } from './page-forms.ts';
import { phoneCard } from './phone.ts';

type Request = { request: IncomingMessage; response: ServerResponse; url: URL };

const LOOPBACK = ['127.0.0.1', 'localhost'];

/** Scripts and styles from here only; forms here, and on to the application (a form's redirect counts as its target). */
function contentSecurityPolicy(publicOrigin: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    `form-action 'self' ${publicOrigin}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The address of this page under the application's host name, when the page was opened under the other loopback name. */
function betterAddress(request: IncomingMessage, publicOrigin: string): string | null {
  const here = URL.parse(`http://${request.headers.host ?? ''}`);
  const app = URL.parse(publicOrigin);
  if (!here || !app || here.hostname === app.hostname) return null;
  const both = LOOPBACK.includes(here.hostname) && LOOPBACK.includes(app.hostname);
  return both ? `http://${app.hostname}:${here.port}/` : null;
}

/** The page of phones and its forms: everything that is neither Twilio's API nor the control API. */
export function createPageHandler(
  carrier: Carrier,
  options: SimulatorOptions,
): { handle: (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void> } {
  const boot = randomBytes(6).toString('hex');
  const canSignIn = options.signIn !== undefined;
  let assets: Promise<Assets> | null = null;
  const load = (): Promise<Assets> => {
    assets ??= loadAssets();
    return assets;
  };

  function sendHtml(response: ServerResponse, markup: Html): void {
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': contentSecurityPolicy(carrier.settings.publicOrigin),
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
    response.end(markup.markup);
  }

  async function get({ request, response, url }: Request): Promise<void> {
    const { pathname, searchParams } = url;
    if (pathname === '/') {
      const better = betterAddress(request, carrier.settings.publicOrigin);
      if (better) {
        response.writeHead(302, { location: better }).end();
        return;
      }
      const { version } = await load();
      const brand = options.brand ?? 'FamilyCircleSecure';
      const frame = { brand, canSignIn, boot, assetVersion: version, steps: options.tour ?? [] };
      const at = Number(searchParams.get('at') ?? '') || undefined;
      return sendHtml(response, pageDocument(carrier, frame, { query: inboxQuery(searchParams), at }));
    }
    if (pathname === '/healthz') {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('ok');
      return;
    }
    if (pathname === '/simulator/events') {
      return streamUpdates(carrier, response, boot, Number(searchParams.get('after') ?? 0));
    }
    if (pathname === '/simulator/texts')
      return sendHtml(response, inboxResults(carrier, inboxQuery(searchParams)));
    if (pathname === '/simulator/phone') {
      const card = cardOf(carrier, searchParams.get('number') ?? '');
      if (!card) throw new HttpError(404, 'No such phone.');
      return sendHtml(response, phoneCard(carrier, card, canSignIn));
    }
    const asset = (await load()).files.get(pathname.replace('/simulator/assets/', ''));
    if (!asset) throw new HttpError(404, `There is no ${pathname}.`);
    const headers = { 'content-type': asset.type, 'cache-control': 'public, max-age=31536000, immutable' };
    response.writeHead(200, headers).end(asset.content);
  }

  async function post({ request, response, url }: Request): Promise<void> {
    requireOwnOrigin(request);
    const form = await readForm(request);
    const userId = /^\/simulator\/sign-in\/([^/]+)$/.exec(url.pathname)?.[1];
    if (userId !== undefined) {
      if (!options.signIn) throw new HttpError(404, 'Nobody can sign in from here.');
      const { location, setCookie } = await options.signIn(decodeURIComponent(userId)).catch((error) => {
        throw new HttpError(
          502,
          `Signing in did not work: ${error instanceof Error ? error.message : error}`,
        );
      });
      response.writeHead(303, { location, 'set-cookie': setCookie, 'cache-control': 'no-store' }).end();
      return;
    }
    const location = await applyForm(carrier, url.pathname, form);
    const stays = request.headers.accept === 'application/json';
    response.writeHead(stays ? 204 : 303, stays ? {} : { location }).end();
  }

  return {
    handle: async (request, response, url) => {
      if (request.method === 'GET') return await get({ request, response, url });
      if (request.method === 'POST') return await post({ request, response, url });
      throw new HttpError(405, 'Only GET and POST.');
    },
  };
}
