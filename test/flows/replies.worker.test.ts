import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type InboundWebhook, type Story, tell } from './story.ts';

const START = '2035-06-15T16:00:00Z';
let story: Story;

beforeEach(async () => {
  story = await tell(START, { people: ['rosa', 'ben', 'mia'], settings: { SMS_REPLIES: 'on' } });
});
afterEach(() => vi.useRealTimers());

/** Rosa writes in two threads at once, and Ben is texted about both. */
async function twoThreads(): Promise<void> {
  await story.openThread('camping', 'Camping');
  await story.say('rosa', 'Are you coming?');
  await story.pass(60);
  await story.say('rosa', 'Who brings the tent?', { thread: 'camping' });
}
const QUESTION =
  'FamilyCircleSecure: which conversation is this for? Reply 1 for Camping, 2 for Sunday dinner.';
const NOBODY =
  'FamilyCircleSecure: your text reached nobody, since it answers none of ours from the last day. Please write at https://portal.example.com/messages';

const heldWords = async () =>
  (
    await (
      await story.familyDb()
    )
      .prepare('SELECT body FROM held_replies WHERE user_id = ?')
      .bind(story.member('ben').userId)
      .all<{ body: string }>()
  ).results.map(({ body }) => body);

/**
 * Carries a webhook that fails after its n-th trip to the database (which is to fail before the next), and repeats it
 * until it is answered, for every n in turn. Answers with the number of trips.
 */
async function withEveryFault(make: () => Promise<InboundWebhook>, check: () => Promise<void>) {
  for (let fault = 0; ; fault++) {
    const webhook = await make();
    story.watch.reset();
    story.watch.faultAt = (trip) => (trip === fault ? { when: 'after', message: 'D1_ERROR: died' } : null);
    await story.carry(webhook);
    const trips = story.watch.trips.length;
    story.watch.faultAt = () => null;
    await story.carry(webhook);
    await story.carry(webhook);
    await check();
    if (trips <= fault) return trips;
  }
}

