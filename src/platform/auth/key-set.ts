import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { HOUR_MS, MINUTE_MS } from '../time.ts';

/** Keys older than this are fetched again, in the background. */
const FRESH_MS = 10 * MINUTE_MS;
/** For so much longer they are used while the fetch fails. */
const GRACE_MS = HOUR_MS;
const TIMEOUT_MS = 5000;
/** Exponential backoff between failed fetches. */
const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = MINUTE_MS;
/** A token bucket for fetches caused by unknown keys: its size, and the time to earn another one. */
const SPARE_FETCHES = 3;
const SPARE_EVERY_MS = 2000;
/** How often (ms) a request looks whether another request's fetch has ended. */
const POLL_MS = 20;

/** Lets work go on after the answer. */
export type Afterwards = (work: Promise<unknown>) => void;

/** A host application's key set (RFC 7517), cached. Times in ms. */
interface KeySet {
  url: string;
  find: JWTVerifyGetKey | null;
  loadedAt: number;
  /** A fetch is under way until then at the latest; 0 when there is none. */
  fetchingUntil: number;
  failures: number;
  retryAt: number;
  spare: number;
  spareAt: number;
}

// One per process. A fetch's promise is never shared, since a Worker's requests cannot wait for each other's I/O.
const sets = new Map<string, KeySet>();

function setOf(url: string): KeySet {
  const known = sets.get(url);
  if (known) return known;
  const set: KeySet = {
    url,
    find: null,
    loadedAt: 0,
    fetchingUntil: 0,
    failures: 0,
    retryAt: 0,
    spare: SPARE_FETCHES,
    spareAt: Date.now(),
  };
  sets.set(url, set);
  return set;
}

const isBeingFetched = (set: KeySet) => Date.now() < set.fetchingUntil;
const ageOf = (set: KeySet) => (set.find === null ? Number.POSITIVE_INFINITY : Date.now() - set.loadedAt);

async function fetchKeys(url: string): Promise<JWTVerifyGetKey> {
  const answer = await fetch(url, {
    headers: { Accept: 'application/json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!answer.ok) throw new Error(`The key set answered ${answer.status}.`);
  const keys: JSONWebKeySet = await answer.json();
  if (!Array.isArray(keys?.keys)) throw new Error('The key set answered something else than keys.');
  return createLocalJWKSet(keys);
}

/** Fetches a set. @throws Error when that fails; until the backoff is over, {@link mayFetch} says no then */
async function load(set: KeySet): Promise<void> {
  set.fetchingUntil = Date.now() + TIMEOUT_MS; // Its request may die in between, and would never say that it has ended.
  try {
    set.find = await fetchKeys(set.url);
    set.loadedAt = Date.now();
    set.failures = 0;
    set.retryAt = 0;
  } catch (error) {
    set.retryAt = Date.now() + Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** set.failures);
    set.failures += 1;
    throw error;
  } finally {
    set.fetchingUntil = 0;
  }
}

const mayFetch = (set: KeySet) => !isBeingFetched(set) && Date.now() >= set.retryAt;

/**
 * Waits for another request's fetch, or fetches. The fetch goes on when the client that caused it has hung up: else whoever
 * sends forged tokens and hangs up at once would leave everybody without keys.
 * @throws Error when the set cannot be had now
 */
async function loadOrWait(set: KeySet, afterwards: Afterwards): Promise<void> {
  if (mayFetch(set)) {
    const loading = load(set);
    afterwards(loading);
    return await loading;
  }
  const { find } = set;
  while (isBeingFetched(set)) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  if (set.find === find) throw new Error('The key set could not be fetched a moment ago.');
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
 * Tries a check with the keys of a set. They are fetched again after ten minutes, one fetch at a time, in the background
 * and with backoff; while that fails, the old ones go on for an hour. An unknown key, or a signature that fails, may mean
 * a rotated key, under a new name or the old one: then the set is fetched at once, and the check tried again. However many
 * such tokens come, they cause few fetches.
 * @throws whatever the check throws; an Error that is none of jose's when there are no keys to be had
 */
export async function withKeys<T>(
  url: string,
  check: (find: JWTVerifyGetKey) => Promise<T>,
  afterwards: Afterwards,
): Promise<T> {
  const set = setOf(url);
  if (ageOf(set) > FRESH_MS + GRACE_MS) await loadOrWait(set, afterwards);
  else if (ageOf(set) > FRESH_MS && mayFetch(set)) afterwards(load(set));
  const find = set.find!;
  try {
    return await check(find);
  } catch (error) {
    if (!mayBeRotated(error)) throw error;
    if (set.find === find) {
      if (!isBeingFetched(set) && !takeSpare(set)) throw error;
      await loadOrWait(set, afterwards);
    }
    return await check(set.find!);
  }
}
