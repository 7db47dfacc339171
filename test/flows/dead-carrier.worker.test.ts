import { afterEach, expect, it, vi } from 'vitest';
import { tell } from './story.ts';

afterEach(() => vi.useRealTimers());

it('tells operators within two minutes that the carrier is silent, and people that we go on trying', async () => {
  const story = await tell('2031-03-03T16:00:00Z', { people: ['rosa', 'ben', 'mia', 'leo'] });
  const stats = async () => (await story.api('GET', '/api/admin/stats?hours=1', { as: 'service' })).json;
  expect((await stats()).troubles).toEqual([]);
  await story.control('PATCH', 'faults', { serverError: 1 });
  await story.say('rosa', 'Is anybody there?');
  await story.minutes(2);
  const { troubles, alerts, unmoved, tries } = await stats();
  expect(troubles.map(({ kind }: { kind: string }) => kind)).toEqual(['carrier_silent']);
  expect(troubles[0].message).toMatch(
    /^The carrier is not answering; we go on trying\. 3 texts to 3 people wait, the oldest for 2 minutes\./,
  );
  expect(alerts.map(({ kind }: { kind: string }) => kind)).toEqual(['carrier_silent']);
  expect([unmoved.people, tries.five.share]).toEqual([3, 1]);
  expect((await story.log('ben')).map(({ explanation }) => explanation)).toEqual([
    'The text has not left yet: the phone company is not answering. We go on trying.',
  ]);
  await story.control('DELETE', 'faults');
  await story.minutes(3);
  expect(await story.heard('ben')).toHaveLength(1);
  expect((await stats()).troubles).toEqual([]);
});
