import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Story, tell } from './story.ts';

const START = '2035-06-15T16:00:00Z'; // noon in New York
const HINT = '(last text for today)';
let story: Story;

beforeEach(async () => {
  story = await tell(START, { people: ['rosa', 'ben', 'mia', 'leo'] });
});
afterEach(() => vi.useRealTimers());

const AUTHORS = ['rosa', 'mia', 'leo'];

/** They write so often in turn, Ben reads each time, and a window passes. */
async function texted(times: number): Promise<void> {
  for (let n = 1; n <= times; n++) {
    await story.say(AUTHORS[n % 3]!, `Message ${n}`);
    await story.read('ben');
    vi.setSystemTime(Date.now() + 121_000);
  }
}

/** So many texts left earlier that day. */
async function earlier(count: number, to: (n: number) => string) {
  await story.inObject((_, { storage }) => {
    for (let n = 0; n < count; n++) {
      storage.sql.exec(
        'INSERT INTO sends (delivery_id, user_id, thread_id, rank, at, last_today) VALUES (?, ?, ?, 0, ?, 0)',
        `dlv_${n}`,
        to(n),
        'thr',
        Date.now() - 3_600_000,
      );
    }
  });
  await story.evict(); // It reads its texts once in its life.
}
const earlierToBen = (count: number) => earlier(count, () => story.member('ben').userId);

describe('the texts of a day to one person', () => {
  it('end with one that says so; what comes later leaves as summaries when there is room', async () => {
    await story.openThread('camping', 'Camping', ['rosa', 'ben']);
    await texted(27); // The last three of thirty are kept for urgent ones.
    const heard = await story.heard('ben');
    expect(heard).toHaveLength(27);
    expect(heard.filter((words) => words.includes(HINT))).toEqual([`Grandma Rosa: "Message 27" ${HINT}`]);

    await story.say('rosa', 'One too many');
    await story.say('rosa', 'And another');
    await story.say('rosa', 'Bring the tent', { thread: 'camping' });
    const waiting = (await story.log('ben')).slice(27);
    expect(waiting.map(({ reason, dueAt }) => [reason, dueAt])).toEqual(
      Array.from({ length: 3 }, () => ['daily_cap', '2035-06-16T16:00:00.000Z']),
    );
    expect(waiting[0]!.explanation).toBe(
      'The last texts of a day are kept for urgent messages; this one would go at 12:00 PM tomorrow.',
    );

    await story.at('2035-06-16T15:59:59Z');
    expect(await story.heard('ben')).toHaveLength(27);
    await story.at('2035-06-16T16:00:00Z');
    await story.minutes(6);
    const later = (await story.heard('ben')).slice(27);
    expect(later.sort()).toEqual([
      'Grandma Rosa: "Bring the tent"',
      'Grandma Rosa: 2 new messages: "And another"',
    ]);
    expect((await story.states('ben')).filter((state) => state.startsWith('merged'))).toHaveLength(1);
  });

  it('are not exceeded by urgent ones or a test', async () => {
    await earlierToBen(30);
    await story.say('rosa', 'Call me', { urgent: true });
    const { json } = await story.api('POST', '/api/sms/test', { as: story.member('ben') });
    await story.drain();
    expect(await story.texts(story.phoneOf('ben'))).toEqual([]);
    const log = await story.log('ben');
    expect(log.filter(({ status }) => status === 'deferred').map(({ reason }) => reason)).toEqual([
      'daily_cap',
      'daily_cap',
    ]);
    expect(log.map(({ id }) => id)).toContain(json.deliveryId);
  });

  it('end with the hint again when the text that carried it did not go out', async () => {
    await earlierToBen(26);
    await story.control('POST', 'faults/next', { fault: 30_410 });
    await story.say('rosa', 'Refused');
    await story.say('rosa', 'The last one');
    expect((await story.heard('ben')).at(-1)).toBe(`Grandma Rosa: "The last one" ${HINT}`);
  });

  it('are counted for each person alone', async () => {
    await earlierToBen(30);
    await story.openThread('thread', 'Sunday dinner', ['rosa', 'ben', 'mia']);
    await story.say('rosa', 'Welcome, Mia');
    expect(await story.heard('mia')).toEqual(['Grandma Rosa: "Welcome, Mia"']);
    expect(await story.heard('ben')).toEqual([]);
  });
});

it('one author’s messages in 31 threads neither flood a phone nor use up a day; an urgent one of another goes at once', {
  timeout: 90_000,
}, async () => {
  story = await tell(START, { people: ['rosa', 'ben', 'mia'] });
  const threads = Array.from({ length: 31 }, (_, n) => `thread${n}`);
  for (const thread of threads) {
    await story.openThread(thread, thread, ['rosa', 'ben']);
    await story.say('rosa', `About ${thread}`, { thread });
  }
  expect(await story.heard('ben')).toHaveLength(5);
  const [held] = (await story.log('ben')).filter(({ status }) => status === 'deferred');
  expect(held).toMatchObject({
    reason: 'rate_limited',
    explanation: 'You were texted about several conversations just now; the next text would go at 12:02 PM.',
  });
  await story.minutes(3);
  expect(await story.heard('ben')).toHaveLength(10);
  const waiting = (await story.log('ben')).filter(({ status }) => status === 'deferred');
  expect(new Set(waiting.map(({ reason }) => reason))).toEqual(new Set(['daily_cap']));
  expect(waiting[0]!.explanation).toMatch(/^The share of a day’s texts that one author may take is used up/);
  await story.openThread('sick', 'Dad', ['mia', 'ben']);
  await story.say('mia', 'Dad is in hospital', { thread: 'sick', urgent: true });
  expect((await story.heard('ben')).slice(10)).toEqual(['URGENT Mia: "Dad is in hospital"']);
});

describe('the texts of a day to one family', () => {
  it('end for everybody, with a word to the one who gets the last', async () => {
    await earlier(268, (n) => `usr_${n % 20}`);
    await story.say('rosa', 'Hello everybody');
    const heard = (await Promise.all(['ben', 'mia', 'leo'].map((who) => story.heard(who)))).flat();
    expect(heard.sort()).toEqual([
      'Grandma Rosa: "Hello everybody"',
      `Grandma Rosa: "Hello everybody" ${HINT}`,
    ]);
    const states = (await Promise.all(['ben', 'mia', 'leo'].map((who) => story.states(who)))).flat();
    expect(states.sort()).toEqual(['deferred daily_cap', 'sent', 'sent']);
    await story.pass(23 * 3600);
    const all = await Promise.all(['ben', 'mia', 'leo'].map((who) => story.states(who)));
    expect(all.flat()).toEqual(['sent', 'sent', 'sent']);
  });
});
