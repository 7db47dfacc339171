import { and, isNotNull, type SQL, sql } from 'drizzle-orm';
import { carrierOptOut, markNumberUnusable } from '../../consent/carrier-reports.ts';
import type { Db } from '../../db/client.ts';
import { eq, gte, lt } from '../../db/comparisons.ts';
import { allOf, anyOf, coalesce, differs, iif } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { families, smsDeliveryLog, users } from '../../db/schema.ts';
import { hot } from '../../db/statement.ts';
import type { Deps } from '../../platform/deps.ts';
import { slowSender } from '../../platform/pace/pace-clients.ts';
import { possibleZones } from '../../platform/possible-zones.ts';
import { type Sender, senderFor, sendersOf } from '../../platform/sms/senders.ts';
import { carrierDayAfter, errorRule } from '../../platform/sms/twilio-errors.ts';
import { HOUR_MS, MINUTE_MS, nextMidnight, SECOND_MS } from '../../platform/time.ts';
import { mayBecome, type Status } from './delivery-status.ts';
import { mergeInto } from './finish.ts';
import { returnMerged } from './return-merged.ts';

const log = smsDeliveryLog;

/** A delivery receipt. `errorCode` null: none. */
export interface Receipt {
  deliveryId: string;
  /** Null when the callback's query has none: then every database is asked. */
  familyId: string | null;
  sid: string;
  /** Twilio's status: `queued`, `sent`, `delivered`, `undelivered`, `failed`, `read` … */
  status: string;
  errorCode: number | null;
  /** The number it was about, E.164. */
  to: string | null;
  /** How the text went, and from which number, code or agent; null or absent where the receipt does not say. */
  channel?: string | null;
  sender?: string | null;
}

/** Delay until an unreachable handset is tried once more. */
const RETRY_AFTER_MS = 10 * MINUTE_MS;
/** Delay after the first text that was never handed to a carrier; doubles with each, up to the longest. */
const AGAIN_MS = 2 * MINUTE_MS;
const HOLD_MS = 10 * MINUTE_MS;
const LONGEST_MS = 2 * HOUR_MS;
/** Max. tries of a delivery whose texts never get as far as a carrier. */
const MOST_TRIES = 6;
/** The hour in which a text may be sent that local rules held back overnight. */
const MORNING_MS = 8 * HOUR_MS;

type FinalStatus = Extract<Status, 'delivered' | 'undelivered' | 'failed'>;

/** The final state for a status of Twilio's; null when it is not final. */
function finalStatus(status: string, errorCode: number | null): FinalStatus | null {
  if (status === 'delivered' || status === 'read') return 'delivered';
  if (status === 'undelivered') return 'undelivered';
  if (status !== 'failed' && status !== 'canceled') return null;
  return errorCode !== null && errorRule(errorCode, 0).retryOnce ? 'undelivered' : 'failed';
}

/** What a receipt's code says about sending its text again; null: not again, or once at most. */
function retryAction({ status, errorCode }: Pick<CarrierReport, 'status' | 'errorCode'>) {
  const final = finalStatus(status, errorCode);
  if (errorCode === null || final === null || final === 'delivered') return null;
  const { receipt } = errorRule(errorCode, 0);
  return receipt === 'again' || receipt === 'next_day' || receipt === 'morning' || receipt === 'hold'
    ? receipt
    : null;
}

/** When a text that was never handed to a carrier is sent again. */
export interface RetryTerms {
  /** Ms; before any backoff. */
  from: number;
  /** Ms; the backoff after the first try. */
  delay: number;
  /** Ms; no more than so long after the message was written. */
  expiry: number;
  /** Ms; `CLAIM_LEASE_SECONDS`. */
  lease: number;
}

/** A delay of up to half a minute that is derived from the delivery's id. */
function spreadMs(deliveryId: string): number {
  let hash = 0;
  for (const character of deliveryId) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0;
  return hash % (30 * 1000);
}

/** When it is next eight in the morning in a zone. @param now ms */
const nextMorning = (zone: string, now: number) => nextMidnight(zone, now - MORNING_MS) + MORNING_MS;

/** When it is morning for a delivery's recipient, in every zone in which they may be. */
async function morningOf(deps: Deps, db: Db, deliveryId: string): Promise<number> {
  const row = await retrying(() =>
    db.first(
      q
        .select({
          person: users.timeZone,
          family: sql<string | null>`${families.timeZone}`.as('family_zone'),
          number: log.phone,
        })
        .from(log)
        .innerJoin(users, eq(users.id, log.userId))
        .innerJoin(families, eq(families.id, log.familyId))
        .where(eq(log.id, deliveryId)),
    ),
  );
  const number = row?.number ?? null;
  const country = number === null ? null : deps.phones.countryOf(number);
  const { zones } = possibleZones({
    person: row?.person ?? null,
    family: row?.family ?? null,
    number,
    country,
  });
  return Math.max(...zones.map((zone) => nextMorning(zone, deps.now())));
}

