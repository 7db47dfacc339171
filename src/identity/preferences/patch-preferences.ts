import { not, sql } from 'drizzle-orm';
import { type ConsentRequest, checkOptIn, optIn, optOut } from '../../consent/opt-in-out.ts';
import { ensurePreferences } from '../../consent/updates/apply-update.ts';
import type { Db } from '../../db/client.ts';
import { eq } from '../../db/comparisons.ts';
import { allOf, hasRow, jsonTable } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { notificationPreferences, threadMembers, users } from '../../db/schema.ts';
import { rescheduleDeferred } from '../../notifications/deliveries/outbox.ts';
import type { Deps } from '../../platform/deps.ts';
import { AppError } from '../../platform/errors.ts';
import { ifMatches, preconditionFailed } from '../../platform/http/repeated-requests.ts';
import {
  changesUsedUp,
  countChange,
  usedUp as tooMany,
  windowsAt,
} from '../../platform/pace/person-budget.ts';
import { FOREVER } from '../../platform/time.ts';
import { type PreferencesPatch, quietTimesProblem } from './preferences-schema.ts';
import { type ReadPreferences, readPreferences } from './read-preferences.ts';

/** A change of a person's preferences, by themselves or by the host on their behalf. */
export interface PatchRequest extends ConsentRequest {
  patch: PreferencesPatch;
  /** The If-Match header. */
  ifMatch: string | null;
  /** The wording's version to record when the patch names none. */
  currentVersion: string;
}

const ATTEMPTS = 5;

/** The patch without a zone that was only sent back as it was read: the family's, or the number's, stays theirs. */
function withoutToldZone(patch: PreferencesPatch, { preferences }: ReadPreferences): PreferencesPatch {
  const { timeZone, timeZoneSource } = patch;
  const isTold = timeZoneSource !== undefined && preferences.timeZoneSource !== 'person';
  return isTold && timeZone === preferences.timeZone ? { ...patch, timeZone: undefined } : patch;
}

const invalid = (field: string, problem: string) =>
  new AppError('invalid_request', `Correct what "details" names: ${field}.`, {
    details: [{ in: 'body', field, problem }],
  });

/**
 * Until when each named thread is muted; null: unmuted.
 * @throws AppError `invalid_request` for a time in the past
 */
function mutesOf(
  { perThreadMute = {} }: PreferencesPatch,
  now: number,
): { threadId: string; until: number | null }[] {
  return Object.entries(perThreadMute).map(([threadId, mute]) => {
    const until = mute === true ? FOREVER : mute === false ? null : mute;
    if (until !== null && until <= now)
      throw invalid(`perThreadMute.${threadId}`, 'should be a time to come');
    return { threadId, until };
  });
}

/** Checks the patch against the current preferences. @throws AppError `invalid_request`, `thread_not_found` */
function checkPatch(patch: PreferencesPatch, current: ReadPreferences): void {
  const { quietStart = current.preferences.quietStart, quietEnd = current.preferences.quietEnd } = patch;
  const problem = quietTimesProblem(quietStart, quietEnd);
  if (problem !== null) throw invalid('quietStart, quietEnd', problem);
  const foreign = Object.keys(patch.perThreadMute ?? {}).some(
    (threadId) => !current.memberOf.includes(threadId),
  );
  if (foreign) throw new AppError('thread_not_found', 'There is no such thread, or you are not in it.');
}

function movesQuietHours({ quietStart, quietEnd, quietDelivery, timeZone }: PreferencesPatch): boolean {
  return [quietStart, quietEnd, quietDelivery, timeZone].some((wish) => wish !== undefined);
}

/**
 * Writes everything but consent, in one batch under the condition that the revision is unchanged.
 * @param optInsPerDay how many opt-ins there may be, where this is one: each leaves an entry in the ledger for good. An
 *   opt-out always may be; null for it, and for the host
 */
