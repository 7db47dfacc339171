import { afterEach, describe, expect, it, vi } from 'vitest';
import { offsetAt } from '../../src/platform/time.ts';
import { type Story, tell } from './story.ts';

/** 22:00 to 07:00. */
const NIGHT = { quietStart: 1320, quietEnd: 420 };
const SPREAD_MS = 180_000;
let story: Story;

afterEach(() => vi.useRealTimers());

/** The log's one "due at", as ms after a moment. */
const dueAfter = async (who: string, moment: string) =>
  (await story.log(who)).map(({ dueAt }) => Date.parse(dueAt!) - Date.parse(moment));

describe('a night across midnight', () => {
  it('leaves as one summary a thread, soon after its end', async () => {
    story = await tell('2035-06-15T02:30:00Z'); // 22:30 in New York
    await story.wish('ben', NIGHT);
    await story.openThread('camping', 'Camping');
    const dinner = [await story.say('rosa', 'Are you awake?')];
    await story.pass(7200); // past midnight
    dinner.push(await story.say('rosa', 'Never mind'));
    await story.say('rosa', 'Bring the tent', { thread: 'camping' });
    await story.at('2035-06-15T10:59:59Z'); // 06:59:59
    expect([await story.heard('ben'), await story.states('ben')]).toEqual([
      [],
      ['deferred quiet_hours', 'deferred quiet_hours', 'deferred quiet_hours'],
    ]);
    for (const { dueAt, explanation } of await story.log('ben')) {
      const after = Date.parse(dueAt!) - Date.parse('2035-06-15T11:00:00Z');
      expect(after).toBeGreaterThanOrEqual(0);
      expect(after).toBeLessThanOrEqual(SPREAD_MS);
      expect(explanation).toMatch(
        /^These are your quiet hours; unless you read the message before, a text would go at 7:0[0-3] AM\.$/,
      );
    }
    await story.minutes(4);
    expect((await story.heard('ben')).sort()).toEqual([
      'Grandma Rosa: "Bring the tent"',
      'Grandma Rosa: 2 new messages: "Never mind"',
    ]);
    const rows = (await story.log('ben')).filter(({ messageId }) =>
      dinner.some(({ id }) => id === messageId),
    );
    const lead = rows.find(({ status }) => status === 'sent')!;
    expect(rows.filter((row) => row !== lead)).toMatchObject([{ status: 'merged', mergedInto: lead.id }]);
    await story.minutes(10);
    expect(await story.heard('ben')).toHaveLength(2);
  });

  it('starts with its first minute and ends before its last', async () => {
    story = await tell('2035-06-15T01:59:59Z');
    await story.wish('ben', NIGHT);
    await story.say('rosa', 'Just before ten');
    expect(await story.states('ben')).toEqual(['sent']);
    await story.at('2035-06-15T02:00:00Z');
    await story.read('ben');
    await story.say('rosa', 'Ten sharp');
    expect((await story.states('ben'))[1]).toBe('deferred quiet_hours');
    await story.at('2035-06-15T11:00:00Z');
    await story.read('ben');
    await story.say('rosa', 'Seven sharp');
    expect(await story.states('ben')).toEqual(['sent', 'suppressed read', 'sent']);
  });

  it('says nothing about what was read before its end', async () => {
    story = await tell('2035-06-15T03:00:00Z');
    await story.wish('ben', NIGHT);
    await story.say('rosa', 'Are you awake?');
    await story.at('2035-06-15T10:00:00Z');
    await story.read('ben');
    await story.at('2035-06-15T11:05:00Z');
    expect([await story.heard('ben'), await story.states('ben')]).toEqual([[], ['suppressed read']]);
  });

  it('says nothing about what somebody answered before its end', async () => {
    story = await tell('2035-06-15T03:00:00Z');
    await story.wish('ben', NIGHT);
    await story.say('rosa', 'Are you awake?');
    await story.post('ben', 'Yes');
    expect(await story.states('ben')).toEqual(['suppressed read']);
    await story.at('2035-06-15T11:05:00Z');
    expect(await story.heard('ben')).toEqual([]);
  });

  it('drops for those who want no summary', async () => {
    story = await tell('2035-06-15T03:00:00Z');
    await story.wish('ben', { ...NIGHT, quietDelivery: 'drop' });
    await story.say('rosa', 'Are you awake?');
    expect((await story.log('ben'))[0]).toMatchObject({
      status: 'suppressed',
      reason: 'quiet_hours',
      dueAt: null,
      explanation: 'It came in your quiet hours, so no text was sent.',
    });
    await story.at('2035-06-15T11:05:00Z');
    expect(await story.heard('ben')).toEqual([]);
  });

  it('outlives the object, and every queue', async () => {
    story = await tell('2035-06-15T02:00:00Z');
    await story.wish('ben', NIGHT);
    await story.post('rosa', 'Are you awake?');
    story.jobs.length = 0; // The queue lost its job; the sweep finds the row.
    await story.pass(61);
    expect(await story.states('ben')).toEqual(['deferred quiet_hours']);
    await story.evict();
    await story.at('2035-06-15T11:04:00Z');
    await story.evict();
    expect(await story.heard('ben')).toEqual(['Grandma Rosa: "Are you awake?"']);
    await story.say('rosa', 'Good morning');
    expect((await story.states('ben'))[1]).toBe('deferred rate_limited');
  });

  it('is not left by a second gate: the window is asked again, in the morning', async () => {
    story = await tell('2035-06-15T01:59:00Z');
    await story.wish('ben', NIGHT);
    await story.say('rosa', 'One');
    await story.say('rosa', 'Two');
    expect((await story.log('ben'))[1]).toMatchObject({
      reason: 'rate_limited',
      dueAt: '2035-06-15T02:01:00.000Z',
    });
    await story.at('2035-06-15T02:01:00Z');
    expect((await story.states('ben'))[1]).toBe('deferred quiet_hours');
    await story.at('2035-06-15T11:04:00Z');
    expect(await story.heard('ben')).toEqual(['Grandma Rosa: "One"', 'Grandma Rosa: "Two"']);
  });

  it('spreads the families of a town over some minutes', async () => {
    story = await tell('2035-06-15T03:00:00Z', {
      people: ['rosa', ...Array.from({ length: 9 }, (_, n) => `p${n}`)],
    });
    for (let n = 0; n < 9; n++) await story.wish(`p${n}`, NIGHT);
    await story.say('rosa', 'Good night');
    const after = await Promise.all(
      Array.from({ length: 9 }, (_, n) => dueAfter(`p${n}`, '2035-06-15T11:00:00Z')),
    );
    const times = after.flat().sort((a, b) => a - b);
    expect(times[0]).toBeGreaterThanOrEqual(0);
    expect(times.at(-1)).toBeLessThanOrEqual(SPREAD_MS);
    expect(new Set(times.map((ms) => Math.floor(ms / 60_000))).size).toBeGreaterThan(1);
  });
});

