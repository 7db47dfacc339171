import { eq, getTableColumns, gt, sql } from 'drizzle-orm';
import { inList, json, scalar } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { familyUpdates, phoneNumbers } from '../../db/schema.ts';
import type { Change, FamilyUpdate } from '../../numbers/changes.ts';
import type { Deps } from '../../platform/deps.ts';
import { errorFields } from '../../platform/log.ts';
import { applyUpdate } from './apply-update.ts';
import { followUp } from './follow-up.ts';

/** A person's pending updates, oldest first. `holder`: who holds the number of a `number` change now. */
function pendingUpdates(userId: string) {
  const holder = q
    .select({ userId: phoneNumbers.userId })
    .from(phoneNumbers)
    .where(eq(phoneNumbers.numberHash, sql`${familyUpdates.change} ->> '$.numberHash'`));
  return q
    .select({
      ...getTableColumns(familyUpdates),
      change: json<Change>(familyUpdates.change).as('change'),
      holder: scalar<string>(holder).as('holder'),
    })
    .from(familyUpdates)
    .where(eq(familyUpdates.userId, userId))
    .orderBy(familyUpdates.seq);
}

/**
 * Applies a person's pending updates to their rows, in order. Returns the updates, whose follow-ups are still
 * to run.
 */
async function apply(deps: Deps, userId: string): Promise<FamilyUpdate[]> {
  const updates = await retrying(() => deps.db.directory.all(pendingUpdates(userId)));
  for (const { holder, ...update } of updates) {
    await retrying(() => applyUpdate(deps.db.forFamily(update.familyId), update, holder === userId));
  }
  return updates;
}

/** Runs the follow-ups of updates, and deletes those that are complete. */
async function finish(deps: Deps, updates: FamilyUpdate[]): Promise<void> {
  const done: number[] = [];
  for (const update of updates) {
    try {
      if (await followUp(deps, update)) done.push(update.seq);
    } catch (error) {
      deps.log.warn('family_update.not_finished', { id: update.id, ...errorFields(error) });
    }
  }
  if (done.length === 0) return;
  await retrying(() => deps.db.directory.run(q.delete(familyUpdates).where(inList(familyUpdates.seq, done))));
}

/**
 * Applies the pending updates of these people: rows at once, follow-ups (sockets, texts) after the answer.
 * @throws when a database fails; the directory stays authoritative, and the sweep applies the rest
 */
export async function applyUpdates(deps: Deps, userIds: readonly string[]): Promise<void> {
  for (const userId of userIds) {
    const updates = await apply(deps, userId);
    if (updates.length > 0) deps.afterwards(finish(deps, updates));
  }
}

/**
 * Like {@link applyUpdates}, for callers whose answer does not depend on it: never throws; a failure is logged
 * and left to the sweep.
 */
export async function tryApplyUpdates(deps: Deps, userIds: readonly string[]): Promise<void> {
  try {
    await applyUpdates(deps, userIds);
  } catch (error) {
    deps.log.error('family_update.left_to_sweep', errorFields(error));
  }
}

/**
 * The sweep's part: applies pending updates of at most `limit` people, the oldest first. One person's failure
 * does not stop the others. Returns the number of people.
 * @throws when the directory cannot be read
 */
export async function relayPendingUpdates(deps: Deps, limit = 100): Promise<number> {
  const oldest = q
    .select({ userId: familyUpdates.userId, seq: familyUpdates.seq })
    .from(familyUpdates)
    .where(gt(familyUpdates.seq, 0))
    .orderBy(familyUpdates.seq)
    .limit(limit * 10)
    .as('oldest');
  const people = await deps.db.directory.all(
    q
      .select({ userId: oldest.userId })
      .from(oldest)
      .groupBy(oldest.userId)
      .orderBy(sql`min(${oldest.seq})`)
      .limit(limit),
  );
  for (const { userId } of people) {
    try {
      await finish(deps, await apply(deps, userId));
    } catch (error) {
      deps.log.error('family_update.failed', { userId, ...errorFields(error) });
    }
  }
  return people.length;
}
