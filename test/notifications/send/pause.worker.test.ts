import { afterEach, describe, expect, it, vi } from 'vitest';
import { createWorld } from '../../worker/world.ts';

async function circle() {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2031-05-05T15:00:00Z') });
  const world = await createWorld({}, 2);
  await world.seed([
    { id: 'rosa', name: 'Grandma Rosa', phone: world.phone(0) },
    { id: 'ben', name: 'Ben', phone: world.phone(1) },
  ]);
  const post = () =>
    world.api('POST', `/api/threads/${world.thread()}/messages`, {
      as: world.member('rosa'),
      body: { body: 'Dinner?' },
    });
  const pause = (body: unknown) => world.api('PUT', '/api/admin/pause', { as: 'service', body });
  const resume = (scope: string) =>
    world.api('DELETE', `/api/admin/pause?scope=${encodeURIComponent(scope)}`, { as: 'service' });
  /** What a while does: the sweep wakes what is due, the consumer looks at it. */
  const later = async (seconds: number) => {
    vi.setSystemTime(Date.now() + seconds * 1000);
    await world.api('POST', '/api/admin/sweep', { as: 'service' });
    await world.drain();
  };
  return { world, post, pause, resume, later };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a pause', () => {
  it.each([
    ['service', () => 'service'],
    ['a family', (familyId: string) => `family:${familyId}`],
    ['a country', () => 'country:US'],
  ])('of %s keeps texts back with the reason, and they go once it is taken away', async (_, scopeOf) => {
    const { world, post, pause, resume, later } = await circle();
    const scope = scopeOf(world.familyId);
    expect(await pause({ scope, reason: 'The carrier is on fire' })).toMatchObject({
      status: 200,
      json: { pause: { scope, until: null, reason: 'The carrier is on fire' } },
    });
    await post();
    await world.drain();
    expect(await world.texts()).toEqual([]);
    expect(await world.rows()).toMatchObject([{ status: 'deferred', reason: 'paused' }]);
    const log = await world.api('GET', '/api/deliveries', { as: world.member('ben') });
    expect(log.json.deliveries[0].explanation).toContain('paused by the operators');
    await later(40);
    expect(await world.texts()).toEqual([]);
    const { json } = await world.api('GET', '/api/admin/pause', { as: 'service' });
    expect(json.pauses).toMatchObject([{ scope }]);
    expect((await resume(scope)).json).toEqual({ ok: true });
    await later(40);
    expect(await world.texts()).toHaveLength(1);
  });

  it('of something else keeps nothing back, and one with an end is over by itself', async () => {
    const { world, post, pause, resume, later } = await circle();
    await pause({ scope: 'family:fam_other', reason: 'x' });
    await pause({ scope: 'country:CA', reason: 'x' });
    await pause({ scope: 'kind:code', reason: 'x' });
    await post();
    await world.drain();
    expect(await world.texts()).toHaveLength(1);
    for (const scope of ['family:fam_other', 'country:CA', 'kind:code']) await resume(scope);
    const until = new Date(Date.now() + 600_000).toISOString();
    await pause({ scope: 'service', until, reason: 'x' });
    vi.setSystemTime(Date.now() + 300_000);
    await post();
    await world.drain();
    expect(await world.texts()).toHaveLength(1);
    await later(301);
    await later(40);
    expect(await world.texts()).toHaveLength(2);
    await resume('service');
  });

  it('is refused without sense, and changes nothing', async () => {
    const { world, pause } = await circle();
    for (const body of [
      { scope: 'everything', reason: 'x' },
      { scope: 'family:', reason: 'x' },
      { scope: 'country:usa', reason: 'x' },
      { scope: 'service' },
      { scope: 'service', reason: '' },
      { scope: 'service', reason: 'x', until: '2001-01-01T00:00:00Z' },
    ])
      expect(await pause(body)).toMatchObject({ status: 400, json: { error: 'invalid_request' } });
    const { json } = await world.api('GET', '/api/admin/pause', { as: 'service' });
    expect(json.pauses).toEqual([]);
    const stranger = await world.api('PUT', '/api/admin/pause', {
      as: world.member('rosa'),
      body: { scope: 'service', reason: 'x' },
    });
    expect(stranger.status).toBe(403);
  });
});
