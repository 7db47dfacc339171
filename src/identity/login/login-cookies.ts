import { credentialsOf, currentCaller } from '../../platform/auth/request-caller.ts';
import { readSessionToken, sessionCookieName } from '../../platform/auth/session.ts';
import type { Config } from '../../platform/config.ts';
import type { Deps } from '../../platform/deps.ts';
import { cookieName, cookieValue, setCookie } from '../../platform/http/cookies.ts';
import { revokeSession } from '../account/own-sessions.ts';
import { DEVICE_TTL_SECONDS, readDeviceToken } from './known-device.ts';

const HANDLE = 'fcs_login';
const DEVICE = 'fcs_device';

const read = (request: Request, config: Config, name: string): string | null =>
  cookieValue(request.headers.get('Cookie'), cookieName(config, name)) || null;

/** The Set-Cookie value that keeps the handle of a sign-in for as long as its code lives. */
export const handleCookie = (config: Config, handle: string): string =>
  setCookie(config, HANDLE, handle, config.CODE_TTL_SECONDS);

/** The handle of the sign-in that was started in this browser; null for none. */
export const handleOf = (request: Request, config: Config): string | null => read(request, config, HANDLE);

/** The Set-Cookie value that keeps a device's token, beyond the end of its sessions. */
export const deviceCookie = (config: Config, device: string): string =>
  setCookie(config, DEVICE, device, DEVICE_TTL_SECONDS);

/** The device's token of this browser; null for none. */
export const deviceOf = (request: Request, config: Config): string | null => read(request, config, DEVICE);

/**
 * Ends the session of somebody else whose cookie came with a sign-in: the new cookie takes its place in the browser, and
 * nobody could sign it out there any more.
 * @throws when a database fails
 */
export async function endFormerSession(deps: Deps, request: Request, userId: string): Promise<void> {
  const cookie = request.headers.get('Cookie');
  if (cookie === null) return;
  const former = await currentCaller(new Request(request.url, { headers: { Cookie: cookie } }), deps);
  if (!former || former.sessionId === null || former.userId === userId) return;
  await revokeSession(deps, former, former.sessionId);
}

/**
 * Whose browser or app a request comes from, as the signature of its session says, or of a device in which they signed in
 * before. It signs nobody in: the session may have ended, and no database is asked.
 * @param now ms
 * @returns the person's id; null for a stranger. Never throws
 */
export async function knownPerson(request: Request, config: Config, now: number): Promise<string | null> {
  const { authorization, cookie } = credentialsOf(request);
  const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  const token = bearer ?? cookieValue(cookie, sessionCookieName(config));
  const session = token ? await readSessionToken(config, token) : null;
  if (session) return session.userId;
  const device = deviceOf(request, config);
  return device === null ? null : ((await readDeviceToken(config, device, now))?.userId ?? null);
}
