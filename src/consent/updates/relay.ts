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

/** A person's open updates, oldest first. `holder`: whose the number of a `number` change is now. */
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

/** Lets a person's rows follow every open update, in order. Returns the updates, which then owe a follow-up. */
async function apply(deps: Deps, userId: string): Promise<FamilyUpdate[]> {
  const updates = await retrying(() => deps.db.directory.all(pendingUpdates(userId)));
  for (const { holder, ...update } of updates) {
    await retrying(() => applyUpdate(deps.db.forFamily(update.familyId), update, holder === userId));
  }
  return updates;
}

/** Does what the updates owe beyond the rows, and removes those that owe nothing more. */
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
 * Applies what the directory owes to these people's rows: the rows at once, the rest (sockets, texts) after
 * the answer. @throws when a database fails; the directory stays right, and the sweep applies what was left
 */
export async function applyUpdates(deps: Deps, userIds: readonly string[]): Promise<void> {
  for (const userId of userIds) {
    const updates = await apply(deps, userId);
    if (updates.length > 0) deps.afterwards(finish(deps, updates));
  }
}

/** Like {@link applyUpdates}, for when the answer is true already: a failure is logged, and left to the sweep. */
export async function tryApplyUpdates(deps: Deps, userIds: readonly string[]): Promise<void> {
  try {
    await applyUpdates(deps, userIds);
  } catch (error) {
    deps.log.error('family_update.left_to_sweep', errorFields(error));
  }
}

/**
 * The sweep's part: applies what was left open, for at most `limit` people, those waiting longest first.
 * One person's failure holds nobody else up. Returns how many people were looked at.
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
