import { describe, expect, it } from 'vitest';
import { carrierOptOut, markNumberUnusable } from '../../src/consent/carrier-reports.ts';
import { type ConsentRequest, importConsent, optIn, optOut } from '../../src/consent/opt-in-out.ts';
import { applyUpdate } from '../../src/consent/updates/apply-update.ts';
import { importPhone } from '../../src/identity/phone/import-phone.ts';
import { removePhone } from '../../src/identity/phone/remove-phone.ts';
import type { FamilyUpdate } from '../../src/numbers/changes.ts';
import { failureOf } from '../support/failure-of.ts';
import { sql } from '../support/sql.ts';
import { type TestDeps, testDeps } from '../worker/deps.ts';
import {
  family,
  ledgerOf,
  pendingUpdatesOf,
  personRows,
  sweepUpdates,
  type TestPerson,
  verified,
} from '../worker/numbers.ts';

const HOUR = 3_600_000;
const client = { address: '203.0.113.9', userAgent: 'Firefox' };
const web = (person: TestPerson): ConsentRequest => ({ ...person, source: 'web', client });
const agree = (deps: TestDeps, person: TestPerson, version = 'v1') =>
  optIn(deps, { ...web(person), version });

/** A person with a verified number, in a family of one. */
async function someone(deps: TestDeps): Promise<TestPerson> {
  const [person] = await family('rosa');
  return await verified(deps, person!);
}

describe('an opt-in', () => {
  it('needs a verified number', async () => {
    const deps = testDeps();
    const [rosa] = await family('rosa');
    await expect(agree(deps, rosa!)).rejects.toMatchObject({ code: 'phone_unverified' });
    expect(await ledgerOf(deps, rosa!.userId)).toEqual([]);
  });

  it('is recorded with all that an auditor asks for', async () => {
    const deps = testDeps();
    const rosa = await someone(deps);
    await agree(deps, rosa);
    expect(await personRows(deps, rosa.userId)).toMatchObject({
      enabled: 1,
      version: 'v1',
      optedOutAt: null,
    });
    const [entry] = await deps.unwatched.all(sql`
      SELECT action, source, version, client_address, user_agent, at, length(number_hash) AS hash
      FROM consent_events WHERE user_id = ${rosa.userId}`);
    expect(entry).toEqual({
      action: 'opt_in',
      source: 'web',
      version: 'v1',
      client_address: client.address,
      user_agent: client.userAgent,
      at: deps.clock.now,
      hash: 43,
    });
  });

  it('is confirmed by one text, the first time alone, however often it is repeated', async () => {
    const deps = testDeps();
    const rosa = await someone(deps);
    await Promise.all(Array.from({ length: 10 }, () => agree(deps, rosa)));
    await deps.idle();
    await optOut(deps, web(rosa));
    await agree(deps, rosa);
    await deps.idle();
    expect(deps.carrier.to(rosa.number)).toHaveLength(1);
    expect(deps.carrier.to(rosa.number)[0]).toMatch(/^FamilyCircleSecure.*frequency.*rates.*HELP.*STOP/i);
    expect(await ledgerOf(deps, rosa.userId)).toEqual(['opt_in web', 'opt_out web', 'opt_in web']);
    expect(await pendingUpdatesOf(deps, rosa.userId)).toEqual([]);
  });

  it('that changes nothing is no event, unless another wording was shown', async () => {
    const deps = testDeps();
    const rosa = await someone(deps);
    for (const version of ['v1', 'v1', 'v2']) await agree(deps, rosa, version);
    expect(await ledgerOf(deps, rosa.userId)).toEqual(['opt_in web', 'opt_in web']);
    expect(await personRows(deps, rosa.userId)).toMatchObject({ version: 'v2' });
  });

  it('cannot lift the block of the carrier, and says where to text START', async () => {
    const deps = testDeps();
    const rosa = await someone(deps);
    await carrierOptOut(deps, rosa);
    await expect(agree(deps, rosa)).rejects.toMatchObject({
      code: 'carrier_opted_out',
      extras: { fields: { startNumber: '+14155550100' } },
    });
    expect(await ledgerOf(deps, rosa.userId)).toEqual(['opt_out carrier']);
  });
});

