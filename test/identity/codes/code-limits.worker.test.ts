import { beforeEach, describe, expect, it } from 'vitest';
import { identityEndpoints } from '../../../src/identity/routes.ts';
import { clientNetworks } from '../../../src/platform/rate-limit.ts';
import { sql } from '../../support/sql.ts';
import { type Ask, testApp } from '../../worker/app.ts';
import { testDeps } from '../../worker/deps.ts';
import { family, freshNumber, type TestPerson, verified } from '../../worker/numbers.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A day that no other test has counted in. */
let day = Math.ceil(Date.now() / DAY) * DAY + 200 * DAY;
beforeEach(() => {
  day += 3 * DAY;
});

function world(settings: Record<string, string> = {}) {
  const deps = testDeps({ CODES_PER_PREFIX_HOUR: '1000', ...settings });
  deps.clock.now = day;
  const app = testApp(deps, identityEndpoints);
  const start = async (phone: string, address: string, more: Ask = {}) => {
    const told = await app('/api/login/start', { body: { phone }, address, ...more });
    await deps.idle();
    return told;
  };
  const prove = async (as: TestPerson, address: string) => {
    const told = await app('/api/phone/start-verify', { as, body: { phone: as.number }, address });
    await deps.idle();
    return told;
  };
  const people = async (count: number) => {
    const members = await family(...Array.from({ length: count }, (_, i) => `p${i}`));
    return await Promise.all(members.map((person) => verified(deps, person)));
  };
  return { deps, app, start, prove, people };
}

const statuses = (told: { status: number }[]) => told.map(({ status }) => status);

describe('sign-ins that are started with numbers nobody has', () => {
  it('use up no text of the day, whoever asks for how many: known people still get theirs', async () => {
    const { deps, start, prove, people } = world({ CODES_PER_DAY: '20', CODES_PER_PREFIX_HOUR: '5' });
    const [rosa, tom] = await people(2);
    for (let i = 0; i < 30; i++) {
      expect((await start(freshNumber(), `2001:db8:${i}:${i % 12}::1`)).status).toBe(200);
    }
    expect(deps.carrier.tried).toEqual([]);
    expect((await start(rosa!.number, '2001:db8:77::1')).status).toBe(200);
    expect(deps.carrier.tried.map(({ to }) => to)).toEqual([rosa!.number]);
    expect((await prove(tom!, '192.0.2.1')).status).toBe(200);
  });

  it('have a ceiling of their own: beyond it every network may start less, known numbers and unknown alike', async () => {
    const { deps, start, people } = world({ CODES_PER_DAY: '4' });
    const [rosa, tom] = await people(2);
    for (let i = 0; i < 8; i++) await start(freshNumber(), `198.18.${i}.1`);
    expect(deps.alerts).toEqual(['unknown_numbers']);
    const flood = await Promise.all(
      Array.from({ length: 12 }, (_, i) => start(freshNumber(), `2001:db8:5:${i}::1`)),
    );
    expect(statuses(flood).filter((status) => status === 200)).toHaveLength(5);
    expect((await start(rosa!.number, '2001:db8:5:99::1')).status).toBe(429);
    expect((await start(rosa!.number, '2001:db8:6::1')).status).toBe(200);
    expect(deps.carrier.tried.map(({ to }) => to)).toEqual([rosa!.number]);
    deps.clock.now += DAY;
    const nextDay = Array.from({ length: 7 }, (_, i) => start(freshNumber(), `2001:db8:5:${i}::1`));
    expect(statuses(await Promise.all(nextDay))).toEqual(Array<number>(7).fill(200));
    expect((await start(tom!.number, '2001:db8:5:99::1')).status).toBe(200);
  });
});

