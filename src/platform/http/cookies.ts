import { parse, serialize } from 'hono/utils/cookie';
import type { Config } from '../config.ts';

type Origin = Pick<Config, 'PUBLIC_ORIGIN'>;

const isHttps = ({ PUBLIC_ORIGIN }: Origin) => PUBLIC_ORIGIN.startsWith('https:');

/** The full name of a cookie of ours: `__Host-` (RFC 6265bis, section 4.1.3.2) where the browser can enforce it. */
export const cookieName = (config: Origin, name: string): string =>
  isHttps(config) ? `__Host-${name}` : name;

/**
 * The Set-Cookie value of a cookie that scripts cannot read (HttpOnly) and that other sites send with links
 * only (SameSite=Lax).
 */
export const setCookie = (config: Origin, name: string, value: string, maxAgeSeconds: number): string =>
  serialize(cookieName(config, name), value, {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    maxAge: maxAgeSeconds,
    secure: isHttps(config),
  });

/** The value of a cookie out of a Cookie header, percent-decoded; null when absent. */
export const cookieValue = (header: string | null | undefined, name: string): string | null =>
  parse(header ?? '', name)[name] ?? null;
