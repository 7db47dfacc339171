import { credentialsOf } from '../../platform/auth/request-caller.ts';
import { readSessionToken, sessionCookieName } from '../../platform/auth/session.ts';
import type { Config } from '../../platform/config.ts';
import { cookieValue } from '../../platform/http/cookies.ts';
import { readDeviceToken } from './known-device.ts';
import { deviceOf } from './login-cookies.ts';

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