describe('texts of the day', () => {
  it('are counted when they are handed over: not for who gets none, nor when the carrier took none', async () => {
    const { deps, start, people } = world({ CODES_PER_DAY: '4' });
    const [blocked, stopped, unlucky, ...others] = await people(8);
    await deps.unwatched.run(
      sql`UPDATE phone_numbers SET carrier_opted_out_at = 1 WHERE user_id = ${blocked!.userId}`,
    );
    await deps.unwatched.run(
      sql`UPDATE phone_numbers SET opted_out_at = 1 WHERE user_id = ${stopped!.userId}`,
    );
    deps.carrier.outcomes.push({ kind: 'operator', code: '20003' });
    for (const { number } of [unlucky!, blocked!, stopped!]) {
      expect((await start(number, '198.18.0.1')).status).toBe(200);
    }
    const sent = others.slice(0, 4).map(({ number }, i) => start(number, `198.19.${i}.1`));
    expect(statuses(await Promise.all(sent))).toEqual([200, 200, 200, 200]);
    expect(deps.carrier.sent).toHaveLength(4);
    // Known or not: whoever asks now hears the same.
    const late = [await start(others[4]!.number, '198.20.0.1'), await start(freshNumber(), '198.20.1.1')];
    expect(late.map(({ status, body }) => [status, body.message])).toEqual([
      [429, late[0]!.body.message],
      [429, late[0]!.body.message],
    ]);
    expect(deps.alerts).toContain('codes_per_day');
  });

  it('never become more than the ceiling, however many ask at once', async () => {
    const { deps, start, people } = world({ CODES_PER_DAY: '4' });
    await Promise.all((await people(12)).map(({ number }, i) => start(number, `198.18.${i}.1`)));
    expect(deps.carrier.tried).toHaveLength(4);
  });

  it('are shared: strangers leave a fifth, people who are signed in a tenth; each gets what the others left', async () => {
    const { deps, start, prove, people } = world({ CODES_PER_DAY: '20' });
    const all = await people(40);
    const byStrangers = [];
    for (const [i, { number }] of all.slice(0, 18).entries())
      byStrangers.push(await start(number, `198.18.${i}.1`));
    expect(statuses(byStrangers)).toEqual([...Array<number>(16).fill(200), 429, 429]);
    const proofs = [];
    for (const [i, person] of all.slice(18, 23).entries()) proofs.push(await prove(person, `198.19.${i}.1`));
    expect(statuses(proofs)).toEqual([200, 200, 200, 200, 429]);
    deps.clock.now += DAY;
    const many = [];
    for (const [i, person] of all.slice(0, 19).entries()) many.push(await prove(person, `198.19.${i}.1`));
    expect(statuses(many)).toEqual([...Array<number>(18).fill(200), 429]);
    expect((await start(all[30]!.number, '198.18.0.1')).status).toBe(200);
  });
});

describe('networks', () => {
  it.each([
    ['2001:DB8:0a:b1ff:1::9', ['2001:db8:a:b1ff::/64', '2001:db8:a:b100::/56', '2001:db8:a::/48']],
    ['2001:db8::1', ['2001:db8:0:0::/64', '2001:db8:0:0000::/56', '2001:db8:0::/48']],
    ['198.51.100.7', ['198.51.100.7', '198.51.100.0/24']],
  ])('of %s', (address, networks) => {
    expect(clientNetworks(address).map(({ network }) => network)).toEqual(networks);
  });

  it.each<[string, (i: number) => string, number]>([
    ['one address', () => '198.51.100.7', 2],
    ['a /24', (i) => `198.51.100.${i}`, 16],
    ['a /64', (i) => `2001:db8:1:1::${i}`, 2],
    ['a /56', (i) => `2001:db8:1:1${String(i).padStart(2, '0')}::1`, 8],
    ['a /48', (i) => `2001:db8:1:${i}00::1`, 32],
  ])('of %s may start so many, and then no more', async (_, address, most) => {
    const { start } = world({ CODES_PER_ADDRESS_HOUR: '2' });
    const told = [];
    for (let i = 0; i <= most; i++) told.push(await start(freshNumber(), address(i)));
    expect(statuses(told)).toEqual([...Array<number>(most).fill(200), 429]);
  });

  it('that strangers have used up hold neither people who are signed in nor known devices', async () => {
    const { deps, app, start, prove, people } = world({ CODES_PER_ADDRESS_HOUR: '2' });
    const [rosa, tom] = await people(2);
    const first = await start(rosa!.number, '198.51.100.7');
    const code = /code is (\d{6})/.exec(deps.carrier.to(rosa!.number)[0]!)?.[1];
    const body = { phone: rosa!.number, code, handle: first.body.handle };
    const { deviceToken } = (await app('/api/login/confirm', { body })).body;
    await start(freshNumber(), '198.51.100.7');
    expect((await start(tom!.number, '198.51.100.7')).status).toBe(429);
    const again = { body: { phone: rosa!.number, deviceToken } };
    expect((await start(rosa!.number, '198.51.100.7', again)).status).toBe(200);
    expect((await prove(tom!, '198.51.100.7')).status).toBe(200);
  });
});