describe('the confirmation of an opt-in', () => {
  it.each([
    ['was refused for a while', { kind: 'retry', code: '20429' } as const],
    ['was lost on the way', { kind: 'ambiguous', code: 'timeout' } as const],
    ['arrived, but its answer was lost', { kind: 'lost' } as const],
  ])('that %s is one text in the end', async (_, outcome) => {
    const deps = testDeps();
    const rosa = await someone(deps);
    deps.carrier.outcomes.push(outcome);
    await agree(deps, rosa);
    await deps.idle();
    expect(await pendingUpdatesOf(deps, rosa.userId)).toEqual(['consent']);
    await sweepUpdates(deps); // Within the lease nobody touches it.
    expect(deps.carrier.tried).toHaveLength(1);
    deps.clock.now += 61_000;
    await Promise.all([sweepUpdates(deps), sweepUpdates(deps)]);
    expect(deps.carrier.to(rosa.number)).toHaveLength(1);
    expect(await pendingUpdatesOf(deps, rosa.userId)).toEqual([]);
  });

  it('is left out once the person has opted out again, or after an hour', async () => {
    const deps = testDeps();
    const [rosa, tom] = [await someone(deps), await someone(deps)];
    deps.carrier.outcomes.push({ kind: 'retry', code: '20429' }, { kind: 'retry', code: '20429' });
    for (const person of [rosa, tom]) {
      await agree(deps, person);
      await deps.idle();
    }
    await optOut(deps, web(rosa));
    deps.clock.now += 61_000;
    deps.carrier.outcomes.push({ kind: 'retry', code: '20429' });
    await sweepUpdates(deps);
    deps.clock.now += HOUR;
    await sweepUpdates(deps);
    expect(deps.carrier.sent).toEqual([]);
    expect([await pendingUpdatesOf(deps, rosa.userId), await pendingUpdatesOf(deps, tom.userId)]).toEqual([
      [],
      [],
    ]);
  });

  it.each(['service', 'country:US'])(
    'waits while operators pause %s, and is one text afterwards',
    async (scope) => {
      const deps = testDeps();
      const rosa = await someone(deps);
      const pauses = [{ scope, until: null, reason: 'A look at the bill', since: 0 }];
      deps.pauses = async () => pauses;
      await agree(deps, rosa);
      await deps.idle();
      await sweepUpdates(deps);
      expect(deps.carrier.tried).toEqual([]);
      pauses.length = 0;
      await sweepUpdates(deps);
      expect(deps.carrier.to(rosa.number)).toHaveLength(1);
      expect(await pendingUpdatesOf(deps, rosa.userId)).toEqual([]);
    },
  );

  it('that the carrier refuses with 21610 is an opt-out', async () => {
    const deps = testDeps();
    const rosa = await someone(deps);
    deps.carrier.outcomes.push({ kind: 'opted_out', code: '21610' });
    await agree(deps, rosa);
    await deps.idle();
    await sweepUpdates(deps);
    expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: 0, blockedAt: deps.clock.now });
  });
});

describe('an opt-out', () => {
  it('belongs to the number: neither import nor a new holder undoes it', async () => {
    const deps = testDeps();
    const [rosa, tom] = await family('rosa', 'tom');
    await verified(deps, rosa!);
    await agree(deps, rosa!);
    await optOut(deps, web(rosa!));
    const consent = { at: deps.clock.now + 1000, origin: 'signup', version: 'host-1', phone: rosa!.number };
    expect(await importConsent(deps, { ...rosa!, ...consent })).toBe('refused');
    await removePhone(deps, rosa!);
    await deps.idle();
    await verified(deps, { ...tom!, number: rosa!.number });
    expect(await importConsent(deps, { ...tom!, ...consent })).toBe('refused');
    expect(await personRows(deps, tom!.userId)).toMatchObject({
      phone: rosa!.number,
      enabled: 0,
      optedOutAt: deps.clock.now,
    });
    await agree(deps, tom!);
    expect(await personRows(deps, tom!.userId)).toMatchObject({ enabled: 1, optedOutAt: null });
  });

  it('of the carrier is one event, however many texts it refuses', async () => {
    const deps = testDeps();
    const rosa = await someone(deps);
    await agree(deps, rosa);
    await Promise.all(Array.from({ length: 6 }, () => carrierOptOut(deps, rosa)));
    expect(await ledgerOf(deps, rosa.userId)).toEqual(['opt_in web', 'opt_out carrier']);
    expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: 0, blockedAt: deps.clock.now });
  });

  it('of a number that nobody holds is remembered', async () => {
    const deps = testDeps();
    const [rosa] = await family('rosa');
    await carrierOptOut(deps, rosa!);
    await verified(deps, rosa!);
    expect(await personRows(deps, rosa!.userId)).toMatchObject({ blockedAt: deps.clock.now });
    await expect(agree(deps, rosa!)).rejects.toMatchObject({ code: 'carrier_opted_out' });
  });
});

