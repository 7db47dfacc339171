import { and, exists, inArray, isNotNull, isNull, not, type SQL, sql } from 'drizzle-orm';
import { eq, lt, ne } from '../../db/comparisons.ts';
import { allOf, anyOf, greatest, jsonTable } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { notificationPreferences, smsDeliveryLog, threadMembers, users } from '../../db/schema.ts';
import { hot } from '../../db/statement.ts';
import { type LinkRow, writeLinks } from '../../links/mint-link.ts';
import type { Config } from '../../platform/config.ts';
import {
  COMPARED,
  coverageFloor,
  coveredInFlight,
  minClaimTime,
  newestBeside,
  oldestBeside,
} from './coverage.ts';
import { mayBecome } from './delivery-status.ts';

/**
 * A row to be claimed: the number it is sent to, its attempts so far, up to which `seq` its text covers messages, and at
 * which revision of them it was composed.
 */
export interface Claimable {
  id: string;
  phone: string;
  attempts: number;
  revision: number;
  coversSeq: number | null;
  /** What the text covers, as it was read; see {@link coverageMark}. Null for a test text. */
  covers: string | null;
}

/**
 * The mark of what a text covers, which a claim compares with what it would cover now: the floor, the oldest row and the
 * newest ones beside its own. What ends some of them ends the oldest (texts, reading, expiry) or is among the newest; of
 * a long summary a message in the middle may be taken back between reading and claim, and is still counted.
 * @param beside seqs of the other rows, newest first
 */
export const coverageMark = (floor: number, oldest: number | null, beside: readonly number[]): string =>
  JSON.stringify([floor, oldest, beside.slice(0, COMPARED)]);

const log = smsDeliveryLog;

/** @param json an array of {@link Claimable} */
const claimables = (json: SQL<string>) =>
  jsonTable<Claimable>('c', json, ['id', 'phone', 'attempts', 'revision', 'coversSeq', 'covers']);

const takeWave = hot<{ rows: string; claim: string; now: number; leaseEnd: number }>()((v) => {
  const c = claimables(v.rows);
  const p = notificationPreferences;
  const m = threadMembers;
  const mayBeTexted = q
    .select({ id: users.id })
    .from(users)
    .innerJoin(p, eq(p.userId, users.id))
    .where(
      and(
        eq(users.id, log.userId),
        isNull(users.deletedAt),
        eq(users.phone, c.phone),
        isNotNull(users.phoneVerifiedAt),
        isNull(users.phoneUnusableAt),
        eq(p.smsEnabled, true),
        isNull(p.optedOutAt),
        isNull(p.carrierOptedOutAt),
      ),
    );
  const upTo = sql<number | null>`${c.coversSeq}`;
  const floorAsRead = sql<number>`${c.covers} ->> 0`;
  const coversTheSame = allOf(
    eq(floorAsRead, coverageFloor(log, m.lastReadSeq)),
    sql`${c.covers} ->> 1 is ${oldestBeside(log, floorAsRead, upTo)}`,
    eq(sql`${c.covers} -> 2`, newestBeside(log, floorAsRead, COMPARED, upTo)),
  );
  const isUnread = q
    .select({ id: m.userId })
    .from(m)
    .where(
      and(eq(m.threadId, log.threadId), eq(m.userId, log.userId), lt(m.lastReadSeq, log.seq), coversTheSame),
    );
  const isDecidedAbout = and(
    mayBecome('sending'),
    eq(log.attempts, c.attempts),
    eq(log.revision, c.revision),
  );
  const isOurs = and(eq(log.status, 'sending'), eq(log.claim, v.claim));
  return q
    .update(log)
    .set({
      status: 'sending',
      reason: null,
      error: null,
      claim: v.claim,
      claimedAt: greatest(v.now, minClaimTime(log)),
      dueAt: v.leaseEnd,
      wakeAt: v.leaseEnd,
      absences: 0,
      phone: sql`${c.phone}`,
      coversSeq: sql`${c.coversSeq}`,
      attempts: sql`${log.attempts} + (${eq(log.status, 'pending')})`,
    })
    .from(c)
    .where(
      and(
        eq(log.id, c.id),
        anyOf(isDecidedAbout, isOurs),
        exists(mayBeTexted),
        anyOf(isNull(log.threadId), exists(isUnread)),
        not(coveredInFlight(log)),
      ),
    )
    .returning({ id: log.id });
});

/**
 * Statement: claims a wave of rows, `pending` → `sending`, and checks consent, number and read position again.
 * Not claimed are rows that another text in flight or in doubt covers, rows whose text covers other messages
 * than it did when it was composed, and rows that another consumer has attempted since the decision. The rows of a wave
 * are about different people or threads. Idempotent under one claim. Returns the ids that were claimed.
 * @param now ms
 */
export function claimWave(
  rows: readonly Claimable[],
  claim: string,
  now: number,
  config: Pick<Config, 'CLAIM_LEASE_SECONDS'>,
) {
  const leaseEnd = now + config.CLAIM_LEASE_SECONDS * 1000;
  return takeWave({ rows: JSON.stringify(rows), claim, now, leaseEnd });
}

const takenByOthers = hot<{ rows: string; claim: string }>()((v) => {
  const c = claimables(v.rows);
  return q
    .select({ id: log.id })
    .from(c)
    .innerJoin(log, eq(log.id, c.id))
    .where(
      and(
        ne(log.claim, v.claim),
        anyOf(
          ne(log.attempts, c.attempts),
          inArray(log.status, ['sending', 'sent', 'delivered', 'undelivered', 'failed']),
        ),
      ),
    );
});

/** Those of these rows that another consumer has claimed or sent since the decision. */
export const claimedByOthers = (rows: readonly Claimable[], claim: string) =>
  takenByOthers({ rows: JSON.stringify(rows), claim });

const claimedLinks = hot<{ rows: string; claim: string }>()((v) =>
  writeLinks(v.rows, (link) =>
    exists(
      q
        .select({ id: log.id })
        .from(log)
        .where(and(eq(log.id, link.deliveryId), eq(log.status, 'sending'), eq(log.claim, v.claim))),
    ),
  ),
);

/** Statement: inserts the links of the claimed rows; goes after {@link claimWave}, in the same batch. */
export const writeClaimedLinks = (links: readonly LinkRow[], claim: string) =>
  claimedLinks({ rows: JSON.stringify(links), claim });
