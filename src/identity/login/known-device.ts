import { jwtVerify, SignJWT } from 'jose';
import type { SessionSecrets } from '../../platform/auth/session.ts';
import { utf8 } from '../../platform/crypto.ts';
import { newId } from '../../platform/ids.ts';

const TYPE = 'fcs-device+jwt';
/** Browsers keep no cookie longer (RFC 6265bis, section 5.5). */
export const DEVICE_TTL_SECONDS = 400 * 86_400;

/**
 * A browser or app in which a person signed in by a number once. It signs nobody in: it only asks for that number's
 * codes under an allowance of its own, which strangers cannot use up.
 */
export interface KnownDevice {
  id: string;
  userId: string;
  numberHash: string;
}

/** The signed token that a device keeps; nothing of it is stored here. */
export function signDevice(
  { SESSION_SECRET }: SessionSecrets,
  { userId, numberHash }: Omit<KnownDevice, 'id'>,
  now: number,
): Promise<string> {
  const seconds = Math.floor(now / 1000);
  return new SignJWT({ number: numberHash })
    .setProtectedHeader({ alg: 'HS256', typ: TYPE })
    .setJti(newId('dev', now))
    .setSubject(userId)
    .setExpirationTime(seconds + DEVICE_TTL_SECONDS)
    .sign(utf8(SESSION_SECRET));
}

async function readSignedBy(secret: string, token: string, now: number): Promise<KnownDevice | null> {
  try {
    const options = { algorithms: ['HS256'], typ: TYPE, currentDate: new Date(now) };
    const { payload } = await jwtVerify(token, utf8(secret), options);
    const { jti, sub, number } = payload;
    if (typeof jti !== 'string' || typeof sub !== 'string' || typeof number !== 'string') return null;
    return { id: jti, userId: sub, numberHash: number };
  } catch {
    return null; // Any invalid token is treated alike: whoever sends it is anybody.
  }
}

/** The device that a token names, of whatever number; null for a token that is none of ours. Never throws. */
export async function readDeviceToken(
  { SESSION_SECRET, SESSION_SECRET_PREVIOUS }: SessionSecrets,
  token: string,
  now: number,
): Promise<KnownDevice | null> {
  const device = await readSignedBy(SESSION_SECRET, token, now);
  if (device || SESSION_SECRET_PREVIOUS === undefined) return device;
  return await readSignedBy(SESSION_SECRET_PREVIOUS, token, now);
}

/** The device that a token names, if it knows this number; null for every other token. Never throws. */
export async function readDevice(
  secrets: SessionSecrets,
  token: string | null,
  numberHash: string,
  now: number,
): Promise<KnownDevice | null> {
  const device = token === null ? null : await readDeviceToken(secrets, token, now);
  return device?.numberHash === numberHash ? device : null;
}
