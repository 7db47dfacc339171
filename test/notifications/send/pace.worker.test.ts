import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Bindings } from '../../../src/platform/deps.ts';
import { browsers } from '../../web/browse.ts';
import { createWorld, type TestEnv, type World } from '../../worker/world.ts';

const PEOPLE = ['rosa', ...Array.from({ length: 9 }, (_, n) => `p${n}`)];

async function circle(settings: Record<string, string>): Promise<World> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2031-05-05T15:00:00Z') });
  const world = await createWorld(settings, PEOPLE.length + 2);
  await world.seed(PEOPLE.map((id, n) => ({ id, name: id, phone: world.phone(n) })));
  return world;
}
const post = (world: World, extra: { urgent?: boolean } = {}) =>
  world.api('POST', `/api/threads/${world.thread()}/messages`, {
    as: world.member('rosa'),
    body: { body: 'Dinner?', ...extra },
  });
const statuses = async (world: World) =>
  Object.fromEntries(
    [...Map.groupBy(await world.rows(), ({ status }) => String(status))].map(([status, rows]) => [
      status,
      rows.length,
    ]),
  );
const later = async (world: World, seconds: number) => {
  vi.setSystemTime(Date.now() + seconds * 1000);
  await world.api('POST', '/api/admin/sweep', { as: 'service' });
  await world.drain();
};

afterEach(() => {
  vi.useRealTimers();
});

describe('texts at the pace of their sender', () => {
  it('wait for their turn, say so, and leave one after the other', async () => {
    const world = await circle({ SMS_PER_SECOND: '0.1' }); // Six at once, then one each ten seconds.
    await post(world);
    await world.drain();
    expect(await statuses(world)).toEqual({ sent: 6, pending: 3 });
    const waiting = (await world.rows()).filter(({ status }) => status === 'pending');
    expect(waiting.map(({ reason, error }) => [reason, error])).toEqual(waiting.map(() => [null, null]));
    expect(waiting.map(({ due_at: due }) => (Number(due) - Date.now()) / 1000).sort()).toEqual([10, 20, 30]);
    const who = String(waiting[0]!.user_id).split('_')[0]!;
    const { json } = await world.api('GET', '/api/deliveries', { as: world.member(who) });
    expect(json.deliveries[0]).toMatchObject({
      status: 'pending',
      reason: null,
      explanation: expect.stringMatching(/^The text waits for its turn and would go at 11:00 AM\.$/),
    });
    const browse = await browsers(world, [who]);
    expect((await browse(who, '/settings/texts')).words).toContain('waits for its turn');
    await later(world, 10);
    expect(await statuses(world)).toEqual({ sent: 7, pending: 2 });
    await later(world, 20);
    expect(await statuses(world)).toEqual({ sent: 9 });
    expect(await world.texts()).toHaveLength(9);
  });

  it('of a family that asks for little do not wait behind the turns of another that asks for much', async () => {
    const world = await circle({ SMS_PER_SECOND: '0.1' });
    await post(world); // Nine: six go, three have turns.
    await world.drain();
    const familyId = `${world.familyId}_other`;
    const at = new Date(Date.now() - 86_400_000).toISOString();
    const smsConsent = { at, source: 'signup form', version: '2026-01' };
    await world.mirror(`families/${familyId}`, { name: 'Others', timeZone: 'America/New_York' });
    for (const [n, id] of [`ana_${familyId}`, `ben_${familyId}`].entries()) {
      const phone = world.phone(PEOPLE.length + n);
      await world.mirror(`users/${id}`, { familyId, name: id, phone, phoneVerifiedAt: at, smsConsent });
    }
    const memberIds = [`ana_${familyId}`, `ben_${familyId}`];
    await world.mirror(`threads/thr_${familyId}`, { familyId, title: 'Two', memberIds });
    await world.api('POST', `/api/threads/thr_${familyId}/messages`, {
      as: { userId: memberIds[0]!, familyId },
      body: { body: 'Dinner?' },
    });
    await world.drain();
    const number = world.phone(PEOPLE.length + 1);
    expect(await world.texts(number)).toEqual([]);
    await later(world, 10);
    expect(await world.texts(number)).toHaveLength(1);
    expect(await statuses(world)).toEqual({ sent: 6, pending: 3 });
    for (const _ of [1, 2, 3]) await later(world, 10);
    expect(await statuses(world)).toEqual({ sent: 9 });
  });

  it('end at once when their turn comes only after they have expired, instead of waiting for it', async () => {
    const world = await circle({ SMS_PER_SECOND: '0.1', SMS_EXPIRY_SECONDS: '60' });
    await post(world);
    await world.drain();
    await post(world, { urgent: true });
    await world.drain();
    const rows = await world.rows();
    const turns = rows.flatMap(({ status, due_at: due, created_at: at }) =>
      status === 'pending' ? [(Number(due) - Number(at)) / 1000] : [],
    );
    expect(Math.max(...turns)).toBeLessThanOrEqual(60);
    const ended = rows.filter(({ status }) => status === 'suppressed');
    expect(ended.length).toBeGreaterThan(0);
    expect(ended.map(({ reason, due_at: due, wake_at: wake }) => [reason, due, wake])).toEqual(
      ended.map(() => ['expired', null, null]),
    );
    await later(world, 61);
    expect((await statuses(world)).pending).toBeUndefined();
  });

  it('stay where they are while the sender cannot be asked', async () => {
    const world = await circle({});
    await post(world);
    const broken = {
      idFromName: () => ({}),
      get: () => ({ take: async () => Promise.reject(new Error('Network connection lost.')) }),
    } as unknown as Bindings['SENDER'];
    const { result } = await world.drain({ env: { SENDER: broken } as Partial<TestEnv>, keep: true });
    expect([result.retryMessages.length, await world.texts()]).toEqual([9, []]);
    expect(await statuses(world)).toEqual({ pending: 9 });
    await world.drain();
    expect(await statuses(world)).toEqual({ sent: 9 });
  });

  it('slow down when the carrier says so, all of them, and no row is the worse for it', async () => {
    const world = await circle({});
    await world.control('PATCH', 'faults', { retryAfterSeconds: 20 });
    await world.control('POST', 'faults/next', { fault: 'rateLimited' });
    await post(world);
    await world.drain();
    expect(await statuses(world)).toEqual({ sent: 8, pending: 1 });
    await post(world, { urgent: true });
    await world.drain();
    const waiting = (await world.rows()).filter(({ status, urgent }) => status === 'pending' && urgent === 1);
    expect(waiting).toHaveLength(9);
    expect(Number(waiting[0]!.due_at) - Date.now()).toBeGreaterThanOrEqual(19_000);
    expect(await world.texts()).toHaveLength(8);
    await later(world, 21);
    expect(await world.texts()).toHaveLength(17);
    expect((await statuses(world)).pending).toBeUndefined();
  });

  it('come from the sender of their family, always the same', async () => {
    const numbers = ['+18885550100', '+18885550101', '+18885550102'];
    const SENDERS = JSON.stringify(numbers.map((from) => ({ from, perSecond: 3 })));
    const world = await circle({ SENDERS, TWILIO_FROM: '' });
    await world.control('PATCH', 'settings', { from: numbers });
    await post(world);
    await world.drain();
    await post(world, { urgent: true });
    await world.drain();
    const senders = new Set((await world.texts()).map(({ from }) => from));
    expect([senders.size, numbers.includes([...senders][0]!)]).toEqual([1, true]);
    expect(await statuses(world)).toEqual({ sent: 18 });
  });
});