async function write(
  db: Db,
  { userId, familyId, patch }: PatchRequest,
  revision: number,
  now: number,
  optInsPerDay: number | null,
): Promise<'written' | 'used_up' | 'changed'> {
  const prefs = notificationPreferences;
  const { dayAt } = windowsAt(now);
  const isUsedUp = optInsPerDay !== null && allOf(eq(users.id, userId), changesUsedUp(dayAt, optInsPerDay));
  const isCurrent = allOf(
    eq(prefs.userId, userId),
    eq(prefs.revision, revision),
    isUsedUp && not(hasRow(users, isUsedUp)),
  );
  const mutes = jsonTable('mute', mutesOf(patch, now), ['threadId', 'until']);
  const { urgentAllowed, quietStart, quietEnd, quietDelivery, preview, timeZone } = patch;
  const { written, usedUp } = await db.batch({
    usedUp: isUsedUp && q.select({ userId: users.id }).from(users).where(isUsedUp),
    ensurePreferences: ensurePreferences({ userId, familyId }),
    timeZone:
      timeZone !== undefined &&
      q
        .update(users)
        .set({ timeZone })
        .where(allOf(eq(users.id, userId), hasRow(prefs, isCurrent))),
    mutes:
      patch.perThreadMute !== undefined &&
      q
        .update(threadMembers)
        .set({ mutedUntil: sql`${mutes.until}` })
        .from(mutes)
        .where(
          allOf(
            eq(threadMembers.userId, userId),
            eq(threadMembers.threadId, mutes.threadId),
            hasRow(prefs, isCurrent),
          ),
        ),
    written: q
      .update(prefs)
      .set({
        revision: sql`${prefs.revision} + 1`,
        urgentAllowed,
        quietStart,
        quietEnd,
        quietDelivery,
        preview,
      })
      .where(isCurrent),
    counted:
      isUsedUp &&
      q
        .update(users)
        .set(countChange(dayAt))
        .where(
          allOf(
            eq(users.id, userId),
            hasRow(prefs, allOf(eq(prefs.userId, userId), eq(prefs.revision, revision + 1))),
            not(isUsedUp),
          ),
        ),
    // Texts deferred by quiet hours are decided again.
    rescheduled: movesQuietHours(patch) && rescheduleDeferred([userId], now, { reasons: ['quiet_hours'] }),
  });
  if (written.meta.changes > 0) return 'written';
  return usedUp && usedUp.length > 0 ? 'used_up' : 'changed';
}

/** The change of consent that the patch asks for; null for none. */
function consentWanted({ patch }: PatchRequest, current: ReadPreferences): 'opt_in' | 'opt_out' | null {
  const { smsEnabled, consentVersion } = patch;
  const isOn = current.preferences.smsEnabled;
  if (smsEnabled === false) return isOn ? 'opt_out' : null;
  if (smsEnabled !== true) return null;
  const newWording = consentVersion !== undefined && consentVersion !== current.consentVersion;
  return isOn && !newWording ? null : 'opt_in';
}

async function read(deps: Deps, request: PatchRequest): Promise<ReadPreferences> {
  const found = await readPreferences(deps, request, Object.keys(request.patch.perThreadMute ?? {}));
  if (!found) throw new AppError('unauthenticated', 'This account does not exist any more.');
  return found;
}

/**
 * Changes preferences completely or not at all, consent last, by optIn and optOut. Without If-Match a
 * concurrent change is taken into account; with it, it is refused.
 * @throws AppError `invalid_request`, `thread_not_found`, `precondition_failed`, `phone_unverified`,
 * `carrier_opted_out`, `conflict` (the host's consent is older than an opt-out), `rate_limited`
 */
export async function patchPreferences(deps: Deps, request: PatchRequest): Promise<ReadPreferences> {
  const { ifMatch } = request;
  const db = deps.db.forFamily(request.familyId);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const current = await read(deps, request);
    const patch = withoutToldZone(request.patch, current);
    if (!ifMatches(ifMatch, current.etag)) throw preconditionFailed();
    checkPatch(patch, current);
    const wanted = consentWanted(request, current);
    if (wanted === 'opt_in') await checkOptIn(deps, request);
    const perDay = deps.config.CHANGES_PER_DAY;
    const bound = wanted === 'opt_in' && request.source !== 'host' ? perDay : null;
    const outcome = await write(db, { ...request, patch }, current.revision, deps.now(), bound);
    if (outcome === 'used_up') throw tooMany('changes', 'day', perDay, deps.now());
    if (outcome === 'changed') continue;
    if (wanted === 'opt_out') await optOut(deps, request);
    if (wanted === 'opt_in') {
      await optIn(deps, { ...request, version: patch.consentVersion ?? request.currentVersion });
    }
    return await read(deps, request);
  }
  throw new AppError('unavailable', 'Too many changes at once; try again.', { retryAfterSeconds: 1 });
}
