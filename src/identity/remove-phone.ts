import type { Person } from '../consent/changes.ts';
import { settle } from '../consent/family-updates.ts';
import { release } from '../consent/holders.ts';
import { retrying } from '../db/retry.ts';
import type { Deps } from '../platform/deps.ts';

/**
 * Forgets a person's number, pending codes included; texts stop. What belongs to the number itself, such as
 * an opt-out, stays under its keyed hash. Without a number nothing happens.
 */
export async function removePhone(deps: Deps, person: Person): Promise<void> {
  const { directory } = deps.db;
  await retrying(() => directory.batch([...release(directory, person, deps.now())]));
  await settle(deps, [person.userId]);
}