describe('an answer by text', () => {
  it('becomes a message of its thread, and the others are told', async () => {
    await story.say('rosa', 'Are you coming?');
    expect(await story.text('ben', 'Yes, at six')).toBeNull();
    await story.drain();
    expect(await story.said()).toEqual(['Grandma Rosa: Are you coming?', 'Ben by text: Yes, at six']);
    expect(await story.heard('rosa')).toEqual(['Ben: "Yes, at six"']);
    expect(await story.heard('ben')).toEqual(['Grandma Rosa: "Are you coming?"']);
    const { json } = await story.api('GET', '/api/threads', { as: story.member('ben') });
    expect(json.threads[0].unread).toBe(0);
  });

  it('that is a plain yes is an answer from somebody who gets our texts', async () => {
    await story.say('rosa', 'Are you coming?');
    for (const words of ['Yes', 'Yes!', 'yes 👍']) expect(await story.text('ben', words)).toBeNull();
    expect(await story.text('ben', 'Yes', ['image/jpeg'])).toBeNull();
    expect((await story.said()).slice(1)).toEqual([
      'Ben by text: Yes',
      'Ben by text: Yes!',
      'Ben by text: yes 👍',
      'Ben by text: Yes\n[Photo]',
    ]);
  });

  it('stays a text where replies are off, and its author is told so', async () => {
    story = await tell(START);
    await story.say('rosa', 'Are you coming?');
    expect(await story.text('ben', 'Coming')).toMatch(/nobody reads/);
    expect(await story.said()).toEqual(['Grandma Rosa: Are you coming?']);
  });

  it('goes to the thread texted about last', async () => {
    await twoThreads();
    await story.pass(600);
    await story.say('rosa', 'And bring the stove', { thread: 'camping' });
    expect(await story.text('ben', 'I will')).toBeNull();
    expect(await story.said('camping')).toContain('Ben by text: I will');
  });

  it('names media, and fetches none', async () => {
    await story.say('rosa', 'Show me');
    await story.text('ben', 'Look!', ['image/jpeg', 'video/3gpp']);
    await story.text('ben', '', ['image/jpeg']);
    expect(await story.said()).toEqual([
      'Grandma Rosa: Show me',
      'Ben by text: Look!\n[Photo] [Video]',
      'Ben by text: [Photo]',
    ]);
  });

  it('never carries the link that signs its author in', async () => {
    await story.say('rosa', 'Are you coming?');
    const { body } = (await story.texts(story.phoneOf('ben')))[0]!;
    await story.text('ben', `Liked “${body}”`);
    await story.text('ben', `You wrote: ${body}`);
    const said = await story.said();
    expect(said[1]).toBe('Ben by text: 👍');
    expect(said[2]).toMatch(/You wrote: .*\[link\] Reply STOP/s);
    expect(said.join()).not.toContain('/l/');
  });

  it('is posted once, wherever the process dies, and however often Twilio repeats it', async () => {
    await story.say('rosa', 'Are you coming?');
    let posts = 1;
    const trips = await withEveryFault(
      () => story.webhook('ben', `Answer ${posts}`),
      async () => {
        expect(await story.said()).toHaveLength(posts + 1);
        expect((await story.said()).at(-1)).toBe(`Ben by text: Answer ${posts}`);
        posts++;
      },
    );
    expect(trips).toBeGreaterThan(3);
  });

  it('is posted once when two deliveries of it meet', async () => {
    await story.say('rosa', 'Are you coming?');
    const webhook = await story.webhook('ben', 'Coming');
    await Promise.all([story.carry(webhook), story.carry(webhook), story.carry(webhook)]);
    expect(await story.said()).toEqual(['Grandma Rosa: Are you coming?', 'Ben by text: Coming']);
  });

  it('reads what was texted, and nothing that was not', async () => {
    await story.say('rosa', 'Are you coming?');
    await story.say('rosa', 'And bring wine'); // Waits for the window.
    await story.text('ben', 'Coming');
    expect(await story.states('ben')).toEqual(['sent', 'deferred rate_limited']);
    await story.pass(120);
    expect(await story.heard('ben')).toEqual([
      'Grandma Rosa: "Are you coming?"',
      'Grandma Rosa: "And bring wine"',
    ]);
    expect(await story.said()).toHaveLength(3);
  });

  it('is a sign of life: the window falls back', async () => {
    await story.say('rosa', 'One');
    await story.pass(120);
    await story.say('rosa', 'Two'); // The next would wait for 240 s.
    await story.pass(10);
    await story.say('rosa', 'Three');
    await story.text('ben', 'Here I am');
    await story.pass(110);
    expect(await story.heard('ben')).toHaveLength(3);
  });

  it('reaches nobody after a day, and says so', async () => {
    await story.say('rosa', 'Are you coming?');
    vi.setSystemTime(Date.parse(START) + 86_399_000);
    expect(await story.text('ben', 'Coming')).toBeNull();
    vi.setSystemTime(Date.parse(START) + 86_400_000);
    expect(await story.text('ben', 'Hello?')).toBe(NOBODY);
    expect(await story.said()).toHaveLength(2);
  });

  it('reaches nobody once its author has left the thread', async () => {
    await story.say('rosa', 'Are you coming?');
    await story.openThread('thread', 'Sunday dinner', ['rosa', 'mia']);
    expect(await story.text('ben', 'Coming')).toBe(NOBODY);
    expect(await story.said()).toEqual(['Grandma Rosa: Are you coming?']);
  });

  it('comes from the number that was texted, whoever held it before', async () => {
    await story.say('rosa', 'Are you coming?');
    const db = await story.familyDb();
    await db
      .prepare('UPDATE sms_delivery_log SET phone = ? WHERE user_id = ?')
      .bind('+12025550199', story.member('ben').userId)
      .run();
    expect(await story.text('ben', 'Coming')).toBe(NOBODY);
  });

  it('means nothing from a number that nobody has verified', async () => {
    await story.say('rosa', 'Are you coming?');
    const webhook = await story.webhook('ben', 'Coming');
    expect((await story.api('DELETE', '/api/phone', { as: story.member('ben') })).status).toBe(200);
    expect(await story.carry(webhook)).toEqual({ status: 200, words: null });
    expect(await story.said()).toHaveLength(1);
  });
});