/**
 * The terms on which a reported text is sent again; null: it is not.
 * @throws when the database fails
 */
export async function retryTerms(
  deps: Deps,
  db: Db,
  report: Pick<CarrierReport, 'deliveryId' | 'status' | 'errorCode'>,
): Promise<RetryTerms | null> {
  const action = retryAction(report);
  if (action === null) return null;
  // Spread, so that what failed together does not come back together.
  const now = deps.now() + spreadMs(report.deliveryId);
  const shared = {
    expiry: deps.config.SMS_EXPIRY_SECONDS * 1000,
    lease: deps.config.CLAIM_LEASE_SECONDS * 1000,
  };
  switch (action) {
    case 'again':
      return { from: now, delay: AGAIN_MS, ...shared };
    case 'hold':
      return { from: now, delay: HOLD_MS, ...shared };
    case 'next_day':
      return { from: carrierDayAfter(deps.now()) + spreadMs(report.deliveryId), delay: 0, ...shared };
    case 'morning':
      return { from: await morningOf(deps, db, report.deliveryId), delay: 0, ...shared };
  }
}

/** The carrier's report on a delivery's text. `status` is Twilio's; times in ms. */
interface CarrierReport {
  deliveryId: string;
  sid: string;
  status: string;
  errorCode: number | null;
  segments: number | null;
  now: number;
}

/** Condition: the row does not know this text yet; late receipts of a text that is being sent again have no effect. */
const isNews = (sid: SQL<string>) => allOf(differs(log.providerSid, sid), isOpen(sid));

/** Condition: the text is none of those that ended, and are being sent again. */
const isOpen = (sid: SQL<string>) => eq(sql`instr(coalesce(${log.endedSids}, ''), ${sid})`, 0);

/** Expression: the SIDs of the row's ended texts, with this one. */
const withEnded = (sid: SQL<string>) => sql<string>`coalesce(${log.endedSids}, '') || ${sid} || ' '`;

/** Statement: moves a row whose text was sent after all back to the state before sending. */
const backTo = (status: Status, to: Status) =>
  hot<{ deliveryId: string; sid: string }>()((v) =>
    q
      .update(log)
      .set({ status: to })
      .where(
        and(
          eq(log.id, v.deliveryId),
          eq(log.status, status),
          mayBecome(to),
          isNotNull(log.claim),
          isNews(v.sid),
        ),
      ),
  );
const toPending = backTo('deferred', 'pending');
const toSending = backTo('pending', 'sending');

const toSent = hot<{ deliveryId: string; sid: string; segments: number | null; now: number }>()((v) =>
  q
    .update(log)
    .set({
      status: 'sent',
      providerSid: v.sid,
      sentAt: coalesce(log.sentAt, v.now),
      segments: coalesce(v.segments, log.segments),
      doubtSince: null,
      reason: null,
      dueAt: null,
      wakeAt: null,
    })
    .where(and(eq(log.id, v.deliveryId), eq(log.status, 'sending'), mayBecome('sent'), isNews(v.sid))),
);

/** Statement: writes a final state. `retryAt` null: no retry. */
const endAs = (status: FinalStatus) =>
  hot<{ deliveryId: string; sid: string; error: string | null; now: number; retryAt: number | null }>()(
    (v) => {
      // A text sent before the current claim was the first attempt.
      const isFirst = gte(log.sentAt, log.claimedAt);
      return q
        .update(log)
        .set({
          status,
          error: v.error,
          deliveredAt: status === 'delivered' ? v.now : null,
          wakeAt: iif(isFirst, v.retryAt, null),
          endedSids: iif<string | null>(
            sql`${isFirst} and ${v.retryAt} is not null`,
            withEnded(v.sid),
            log.endedSids,
          ),
        })
        .where(and(eq(log.id, v.deliveryId), eq(log.providerSid, v.sid), isOpen(v.sid), mayBecome(status)));
    },
  );
const END = {
  delivered: endAs('delivered'),
  undelivered: endAs('undelivered'),
  failed: endAs('failed'),
} satisfies Record<FinalStatus, unknown>;

/**
 * Statement: the text was never handed to a carrier, so it waits to be sent again, after a backoff that doubles with
 * each try, unless that would be too late or it was tried too often.
 */
const sendAgain = hot<{ deliveryId: string; sid: string; error: string | null } & RetryTerms>()((v) => {
  const doubling = sql`${v.delay} * (1 << max(${log.attempts} - 1, 0))`;
  const due = sql<number>`${v.from} + min(${doubling}, ${LONGEST_MS})`;
  return q
    .update(log)
    .set({
      status: 'pending',
      reason: null,
      error: v.error,
      sentAt: null,
      endedSids: withEnded(v.sid),
      dueAt: due,
      wakeAt: due,
      readyAt: due,
    })
    .where(
      and(
        eq(log.id, v.deliveryId),
        eq(log.providerSid, v.sid),
        eq(log.status, 'sent'),
        mayBecome('pending'),
        lt(log.attempts, MOST_TRIES),
        lt(due, sql<number>`${log.createdAt} + ${v.expiry}`),
      ),
    );
});

