import type { ConsentChange } from '../consent/changes.ts';
import { sql } from '../db/sql.ts';
import type { ClaimedCaller } from '../platform/caller.ts';
import type { Deps } from '../platform/deps.ts';

/** An entry of the ledger as its person sees it. `at` in ms. */
export type ConsentEntry = Pick<ConsentChange, 'action' | 'source' | 'version' | 'at'>;

/** The caller's ledger of opt-ins and opt-outs, newest first. */
export async function listConsents(
  { db }: Deps,
  { userId, familyId }: Pick<ClaimedCaller, 'userId' | 'familyId'>,
): Promise<ConsentEntry[]> {
  return await db.forFamily(familyId).all<ConsentEntry>(sql`
    SELECT action AS action, source AS source, version AS version, at AS at FROM consent_events
    WHERE user_id = ${userId} ORDER BY at DESC, rowid DESC LIMIT 500`);
}
