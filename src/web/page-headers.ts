import type { Config } from '../platform/config.ts';

/**
 * Response headers of every page. Nothing inline, nothing from elsewhere; `same-origin` and not `no-referrer`,
 * with which Chromium posts our own forms with `Origin: null`. WebKit before 15.4 does not count a socket of
 * the page's own host as `'self'`, so it is named.
 */
export function pageHeaders(
  config: Pick<Config, 'PUBLIC_ORIGIN'> & Partial<Pick<Config, 'ATTACHMENT_PICKER_URL'>>,
): Record<string, string> {
  const socket = config.PUBLIC_ORIGIN.replace(/^http/, 'ws');
  return {
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    // The host's window in which files are chosen must be able to answer.
    ...(config.ATTACHMENT_PICKER_URL ? { 'Cross-Origin-Opener-Policy': 'same-origin-allow-popups' } : {}),
    'Content-Security-Policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self'",
      "font-src 'self'",
      `connect-src 'self' ${socket}`,
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  };
}
