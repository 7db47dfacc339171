import { isNotNull, isNull, not, type SQL, sql } from 'drizzle-orm';
import { eq, gte } from '../db/comparisons.ts';
import { allOf, anyOf, coalesce, excluded, hasRow, iif, nonNull, type Value } from '../db/expressions.ts';
import { insertFrom } from '../db/insert-from.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { phoneNumbers, rateCounters } from '../db/schema.ts';
import type { Deps } from '../platform/deps.ts';
import { phoneHash } from '../platform/sms/phone-number.ts';
import type { SendOutcome } from '../platform/sms/twilio.ts';
import { errorRule } from '../platform/sms/twilio-errors.ts';
import { DAY_MS } from '../platform/time.ts';
import type { Change, ConsentChange } from './changes.ts';
import { changeJson, enqueueForHolder, updateId } from './update-outbox.ts';

/** Receipts are repeated for hours at most. */
const RECEIPT_MEMORY_MS = 7 * DAY_MS;

/** An opt-out or opt-in sent from a number, or reported for one. */
export interface NumberConsent {
  numberHash: string;
  source: 'keyword' | 'carrier';
  /** Opt-out: the carrier blocks as well. Opt-in: the carrier's block is lifted as well. */
  carrier: boolean;
  now: number;
}

/** The values of the statements that opt a number out or in; `change`: JSON of the change of its holder. */
export interface NumberConsentValues {
  updateId: string;
  change: string;
  numberHash: string;
  now: number;
}

type Given = { readonly [K in keyof NumberConsentValues]: Value<NumberConsentValues[K]> };

/** What differs between the statements; they change nothing unless the condition holds. */
interface ConsentShape {
  carrier: boolean;
  condition?: SQL;
}

/** The values of {@link optOutNumber} and {@link optInNumber}. */
export const consentValues = (
  action: ConsentChange['action'],
  { numberHash, source, carrier, now }: NumberConsent,
): NumberConsentValues => ({
  updateId: updateId(now),
  change: JSON.stringify({
    kind: 'consent',
    action,
    source,
    numberHash,
    version: null,
    origin: null,
    clientAddress: null,
    userAgent: null,
    carrier,
    at: now,
  } satisfies Change),
  numberHash,
  now,
});

/** Statements for the directory's batch: opt a number out, and its holder, if any. */
export function optOutNumber(
  { updateId: id, change, numberHash, now }: Given,
  { carrier, condition = sql`true` }: ConsentShape,
) {
  const { optedOutAt, carrierOptedOutAt, updatedAt } = phoneNumbers;
  return {
    enqueueOptOut: enqueueForHolder({
      id,
      now,
      change: sql<string>`${change}`,
      condition: allOf(
        eq(phoneNumbers.numberHash, numberHash),
        anyOf(isNull(optedOutAt), carrier && isNull(carrierOptedOutAt)),
        condition,
      ),
    }),
    optOut: insertFrom(
      phoneNumbers,
      { numberHash, optedOutAt: now, carrierOptedOutAt: carrier ? now : null, updatedAt: now },
      sql`where ${condition}`,
    ).onConflictDoUpdate({
      target: phoneNumbers.numberHash,
      set: {
        optedOutAt: coalesce(optedOutAt, excluded(optedOutAt)),
        carrierOptedOutAt: coalesce(carrierOptedOutAt, excluded(carrierOptedOutAt)),
        updatedAt: excluded(updatedAt),
      },
    }),
  };
}

/** Statements for the directory's batch: opt a number in again, and its holder, if any. */
export function optInNumber(
  { updateId: id, change, numberHash, now }: Given,
  { carrier, condition }: ConsentShape,
) {
  const mayOptIn = allOf(
    eq(phoneNumbers.numberHash, numberHash),
    !carrier && isNull(phoneNumbers.carrierOptedOutAt),
    condition,
  );
  return {
    enqueueOptIn: enqueueForHolder({ id, now, change: sql<string>`${change}`, condition: mayOptIn }),
    optIn: q
      .update(phoneNumbers)
      .set({ optedOutAt: null, carrierOptedOutAt: null, updatedAt: now })
      .where(mayOptIn),
  };
}

