import { and, asc, exists, inArray, isNotNull, isNull, notExists, notInArray, or } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { eq, gt, lt, lte } from '../../db/comparisons.ts';
import { allOf, coalesce, excluded, inList, scalar } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { families, messages, retentionRounds, smsDeliveryLog } from '../../db/schema.ts';
import { hot } from '../../db/statement.ts';
import { deliveryAs } from '../deliveries/coverage.ts';
import type { Status } from '../deliveries/delivery-status.ts';

const log = smsDeliveryLog;

/**
 * Rows that one statement goes through, so few that nobody waits for it, and the statements of one sweep: what was neglected for
 * long is caught up by and by.
 */
const PAGE = 100;
const PAGES = 40;
/** Pages of messages, which cost more: their words are searched for. */
const MESSAGE_PAGES = 5;
/** Families whose messages one round looks at. */
const FAMILIES = 50;

/** It has ended, and is not to be tried again. */
const isOver = allOf(notInArray(log.status, ['pending', 'deferred', 'sending']), isNull(log.wakeAt));
const endedAt = coalesce<number>(log.deliveredAt, log.sentAt, log.createdAt);

/** Statement: erases a page of the numbers of deliveries that ended before, in ms. */
export const eraseNumbers = hot<{ before: number }>()(({ before }) => {
  const ended = q
    .select({ id: log.id })
    .from(log)
    .where(allOf(isNotNull(log.phone), lte(log.createdAt, before), lte(endedAt, before), isOver))
    .orderBy(asc(log.createdAt))
    .limit(PAGE);
  return q.update(log).set({ phone: null }).where(inArray(log.id, ended));
});

const TOLD: Status[] = ['sent', 'delivered', 'merged'];

/** Statement: deletes those of some deliveries that are not needed: the last that told a person of a thread says up to where. */
function deleteDeliveries(ids: readonly string[], before: number) {
  const newer = deliveryAs('newer');
  const isSurpassed = exists(
    q
      .select({ id: newer.id })
      .from(newer)
      .where(
        and(
          eq(newer.userId, log.userId),
          eq(newer.threadId, log.threadId),
          inArray(newer.status, TOLD),
          gt(newer.seq, log.seq),
        ),
      ),
  );
  return q
    .delete(log)
    .where(
      allOf(
        inList(log.id, ids),
        lte(log.createdAt, before),
        isOver,
        or(isNull(log.seq), notInArray(log.status, TOLD), isSurpassed),
      ),
    );
}

/** Statement: a round has come so far; an empty position begins it again. */
const moveOn = (name: 'log' | 'messages', position: string) =>
  q
    .insert(retentionRounds)
    .values({ name, position })
    .onConflictDoUpdate({
      target: retentionRounds.name,
      set: { position: excluded(retentionRounds.position) },
    });

const positionOf = (name: 'log' | 'messages') =>
  q
    .select({ position: retentionRounds.position })
    .from(retentionRounds)
    .where(eq(retentionRounds.name, name));

const positionInLog = positionOf('log');

/** Statement: how far the round through old deliveries has come. */
export const logPosition = hot<Record<never, never>>()(() => positionInLog);

/** Statement: the round's next page of deliveries. Ids sort by time. `upTo`: the first id that is not old. */
export const nextOfLog = hot<{ upTo: string }>()(({ upTo }) =>
  q
    .select({ id: log.id })
    .from(log)
    .where(allOf(gt(log.id, coalesce<string>(scalar<string>(positionInLog), '')), lt(log.id, upTo)))
    .orderBy(asc(log.id))
    .limit(PAGE),
);

/** Does a page of work, and then rests for as long: half of the time the database is there for others alone. */
async function restingAfter<T>(work: () => Promise<T>): Promise<T> {
  const began = Date.now();
  const result = await work();
  await new Promise((resolve) => setTimeout(resolve, Date.now() - began));
  return result;
}

/** A page of old deliveries, and where the round stood before it. */
interface LogPage {
  next: readonly { id: string }[];
  position: readonly { position: string }[];
}

/** Goes on through old deliveries, page by page, from the first that was read. @throws when the database fails */
export async function endLog(db: Db, before: number, upTo: string, first: LogPage): Promise<void> {
  for (let read = first, pages = 1; ; pages++) {
    const ids = read.next.map(({ id }) => id);
    const isLast = ids.length < PAGE;
    if (ids.length === 0 && (read.position[0]?.position ?? '') === '') return;
    const page = {
      ended: deleteDeliveries(ids, before),
      round: moveOn('log', isLast ? '' : ids.at(-1)!),
      position: logPosition({}),
      next: nextOfLog({ upTo }),
    };
    const following = await restingAfter(() => db.batch(page));
    if (isLast || pages === PAGES) return;
    read = following;
  }
}

/**
 * Goes through families, and deletes a page of old messages; a thread keeps its count of them, and places are not given anew.
 * @returns whether there may be more of them
 */
async function endMessages(db: Db, before: number): Promise<boolean> {
  const from = (await db.first(positionOf('messages')))?.position ?? '';
  const page = await db.all(
    q
      .select({ id: families.id })
      .from(families)
      .where(gt(families.id, from))
      .orderBy(asc(families.id))
      .limit(FAMILIES),
  );
  const ids = page.map(({ id }) => id);
  const rows = await db.all(
    q
      .select({ id: messages.id })
      .from(messages)
      .where(
        allOf(
          inList(messages.familyId, ids),
          lte(messages.createdAt, before),
          notExists(
            q
              .select({ id: log.id })
              .from(log)
              .where(
                and(eq(log.messageId, messages.id), inArray(log.status, ['pending', 'deferred', 'sending'])),
              ),
          ),
        ),
      )
      .limit(PAGE),
  );
  const old = rows.map(({ id }) => id);
  await db.batch({
    unnamed: q.update(log).set({ messageId: null }).where(inList(log.messageId, old)),
    ended: q.delete(messages).where(inList(messages.id, old)),
    // Families with more of them are looked at again.
    round: old.length < PAGE && moveOn('messages', ids.length < FAMILIES ? '' : ids.at(-1)!),
  });
  return old.length === PAGE;
}

/** Goes on erasing numbers, after a first page that was erased by so many rows. @throws when the database fails */
export async function eraseMore(db: Db, before: number, erased: number): Promise<void> {
  for (let last = erased, page = 1; last >= PAGE && page < PAGES; page++) {
    last = (await restingAfter(() => db.run(eraseNumbers({ before })))).meta.changes;
  }
}

/** Deletes old messages, some pages of them. @throws when the database fails */
export async function endOldMessages(db: Db, before: number): Promise<void> {
  for (let page = 0; page < MESSAGE_PAGES; page++) {
    if (!(await restingAfter(() => endMessages(db, before)))) return;
  }
}
