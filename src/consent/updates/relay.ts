import type { Db } from '../../db/client.ts';
import { retrying } from '../../db/retry.ts';
import { sql } from '../../db/sql.ts';
import type { FamilyUpdate } from '../../numbers/changes.ts';
import type { Deps } from '../../platform/deps.ts';
import { errorFields } from '../../platform/log.ts';
import { applyChange } from './apply-update.ts';
import { followUp } from './follow-up.ts';

interface Row extends Omit<FamilyUpdate, 'change'> {
  change: string;
  /** Whose the number of a `number` change is now. */
  holder: string | null;
}

/** A person's open updates, oldest first. */
async function openUpdates(
  directory: Db,
  userId: string,
): Promise<{ update: FamilyUpdate; held: boolean }[]> {
  const rows = await directory.all<Row>(sql`
    SELECT f.seq AS seq, f.id AS id, f.family_id AS familyId, f.user_id AS userId, f.change AS change,
      f.created_at AS createdAt, f.claimed_at AS claimedAt,
      (SELECT n.user_id FROM phone_numbers n WHERE n.number_hash = f.change ->> '$.numberHash') AS holder
    FROM family_updates f WHERE f.user_id = ${userId} ORDER BY f.seq`);
  return rows.map(({ holder, change, ...row }) => ({
    update: { ...row, change: JSON.parse(change) },
    held: holder === row.userId,
  }));
}

/** Lets a person's rows follow every open update, in order. Returns the updates, which then owe a follow-up. */
async function apply(deps: Deps, userId: string): Promise<FamilyUpdate[]> {
  const open = await retrying(() => openUpdates(deps.db.directory, userId));
  for (const { update, held } of open) {
    await retrying(() => applyChange(deps.db.forFamily(update.familyId), update, held));
  }
  return open.map(({ update }) => update);
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
  await retrying(() =>
    deps.db.directory.run(
      sql`DELETE FROM family_updates WHERE seq IN (SELECT value FROM json_each(${JSON.stringify(done)}))`,
    ),
  );
}

/**
 * Applies what the directory owes to these people's rows: the rows at once, the rest (sockets, texts) after
 * the answer. @throws when a database fails; the directory stays right, and the sweep applies what was left
 */
export async function settle(deps: Deps, userIds: readonly string[]): Promise<void> {
  for (const userId of userIds) {
    const updates = await apply(deps, userId);
    if (updates.length > 0) deps.afterwards(finish(deps, updates));
  }
}

/** Like {@link settle}, for when the answer is true already: a failure is logged, and left to the sweep. */
export async function settleOrLeave(deps: Deps, userIds: readonly string[]): Promise<void> {
  try {
    await settle(deps, userIds);
  } catch (error) {
    deps.log.error('family_update.left_to_sweep', errorFields(error));
  }
}

/**
 * The sweep's part: applies what was left open, for at most `limit` people, those waiting longest first.
 * One person's failure holds nobody else up. Returns how many people were looked at.
 */
export async function applyOpenFamilyUpdates(deps: Deps, limit = 100): Promise<number> {
  const people = await deps.db.directory.all<{ userId: string }>(sql`
    SELECT user_id AS userId FROM (SELECT user_id, seq FROM family_updates WHERE seq > 0 ORDER BY seq LIMIT ${limit * 10})
    GROUP BY user_id ORDER BY MIN(seq) LIMIT ${limit}`);
  for (const { userId } of people) {
    try {
      await finish(deps, await apply(deps, userId));
    } catch (error) {
      deps.log.error('family_update.failed', { userId, ...errorFields(error) });
    }
  }
  return people.length;
}
