import type { Db } from '../db/client.ts';
import { retrying } from '../db/retry.ts';
import { type SQL, sql } from '../db/sql.ts';
import type { Deps } from '../platform/deps.ts';
import { phoneHash } from '../platform/sms/phone-number.ts';
import type { SendOutcome } from '../platform/sms/twilio.ts';
import { errorRule } from '../platform/sms/twilio-errors.ts';
import { DAY_MS } from '../platform/time.ts';
import type { Change, ConsentChange } from './changes.ts';
import { changeJson, oweHolder, updateId } from './update-outbox.ts';

/** Receipts come again for hours at the most. */
const RECEIPT_MEMORY_MS = 7 * DAY_MS;

/** An opt-out or opt-in that came from a number, or was reported about one. */
export interface NumberConsent {
  numberHash: string;
  source: 'keyword' | 'carrier';
  /** Opt-out: the carrier blocks as well. Opt-in: the carrier's block is lifted as well. */
  carrier: boolean;
  now: number;
  /** Nothing happens unless this holds. */
  condition?: SQL;
}

const consentChange = (
  action: ConsentChange['action'],
  { numberHash, source, carrier, now }: NumberConsent,
) =>
  changeJson({
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
  } satisfies Change);

/** Opts a number out, whoever holds it, or nobody: statements for the directory's batch. */
export function optOutNumber(directory: Db, consent: NumberConsent) {
  const { numberHash, carrier, now, condition = sql`1` } = consent;
  const changes = carrier
    ? sql`(n.opted_out_at IS NULL OR n.carrier_opted_out_at IS NULL)`
    : sql`n.opted_out_at IS NULL`;
  return [
    oweHolder(directory, {
      id: updateId(now),
      now,
      change: consentChange('opt_out', consent),
      condition: sql`n.number_hash = ${numberHash} AND ${changes} AND ${condition}`,
    }),
    directory.run(sql`
      INSERT INTO phone_numbers (number_hash, opted_out_at, carrier_opted_out_at, updated_at)
      SELECT ${numberHash}, ${now}, ${carrier ? now : null}, ${now} WHERE ${condition}
      ON CONFLICT (number_hash) DO UPDATE SET opted_out_at = COALESCE(opted_out_at, excluded.opted_out_at),
        carrier_opted_out_at = COALESCE(carrier_opted_out_at, excluded.carrier_opted_out_at), updated_at = excluded.updated_at`),
  ] as const;
}

/** Opts a number in again, and whoever holds it: statements for the directory's batch. */
export function optInNumber(directory: Db, consent: NumberConsent) {
  const { numberHash, carrier, now, condition = sql`1` } = consent;
  const may = carrier ? sql`1` : sql`n.carrier_opted_out_at IS NULL`;
  return [
    oweHolder(directory, {
      id: updateId(now),
      now,
      change: consentChange('opt_in', consent),
      condition: sql`n.number_hash = ${numberHash} AND ${may} AND ${condition}`,
    }),
    directory.run(sql`
      UPDATE phone_numbers AS n SET opted_out_at = NULL, carrier_opted_out_at = NULL, updated_at = ${now}
      WHERE n.number_hash = ${numberHash} AND ${may} AND ${condition}`),
  ] as const;
}

/** Who holds a number: a statement for the end of a batch. */
export const holderOf = (directory: Db, numberHash: string) =>
  directory.all<{ userId: string }>(sql`
    SELECT user_id AS userId FROM phone_numbers WHERE number_hash = ${numberHash} AND user_id IS NOT NULL`);

/**
 * What lets a receipt count once: it may come again, also after what it said was undone.
 * @param receipt the MessageSid; null: no receipt but a refusal, which is always news
 */
function once(directory: Db, receipt: string | null, now: number) {
  const key = `receipt:${receipt ?? updateId(now)}`;
  return {
    fresh: sql`NOT EXISTS (SELECT 1 FROM rate_counters WHERE key = ${key})`,
    remember: directory.run(sql`
      INSERT INTO rate_counters (key, window_at, count, expires_at) VALUES (${key}, 0, 1, ${now + RECEIPT_MEMORY_MS})
      ON CONFLICT DO NOTHING`),
  };
}

/**
 * Writes into the directory that the carrier blocks a number (21610).
 * @param receipt the text whose receipt says so; a repeat of it undoes no START
 * @returns whose rows have to follow
 */
export async function noteCarrierBlock(
  { db, now }: Deps,
  numberHash: string,
  receipt: string | null = null,
): Promise<string[]> {
  const { directory } = db;
  const at = now();
  const { fresh, remember } = once(directory, receipt, at);
  const consent = { numberHash, source: 'carrier', carrier: true, now: at, condition: fresh } as const;
  const results = await retrying(() =>
    directory.batch([...optOutNumber(directory, consent), remember, holderOf(directory, numberHash)]),
  );
  return results[3].map(({ userId }) => userId);
}

/**
 * Writes into the directory that a number cannot receive texts: at once, or with the second strike.
 * @param receipt the text whose receipt says so; a repeated receipt is no second strike
 * @returns whose rows have to follow
 */
export async function noteUnusable(
  { db, now }: Deps,
  {
    numberHash,
    strike = false,
    receipt = null,
  }: { numberHash: string; strike?: boolean; receipt?: string | null },
): Promise<string[]> {
  const { directory } = db;
  const at = now();
  const { fresh, remember } = once(directory, receipt, at);
  const ends = strike ? sql`n.strikes >= 1` : sql`1`;
  const [, , , holders] = await retrying(() =>
    directory.batch([
      oweHolder(directory, {
        id: updateId(at),
        now: at,
        change: changeJson({ kind: 'unusable', at }, { number: sql`n.number` }),
        condition: sql`n.number_hash = ${numberHash} AND n.unusable_at IS NULL AND ${ends} AND ${fresh}`,
      }),
      directory.run(sql`
        UPDATE phone_numbers AS n SET strikes = strikes + 1, updated_at = ${at},
          unusable_at = CASE WHEN ${ends} THEN COALESCE(unusable_at, ${at}) ELSE unusable_at END
        WHERE n.number_hash = ${numberHash} AND n.user_id IS NOT NULL AND ${fresh}`),
      remember,
      holderOf(directory, numberHash),
    ]),
  );
  return holders.map(({ userId }) => userId);
}

/**
 * Writes into the directory what a refused text says about its number, and alerts operators where it is
 * their fault. For texts outside the delivery log: codes, confirmations.
 * @returns whose rows have to follow: to be settled at once, or left to the sweep
 */
export async function noteRefusal(deps: Deps, outcome: SendOutcome, number: string): Promise<string[]> {
  if (outcome.kind === 'accepted') return [];
  const rule = errorRule(Number(outcome.code) || null, 0);
  if (outcome.kind === 'operator') {
    await deps.alert(rule.alert ?? 'twilio_credentials', `Twilio answered ${outcome.code}. ${rule.advice}`);
    return [];
  }
  const numberHash = await phoneHash(deps.config.PHONE_SECRET, number);
  if (outcome.kind === 'opted_out') return await noteCarrierBlock(deps, numberHash);
  if (outcome.kind !== 'permanent' || rule.number === undefined) return [];
  return await noteUnusable(deps, { numberHash, strike: rule.number === 'strike' });
}