describe('imported consent', () => {
  it('keeps date, version and origin, sends no text, and is one entry however often it comes', async () => {
    const deps = testDeps();
    const rosa = await someone(deps);
    const consent = {
      ...rosa,
      at: deps.clock.now - 5000,
      origin: 'signup form',
      version: 'host-7',
      phone: rosa.number,
    };
    for (let i = 0; i < 3; i++) expect(await importConsent(deps, consent)).toBe('ok');
    await deps.idle();
    const entries = await deps.unwatched.all(sql`
      SELECT action, source, version, origin, at FROM consent_events WHERE user_id = ${rosa.userId}`);
    expect(entries).toEqual([
      { action: 'opt_in', source: 'import', version: 'host-7', origin: 'signup form', at: consent.at },
    ]);
    expect(deps.carrier.tried).toEqual([]);
  });

  it('is older news than an opt-out that came after it', async () => {
    const deps = testDeps();
    const rosa = await someone(deps);
    const consent = {
      ...rosa,
      at: deps.clock.now - 5000,
      origin: 'x',
      version: 'host-7',
      phone: rosa.number,
    };
    await importConsent(deps, consent);
    await removePhone(deps, rosa);
    await deps.idle();
    deps.clock.now += 1000;
    await verified(deps, rosa);
    await importConsent(deps, consent);
    expect(await personRows(deps, rosa.userId)).toMatchObject({ phone: rosa.number, enabled: 0 });
    await importConsent(deps, { ...consent, at: deps.clock.now });
    expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: 1 });
  });
});

describe('an imported number', () => {
  it('is refused while somebody else holds it', async () => {
    const deps = testDeps();
    const [rosa, tom] = await family('rosa', 'tom');
    await verified(deps, rosa!);
    const outcome = await importPhone(deps, { ...tom!, phone: rosa!.number, verifiedAt: deps.clock.now });
    expect(outcome).toBe('phone_in_use');
    expect(await importPhone(deps, { ...tom!, phone: rosa!.number, verifiedAt: null })).toBe('phone_in_use');
    expect(await personRows(deps, tom!.userId)).toMatchObject({ phone: null });
  });

  it('replaces an older one, and gives way to a newer proof', async () => {
    const deps = testDeps();
    const rosa = await someone(deps);
    const [other] = await family('other');
    const newer = { ...rosa, phone: other!.number, verifiedAt: deps.clock.now };
    expect(await importPhone(deps, newer)).toBe('ok');
    expect(await personRows(deps, rosa.userId)).toMatchObject({ phone: other!.number });
    await verified(deps, rosa);
    expect(await personRows(deps, rosa.userId)).toMatchObject({ phone: other!.number });
    const held = await deps.unwatched.all(
      sql`SELECT number FROM phone_numbers WHERE user_id = ${rosa.userId}`,
    );
    expect(held).toEqual([{ number: other!.number }]);
  });

  it('named by the host has no consent of the number before it: texts are off until the host sends some', async () => {
    const deps = testDeps();
    const rosa = await someone(deps);
    const [typo] = await family('typo');
    const given = (phone: string) => ({ ...rosa, at: 1, origin: 'form', version: 'v1', phone });
    const hostNames = (phone: string) => importPhone(deps, { ...rosa, phone, verifiedAt: ++deps.clock.now });
    const query = sql`SELECT c.action, n.number FROM consent_events c LEFT JOIN phone_numbers n
      ON n.number_hash = c.number_hash WHERE c.user_id = ${rosa.userId} ORDER BY c.rowid`;
    await importConsent(deps, given(rosa.number));
    for (const phone of [typo!.number, rosa.number]) {
      expect(await hostNames(phone)).toBe('ok');
      expect(await personRows(deps, rosa.userId)).toMatchObject({ phone, enabled: 0 });
      expect(await importConsent(deps, given(phone))).toBe('ok');
      expect(await personRows(deps, rosa.userId)).toMatchObject({ phone, enabled: 1 });
    }
    expect(await ledgerOf(deps, rosa.userId)).toEqual([
      'opt_in import',
      'opt_out number_removed',
      'opt_in import',
      'opt_out number_removed',
      'opt_in import',
    ]);
    expect((await deps.unwatched.all(query)).at(-1)).toEqual({ action: 'opt_in', number: rosa.number });
    await removePhone(deps, rosa);
    await hostNames(rosa.number);
    await importConsent(deps, given(rosa.number));
    expect(await personRows(deps, rosa.userId)).toMatchObject({ phone: rosa.number, enabled: 0 });
  });

  it('is not taken back from whoever proved it while the import was being repeated', async () => {
    const deps = testDeps();
    const [rosa, tom] = await family('rosa', 'tom');
    const hash = sql`(SELECT number_hash FROM phone_numbers WHERE number = ${rosa!.number})`;
    let failed = Number.NaN;
    const move = async () => {
      await deps.unwatched.run(
        sql`UPDATE phone_numbers SET user_id = ${tom!.userId} WHERE number_hash = ${hash}`,
      );
      return null;
    };
    deps.d1.faultAt = (trip) => {
      if (trip === failed + 1) return move();
      if (trip >= failed || deps.d1.trips[trip]!.statements.length === 1) return null;
      failed = trip;
      return { when: 'after', message: 'Network connection lost' };
    };
    await importPhone(deps, { ...rosa!, phone: rosa!.number, verifiedAt: deps.clock.now });
    const held = sql`SELECT user_id AS userId FROM phone_numbers WHERE number = ${rosa!.number}`;
    expect(await deps.unwatched.all(held)).toEqual([{ userId: tom!.userId }]);
  });
});

