import { inArray, notInArray, sql } from 'drizzle-orm';
import { relayPendingUpdates, runFollowUps } from '../../consent/updates/relay.ts';
import type { Db } from '../../db/client.ts';
import { eq, lt, lte } from '../../db/comparisons.ts';
import { allOf, coalesce, iif } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { smsDeliveryLog } from '../../db/schema.ts';
import { hot } from '../../db/statement.ts';
import { isOpenFor } from '../../db/stores/fences.ts';
import type { StoreName } from '../../db/stores/slots.ts';
import { askStores } from '../../platform/ask-stores.ts';
import { within } from '../../platform/concurrency.ts';
import type { Deps } from '../../platform/deps.ts';
import { type DeliveryJob, sweepJob } from '../../platform/jobs.ts';
import { errorFields } from '../../platform/log.ts';
import { mayBecome, type Status } from '../deliveries/delivery-status.ts';
import { returnMerged } from '../deliveries/return-merged.ts';
import type { Reason } from '../send/policy.ts';
import { emptyCarrierWords } from './carrier-words.ts';
import { keepWithinRetention } from './retention.ts';
import { afterPage, SWEEP_MS, SWEEP_PAGE_ROWS } from './sweep-page.ts';
import { watchTexts } from './watch.ts';

/** The result of a sweep. */
export interface SweepResult {
  /** Rows sent to the queue. */
  woken: number;
  /** People whose pending updates were applied. */
  updates: number;
}

const log = smsDeliveryLog;

/** A store that has not answered within this time is left to the next sweep. */
const FIRST_ANSWER_MS = 5000;
/** Max. time of a sweep whose caller waits for it. */
const SHORT_SWEEP_MS = 20_000;

/** Whether a delivery's family may be written: one that is on the move would stop the statement for all. */
const isOpen = isOpenFor(log.familyId);

/**
 * Statement: takes up to a page of due rows: deferred ones, ones that were never enqueued, and expired claims.
 * Each is postponed by a lease, so that a sweep that dies loses nothing; waiting ones become `pending` again.
 */
const takeDueRows = hot<{ now: number; leaseEnd: number }>()(({ now, leaseEnd }) => {
  const isDue = q
    .select({ id: log.id })
    .from(log)
    .where(allOf(lte(log.wakeAt, now), isOpen))
    .orderBy(log.wakeAt)
    .limit(SWEEP_PAGE_ROWS);
  const waits = allOf(notInArray(log.status, ['sending', 'sent', 'merged']), mayBecome('pending'));
  return q
    .update(log)
    .set({
      wakeAt: leaseEnd,
      readyAt: iif<number | null>(waits, coalesce<number>(log.dueAt, log.wakeAt), log.readyAt),
      status: iif<Status>(waits, 'pending', log.status),
      // A text that was composed before it was deferred must not leave: an edit in between has passed it by.
      revision: sql<number>`${log.revision} + (${waits})`,
    })
    .where(inArray(log.id, isDue))
    .returning({ deliveryId: log.id, familyId: log.familyId });
});

/**
 * Statement: suppresses a page of due rows that are older than the expiry. Decided here too, since a family's object
 * that keeps failing would leave them waiting for ever.
 */
const suppressExpired = hot<{ now: number; expiredBefore: number }>()(({ now, expiredBefore }) => {
  const isOver = q
    .select({ id: log.id })
    .from(log)
    .where(
      allOf(
        lte(log.wakeAt, now),
        inArray(log.status, ['pending', 'deferred']),
        lt(log.createdAt, expiredBefore),
        isOpen,
      ),
    )
    .orderBy(log.wakeAt)
    .limit(SWEEP_PAGE_ROWS);
  return q
    .update(log)
    .set({ status: 'suppressed', reason: 'expired' satisfies Reason, dueAt: null, wakeAt: null })
    .where(allOf(inArray(log.id, isOver), mayBecome('suppressed')));
});

/**
 * Statement: what the texts told of that are due for their one retry waits with them. Goes before {@link takeDueRows}, in
 * the same batch.
 */
const returnToldByDue = hot<{ now: number; leaseMs: number }>()(({ now, leaseMs }) => {
  const due = q
    .select({ id: log.id, status: log.status })
    .from(log)
    .where(allOf(lte(log.wakeAt, now), isOpen))
    .orderBy(log.wakeAt)
    .limit(SWEEP_PAGE_ROWS)
    .as('due');
  const retried = q.select({ id: due.id }).from(due).where(eq(due.status, 'undelivered'));
  return returnMerged((lead) => inArray(lead.id, retried), leaseMs);
});

/** The queue did not take what was due: no store's fault. Its rows come again after a lease. */
class QueueRefusedError extends Error {
  constructor(cause: unknown) {
    super('The queue did not take the jobs of a sweep.', { cause });
    this.name = 'QueueRefusedError';
  }
}

