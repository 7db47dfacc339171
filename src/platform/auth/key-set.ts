import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { MINUTE_MS } from '../time.ts';

const MAX_AGE_MS = 10 * MINUTE_MS;
const TIMEOUT_MS = 5000;
/** A token bucket for fetches caused by unknown keys: its size, and the time to earn another one. */
const SPARE_FETCHES = 3;
const SPARE_EVERY_MS = 2000;
/** How long (ms) a request without a fetch of its own waits for concurrent ones. */
const OTHERS_WAIT_MS = 250;

/** A host application's key set (RFC 7517), cached. Times in ms. */
interface KeySet {
  url: string;
  find: JWTVerifyGetKey | null;
  loadedAt: number;
  spare: number;
  spareAt: number;
}

// One per process. A fetch is never shared, since a Worker's requests cannot wait for each other.
const sets = new Map<string, KeySet>();

async function load(set: KeySet): Promise<void> {
  const answer = await fetch(set.url, {
    headers: { Accept: 'application/json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!answer.ok) throw new Error(`The key set answered ${answer.status}`);
  const keys: JSONWebKeySet = await answer.json();
  if (!Array.isArray(keys?.keys)) throw new Error('The key set is none');
  set.find = createLocalJWKSet(keys);
  set.loadedAt = Date.now();
}

/** Takes a token of the bucket, if there is one. */
function takeSpare(set: KeySet): boolean {
  const now = Date.now();
  const earned = Math.floor((now - set.spareAt) / SPARE_EVERY_MS);
  if (earned > 0) {
    set.spare = Math.min(SPARE_FETCHES, set.spare + earned);
    set.spareAt = now;
  }
  if (set.spare === 0) return false;
  set.spare -= 1;
  return true;
}

const mayBeRotated = (error: unknown) =>
  error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed;

/**
 * Tries a check with the keys of a set, which is kept for ten minutes. An unknown key, or a signature that
 * fails, may mean a rotated key, under a new name or the old one: then the set is fetched at once, and the
 * check tried again. However many such tokens come, they cause few fetches.
 * @throws whatever the check throws; an Error that is none of jose's when the set cannot be fetched
 */
export async function withKeys<T>(url: string, check: (find: JWTVerifyGetKey) => Promise<T>): Promise<T> {
  const set = sets.get(url) ?? { url, find: null, loadedAt: 0, spare: SPARE_FETCHES, spareAt: Date.now() };
  sets.set(url, set);
  if (!set.find || Date.now() - set.loadedAt > MAX_AGE_MS) await load(set);
  const find = set.find!;
  try {
    return await check(find);
  } catch (error) {
    if (!mayBeRotated(error)) throw error;
    if (takeSpare(set)) await load(set);
    else await new Promise((resolve) => setTimeout(resolve, OTHERS_WAIT_MS));
    if (set.find === find) throw error; // No newer set has been fetched.
    return await check(set.find!);
  }
}