describe('a number that cannot receive texts', () => {
  it('is marked at once, or with the second strike, repeats of a receipt not counted', async () => {
    const deps = testDeps();
    const [rosa, tom] = [await someone(deps), await someone(deps)];
    await markNumberUnusable(deps, { number: rosa.number });
    expect(await personRows(deps, rosa.userId)).toMatchObject({ unusableAt: deps.clock.now });
    for (const receipt of ['SM1', 'SM1', 'SM1'])
      await markNumberUnusable(deps, { number: tom.number, strike: true, receipt });
    expect(await personRows(deps, tom.userId)).toMatchObject({ unusableAt: null });
    await markNumberUnusable(deps, { number: tom.number, strike: true, receipt: 'SM2' });
    expect(await personRows(deps, tom.userId)).toMatchObject({ unusableAt: deps.clock.now });
  });

  it('has its strikes behind it once it was proven again', async () => {
    const deps = testDeps();
    const rosa = await someone(deps);
    await markNumberUnusable(deps, { number: rosa.number });
    deps.clock.now += 5000;
    await verified(deps, rosa);
    await markNumberUnusable(deps, { number: rosa.number, strike: true });
    expect(await personRows(deps, rosa.userId)).toMatchObject({ unusableAt: null });
    await markNumberUnusable(deps, { number: rosa.number, strike: true });
    expect(await personRows(deps, rosa.userId)).toMatchObject({ unusableAt: deps.clock.now });
  });

  it('stays so when nobody holds it any more', async () => {
    const deps = testDeps();
    const rosa = await someone(deps);
    await markNumberUnusable(deps, rosa);
    await removePhone(deps, rosa);
    const [ana] = await family('ana');
    const old = { ...ana!, phone: rosa.number, verifiedAt: deps.clock.now - 1000 };
    expect(await importPhone(deps, old)).toBe('ok');
    expect(await personRows(deps, ana!.userId)).toMatchObject({
      phone: rosa.number,
      unusableAt: deps.clock.now,
    });
  });

  it('is healed by a newer proof alone', async () => {
    const deps = testDeps();
    const rosa = await someone(deps);
    await markNumberUnusable(deps, { number: rosa.number });
    await verified(deps, rosa);
    expect(await personRows(deps, rosa.userId)).toMatchObject({ unusableAt: deps.clock.now });
    deps.clock.now += 5000;
    await verified(deps, rosa);
    expect(await personRows(deps, rosa.userId)).toMatchObject({ unusableAt: null, phone: rosa.number });
  });
});

