import { sql } from '../db/sql.ts';
import type { ConsentChange } from '../numbers/changes.ts';
import type { ClaimedCaller } from '../platform/auth/caller.ts';
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

/** The id of the ledger's entry for an update: derived, so that applying twice writes once. */
export const ledgerId = (updateId: string): string => updateId.replace(/^upd_/, 'cev_');