/** The holder of a number, if any. */
export const holderOf = (numberHash: string) =>
  q
    .select({ userId: nonNull(phoneNumbers.userId).as('userId') })
    .from(phoneNumbers)
    .where(allOf(eq(phoneNumbers.numberHash, numberHash), isNotNull(phoneNumbers.userId)));

/**
 * Deduplicates a receipt: it may be repeated, also after its effect was undone.
 * @param receipt the MessageSid; null: a refusal, which is always new
 */
function once(receipt: string | null, now: number) {
  const key = `receipt:${receipt ?? updateId(now)}`;
  return {
    isFresh: not(hasRow(rateCounters, eq(rateCounters.key, key))),
    remember: q
      .insert(rateCounters)
      .values({ key, windowAt: 0, count: 1, expiresAt: now + RECEIPT_MEMORY_MS })
      .onConflictDoNothing(),
  };
}

/**
 * Records in the directory that the carrier blocks a number (21610).
 * @param receipt the receipt's MessageSid; a repeat does not undo a later START
 * @returns the ids of people whose pending updates are to be applied
 * @throws when the directory fails
 */
export async function recordCarrierBlock(
  { db, now }: Deps,
  numberHash: string,
  receipt: string | null = null,
): Promise<string[]> {
  const at = now();
  const { isFresh, remember } = once(receipt, at);
  const consent = { numberHash, source: 'carrier', carrier: true, now: at } as const;
  const shape = { carrier: true, condition: isFresh };
  const statements = optOutNumber(consentValues('opt_out', consent), shape);
  const { holders } = await retrying(() =>
    db.directory.batch({ ...statements, remember, holders: holderOf(numberHash) }),
  );
  return holders.map(({ userId }) => userId);
}

/**
 * Records in the directory that a number cannot receive texts: at once, or with the second strike.
 * @param receipt the receipt's MessageSid; a repeat is not a second strike
 * @returns the ids of people whose pending updates are to be applied
 * @throws when the directory fails
 */
export async function recordUnusable(
  { db, now }: Deps,
  {
    numberHash,
    strike = false,
    receipt = null,
  }: { numberHash: string; strike?: boolean; receipt?: string | null },
): Promise<string[]> {
  const at = now();
  const { isFresh, remember } = once(receipt, at);
  const { strikes, unusableAt } = phoneNumbers;
  const isNumber = eq(phoneNumbers.numberHash, numberHash);
  const ends = strike ? gte(strikes, 1) : sql`true`;
  const { holders } = await retrying(() =>
    db.directory.batch({
      enqueueUnusable: enqueueForHolder({
        id: updateId(at),
        now: at,
        change: changeJson({ kind: 'unusable', at }, { number: sql`${phoneNumbers.number}` }),
        condition: allOf(isNumber, isNull(unusableAt), ends, isFresh),
      }),
      strike: q
        .update(phoneNumbers)
        .set({
          strikes: sql`${strikes} + 1`,
          updatedAt: at,
          unusableAt: iif(ends, coalesce(unusableAt, at), unusableAt),
        })
        .where(allOf(isNumber, isNotNull(phoneNumbers.userId), isFresh)),
      remember,
      holders: holderOf(numberHash),
    }),
  );
  return holders.map(({ userId }) => userId);
}

/**
 * Records in the directory what a refused text says about its number, and alerts operators where the fault is
 * ours. For texts outside the delivery log: codes, confirmations.
 * @returns the ids of people whose pending updates are to be applied, at once or by the sweep
 * @throws when the directory fails
 */
export async function recordRefusal(deps: Deps, outcome: SendOutcome, number: string): Promise<string[]> {
  if (outcome.kind === 'accepted') return [];
  const rule = errorRule(Number(outcome.code) || null, 0);
  if (outcome.kind === 'operator') {
    await deps.alert(rule.alert ?? 'twilio_credentials', `Twilio answered ${outcome.code}. ${rule.advice}`);
    return [];
  }
  const numberHash = await phoneHash(deps.config.PHONE_SECRET, number);
  if (outcome.kind === 'opted_out') return await recordCarrierBlock(deps, numberHash);
  if (outcome.kind !== 'permanent' || rule.number === undefined) return [];
  return await recordUnusable(deps, { numberHash, strike: rule.number === 'strike' });
}
