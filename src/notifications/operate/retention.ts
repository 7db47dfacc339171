import {
  and,
  asc,
  eq,
  exists,
  gt,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  notExists,
  notInArray,
  or,
  type SQL,
} from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Db } from '../../db/client.ts';
import { allOf, coalesce, excluded, inList, rowid } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import {
  alerts,
  carrierTries,
  deadLetters,
  deliveryCounts,
  families,
  hostPresence,
  linkOpens,
  messages,
  moves,
  pauses,
  retentionRounds,
  sendingTimes,
  smsDeliveryLog,
} from '../../db/schema.ts';
import { askStores } from '../../platform/ask-stores.ts';
import type { Deps } from '../../platform/deps.ts';
import { iso } from '../../platform/http/validation.ts';
import { newId } from '../../platform/ids.ts';
import { errorFields } from '../../platform/log.ts';
import { DAY_MS, HOUR_MS } from '../../platform/time.ts';
import { deliveryAs } from '../deliveries/coverage.ts';
import type { Status } from '../deliveries/delivery-status.ts';

const log = smsDeliveryLog;

/** Rows that one statement goes through, and the statements of one sweep: what was neglected for long is caught up by and by. */
const PAGE = 500;
const PAGES = 8;
/** Families whose messages one round looks at. */
const FAMILIES = 50;

/** A store of D1 holds 10 GB (developers.cloudflare.com/d1/platform/limits); operators hear of it at 70 %. */
const FILLING_BYTES = 7_000_000_000;

/** How long counters and the like are kept, ms; docs/privacy.md lists them. */
const KEPT = {
  counts: 400 * DAY_MS,
  tries: 2 * DAY_MS,
  opens: 400 * DAY_MS,
  moves: 90 * DAY_MS,
} as const;

/** It has ended, and is not to be tried again. */
const isOver = allOf(notInArray(log.status, ['pending', 'deferred', 'sending']), isNull(log.wakeAt));
const endedAt = coalesce<number>(log.deliveredAt, log.sentAt, log.createdAt);

/** Statement: erases a page of the numbers of deliveries that ended before. @param before ms */
const eraseNumbers = (before: number) =>
  q
    .update(log)
    .set({ phone: null })
    .where(
      inArray(
        log.id,
        q
          .select({ id: log.id })
          .from(log)
          .where(allOf(isNotNull(log.phone), lte(log.createdAt, before), lte(endedAt, before), isOver))
          .orderBy(asc(log.createdAt))
          .limit(PAGE),
      ),
    );

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

/** Goes through old deliveries from where the last sweep stopped. Ids sort by time. */
async function endLog(db: Db, before: number): Promise<void> {
  const upTo = newId('dlv', Math.max(0, before)).slice(0, 14);
  let from = (await db.first(positionOf('log')))?.position ?? '';
  for (let page = 0; page < PAGES; page++) {
    const rows = await db.all(
      q
        .select({ id: log.id })
        .from(log)
        .where(allOf(gt(log.id, from), lt(log.id, upTo)))
        .orderBy(asc(log.id))
        .limit(PAGE),
    );
    const ids = rows.map(({ id }) => id);
    const isLast = ids.length < PAGE;
    if (isLast && from === '' && ids.length === 0) return;
    from = isLast ? '' : ids.at(-1)!;
    await db.batch({ ended: deleteDeliveries(ids, before), round: moveOn('log', from) });
    if (isLast) return;
  }
}

/** Goes through families, and deletes old messages; a thread keeps its count of them, and places are not given anew. */
async function endMessages(db: Db, before: number): Promise<void> {
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
}

/** Statement: deletes a page of a table's rows. */
const end = (table: SQLiteTable, condition: SQL) =>
  q.delete(table).where(
    inArray(
      rowid(table),
      q
        .select({ row: rowid(table).as('row') })
        .from(table)
        .where(condition)
        .limit(PAGE),
    ),
  );

async function endInStore(deps: Deps, db: Db): Promise<void> {
  const now = deps.now();
  const { KEEP_NUMBERS_DAYS, KEEP_LOG_DAYS, KEEP_MESSAGES_DAYS } = deps.config;
  const numbersBefore = now - KEEP_NUMBERS_DAYS * DAY_MS;
  for (let page = 0; page < PAGES; page++) {
    const { meta } = await db.run(eraseNumbers(numbersBefore));
    if ((meta.size_after ?? 0) > FILLING_BYTES) {
      await deps.alert(
        'database_filling',
        'A database holds more than 70 % of the 10 GB that it may: add databases, or keep less (KEEP_LOG_DAYS, KEEP_MESSAGES_DAYS).',
      );
    }
    if (meta.changes < PAGE) break;
  }
  await endLog(db, now - KEEP_LOG_DAYS * DAY_MS);
  if (KEEP_MESSAGES_DAYS > 0) await endMessages(db, now - KEEP_MESSAGES_DAYS * DAY_MS);
  await db.batch({
    counts: end(deliveryCounts, lte(deliveryCounts.hourAt, now - KEPT.counts)),
    times: end(sendingTimes, lte(sendingTimes.hourAt, now - KEPT.counts)),
    tries: end(carrierTries, lte(carrierTries.minuteAt, now - KEPT.tries)),
  });
}

/**
 * Ends what was kept long enough, in each store by itself and in bounded work: some thousand rows a sweep. What fails is
 * logged and left to the next sweep. Never throws.
 */
export async function keepWithinRetention(deps: Deps): Promise<void> {
  const before = deps.now() - deps.config.KEEP_LOG_DAYS * DAY_MS;
  try {
    await askStores(deps, 'retention', (db) => endInStore(deps, db));
    await deps.db.directory.batch({
      alerts: end(alerts, lte(alerts.lastAt, before)),
      letters: end(deadLetters, and(isNotNull(deadLetters.resolvedAt), lte(deadLetters.resolvedAt, before))!),
      opens: end(linkOpens, lt(linkOpens.day, iso(deps.now() - KEPT.opens).slice(0, 10))),
      moves: end(moves, and(isNull(moves.wakeAt), lte(moves.startedAt, deps.now() - KEPT.moves))!),
      pauses: end(pauses, lte(pauses.until, deps.now() - HOUR_MS)),
      presence: end(hostPresence, lte(hostPresence.until, deps.now() - HOUR_MS)),
    });
  } catch (error) {
    deps.log.warn('retention.failed', errorFields(error));
  }
}
