import { env } from 'cloudflare:workers';
import { afterEach, expect, it, vi } from 'vitest';
import { type Story, tell } from './story.ts';

const WHO = ['ben', 'mia', 'leo'];
let story: Story;

afterEach(() => vi.useRealTimers());

/** The object reads the settings for itself, when it is first asked something. */
async function withSettings(settings: Record<string, unknown>): Promise<void> {
  await story.evict();
  await story.inObject((object) => void Object.assign(object as object, { env: { ...env, ...settings } }));
}

it('the service’s budget lets so many texts leave; the others wait with a reason, and operators know', async () => {
  story = await tell('2035-06-15T16:00:00Z', { people: ['rosa', ...WHO] });
  await withSettings({ SMS_SERVICE_HOURLY_CAP: '10' });
  for (const id of ['thread', 'camping', 'garden', 'school']) {
    await story.openThread(id, id);
    await story.say('rosa', `About ${id}`, { thread: id });
  }
  const states = async () => (await Promise.all(WHO.map((who) => story.states(who)))).flat().sort();
  expect(await states()).toEqual([...Array(2).fill('deferred daily_cap'), ...Array(10).fill('sent')]);
  const rows = (await Promise.all(WHO.map((who) => story.log(who)))).flat();
  const waiting = rows.filter(({ status }) => status === 'deferred').map(({ explanation }) => explanation);
  const why = expect.stringMatching(/^This service has sent as many texts as it may for the time being; /);
  expect(waiting).toEqual([why, why]);
  const { json } = await story.api('GET', '/api/admin/stats', { as: 'service' });
  expect(json.alerts.map((alert: { kind: string }) => alert.kind)).toEqual(
    expect.arrayContaining(['service_cap_half', 'service_cap_near', 'service_cap_reached']),
  );
  await story.pass(30 * 60);
  expect(await states()).toContain('deferred daily_cap');
  await story.pass(33 * 60);
  expect(await states()).toEqual(Array(12).fill('sent'));
  // A day that is used up has room tomorrow: too late for what expires today.
  await withSettings({ SMS_SERVICE_DAILY_CAP: '12', SMS_EXPIRY_SECONDS: '3600' });
  await story.openThread('late', 'late');
  await story.say('rosa', 'Too many', { thread: 'late' });
  const late = (await story.log('ben')).at(-1);
  expect(late).toMatchObject({ status: 'suppressed', reason: 'daily_cap', dueAt: null });
  expect(late!.explanation).toBe(
    'This service had sent as many texts as it may for the time being, so none was sent.',
  );
});

it('a budget that cannot be asked lets nothing leave, and loses nothing', async () => {
  story = await tell('2036-06-15T16:00:00Z', { people: ['rosa', 'ben'] });
  const broken = { idFromName: () => ({}), get: () => ({ lease: () => Promise.reject(new Error('Lost.')) }) };
  await withSettings({ SMS_SERVICE_DAILY_CAP: '10', BUDGET: broken });
  await story.say('rosa', 'Dinner?');
  expect([await story.heard('ben'), await story.states('ben')]).toEqual([[], ['pending']]);
  await withSettings({ SMS_SERVICE_DAILY_CAP: '10' });
  await story.pass(61);
  expect(await story.heard('ben')).toEqual(['Grandma Rosa: "Dinner?"']);
});
