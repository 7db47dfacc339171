import { inArray, lt, lte, notInArray, type SQL } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { relayPendingUpdates, runFollowUps } from '../../consent/updates/relay.ts';
import type { Db } from '../../db/client.ts';
import { allOf, iif, rowid } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import {
  heldReplies,
  inboundTexts,
  links,
  rateCounters,
  sessions,
  smsDeliveryLog,
  verificationCodes,
} from '../../db/schema.ts';
import type { Deps } from '../../platform/deps.ts';
import type { DeliveryJob } from '../../platform/jobs.ts';
import { errorFields } from '../../platform/log.ts';
import { DAY_MS } from '../../platform/time.ts';
import { mayBecome, type Status } from '../deliveries/delivery-status.ts';
import type { Reason } from '../send/policy.ts';

/** The result of a sweep. */
export interface SweepResult {
  /** Rows sent to the queue. */
  woken: number;
  /** People whose pending updates were applied. */
  updates: number;
}

const log = smsDeliveryLog;

const PAGE = 500;
const MAX_PAGES = 10;

/**
 * Statement: takes up to a page of due rows: deferred ones, ones that were never enqueued, and expired claims.
 * Each is postponed by a lease, so that a sweep that dies loses nothing; waiting ones become `pending` again.
 */
function takeDueRows(now: number, leaseMs: number) {
  const isDue = q
    .select({ id: log.id })
    .from(log)
    .where(lte(log.wakeAt, now))
    .orderBy(log.wakeAt)
    .limit(PAGE);
  const waits = allOf(notInArray(log.status, ['sending', 'sent']), mayBecome('pending'));
  return q
    .update(log)
    .set({ wakeAt: now + leaseMs, status: iif<Status>(waits, 'pending', log.status) })
    .where(inArray(log.id, isDue))
    .returning({ deliveryId: log.id, familyId: log.familyId });
}

/**
 * Statement: suppresses a page of due rows that are older than the expiry. Judged here too, since a family's object that
 * keeps failing would leave them waiting for ever.
 */
function suppressExpired(now: number, expiryMs: number) {
  const isOver = q
    .select({ id: log.id })
    .from(log)
    .where(
      allOf(
        lte(log.wakeAt, now),
        inArray(log.status, ['pending', 'deferred']),
        lt(log.createdAt, now - expiryMs),
      ),
    )
    .orderBy(log.wakeAt)
    .limit(PAGE);
  return q
    .update(log)
    .set({ status: 'suppressed', reason: 'expired' satisfies Reason, dueAt: null, wakeAt: null })
    .where(allOf(inArray(log.id, isOver), mayBecome('suppressed')));
}

/** Sends the due rows of one database to the queue. Returns their number. */
async function wakeDue(deps: Deps, db: Db): Promise<number> {
  const leaseMs = deps.config.CLAIM_LEASE_SECONDS * 1000;
  await db.run(suppressExpired(deps.now(), deps.config.SMS_EXPIRY_SECONDS * 1000));
  let woken = 0;
  for (let page = 0; page < MAX_PAGES; page++) {
    const jobs: DeliveryJob[] = await db.all(takeDueRows(deps.now(), leaseMs));
    await deps.enqueue(jobs);
    woken += jobs.length;
    if (jobs.length < PAGE) return woken;
  }
  await deps.alert('stuck_rows', 'More texts are due than one sweep takes up; is the queue stuck?');
  return woken;
}

/**
 * Sends everything that is due to the queue, then applies pending updates, then deletes expired rows. It never waits
 * for the carrier: follow-ups, which may, run after it.
 * @throws when a database or the queue fails; pending updates are applied all the same
 */
export async function sweep(deps: Deps): Promise<SweepResult> {
  const stores = deps.db.shards();
  const waking = await Promise.allSettled(stores.map((db) => wakeDue(deps, db)));
  const updates = await relayPendingUpdates(deps);
  deps.afterwards(runFollowUps(deps));
  for (const db of stores) await deleteExpired(deps, db);
  const failed = waking.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
  const woken = waking.reduce((sum, each) => sum + (each.status === 'fulfilled' ? each.value : 0), 0);
  if (woken + updates > 0) deps.log.info('sweep', { woken, updates });
  return { woken, updates };
}

const OLD_ROWS = 500;

/** Statement: deletes a page of the rows for which the condition holds. */
const forget = (table: SQLiteTable, condition: SQL) =>
  q.delete(table).where(
    inArray(
      rowid(table),
      q
        .select({ row: rowid(table).as('row') })
        .from(table)
        .where(condition)
        .limit(OLD_ROWS),
    ),
  );

/** How long rows are kept that are of no use any more, in milliseconds; `/privacy` tells it. */
export const KEPT_MS = {
  /** A code, after it has expired. */
  code: DAY_MS,
  /** A link and a session, after they have expired. */
  link: 30 * DAY_MS,
  session: 30 * DAY_MS,
  /** What an inbound text was read as, where it had no effect. */
  inboundText: 30 * DAY_MS,
  /** A text that waits for its author to say where it belongs. */
  heldReply: DAY_MS,
} as const;

/** Deletes expired rows; a failure is logged and left to the next sweep. */
async function deleteExpired(deps: Deps, db: Db): Promise<void> {
  const now = deps.now();
  // Twilio's signature has no date: a replayed START would count again if its SID were deleted.
  const withoutEffect = inArray(inboundTexts.keyword, ['none', 'help']);
  try {
    await deps.db.directory.batch({
      counters: forget(rateCounters, lte(rateCounters.expiresAt, now)),
      codes: forget(verificationCodes, lte(verificationCodes.expiresAt, now - KEPT_MS.code)),
      texts: forget(
        inboundTexts,
        allOf(withoutEffect, lte(inboundTexts.receivedAt, now - KEPT_MS.inboundText)),
      ),
    });
    await db.batch({
      links: forget(links, lte(links.expiresAt, now - KEPT_MS.link)),
      sessions: forget(sessions, lte(sessions.expiresAt, now - KEPT_MS.session)),
      replies: forget(heldReplies, lte(heldReplies.receivedAt, now - KEPT_MS.heldReply)),
    });
  } catch (error) {
    deps.log.warn('sweep.not_tidied', errorFields(error));
  }
}
