import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import {
  carrierOptOut,
  importConsent,
  markNumberUnusable,
  optIn,
  optOut,
} from '../../src/consent/consent.ts';
import { importPhone } from '../../src/consent/import-phone.ts';
import { type TestDeps, testDeps } from '../worker/deps.ts';
import { insertFamily } from '../worker/people.ts';

let counter = 0;

/** A fresh family with people, each with a verified number when asked. */
async function world(people: string[]) {
  const n = ++counter;
  const familyId = `fam_c${n}`;
  const ids = people.map((name) => `usr_${name}_c${n}`);
  await insertFamily(familyId, ids);
  const numbers = ids.map((_, i) => `+1202555${String(n * 10 + i).padStart(4, '0')}`);
  return ids.map((userId, i) => ({ userId, familyId, number: numbers[i]! }));
}

const client = { address: '203.0.113.9', userAgent: 'test' };

async function preferences(deps: TestDeps, userId: string) {
  const rows = await deps.db.forFamily('').all<Record<string, number | string | null>>(sql`
    SELECT p.sms_enabled AS enabled, p.opted_out_at AS optedOutAt, p.carrier_opted_out_at AS blockedAt, p.consent_version AS version,
      u.phone AS phone, u.phone_unusable_at AS unusableAt
    FROM users u LEFT JOIN notification_preferences p ON p.user_id = u.id WHERE u.id = ${userId}`);
  return rows[0]!;
}

async function ledger(deps: TestDeps, userId: string) {
  const rows = await deps.db
    .forFamily('')
    .all<{ action: string; source: string; version: string | null }>(sql`
    SELECT action AS action, source AS source, version AS version FROM consent_events WHERE user_id = ${userId} ORDER BY rowid`);
  return rows.map(({ action, source }) => `${action} ${source}`);
}

describe('consent', () => {
  it('opts in and out', async () => {
    const deps = testDeps();
    const [rosa] = await world(['rosa']);
    const person = rosa!;
    await expect(optIn(deps, { ...person, source: 'web', client, version: 'v' })).rejects.toMatchObject({
      code: 'phone_unverified',
    });
    expect(await importPhone(deps, { ...person, phone: person.number, verifiedAt: 5 })).toBe('ok');
    expect(await preferences(deps, person.userId)).toMatchObject({ phone: person.number, enabled: 0 });
    await optIn(deps, { ...person, source: 'web', client, version: 'v' });
    await deps.idle();
    expect(await preferences(deps, person.userId)).toMatchObject({ enabled: 1, optedOutAt: null });
    expect(deps.carrier.to(person.number)).toHaveLength(1);
    await optOut(deps, { ...person, source: 'web', client });
    expect(await preferences(deps, person.userId)).toMatchObject({ enabled: 0, optedOutAt: deps.clock.now });
    expect(await importConsent(deps, { ...person, at: 1, origin: 'x', version: 'h' })).toBe('opted_out');
    await carrierOptOut(deps, person);
    await expect(optIn(deps, { ...person, source: 'web', client, version: 'v' })).rejects.toMatchObject({
      code: 'carrier_opted_out',
    });
    await markNumberUnusable(deps, { number: person.number });
    expect(await preferences(deps, person.userId)).toMatchObject({ unusableAt: deps.clock.now });
    expect(await ledger(deps, person.userId)).toEqual(['opt_in web', 'opt_out web', 'opt_out carrier']);
    await deps.idle();
    expect(await deps.db.directory.all(sql`SELECT change AS c FROM family_updates`)).toEqual([]);
  });
});