describe('an answer that could belong to two threads', () => {
  beforeEach(twoThreads);

  it('waits for a choice', async () => {
    expect(await story.text('ben', 'I do')).toBe(QUESTION);
    expect(await story.text('ben', 'And the beans')).toBeNull();
    expect([...(await story.said()), ...(await story.said('camping'))].join()).not.toContain('by text');
    expect(await story.text('ben', '1')).toBeNull();
    expect(await story.said('camping')).toEqual([
      'Grandma Rosa: Who brings the tent?',
      'Ben by text: I do',
      'Ben by text: And the beans',
    ]);
    expect(await story.said()).toEqual(['Grandma Rosa: Are you coming?']);
    expect(await heldWords()).toEqual(['', '']);
  });

  it('goes on where the choice went, for ten minutes', async () => {
    await story.text('ben', 'Coming');
    await story.text('ben', '2');
    expect(await story.text('ben', 'At six')).toBeNull();
    expect(await story.said()).toEqual([
      'Grandma Rosa: Are you coming?',
      'Ben by text: Coming',
      'Ben by text: At six',
    ]);
    vi.setSystemTime(Date.now() + 601_000);
    expect(await story.text('ben', 'I do')).toBe(QUESTION);
  });

  it('is asked again after a number that was not offered', async () => {
    await story.text('ben', 'I do');
    expect(await story.text('ben', '3')).toBe(QUESTION);
    await story.text('ben', '1 please');
    expect(await story.said('camping')).toEqual(['Grandma Rosa: Who brings the tent?', 'Ben by text: I do']);
  });

  /** Another day, on which we may ask again, and two threads that could be meant. */
  const anotherDay = async () => {
    vi.setSystemTime(Date.now() + 90_000_000);
    await twoThreads();
  };

  it('gets through once, wherever the process dies', { timeout: 90_000 }, async () => {
    let round = 1;
    const trips = await withEveryFault(
      async () => {
        await anotherDay();
        return await story.webhook('ben', `I do ${round}`);
      },
      async () => {
        await story.text('ben', '1');
        expect((await story.said('camping')).filter((line) => line.endsWith(`I do ${round}`))).toHaveLength(
          1,
        );
        round++;
      },
    );
    expect(trips).toBeGreaterThan(3);
  });

  it('is chosen once, wherever the process dies', { timeout: 90_000 }, async () => {
    let round = 0;
    const trips = await withEveryFault(
      async () => {
        round++;
        await anotherDay();
        await story.text('ben', `I do ${round}`);
        await story.text('ben', `And more ${round}`);
        return await story.webhook('ben', '2');
      },
      async () => {
        const said = [...(await story.said()), ...(await story.said('camping'))];
        expect(said.filter((line) => line.endsWith(` ${round}`))).toEqual([
          `Ben by text: I do ${round}`,
          `Ben by text: And more ${round}`,
        ]);
        expect(said.filter((line) => line === 'Ben by text: 2')).toEqual([]);
      },
    );
    expect(trips).toBeGreaterThan(4);
  });

  it('is forgotten after a day without a choice, and with its author', async () => {
    await story.text('ben', 'I do');
    expect(await heldWords()).toEqual(['I do']);
    await story.pass(86_400);
    expect(await heldWords()).toEqual([]);
    await anotherDay();
    await story.text('ben', 'Again');
    await story.api('DELETE', '/api/me', { as: story.member('ben') });
    expect(await heldWords()).toEqual([]);
  });
});

describe('two machines', () => {
  it('are not answered for ever', async () => {
    const answers: (string | null)[] = [];
    for (let hour = 0; hour < 24; hour++) {
      for (let n = 0; n < 5; n++) answers.push(await story.text('ben', `I am away (${hour}-${n})`));
      vi.setSystemTime(Date.now() + 3_600_000);
    }
    expect(answers.slice(0, 5)).toEqual([NOBODY, NOBODY, NOBODY, null, null]);
    expect(answers.filter((words) => words !== null)).toHaveLength(10);
  });

  it('do not talk to each other through us', async () => {
    await story.say('rosa', 'Are you coming?');
    for (let n = 0; n < 30; n++) {
      await story.text('ben', 'I am driving');
      await story.text('mia', 'I am at work');
      await story.pass(121);
    }
    const said = await story.said();
    expect(said.filter((line) => line.includes('driving')).length).toBeLessThanOrEqual(4); // two an hour
    expect((await story.heard('ben')).length).toBeLessThanOrEqual(5);
  });

  it('hear nothing of their own echo', async () => {
    await story.say('rosa', 'Are you coming?');
    const { body } = (await story.texts(story.phoneOf('ben')))[0]!;
    expect(await story.text('ben', body)).toBeNull();
    expect(await story.text('ben', QUESTION)).toBeNull();
    expect(await story.said()).toHaveLength(1);
  });

  it('are sent no answer after STOP', async () => {
    await twoThreads();
    await story.text('ben', 'STOP');
    expect(await story.text('ben', 'I do')).toBeNull();
    expect(await heldWords()).toEqual([]);
  });
});