async function enqueueDue(deps: Deps, jobs: DeliveryJob[]): Promise<void> {
  try {
    await deps.enqueue(jobs);
  } catch (error) {
    throw new QueueRefusedError(error);
  }
}

/** Sends the due rows of one store to the queue, until none is due or the time is up. Returns their number. */
async function wakeDue(deps: Deps, db: Db, untilMs: number): Promise<number> {
  const leaseMs = deps.config.CLAIM_LEASE_SECONDS * 1000;
  const expiryMs = deps.config.SMS_EXPIRY_SECONDS * 1000;
  const take = () => {
    const now = deps.now();
    return db.batch({
      expired: suppressExpired({ now, expiredBefore: now - expiryMs }),
      returned: returnToldByDue({ now, leaseMs }),
      due: takeDueRows({ now, leaseEnd: now + leaseMs }),
    });
  };
  for (let woken = 0; ; ) {
    const { due: jobs } = await (woken === 0 ? within(FIRST_ANSWER_MS, take()) : take());
    await enqueueDue(deps, jobs);
    woken += jobs.length;
    const next = afterPage(jobs.length, deps.now(), untilMs);
    if (next === 'more') continue;
    if (next === 'dry') return woken;
    await deps.alert('stuck_rows', 'More texts are due than one sweep takes up; is the queue stuck?');
    return woken;
  }
}

/**
 * Sweeps one store: sends what is due to the queue. @returns how many rows were sent
 * @throws when the database or the queue fails
 */
export async function sweepStore(deps: Deps, store: StoreName, limitMs = SWEEP_MS): Promise<number> {
  const woken = await wakeDue(deps, deps.db.at(store), deps.now() + limitMs);
  // It asks the carrier, and nobody waits for it.
  deps.afterwards(emptyCarrierWords(deps, store));
  return woken;
}

/**
 * What is not one store's: applies pending updates, and deletes what was kept long enough. It never waits for the
 * carrier: follow-ups, which may, run after it. @returns how many people's updates were applied
 */
async function sweepDirectory(deps: Deps): Promise<number> {
  const begun = Date.now();
  const updates = await relayPendingUpdates(deps);
  deps.afterwards(runFollowUps(deps));
  await keepWithinRetention(deps, begun);
  await watchTexts(deps);
  return updates;
}

/** A store that takes longer is left to the next sweep, so that those who wait for this one have their answer. */
const STORE_PATIENCE_MS = 40_000;

/**
 * Sends everything that is due to the queue, then applies pending updates, then deletes expired rows: each store by
 * itself, so that one that is down holds up no other.
 * @throws when no store answers, or the queue fails; pending updates are applied all the same
 */
export async function sweep(deps: Deps): Promise<SweepResult> {
  let refused: QueueRefusedError | null = null;
  let failure: unknown;
  const sweepOne = async (_: Db, store: StoreName) => {
    try {
      return await sweepStore(deps, store, SHORT_SWEEP_MS);
    } catch (error) {
      failure = error;
      if (error instanceof QueueRefusedError) refused = error;
      throw error;
    }
  };
  const { answers, down } = await askStores(deps, 'sweep', sweepOne, { limitMs: STORE_PATIENCE_MS });
  const updates = await sweepDirectory(deps);
  if (refused) throw refused;
  if (answers.length === 0) {
    throw new Error(`No database was swept: ${down.join(', ')}.`, { cause: failure });
  }
  const woken = answers.reduce((sum, { answer }) => sum + answer, 0);
  if (woken + updates > 0) deps.log.info('sweep', { woken, updates });
  return { woken, updates };
}

/** So many stores are swept by the cron itself; beyond, each has a message of its own. */
const SWEPT_BY_CRON = 4;

/**
 * What the cron does: sweeps, or has every store swept by a message of its own, until dry or for eight minutes.
 * @throws when no store answers, or a queue fails
 */
export async function sweepAll(deps: Deps): Promise<void> {
  const stores = deps.db.stores();
  if (stores.length <= SWEPT_BY_CRON) {
    await sweep(deps);
    return;
  }
  const asked = deps.enqueueSweeps(stores.map((store) => ({ store })));
  await Promise.all([asked, sweepDirectory(deps)]);
}

/** The consumer of the queue of sweeps: a store that fails is swept again, and alone. Never throws. */
export async function consumeSweeps(deps: Deps, batch: MessageBatch<unknown>): Promise<void> {
  for (const message of batch.messages) {
    const job = sweepJob.safeParse(message.body);
    try {
      if (!job.success) deps.log.error('sweep_job.malformed', { messageId: message.id });
      else deps.log.info('sweep', { store: job.data.store, woken: await sweepStore(deps, job.data.store) });
    } catch (error) {
      // The next cron has it swept again.
      deps.log.error('store.not_swept', { messageId: message.id, ...errorFields(error) });
    }
    message.ack();
  }
}
