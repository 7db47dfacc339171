import { sql } from 'drizzle-orm';
import type * as z from 'zod';
import type { MessageJson } from '../chat/message.ts';
import { postOnBehalf } from '../chat/post-on-behalf.ts';
import { markRead, type ReadState } from '../chat/read.ts';
import { gt, lte } from '../db/comparisons.ts';
import { excluded, listTable } from '../db/expressions.ts';
import { insertFrom } from '../db/insert-from.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { hostPresence } from '../db/schema.ts';
import { patchPreferences } from '../identity/preferences/patch-preferences.ts';
import { type ReadPreferences, readPreferences } from '../identity/preferences/read-preferences.ts';
import { isBlank } from '../platform/characters.ts';
import { inParallel } from '../platform/concurrency.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { familiesOfUsers, familyOfKnownThread, familyOfKnownUser, userNotFound } from './find-family.ts';
import type { hostMessage, hostPreferences } from './host-schemas.ts';
import { refuseFuture, wrongField } from './mirror-claims.ts';

/**
 * Marks a thread as read by a person, as they would themselves.
 * @throws AppError `thread_not_found`, `user_not_found` for somebody who is not in it, `message_not_found`
 */
export async function readForUser(
  deps: Deps,
  threadId: string,
  { userId, messageId }: { userId: string; messageId?: string | undefined },
): Promise<ReadState> {
  const familyId = await familyOfKnownThread(deps, threadId);
  return await asHost(() => markRead(deps, { userId, familyId }, threadId, messageId ?? null));
}

/**
 * Posts a message on behalf of a person of the thread.
 * @throws AppError `thread_not_found`, `user_not_found`, `empty_message`, and what {@link postOnBehalf} throws
 */
export async function postForUser(
  deps: Deps,
  threadId: string,
  { authorId, id, createdAt, ...message }: z.output<typeof hostMessage>,
  clientKey: string | null,
): Promise<MessageJson> {
  if (isBlank(message.body) && message.fileIds.length === 0)
    throw new AppError('empty_message', 'Send some words or at least one file.');
  const familyId = await familyOfKnownThread(deps, threadId);
  const post = { ...message, threadId, clientKey, id: id ?? null, createdAt: createdAt ?? null };
  return await asHost(() => postOnBehalf(deps, { userId: authorId, familyId }, post));
}

/**
 * Runs what refuses a person: for the host, the thread is there, and the person is not in it.
 * @throws what `act` throws otherwise
 */
export async function asHost<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code !== 'unauthenticated' && error.code !== 'thread_not_found') throw error;
    throw new AppError('user_not_found', 'There is no such person in this thread.');
  }
}

/**
 * Changes a person's preferences as they would themselves. An opt-out is entered with source `host`; an opt-in needs the
 * consent that the host has recorded, and gives way to a younger opt-out.
 * @param ifMatch the If-Match header
 * @throws AppError `user_not_found`, `invalid_request`, and what a person's own change throws
 */
export async function patchForUser(
  deps: Deps,
  userId: string,
  { consent, ...patch }: z.output<typeof hostPreferences>,
  ifMatch: string | null,
): Promise<ReadPreferences> {
  const optsIn = patch.smsEnabled === true;
  if (optsIn && !consent) throw wrongField('consent', 'is needed with smsEnabled: true');
  if (consent && !optsIn) throw wrongField('consent', 'stands only with smsEnabled: true');
  refuseFuture('consent.at', consent?.at, deps.now());
  const familyId = await familyOfKnownUser(deps, userId);
  if (!(await readPreferences(deps, { userId, familyId }))) throw userNotFound();
  const { at, source: origin, version } = consent ?? { at: 0, source: '', version: '' };
  return await patchPreferences(deps, {
    userId,
    familyId,
    source: 'host',
    client: null,
    given: consent && { at, origin },
    patch: consent ? { ...patch, consentVersion: version } : patch,
    ifMatch,
    currentVersion: version,
  });
}

/**
 * Takes over who is online in the host's own app. The list is complete: a person whom it no longer names has the
 * presence of their sockets and heartbeats. It counts until `ttlMs` from now, so that a host that falls silent holds
 * no texts back.
 * @returns the ids that nobody has
 * @throws when a database or an object fails; the same call again then does the rest
 */
export async function setHostPresence(
  deps: Deps,
  present: readonly string[],
  ttlMs: number,
): Promise<{ unknown: string[] }> {
  const now = deps.now();
  const until = now + ttlMs;
  const userIds = [...new Set(present)];
  const familyOf = await familiesOfUsers(deps, userIds);
  const known = userIds.filter((userId) => familyOf.has(userId));
  const people = Map.groupBy(known, (userId) => familyOf.get(userId)!);
  const named = listTable('named', [...people.keys()]);
  // Families are noted before their objects are told: whatever fails in between, the next list finds them.
  const { noted } = await retrying(() =>
    deps.db.directory.batch({
      ended: q.delete(hostPresence).where(lte(hostPresence.until, now)),
      note: insertFrom(
        hostPresence,
        { familyId: named.value, until },
        sql`from ${named} where true`,
      ).onConflictDoUpdate({ target: hostPresence.familyId, set: { until: excluded(hostPresence.until) } }),
      noted: q
        .select({ familyId: hostPresence.familyId })
        .from(hostPresence)
        .where(gt(hostPresence.until, now)),
    }),
  );
  await inParallel(noted, ({ familyId }) =>
    deps.family(familyId).hostPresence(people.get(familyId) ?? [], until),
  );
  return { unknown: userIds.filter((userId) => !familyOf.has(userId)) };
}
