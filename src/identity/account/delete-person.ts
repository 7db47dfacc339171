import { applyUpdates } from '../../consent/updates/relay.ts';
import { eq } from '../../db/comparisons.ts';
import { allOf } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { rateCounters, users } from '../../db/schema.ts';
import type { Person } from '../../numbers/changes.ts';
import { releaseNumber } from '../../numbers/holders.ts';
import { changeJson, enqueueForPerson, updateId } from '../../numbers/update-outbox.ts';
import type { Deps } from '../../platform/deps.ts';
import { personLog } from '../codes/code-budget.ts';

/**
 * Deletes a person: name, address, number, preferences, sessions, links and memberships go; what they wrote
 * stays under "Former member", the ledger of consent without address and browser, and an opt-out of their
 * number under its keyed hash. Deleting again does no harm. For the person's own request and the host's.
 * @returns whether there was such a person in that family
 * @throws when a database fails
 */
export async function deletePerson(deps: Deps, person: Person): Promise<boolean> {
  const found = await deps.db.forFamily(person.familyId).first(
    q
      .select({ id: users.id })
      .from(users)
      .where(allOf(eq(users.id, person.userId), eq(users.familyId, person.familyId))),
  );
  if (!found) return false;
  const now = deps.now();
  const id = updateId(now);
  await retrying(() =>
    deps.db.directory.batch({
      ...releaseNumber(person, now),
      codesAskedFor: q.delete(rateCounters).where(eq(rateCounters.key, personLog(person.userId))),
      enqueueDeleted: enqueueForPerson({ id, now, change: changeJson({ kind: 'deleted', at: now }), person }),
    }),
  );
  await applyUpdates(deps, [person.userId]);
  return true;
}
