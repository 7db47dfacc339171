import { inArray, isNotNull, isNull, not } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { eq, lt } from '../../db/comparisons.ts';
import { allOf, hasRow, nonNull, rowid } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { consentEvents, familyUpdates, notificationPreferences, users } from '../../db/schema.ts';
import type { ConsentChange, ConsentSource, FamilyUpdate } from '../../numbers/changes.ts';
import { recordRefusal } from '../../numbers/number-state.ts';
import type { Deps } from '../../platform/deps.ts';
import { pauseOf } from '../../platform/pauses.ts';
import { senderFor } from '../../platform/sms/senders.ts';
import { receiptsUrl } from '../../platform/sms/twilio.ts';
import { HOUR_MS } from '../../platform/time.ts';
import { optInConfirmation } from '../consent-texts.ts';
import { ledgerId } from '../ledger.ts';

/** Opt-ins that a text confirms; imports and START are not. */
const CONFIRMED: ConsentSource[] = ['web', 'api', 'host'];

/** A confirmation is not sent later than this after the opt-in. */
const LIFE_MS = HOUR_MS;

/**
 * The number to send a confirmation to, if this was the person's first opt-in for it on the web or by the API
 * and they have not opted out since; null when none is due.
 */
async function numberToConfirm(
  { db }: Deps,
  update: FamilyUpdate,
  { numberHash }: ConsentChange,
): Promise<string | null> {
  if (numberHash === null) return null;
  const prefs = notificationPreferences;
  const earlier = alias(consentEvents, 'earlier');
  const optedInBefore = hasRow(
    earlier,
    allOf(
      eq(earlier.userId, consentEvents.userId),
      lt(rowid(earlier), rowid(consentEvents)),
      eq(earlier.action, 'opt_in'),
      inArray(earlier.source, CONFIRMED),
      eq(earlier.numberHash, numberHash),
    ),
  );
  const row = await db.forFamily(update.familyId).first(
    q
      .select({ phone: nonNull(users.phone).as('phone') })
      .from(consentEvents)
      .innerJoin(users, eq(users.id, consentEvents.userId))
      .innerJoin(prefs, eq(prefs.userId, users.id))
      .where(
        allOf(
          eq(consentEvents.id, ledgerId(update.id)),
          isNotNull(users.phone),
          isNotNull(users.phoneVerifiedAt),
          isNull(users.phoneUnusableAt),
          eq(prefs.smsEnabled, true),
          isNull(prefs.optedOutAt),
          isNull(prefs.carrierOptedOutAt),
          not(optedInBefore),
        ),
      ),
  );
  return row?.phone ?? null;
}

/** Claims the confirmation; of several processes one succeeds. */
async function claim({ db }: Deps, { seq, claimedAt }: FamilyUpdate, now: number): Promise<boolean> {
  const claimed = q
    .update(familyUpdates)
    .set({ claimedAt: now })
    .where(
      allOf(
        eq(familyUpdates.seq, seq),
        claimedAt === null ? isNull(familyUpdates.claimedAt) : eq(familyUpdates.claimedAt, claimedAt),
      ),
    );
  return (await db.directory.run(claimed)).meta.changes > 0;
}

/** Whether an update may call for a confirmation text: an opt-in on the web or by the API. */
export const owesConfirmation = ({ action, source }: ConsentChange): boolean =>
  action === 'opt_in' && CONFIRMED.includes(source);

/**
 * Sends the text that confirms a first opt-in on the web or by the API (CTIA Messaging Principles, 5.1.2.1):
 * once, even when the process dies in between. A send in doubt is looked up at the carrier after the lease; what
 * operators have paused waits.
 * @returns whether nothing is left to do
 * @throws when a database or the carrier's list fails
 */
export async function confirmOptIn(
  deps: Deps,
  update: FamilyUpdate,
  change: ConsentChange,
): Promise<boolean> {
  if (!owesConfirmation(change)) return true;
  const now = deps.now();
  if (now - update.createdAt > LIFE_MS) return true;
  const { claimedAt } = update;
  if (claimedAt !== null && now - claimedAt < deps.config.CLAIM_LEASE_SECONDS * 1000) return false;
  const number = await numberToConfirm(deps, update, change);
  if (number === null) return true;
  const country = deps.phones.countryOf(number);
  // What is paused is tried again, for as long as a confirmation lives.
  if (pauseOf(await deps.pauses(), { familyId: update.familyId, country }) !== null) return false;
  const body = optInConfirmation({ brand: deps.config.BRAND_NAME });
  if (!(await claim(deps, update, now))) return false;
  if (claimedAt !== null) {
    const known = await deps.sms.find({ to: number, reference: body, since: update.createdAt });
    if (known) return true;
  }
  const outcome = await deps.sms.send({
    to: number,
    body,
    sender: senderFor(deps.config, update.familyId, country),
    statusCallback: receiptsUrl(deps.config),
    validitySeconds: LIFE_MS / 1000,
  });
  deps.log.info('consent.confirmation', { userId: update.userId, outcome: outcome.kind });
  await recordRefusal(deps, outcome, number);
  return outcome.kind !== 'ambiguous' && outcome.kind !== 'retry' && outcome.kind !== 'operator';
}
