import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Story, tell } from './story.ts';

const START = '2035-06-15T16:00:00Z';
let story: Story;

beforeEach(async () => {
  story = await tell(START);
});
afterEach(() => vi.useRealTimers());

const urgently = (body: string) => story.say('rosa', body, { urgent: true });
const tryUrgent = (by: string, headers: Record<string, string> = {}) =>
  story.api('POST', `/api/threads/${story.thread()}/messages`, {
    as: story.member(by),
    body: { body: 'Help', urgent: true },
    headers,
  });

/** What keeps an ordinary text from leaving, and how the log says so. */
const COURTESY: [string, () => Promise<unknown>, string][] = [
  ['muted', () => story.mute('ben'), 'suppressed muted'],
  ['present', () => story.beat('ben'), 'deferred online'],
  ['in quiet hours', () => story.wish('ben', { quietStart: 0, quietEnd: 1439 }), 'deferred quiet_hours'],
  [
    'in quiet hours that drop',
    () => story.wish('ben', { quietStart: 0, quietEnd: 1439, quietDelivery: 'drop' }),
    'suppressed quiet_hours',
  ],
  ['just texted', () => story.say('rosa', 'Before'), 'deferred rate_limited'],
];

describe('an urgent message', () => {
  it.each(COURTESY)('reaches somebody who is %s, and says what it is', async (_, prepare, ordinary) => {
    await prepare();
    await story.say('rosa', 'Ordinary');
    expect((await story.states('ben')).at(-1)).toBe(ordinary);
    await urgently('Come to the hospital');
    const text = (await story.texts(story.phoneOf('ben'))).at(-1)!;
    expect(text.body).toMatch(/^URGENT FamilyCircleSecure: Grandma Rosa: .*"Come to the hospital"/);
    expect(text.segments).toBe(1);
  });

  it.each(COURTESY)('is like any other to somebody who wants none, %s', async (_, prepare, ordinary) => {
    await story.wish('ben', { urgentAllowed: false });
    await prepare();
    const before = (await story.heard('ben')).length;
    await urgently('Come to the hospital');
    expect((await story.states('ben')).at(-1)).toBe(ordinary);
    expect(await story.heard('ben')).toHaveLength(before);
  });

  it('never reaches somebody who said stop, on the page or by text', async () => {
    expect(
      (await story.api('PATCH', '/api/preferences', { as: story.member('ben'), body: { smsEnabled: false } }))
        .status,
    ).toBe(200);
    await urgently('One');
    await story.api('PATCH', '/api/preferences', { as: story.member('ben'), body: { smsEnabled: true } });
    const confirmed = (await story.texts(story.phoneOf('ben'))).length;
    await story.text('ben', 'STOP');
    await urgently('Two');
    expect(await story.states('ben')).toEqual(['suppressed opted_out', 'suppressed opted_out']);
    const ours = (await story.texts(story.phoneOf('ben'))).filter(({ body }) => body.includes('hospital'));
    expect(ours).toEqual([]);
    expect(confirmed).toBeLessThanOrEqual(1);
  });

  it('is nobody’s turn: ordinary texts go on at their distances', async () => {
    await story.say('rosa', 'One');
    await story.pass(60);
    await urgently('Now');
    await story.say('rosa', 'Two');
    // Two minutes after the urgent one, not four.
    expect((await story.log('ben')).at(-1)).toMatchObject({ dueAt: '2035-06-15T16:03:00.000Z' });
  });

  it('may be sent three times a day by each, and the wait is told truly', async () => {
    await urgently('One');
    await story.pass(3600);
    await urgently('Two');
    await story.pass(0.4);
    const third = await tryUrgent('rosa', { 'Idempotency-Key': 'third' });
    expect(third.status).toBe(201);
    await story.pass(3600);

    const refused = await tryUrgent('rosa');
    expect([refused.status, refused.json.error]).toEqual([429, 'rate_limited']);
    const wait = Number(refused.headers.get('Retry-After'));
    expect(wait).toBe(86_400 - 7200);
    expect((await tryUrgent('rosa', { 'Idempotency-Key': 'third' })).json).toEqual(third.json);
    expect((await tryUrgent('ben')).status).toBe(201);
    await story.post('rosa', 'An ordinary one is fine');

    const at = Date.now();
    vi.setSystemTime(at + wait * 1000 - 2000);
    expect((await tryUrgent('rosa')).status).toBe(429);
    vi.setSystemTime(at + wait * 1000);
    expect((await tryUrgent('rosa')).status).toBe(201);
    expect((await tryUrgent('rosa')).status).toBe(429);
  });
});

describe('a mute until a time', () => {
  it('ends at that time, and what came before stays unsaid', async () => {
    await story.mute('ben', '2035-06-16T12:00:00Z'); // tomorrow, 8:00
    await story.say('rosa', 'Today');
    vi.setSystemTime(Date.parse('2035-06-16T11:59:59Z'));
    await story.say('rosa', 'Almost');
    await story.at('2035-06-16T12:00:00Z');
    await story.say('rosa', 'Good morning');
    expect(await story.states('ben')).toEqual(['suppressed muted', 'suppressed muted', 'sent']);
    expect(await story.heard('ben')).toEqual(['Grandma Rosa: "Good morning"']);
    const { json } = await story.api('GET', '/api/threads', { as: story.member('ben') });
    expect(json.threads[0].mutedUntil).toBeNull();
  });

  it('concerns one thread, and what already waits in it', async () => {
    await story.openThread('camping', 'Camping');
    await story.say('rosa', 'One');
    await story.say('rosa', 'Two');
    await story.mute('ben', '2035-06-16T12:00:00Z');
    await story.say('rosa', 'Bring the tent', { thread: 'camping' });
    await story.pass(120);
    expect(await story.states('ben')).toEqual(['sent', 'suppressed muted', 'sent']);
  });
});
