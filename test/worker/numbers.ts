import { relayPendingUpdates, runFollowUps } from '../../src/consent/updates/relay.ts';
import { importPhone } from '../../src/identity/phone/import-phone.ts';
import type { Deps } from '../../src/platform/deps.ts';
import { sql } from '../support/sql.ts';
import type { TestDeps } from './deps.ts';
import { insertFamily } from './people.ts';

/** A person of a test family, with a number of their own that they may or may not have verified. */
export interface TestPerson {
  userId: string;
  familyId: string;
  number: string;
}

let people = 0;

/** A number that no other test uses: 202 555 0100 and up, all of them valid US numbers. */
export function freshNumber(): string {
  people += 1;
  return `+1202${String(5_550_100 + people).padStart(7, '0')}`;
}

/** A family of people without phones. */
export async function family(...names: string[]): Promise<TestPerson[]> {
  const familyId = `fam_${crypto.randomUUID()}`;
  const persons = names.map((name) => ({
    userId: `usr_${name}_${familyId.slice(4, 12)}`,
    familyId,
    number: freshNumber(),
  }));
  await insertFamily(
    familyId,
    persons.map(({ userId }) => userId),
  );
  return persons;
}

/** Lets a person hold their number, as the host application vouches. */
export async function verified(deps: TestDeps, person: TestPerson): Promise<TestPerson> {
  const outcome = await importPhone(deps, {
    ...person,
    phone: person.number,
    verifiedAt: deps.clock.now - 1000,
  });
  if (outcome !== 'ok') throw new Error(`The number of ${person.userId} was not taken: ${outcome}`);
  return person;
}

/** A person's own rows, as far as numbers and consent go. */
export async function personRows(deps: TestDeps, userId: string) {
  const rows = await deps.unwatched.all<{
    enabled: number | null;
    optedOutAt: number | null;
    blockedAt: number | null;
    version: string | null;
    phone: string | null;
    verifiedAt: number | null;
    unusableAt: number | null;
  }>(sql`
    SELECT p.sms_enabled AS enabled, p.opted_out_at AS optedOutAt, p.carrier_opted_out_at AS blockedAt,
      p.consent_version AS version, u.phone AS phone, u.phone_verified_at AS verifiedAt, u.phone_unusable_at AS unusableAt
    FROM users u LEFT JOIN notification_preferences p ON p.user_id = u.id WHERE u.id = ${userId}`);
  return rows[0]!;
}

/** A person's ledger, oldest entry first, as `opt_in web`. */
export async function ledgerOf(deps: TestDeps, userId: string): Promise<string[]> {
  const rows = await deps.unwatched.all<{ action: string; source: string }>(sql`
    SELECT action AS action, source AS source FROM consent_events WHERE user_id = ${userId} ORDER BY rowid`);
  return rows.map(({ action, source }) => `${action} ${source}`);
}

/** The kinds of a person's pending updates. */
export async function pendingUpdatesOf(deps: TestDeps, userId: string): Promise<string[]> {
  const rows = await deps.unwatched.all<{ kind: string }>(sql`
    SELECT change ->> '$.kind' AS kind FROM family_updates WHERE user_id = ${userId} ORDER BY seq`);
  return rows.map(({ kind }) => kind);
}

/** The sweep's part in pending updates: rows, then follow-ups. */
export async function sweepUpdates(deps: Deps): Promise<void> {
  await relayPendingUpdates(deps);
  await runFollowUps(deps);
}
