import { relayPendingUpdates } from '../../consent/updates/relay.ts';
import type { Db } from '../../db/client.ts';
import { sql } from '../../db/sql.ts';
import type { Deps } from '../../platform/deps.ts';
import type { DeliveryJob } from '../../platform/jobs.ts';
import { errorFields } from '../../platform/log.ts';
import { DAY_MS } from '../../platform/time.ts';
import { mayBecome } from '../deliveries/delivery-status.ts';

/** What one sweep found. */
export interface SweepResult {
  /** Rows handed to the queue. */
  woken: number;
  /** Directory changes that a family's rows were still owed. */
  updates: number;
}

const PAGE = 500;
const MAX_PAGES = 10;

/**
 * Takes up to a page of rows whose time has come: due again, never enqueued, or dead in a claim. Each is put
 * off by a lease, so that a sweep that dies loses nothing; waiting ones become `pending` again.
 */
const takeDueRows = (db: Db, now: number, leaseMs: number) =>
  db.all<{ deliveryId: string; familyId: string }>(sql`
    UPDATE sms_delivery_log SET wake_at = ${now + leaseMs},
      status = CASE WHEN status <> 'sending' AND ${mayBecome('pending')} THEN 'pending' ELSE status END
    WHERE id IN (SELECT id FROM sms_delivery_log WHERE wake_at <= ${now} ORDER BY wake_at LIMIT ${PAGE})
    RETURNING id AS deliveryId, family_id AS familyId`);

/** Hands everything that is due to the queue, and finishes what a dead process owed. */
export async function sweep(deps: Deps): Promise<SweepResult> {
  const leaseMs = deps.config.CLAIM_LEASE_SECONDS * 1000;
  const updates = await relayPendingUpdates(deps);
  let woken = 0;
  for (const db of deps.db.shards()) {
    for (let page = 0; page < MAX_PAGES; page++) {
      const jobs: DeliveryJob[] = await takeDueRows(db, deps.now(), leaseMs);
      await deps.enqueue(jobs);
      woken += jobs.length;
      if (jobs.length < PAGE) break;
      if (page === MAX_PAGES - 1)
        await deps.alert('stuck_rows', 'More texts are due than one sweep takes up; is the queue stuck?');
    }
    await deleteExpired(deps, db);
  }
  if (woken + updates > 0) deps.log.info('sweep', { woken, updates });
  return { woken, updates };
}

const OLD_ROWS = 500;
/** Twilio's signature has no date: a START that was captured would count again, were its SID ever forgotten. */
const WITHOUT_EFFECT = "keyword IN ('none', 'help')";

/** Lets go of what has served its time; a failure waits for the next sweep. */
async function deleteExpired(deps: Deps, db: Db): Promise<void> {
  const now = deps.now();
  const old = (table: string, column: string, before: number) => {
    const name = sql.raw(table);
    return sql`DELETE FROM ${name} WHERE rowid IN (SELECT rowid FROM ${name} WHERE ${sql.raw(column)} <= ${before} LIMIT ${OLD_ROWS})`;
  };
  try {
    await deps.db.directory.batch([
      deps.db.directory.run(old('rate_counters', 'expires_at', now)),
      deps.db.directory.run(old('verification_codes', 'expires_at', now - DAY_MS)),
      deps.db.directory.run(old('inbound_texts', `${WITHOUT_EFFECT} AND received_at`, now - 30 * DAY_MS)),
    ]);
    await db.batch([
      db.run(old('links', 'expires_at', now - 30 * DAY_MS)),
      db.run(old('sessions', 'expires_at', now - 30 * DAY_MS)),
      db.run(old('held_replies', 'received_at', now - DAY_MS)),
    ]);
  } catch (error) {
    deps.log.warn('sweep.not_tidied', errorFields(error));
  }
}
