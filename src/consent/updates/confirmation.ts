import { sql } from '../../db/sql.ts';
import type { ConsentChange, FamilyUpdate } from '../../numbers/changes.ts';
import { noteRefusal } from '../../numbers/number-state.ts';
import type { Deps } from '../../platform/deps.ts';
import { receiptsUrl } from '../../platform/sms/twilio.ts';
import { HOUR_MS } from '../../platform/time.ts';
import { optInConfirmation } from '../consent-texts.ts';
import { ledgerId } from '../ledger.ts';

/** After so long a confirmation would only puzzle. */
const LIFE_MS = HOUR_MS;

/**
 * The number to confirm to: this was the person's first opt-in for it from the web or the API, and they
 * have not taken it back. Null when no confirmation is owed.
 */
async function numberToConfirm(
  { db }: Deps,
  update: FamilyUpdate,
  { numberHash }: ConsentChange,
): Promise<string | null> {
  const rows = await db.forFamily(update.familyId).all<{ phone: string }>(sql`
    SELECT u.phone AS phone FROM consent_events e
    JOIN users u ON u.id = e.user_id JOIN notification_preferences p ON p.user_id = u.id
    WHERE e.id = ${ledgerId(update.id)} AND u.phone IS NOT NULL AND u.phone_verified_at IS NOT NULL
      AND u.phone_unusable_at IS NULL AND p.sms_enabled = 1 AND p.opted_out_at IS NULL AND p.carrier_opted_out_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM consent_events earlier WHERE earlier.user_id = e.user_id AND earlier.rowid < e.rowid
        AND earlier.action = 'opt_in' AND earlier.source IN ('web', 'api') AND earlier.number_hash = ${numberHash})`);
  return rows[0]?.phone ?? null;
}

/** Takes the text on; only one of several processes gets it. */
async function claim({ db }: Deps, { seq, claimedAt }: FamilyUpdate, now: number): Promise<boolean> {
  const rows = await db.directory.all<{ seq: number }>(sql`
    UPDATE family_updates SET claimed_at = ${now} WHERE seq = ${seq} AND claimed_at IS ${claimedAt} RETURNING seq AS seq`);
  return rows.length > 0;
}

/**
 * Sends the text that confirms a first opt-in from the web or the API (CTIA Messaging Principles, 5.1.2.1):
 * once, even when the process dies on the way. A send in doubt is looked up at the carrier after the lease.
 * @returns whether nothing more is owed
 */
export async function confirmOptIn(
  deps: Deps,
  update: FamilyUpdate,
  change: ConsentChange,
): Promise<boolean> {
  if (change.action !== 'opt_in' || (change.source !== 'web' && change.source !== 'api')) return true;
  const now = deps.now();
  if (now - update.createdAt > LIFE_MS) return true;
  const { claimedAt } = update;
  if (claimedAt !== null && now - claimedAt < deps.config.CLAIM_LEASE_SECONDS * 1000) return false;
  const number = await numberToConfirm(deps, update, change);
  if (number === null) return true;
  const body = optInConfirmation({ brand: deps.config.BRAND_NAME });
  if (!(await claim(deps, update, now))) return false;
  if (claimedAt !== null) {
    const known = await deps.sms.find({ to: number, reference: body, since: update.createdAt });
    if (known) return true;
  }
  const outcome = await deps.sms.send({
    to: number,
    body,
    statusCallback: receiptsUrl(deps.config),
    validitySeconds: LIFE_MS / 1000,
  });
  deps.log.info('consent.confirmation', { userId: update.userId, outcome: outcome.kind });
  await noteRefusal(deps, outcome, number);
  return outcome.kind !== 'ambiguous' && outcome.kind !== 'retry' && outcome.kind !== 'operator';
}
