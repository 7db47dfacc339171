import { applyUpdates } from '../../consent/updates/relay.ts';
import { retrying } from '../../db/retry.ts';
import type { Person } from '../../numbers/changes.ts';
import { releaseNumber } from '../../numbers/holders.ts';
import type { Deps } from '../../platform/deps.ts';

/**
 * Deletes a person's number and pending codes; they get no more texts. State of the number itself, such as an
 * opt-out, stays under its keyed hash. Without a number nothing happens.
 * @throws when a database fails
 */
export async function removePhone(deps: Deps, person: Person): Promise<void> {
  const statements = releaseNumber(person, deps.now());
  await retrying(() => deps.db.directory.batch(statements));
  await applyUpdates(deps, [person.userId]);
}
