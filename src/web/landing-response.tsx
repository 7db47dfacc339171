import { appLinks } from '../links/app-links/app-links.ts';
import { readerOf } from '../links/app-links/device.ts';
import { linkFate } from '../links/find-link.ts';
import { signInPath, threadPath } from '../links/safe-next.ts';
import type { Config } from '../platform/config.ts';
import { LandingPage, landingHeaders } from './landing.tsx';
import type { LandingState } from './landing-words.ts';
import type { LinkAddress } from './link-address.ts';
import { NONCE_FIELD, nonceCookie, pageNonce, randomNonce } from './page-nonce.ts';

const STATUS: Record<LandingState, number> = {
  ready: 200,
  other_person: 200,
  plain: 200,
  preview: 200,
  retry: 403,
  unknown: 404,
  used: 410,
  expired: 410,
  busy: 429,
};

/** States in which there is a button to press. */
const PRESSABLE: readonly LandingState[] = ['ready', 'other_person', 'retry'];
/** States in which the phone number leads on; busy and asking, there is one thing to decide. */
const SIGN_IN_BY_PHONE: readonly LandingState[] = ['ready', 'retry', 'plain', 'used', 'expired', 'unknown'];

/** What the page is rendered from, beside the link. */
export interface LandingContext {
  config: Config;
  /** Milliseconds since the epoch. */
  now: number;
  request: Request;
  /** Somebody else than the link's person is signed in in this browser. */
  occupied: boolean;
}

/** Renders the landing page for a request; sets the nonce cookie wherever there is a button. */
export function landingResponse(
  { config, now, request, occupied }: LandingContext,
  state: LandingState,
  linkAddress: LinkAddress | null,
): Response {
  const url = new URL(request.url);
  const insists = url.searchParams.get('reader') === '1';
  const reader = readerOf(request.headers.get('User-Agent') ?? undefined);
  const cspNonce = randomNonce();
  const nonce = pageNonce(config, request.headers.get('Cookie'));
  const pressable = linkAddress !== null && PRESSABLE.includes(state);
  const page = LandingPage({
    state,
    brand: config.BRAND_NAME,
    company: config.COMPANY_NAME,
    contact: config.SUPPORT_CONTACT,
    reader: insists ? { ...reader, preview: false } : reader,
    cspNonce,
    form: pressable ? { action: linkAddress.action, fields: formFields(linkAddress, state, nonce) } : null,
    signIn: SIGN_IN_BY_PHONE.includes(state) ? signInPath(destination(linkAddress, now), occupied) : null,
    stay: occupied ? '/messages' : null,
    app: linkAddress && appOf(config, state, linkAddress, now),
    webOnly: url.searchParams.get('web') === '1',
    insist: `${url.search ? `${url.search}&` : '?'}reader=1`,
  });
  const headers = new Headers({ 'Content-Type': 'text/html; charset=utf-8', ...landingHeaders(cspNonce) });
  if (pressable) headers.append('Set-Cookie', nonceCookie(config, nonce));
  return new Response(`<!doctype html>${page}`, { status: STATUS[state], headers });
}

function formFields(linkAddress: LinkAddress, state: LandingState, nonce: string): Record<string, string> {
  const fields = { ...linkAddress.fields, [NONCE_FIELD]: nonce };
  return state === 'other_person' ? { ...fields, switch: '1' } : fields;
}

/** Where signing in by phone leads: the thread, as long as the link (or its address) finds it. */
function destination(linkAddress: LinkAddress | null, now: number): string {
  const link = linkAddress?.link;
  if (link && linkFate(link, now) !== 'gone') return threadPath(link.threadId);
  return threadPath(linkAddress?.namedThread ?? null);
}

/** Ways into the app, while the link still finds its thread and there is nothing to decide first. */
function appOf(config: Config, state: LandingState, { link, appPath }: LinkAddress, now: number) {
  if (state === 'unknown' || state === 'other_person' || state === 'busy') return null;
  if (link && linkFate(link, now) === 'gone') return null;
  const stores = {
    publicOrigin: config.PUBLIC_ORIGIN,
    alternateOrigin: config.LINK_ALTERNATE_ORIGIN ?? null,
    iosAppStoreId: config.IOS_APP_STORE_ID ?? null,
    androidPackage: config.ANDROID_PACKAGE[0] ?? null,
  };
  return appLinks(stores, appPath, link?.code ?? null);
}