describe('when the clocks change', () => {
  it.each([
    // Clocks go forward at 02:00 on March 11, and back on November 4; seven o'clock stays seven o'clock.
    ['forward', '2035-03-11T04:00:00Z', '2035-03-11T11:00:00Z'],
    ['back', '2035-11-04T04:00:00Z', '2035-11-04T12:00:00Z'],
  ])('%s, the night ends by the clock on the wall', async (_, evening, morning) => {
    story = await tell(evening);
    await story.wish('ben', NIGHT);
    await story.say('rosa', 'Good night');
    const [after] = await dueAfter('ben', morning);
    expect(after).toBeGreaterThanOrEqual(0);
    expect(after).toBeLessThanOrEqual(SPREAD_MS);
    expect((await story.log('ben'))[0]!.explanation).toMatch(/would go at 7:0[0-3] AM( tomorrow)?\.$/);
    vi.setSystemTime(Date.parse(morning) - 1000);
    await story.tick();
    expect(await story.heard('ben')).toEqual([]);
    await story.minutes(5);
    expect(await story.heard('ben')).toEqual(['Grandma Rosa: "Good night"']);
  });

  it('is by the clock of the number for somebody of whom no zone is known', async () => {
    story = await tell('2035-06-15T07:00:00Z');
    await story.mirror(`families/${story.familyId}`, { timeZone: null });
    await story.wish('ben', NIGHT);
    const { json } = await story.api('GET', '/api/preferences', { as: story.member('ben') });
    const zone = json.timeZone as string;
    expect(json).toMatchObject({ timeZoneSource: 'number', timeZones: [zone] });
    const wall = (at: string | null) =>
      new Date(at!).toLocaleTimeString('en-US', { timeZone: zone, hour: 'numeric', minute: '2-digit' });
    await story.at(new Date(Date.parse('2035-06-15T03:00:00Z') - offsetAt(zone, Date.now())).toISOString());
    await story.say('rosa', 'It is three in the morning');
    const [own] = await story.log('ben');
    expect(own).toMatchObject({ status: 'deferred', reason: 'quiet_hours' });
    expect([wall(own!.dueAt), own!.explanation]).toEqual([
      expect.stringMatching(/^7:0[0-3] AM$/),
      expect.stringMatching(
        /^These are your quiet hours by the clock of [A-Z][\w ]+, which is that of your number’s area code; /,
      ),
    ]);
    // Sent back as it was read, the number's zone does not become Ben's own.
    const { smsEnabled: _, ...rest } = json;
    await story.wish('ben', { ...rest, quietStart: null, quietEnd: null });
    await story.tick();
    expect(await story.states('ben')).toEqual(['sent']);
    const { json: after } = await story.api('GET', '/api/preferences', { as: story.member('ben') });
    expect(after.timeZoneSource).toBe('number');
  });

  it('is told by the clock of the person, not of the family', async () => {
    story = await tell('2035-06-15T17:00:00Z');
    await story.mirror(`users/${story.member('ben').userId}`, {
      familyId: story.familyId,
      timeZone: 'Asia/Kolkata', // 22:30 there, and half an hour off everybody else
    });
    await story.wish('ben', NIGHT);
    await story.say('rosa', 'Lunch?');
    const [after] = await dueAfter('ben', '2035-06-16T01:30:00Z');
    expect(after).toBeGreaterThanOrEqual(0);
    expect(after).toBeLessThanOrEqual(SPREAD_MS);
    expect((await story.log('ben'))[0]!.explanation).toMatch(/would go at 7:0[0-3] AM tomorrow\.$/);
  });
});
