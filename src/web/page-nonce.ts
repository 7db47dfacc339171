import type { Config } from '../platform/config.ts';
import { base64url, equalInConstantTime } from '../platform/crypto.ts';
import { cookieName, cookieValue, setCookie } from '../platform/http/cookies.ts';

/** The form field that carries the page's nonce. */
export const NONCE_FIELD = 'nonce';
/** A page may stay open this long before its button has to be pressed twice. */
export const NONCE_TTL_SECONDS = 3600;
const SHAPE = /^[\w-]{22}$/;

type Origin = Pick<Config, 'PUBLIC_ORIGIN'>;

const COOKIE = 'fcs_link';

/** 128 random bits, base64url: a nonce for a form or for a content security policy. */
export const randomNonce = (): string => base64url(crypto.getRandomValues(new Uint8Array(16)));

/** The nonce this browser holds already (two pages may be open at once), or a fresh one. */
export function pageNonce(config: Origin, cookieHeader: string | null): string {
  const held = cookieValue(cookieHeader, cookieName(config, COOKIE));
  return held !== null && SHAPE.test(held) ? held : randomNonce();
}

/** The Set-Cookie value that keeps the page's nonce in the browser that was shown the page. */
export const nonceCookie = (config: Origin, nonce: string): string =>
  setCookie(config, COOKIE, nonce, NONCE_TTL_SECONDS);

/** Whether the form came from a page that this very browser was shown. */
export function isOwnPage(config: Origin, cookieHeader: string | null, field: string | null): boolean {
  const held = cookieValue(cookieHeader, cookieName(config, COOKIE));
  return held !== null && SHAPE.test(held) && field !== null && equalInConstantTime(held, field);
}