describe('updates that the directory has enqueued', () => {
  it('is applied in order by the sweep when the process died in between', async () => {
    const deps = testDeps();
    const rosa = await someone(deps);
    // The first trip is the directory's batch; everything after it is lost with the process.
    const dying = async (work: (d: TestDeps) => Promise<unknown>) => {
      const mortal = testDeps();
      mortal.clock.now = deps.clock.now;
      mortal.d1.faultAt = (trip) => (trip === 0 ? null : { when: 'before', message: 'killed' });
      await expect(work(mortal)).rejects.toThrow();
    };
    await dying((d) => agree(d, rosa));
    await dying((d) => optOut(d, web(rosa)));
    await dying((d) => agree(d, rosa, 'v2'));
    expect(await pendingUpdatesOf(deps, rosa.userId)).toEqual(['consent', 'consent', 'consent']);
    expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: 0 });
    await sweepUpdates(deps);
    expect(await ledgerOf(deps, rosa.userId)).toEqual(['opt_in web', 'opt_out web', 'opt_in web']);
    expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: 1, version: 'v2' });
    expect(deps.carrier.to(rosa.number)).toHaveLength(1);
  });

  it('is old news to rows that have followed a later change', async () => {
    const deps = testDeps();
    const rosa = await someone(deps);
    deps.carrier.outcomes.push({ kind: 'retry', code: '20429' }); // The confirmation keeps the update open.
    await agree(deps, rosa);
    await deps.idle();
    const [row] = await deps.unwatched.all<FamilyUpdate & { change: string }>(sql`
      SELECT seq AS seq, id AS id, family_id AS familyId, user_id AS userId, change AS change,
        created_at AS createdAt, claimed_at AS claimedAt FROM family_updates WHERE user_id = ${rosa.userId}`);
    await optOut(deps, web(rosa));
    await deps.unwatched.run(sql`DELETE FROM consent_events WHERE user_id = ${rosa.userId}`);
    await applyUpdate(deps.db.forFamily(''), { ...row!, change: JSON.parse(row!.change) }, true);
    expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: 0, optedOutAt: deps.clock.now });
    expect(await ledgerOf(deps, rosa.userId)).toEqual([]);
  });

  it('ends right whichever trip to the database fails, before its effect or after', async () => {
    const messages = ['Network connection lost', 'killed'];
    for (const when of ['before', 'after'] as const) {
      for (const message of messages) {
        for (let fail = 0; ; fail++) {
          const deps = testDeps();
          const rosa = await someone(deps);
          await agree(deps, rosa);
          await deps.idle();
          deps.d1.reset();
          deps.d1.faultAt = (trip) => (trip === fail ? { when, message } : null);
          // It may fail, by what was struck alone; what counts is the end.
          const failure = await failureOf(optOut(deps, web(rosa)));
          expect([null, `Error: ${message}`]).toContain(failure && String(failure));
          await deps.idle();
          const over = deps.d1.trips.length <= fail;
          deps.d1.faultAt = () => null;
          const isOut = (
            await deps.unwatched.all(sql`
            SELECT 1 FROM phone_numbers WHERE user_id = ${rosa.userId} AND opted_out_at IS NOT NULL`)
          ).length;
          await sweepUpdates(deps);
          const expected = isOut ? ['opt_in web', 'opt_out web'] : ['opt_in web'];
          expect([await ledgerOf(deps, rosa.userId), await pendingUpdatesOf(deps, rosa.userId)]).toEqual([
            expected,
            [],
          ]);
          expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: isOut ? 0 : 1 });
          if (over) break;
        }
      }
    }
  });

  it('is followed once by many at a time', async () => {
    const deps = testDeps();
    const rosa = await someone(deps);
    await Promise.all([
      ...Array.from({ length: 5 }, () => agree(deps, rosa)),
      ...Array.from({ length: 5 }, () => optOut(deps, web(rosa))),
      ...Array.from({ length: 3 }, () => sweepUpdates(deps)),
    ]);
    await deps.idle();
    const [number] = await deps.unwatched.all<{ out: number | null }>(sql`
      SELECT opted_out_at AS out FROM phone_numbers WHERE user_id = ${rosa.userId}`);
    const rows = await personRows(deps, rosa.userId);
    expect(rows.optedOutAt).toBe(number!.out);
    expect(rows.enabled).toBe(number!.out === null ? 1 : 0);
    const ledger = await ledgerOf(deps, rosa.userId);
    // Alternating, and ending as the number stands: each update was followed once, in the directory's order.
    expect(ledger.every((entry, i) => i === 0 || entry !== ledger[i - 1])).toBe(true);
    expect(ledger.at(-1)).toBe(number!.out === null ? 'opt_in web' : 'opt_out web');
    expect(await pendingUpdatesOf(deps, rosa.userId)).toEqual([]);
  });
});