/**
 * Statement: what a text told of that is sent again waits with it. Goes after what makes
 * that text wait, in the same batch.
 */
export const returnTold = hot<{ deliveryId: string; leaseMs: number }>()((v) =>
  returnMerged((lead) => allOf(eq(lead.id, v.deliveryId), eq(lead.status, 'pending')), v.leaseMs),
);

/**
 * The statements that apply a carrier's report: that it accepted the text (which ends any doubt, even after
 * absence was concluded, whatever the row waits for now), and its final state, or that it is to be sent again.
 * Monotonic and idempotent, in any order. Rows that the text covers are merged into it. A row on a further try knows
 * the SIDs of its earlier texts: late receipts of these have no effect.
 * @param retry see {@link retryTerms}
 */
export function reportStatements(
  { deliveryId, sid, status, errorCode, segments, now }: CarrierReport,
  retry: RetryTerms | null,
) {
  const final = finalStatus(status, errorCode);
  const retries = final === 'undelivered' && errorCode !== null && errorRule(errorCode, 0).retryOnce === true;
  const error = errorCode === null ? null : String(errorCode);
  return {
    pending: toPending({ deliveryId, sid }),
    sending: toSending({ deliveryId, sid }),
    sent: toSent({ deliveryId, sid, segments, now }),
    again: retry && sendAgain({ deliveryId, sid, error, ...retry }),
    returned: retry && returnTold({ deliveryId, leaseMs: retry.lease }),
    ended:
      final && END[final]({ deliveryId, sid, error, now, retryAt: retries ? now + RETRY_AFTER_MS : null }),
    merged: mergeInto([deliveryId]),
  };
}

/** Statement: notes by which channel and from which sender a text went. */
const noteWay = hot<{ deliveryId: string; sid: string; channel: string; sender: string | null }>()((v) =>
  q
    .update(log)
    .set({ channel: v.channel, sender: coalesce<string | null>(v.sender, log.sender) })
    .where(
      and(
        eq(log.id, v.deliveryId),
        eq(log.providerSid, v.sid),
        anyOf(differs(log.channel, v.channel), differs(log.sender, coalesce(v.sender, log.sender))),
      ),
    ),
);

/**
 * Applies a delivery receipt to the row and the number, and alerts operators. An unknown delivery is no error.
 * @throws when a database fails: Twilio repeats the receipt
 */
export async function applyReceipt(deps: Deps, receipt: Receipt): Promise<void> {
  const { deliveryId, familyId, sid, status, errorCode } = receipt;
  const databases = familyId === null ? deps.db.shards() : [deps.db.forFamily(familyId)];
  for (const db of databases) {
    const report = { deliveryId, sid, status, errorCode, segments: null, now: deps.now() };
    const retry = await retryTerms(deps, db, report);
    const { channel = null, sender = null } = receipt;
    await retrying(() =>
      db.batch({
        ...reportStatements(report, retry),
        way: channel !== null && noteWay({ deliveryId, sid, channel, sender }),
      }),
    );
  }
  deps.log.info('delivery.receipt', { deliveryId, status, code: errorCode });
  if (errorCode !== null) await applyErrorCode(deps, errorCode, receipt);
}

/** The first pause of a sender whose texts the carrier did not get to. */
const OVERFLOWED_MS = 30 * SECOND_MS;

/** The sender that a receipt is about: the one that it names, else the family's. */
function reportedSender(
  { config, phones }: Deps,
  { number, familyId, sender }: { number: string | null; familyId: string | null; sender: string | null },
): Sender {
  const named = sendersOf(config).find(({ from }) => from !== null && from === sender);
  return named ?? senderFor(config, familyId ?? '', number === null ? null : phones.countryOf(number));
}

/**
 * Applies a receipt's error code beyond its delivery: the number's state, the sender's pace, alerts.
 * @throws when the directory fails
 */
export async function applyErrorCode(
  deps: Deps,
  errorCode: number,
  { to: number, sid, familyId, sender = null }: Pick<Receipt, 'to' | 'sid' | 'familyId' | 'sender'>,
): Promise<void> {
  const rule = errorRule(errorCode, 0);
  if (rule.alert) await deps.alert(rule.alert, `A receipt says ${errorCode}. ${rule.advice}`);
  if (rule.pausesSender) {
    const from = reportedSender(deps, { number, familyId, sender });
    await slowSender(deps, from, { retryAfterMs: null, firstMs: OVERFLOWED_MS });
  }
  if (number === null) return;
  if (rule.meaning === 'opted_out') await carrierOptOut(deps, { number, receipt: sid });
  if (rule.number) await markNumberUnusable(deps, { number, strike: rule.number === 'strike', receipt: sid });
}
