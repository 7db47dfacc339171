import { inArray, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import { eq, lte } from '../../db/comparisons.ts';
import { allOf, inList, json, nonNull, scalar } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { familyUpdates, phoneNumbers } from '../../db/schema.ts';
import { hot, type ResultOf } from '../../db/statement.ts';
import type { Change, FamilyUpdate } from '../../numbers/changes.ts';
import { inParallel } from '../../platform/concurrency.ts';
import type { Deps } from '../../platform/deps.ts';
import { errorFields } from '../../platform/log.ts';
import { applyImported, importedNumber } from './apply-imported.ts';
import { applyUpdate, applyUpdatesAtOnce } from './apply-update.ts';
import { followUp, hasFollowUp } from './follow-up.ts';

/** Pending updates, oldest first. `holder`: who holds the number of a `number` change now. */
function selectPending(condition: SQL) {
  const u = familyUpdates;
  const holder = q
    .select({ userId: phoneNumbers.userId })
    .from(phoneNumbers)
    .where(eq(phoneNumbers.numberHash, sql`${u.change} ->> '$.numberHash'`));
  return q
    .select({
      seq: u.seq,
      id: u.id,
      familyId: u.familyId,
      userId: u.userId,
      change: json<Change>(u.change).as('change'),
      createdAt: u.createdAt,
      claimedAt: u.claimedAt,
      appliedAt: u.appliedAt,
      holder: scalar<string>(holder).as('holder'),
    })
    .from(u)
    .where(condition)
    .orderBy(u.seq);
}

/** Pending updates of people. `userIds`: a JSON array. */
const selectPendingOf = hot<{ userIds: string }>()(({ userIds }) =>
  selectPending(inList(familyUpdates.userId, userIds)),
);
const pendingUpdates = (userIds: readonly string[]) => selectPendingOf({ userIds: JSON.stringify(userIds) });

/** Statement: the pending updates of a number's holder; in the batch that enqueues some it reads these too. */
export const pendingUpdatesOfHolder = hot<{ numberHash: string }>()(({ numberHash }) =>
  selectPending(
    inArray(
      familyUpdates.userId,
      q
        .select({ userId: nonNull(phoneNumbers.userId).as('userId') })
        .from(phoneNumbers)
        .where(allOf(eq(phoneNumbers.numberHash, numberHash), isNotNull(phoneNumbers.userId))),
    ),
  ),
);

/** A pending update as it was read. */
type Pending = ResultOf<ReturnType<typeof selectPending>>[number];

/** Statement: sends the person's updates to the end of the sweep's order. */
const markTried = hot<{ userId: string; now: number }>()(({ userId, now }) =>
  q
    .update(familyUpdates)
    .set({ triedAt: now })
    .where(allOf(eq(familyUpdates.userId, userId), isNull(familyUpdates.appliedAt))),
);

/**
 * Applies a person's pending updates to their rows, in order. Returns the updates, for `recordApplied`.
 * @param marked whether to note the attempt, for the sweep's rotation
 */
async function apply(deps: Deps, userId: string, { marked = false } = {}): Promise<FamilyUpdate[]> {
  const { updates } = await retrying(() =>
    deps.db.directory.batch({
      tried: marked && markTried({ userId, now: deps.now() }),
      updates: pendingUpdates([userId]),
    }),
  );
  await applyRead(deps, updates);
  return updates;
}

/** Applies updates that were read to their people's rows, in order. @throws when a database fails */
async function applyRead(deps: Deps, updates: readonly Pending[]): Promise<void> {
  for (const { holder, ...update } of updates) {
    if (update.appliedAt !== null) continue;
    await retrying(() => applyUpdate(deps.db.forFamily(update.familyId), update, holder === update.userId));
  }
}

/** Statements on updates by their numbers. `seqs`: a JSON array. */
const deleteUpdates = hot<{ seqs: string }>()(({ seqs }) =>
  q.delete(familyUpdates).where(inList(familyUpdates.seq, seqs)),
);
const markApplied = hot<{ seqs: string; now: number }>()(({ seqs, now }) =>
  q.update(familyUpdates).set({ appliedAt: now, triedAt: now }).where(inList(familyUpdates.seq, seqs)),
);

/** Deletes applied updates, except those that have a follow-up: these are marked as applied. Returns the latter. */
async function recordApplied(deps: Deps, updates: FamilyUpdate[]): Promise<FamilyUpdate[]> {
  const following = updates.filter(({ change }) => hasFollowUp(change));
  const done = updates.filter(({ change }) => !hasFollowUp(change));
  const seqs = (some: FamilyUpdate[]) => JSON.stringify(some.map(({ seq }) => seq));
  const applied = following.filter(({ appliedAt }) => appliedAt === null);
  if (done.length + applied.length > 0) {
    await retrying(() =>
      deps.db.directory.batch({
        done: done.length > 0 && deleteUpdates({ seqs: seqs(done) }),
        applied: applied.length > 0 && markApplied({ seqs: seqs(applied), now: deps.now() }),
      }),
    );
  }
  return following;
}

/** Runs the follow-up of one update, and deletes it when it is complete; a failure is logged and tried again. */
async function finish(deps: Deps, update: FamilyUpdate): Promise<void> {
  try {
    if (!(await followUp(deps, update))) return;
    await retrying(() =>
      deps.db.directory.run(q.delete(familyUpdates).where(eq(familyUpdates.seq, update.seq))),
    );
  } catch (error) {
    deps.log.warn('family_update.not_finished', { id: update.id, ...errorFields(error) });
  }
}

/**
 * Applies the pending updates of these people: rows at once, follow-ups (sockets, texts) after the answer.
 * @throws when a database fails; the directory stays authoritative, and the sweep applies the rest
 */
export async function applyUpdates(deps: Deps, userIds: readonly string[]): Promise<void> {
  for (const userId of userIds) {
    const updates = await apply(deps, userId);
    if (updates.length > 0) deps.afterwards(complete(deps, updates));
  }
}

/**
 * Like {@link applyUpdates}, for updates that the caller's own batch has read, see {@link pendingUpdatesOfHolder}.
 * @throws as {@link applyUpdates}
 */
export async function applyUpdatesRead(deps: Deps, updates: readonly Pending[]): Promise<void> {
  await applyRead(deps, updates);
  if (updates.length > 0) deps.afterwards(complete(deps, [...updates]));
}

/** Updates of one batch; D1 gives a batch thirty seconds. */
const MAX_AT_ONCE = 50;

/**
 * Like {@link applyUpdates}, for many people: the directory is asked once; the first numbers of new people are applied with
 * a few statements a store, and the other updates of a family together.
 * @throws as {@link applyUpdates}
 */
export async function applyUpdatesOfMany(deps: Deps, userIds: readonly string[]): Promise<void> {
  const updates = await retrying(() => deps.db.directory.all(pendingUpdates(userIds)));
  const open = updates.filter(({ appliedAt }) => appliedAt === null);
  const people = Map.groupBy(open, ({ userId }) => userId);
  const imported = [...people.values()].flatMap((each) => importedNumber(each) ?? []);
  const stores = await Promise.all(imported.map(({ number }) => deps.db.storeOf(number.familyId)));
  const byStore = Map.groupBy(imported, (_, i) => stores[i]!);
  await inParallel([...byStore], ([store, some]) => retrying(() => applyImported(deps.db.at(store), some)));
  const done = new Set(imported.map(({ number }) => number.userId));
  const rest = open.filter(({ userId }) => !done.has(userId));
  const families = Map.groupBy(rest, ({ familyId }) => familyId);
  await inParallel([...families], async ([familyId, ofFamily]) => {
    for (let from = 0; from < ofFamily.length; from += MAX_AT_ONCE) {
      const some = ofFamily.slice(from, from + MAX_AT_ONCE);
      const named = some.map(({ holder, ...update }) => ({ update, held: holder === update.userId }));
      await retrying(() => applyUpdatesAtOnce(deps.db.forFamily(familyId), named));
    }
  });
  if (updates.length > 0) deps.afterwards(complete(deps, updates));
}

async function complete(deps: Deps, updates: FamilyUpdate[]): Promise<void> {
  for (const update of await recordApplied(deps, updates)) await finish(deps, update);
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
 * Statement of the directory: the people of these families whose rows have not followed it yet, such as after a STOP
 * whose process died. `familyIds`: a JSON array.
 */
export const selectPeopleWithPendingUpdates = hot<{ familyIds: string }>()(({ familyIds }) =>
  q
    .selectDistinct({ userId: familyUpdates.userId })
    .from(familyUpdates)
    .where(allOf(inList(familyUpdates.familyId, familyIds), isNull(familyUpdates.appliedAt))),
);

/**
 * Applies the pending updates of people who are about to be texted. Never talks to the carrier. Never throws.
 * @returns those whose updates could not be applied: they must not be texted
 */
export async function applyBeforeTexting(deps: Deps, userIds: readonly string[]): Promise<Set<string>> {
  const failed = new Set<string>();
  await inParallel(userIds, async (userId) => {
    try {
      await recordApplied(deps, await apply(deps, userId));
    } catch (error) {
      failed.add(userId);
      deps.log.error('family_update.failed', { userId, ...errorFields(error) });
    }
  });
  return failed;
}

/** Max. people whose rows one sweep brings up to date, of each rank; and max. follow-ups it runs. */
const PEOPLE = 100;
const FOLLOW_UPS = 50;
/** A sweep begins no further update, or follow-up, when it has been at it for so long, ms. */
const ROWS_MS = 15_000;
const FOLLOW_UPS_MS = 15_000;

/** People with pending updates of a rank, those first that were not tried for the longest time. */
const peopleOfRank = (rank: 0 | 1) =>
  hot<Record<never, never>>()(() =>
    q
      .select({ userId: familyUpdates.userId })
      .from(familyUpdates)
      .where(allOf(eq(familyUpdates.rank, rank), isNull(familyUpdates.appliedAt)))
      .orderBy(familyUpdates.triedAt, familyUpdates.seq)
      .limit(PEOPLE),
  );
const peopleEndingTexts = peopleOfRank(0);
const otherPeople = peopleOfRank(1);

/**
 * The sweep's part: brings people's rows up to date. What ends texts goes first; within a rank what failed goes to
 * the end, so that no update starves another. Never talks to the carrier. Returns the number of people.
 * @throws when the directory cannot be read
 */
export async function relayPendingUpdates(deps: Deps): Promise<number> {
  const { ending, others } = await deps.db.directory.batch({
    ending: peopleEndingTexts({}),
    others: otherPeople({}),
  });
  const people = [...new Set([...ending, ...others].map(({ userId }) => userId))];
  const until = deps.now() + ROWS_MS;
  await inParallel(people, async (userId) => {
    if (deps.now() >= until) return;
    try {
      await recordApplied(deps, await apply(deps, userId, { marked: true }));
    } catch (error) {
      deps.log.error('family_update.failed', { userId, ...errorFields(error) });
    }
  });
  return people.length;
}

const pendingFollowUps = hot<{ now: number }>()(({ now }) =>
  q
    .select({ seq: familyUpdates.seq })
    .from(familyUpdates)
    .where(allOf(isNotNull(familyUpdates.appliedAt), lte(familyUpdates.triedAt, now)))
    .orderBy(familyUpdates.triedAt, familyUpdates.seq)
    .limit(FOLLOW_UPS),
);

/**
 * Runs pending follow-ups (sockets, confirmation texts, numbers in the log), those first that were not
 * tried for the longest time. They may wait for the carrier, so nobody may wait for them.
 * @throws when the directory fails
 */
export async function runFollowUps(deps: Deps): Promise<void> {
  const until = deps.now() + FOLLOW_UPS_MS;
  const pending = await retrying(() => deps.db.directory.all(pendingFollowUps({ now: deps.now() })));
  await inParallel(pending, async ({ seq }) => {
    if (deps.now() >= until) return;
    const [taken] = await retrying(() =>
      deps.db.directory.all(
        q
          .update(familyUpdates)
          .set({ triedAt: deps.now() })
          .where(eq(familyUpdates.seq, seq))
          .returning({
            seq: familyUpdates.seq,
            id: familyUpdates.id,
            familyId: familyUpdates.familyId,
            userId: familyUpdates.userId,
            change: json<Change>(familyUpdates.change).as('change'),
            createdAt: familyUpdates.createdAt,
            claimedAt: familyUpdates.claimedAt,
            appliedAt: familyUpdates.appliedAt,
          }),
      ),
    );
    if (taken) await finish(deps, taken);
  });
}
