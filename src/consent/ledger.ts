import { desc } from 'drizzle-orm';
import { eq } from '../db/comparisons.ts';
import { rowid } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { consentEvents } from '../db/schema.ts';
import type { ConsentChange } from '../numbers/changes.ts';
import type { ClaimedCaller } from '../platform/auth/caller.ts';
import type { Deps } from '../platform/deps.ts';

/** An entry of the ledger as its person sees it. `at` in ms. */
export type ConsentEntry = Pick<ConsentChange, 'action' | 'source' | 'version' | 'at'>;

/** The caller's ledger of opt-ins and opt-outs, newest first. @throws when the database fails */
export async function listConsents(
  { db }: Deps,
  { userId, familyId }: Pick<ClaimedCaller, 'userId' | 'familyId'>,
): Promise<ConsentEntry[]> {
  const { action, source, version, at } = consentEvents;
  return await db.forFamily(familyId).all(
    q
      .select({ action, source, version, at })
      .from(consentEvents)
      .where(eq(consentEvents.userId, userId))
      .orderBy(desc(at), desc(rowid(consentEvents)))
      .limit(500),
  );
}

/** The id of the ledger's entry for an update: derived, so that applying twice writes once. */
export const ledgerId = (updateId: string): string => updateId.replace(/^upd_/, 'cev_');
