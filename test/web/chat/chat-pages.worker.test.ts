import { beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../worker/world.ts';
import { type Browse, browsers } from '../browse.ts';

let world: World;
let browse: Browse;

const post = (who: string, body: string, more: object = {}, thread = 'thread') =>
  world.api('POST', `/api/threads/${world.thread(thread)}/messages`, {
    as: world.member(who),
    body: { body, ...more },
  });
const path = (more = '') => `/messages/${world.thread()}${more}`;

beforeAll(async () => {
  world = await createWorld();
  await world.seed([
    { id: 'rosa', name: 'Grandma Rosa', phone: world.phone(0) },
    { id: 'maya', name: 'Maya', phone: world.phone(1) },
    { id: 'leo', name: 'Uncle Leo' },
  ]);
  await world.mirror(`users/${world.member('eve').userId}`, { familyId: world.familyId, name: 'Eve' });
  browse = await browsers(world, ['rosa', 'maya', 'leo', 'eve']);
});

describe('who may look', () => {
  it('sends a stranger to sign in, and back', async () => {
    const { status, location } = await browse(null, path('?before=3'));
    expect([status, location]).toEqual([303, `/login?next=${encodeURIComponent(path('?before=3'))}`]);
  });

  it('shows nothing of a thread to somebody outside of it, nor lets them act', async () => {
    for (const more of ['', '/items?after=0']) {
      const { status, words } = await browse('eve', path(more));
      expect(status).toBe(404);
      expect(words).not.toContain('Sunday dinner');
    }
    for (const more of ['', '/mute', '/read', '/edit', '/take-back']) {
      expect((await browse('eve', path(more), { form: { body: 'x', mute: 'good' } })).status).toBe(404);
    }
    expect((await browse('eve', `/messages/${encodeURIComponent("' OR 1=1 --")}`)).status).toBe(404);
  });

  it('takes forms from our own pages alone', async () => {
    const before = await browse('rosa', path());
    for (const origin of ['https://evil.example', 'null', null]) {
      const { status } = await browse('rosa', path(), { form: { body: 'Forged' }, origin });
      expect(status).toBe(403);
    }
    expect((await browse('rosa', path())).words).toBe(before.words.replace(/web_\w+/g, ''));
  });
});

describe('a conversation', () => {
  it('is empty, and says what to do', async () => {
    const { words } = await browse('rosa', path());
    expect(words).toContain('Say the first words.');
    expect((await browse('eve', '/messages')).words).toContain('No conversations yet');
  });

  it('takes a message through its form, once however often the form is sent', async () => {
    const key = /name="key" value="([^"]+)"/.exec((await browse('rosa', path())).html)?.[1] ?? '';
    const form = { body: '  Dinner on Sunday?\r\nAt six.  ', key };
    for (let i = 0; i < 2; i++) {
      expect(await browse('rosa', path(), { form })).toMatchObject({ status: 303, location: path() });
    }
    const { html } = await browse('maya', path());
    expect(html.split('Dinner on Sunday?\nAt six.</p>').length).toBe(2);
  });

  it('gives a refused message back, with the reason', async () => {
    const long = 'x'.repeat(4001);
    const tooLong = await browse('rosa', path(), { form: { body: long } });
    expect(tooLong.status).toBe(400);
    expect(tooLong.words).toContain('At most 4,000 characters');
    expect(tooLong.html).toContain(`>${long}</textarea>`);
    expect((await browse('rosa', path(), { form: { body: '👋'.repeat(4001) } })).status).toBe(400);
    const empty = await browse('rosa', path(), { form: { body: ' \n\u200b ', urgent: '1' } });
    expect([empty.status, /name="urgent"[^>]*checked/.test(empty.html)]).toEqual([400, true]);
    const files = await browse('rosa', path(), { form: { files: Array(11).fill('f').join(',') } });
    expect([files.status, files.words.includes('ten attachments')]).toEqual([400, true]);
  });

  it('shows words as they were written, never as markup', async () => {
    const nasty = '<img src=x onerror=alert(1)> & "quotes" </textarea><script>alert(2)</script>';
    await post('maya', nasty, { fileIds: ['<b>file</b>'] });
    const { html } = await browse('rosa', path());
    expect(html).not.toMatch(/<img src=x|<script>alert|<b>file/);
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    const refused = await browse('rosa', path(), {
      form: { body: nasty, files: Array(11).fill('"><i>').join(',') },
    });
    expect(refused.html).not.toMatch(/<script>alert|"><i>/);
  });

  it('lets no name or title turn what follows it', async () => {
    const turned = '\u202eolleh';
    const memberIds = ['rosa', 'mallory'].map((who) => world.member(who).userId);
    await world.mirror(`users/${memberIds[1]}`, { familyId: world.familyId, name: turned });
    await world.mirror(`threads/${world.thread('turned')}`, {
      familyId: world.familyId,
      title: turned,
      memberIds,
    });
    await post('mallory', 'Hi', {}, 'turned');
    const { html } = await browse('rosa', `/messages/${world.thread('turned')}`);
    expect(html).toContain('<bdi>olleh</bdi>');
    expect(html).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  });

  it('offers no files unless the host has a page to choose them on', async () => {
    expect((await browse('rosa', path())).html).not.toMatch(/data-pick=|Add an attachment/);
  });

  it('shows what is new, who has read how far, and who was told', async () => {
    const { html, words } = await browse('leo', path());
    expect(html).toContain('id="new"');
    await world.api('POST', `/api/threads/${world.thread()}/read`, { as: world.member('leo'), body: {} });
    expect((await browse('leo', path())).html).not.toContain('id="new"');
    expect(words).not.toContain('will see it later');
    const author = await browse('maya', path());
    expect(author.html).toContain(`data-seen-by="${world.member('leo').userId}"`);
    expect(author.words).toMatch(/Read by (Grandma Rosa and )?Uncle Leo/);
  });

  it('lets its author edit and take back a message by plain forms, and nobody else', async () => {
    const { id, seq } = (await post('maya', 'Six o’clok')).json.message;
    const there = path(`?around=${seq}#m-${seq}`);
    const form = (body: string) => ({ message: id, seq: String(seq), body });
    const asked = await browse('maya', path(`?edit=${seq}`));
    expect(asked.html).toMatch(new RegExp(`name="message" value="${id}"[\\s\\S]*>Six o’clok</textarea>`));
    expect((await browse('rosa', path(`?edit=${seq}`))).html).not.toContain(`value="${id}"`);
    const empty = await browse('maya', path('/edit'), { form: form('  ') });
    expect([empty.status, empty.words]).toEqual([400, expect.stringContaining('Write a few words first.')]);
    expect((await browse('rosa', path('/edit'), { form: form('Forged') })).status).toBe(404);
    expect((await browse('rosa', path('/take-back'), { form: form('') })).status).toBe(404);
    const forged = await browse('maya', path('/edit'), { form: form('x'), origin: 'https://evil.example' });
    expect(forged.status).toBe(403);
    expect(await browse('maya', path('/edit'), { form: form('Six o’clock') })).toMatchObject({
      status: 303,
      location: there,
    });
    expect((await browse('rosa', there)).words).toContain('Six o’clock edited');
    const question = await browse('maya', path(`?take-back=${seq}`));
    expect(question.words).toContain('Take it back for everyone?');
    for (let i = 0; i < 2; i++) {
      const taken = await browse('maya', path('/take-back'), { form: form('') });
      expect(taken).toMatchObject({ status: 303, location: there });
    }
    expect((await browse('rosa', there)).words).toContain('Maya took back a message');
    const late = await browse('maya', path('/edit'), { form: form('Too late') });
    expect([late.status, late.words]).toEqual([409, expect.stringContaining('You took back a message')]);
  });

  it('marks as read by a form, for readers without a script', async () => {
    await post('rosa', 'One more thing');
    expect((await browse('maya', path())).html).toContain(`action="${path('/read')}"`);
    expect((await browse('maya', path('/read'), { form: {} })).status).toBe(303);
    expect((await browse('maya', path())).html).not.toContain(`action="${path('/read')}"`);
  });

  it('mutes for an hour, until tomorrow, for good, and not any more', async () => {
    for (const [mute, words] of [
      ['hour', /Muted until \d/],
      ['tomorrow', /Muted until 8:00 AM/],
      ['good', /Muted until you unmute it/],
      ['off', /For 1 hour/],
    ] as const) {
      expect((await browse('rosa', path('/mute'), { form: { mute } })).status).toBe(303);
      expect((await browse('rosa', path())).words).toMatch(words);
    }
    expect((await browse('rosa', path('/mute'), { form: { mute: 'week' } })).status).toBe(400);
  });
});

describe('stretches of a long conversation', () => {
  const seqsIn = (html: string) => [...html.matchAll(/data-seq="(\d+)"/g)].map((match) => Number(match[1]));

  beforeAll(async () => {
    const memberIds = ['rosa', 'maya'].map((who) => world.member(who).userId);
    await world.mirror(`threads/${world.thread('long')}`, {
      familyId: world.familyId,
      title: 'Long',
      memberIds,
    });
    for (let i = 1; i <= 95; i++) await post(i % 3 ? 'rosa' : 'maya', `Message ${i}`, {}, 'long');
  });
  const long = (more = '') => browse('rosa', `/messages/${world.thread('long')}${more}`);

  it('begin with the newest, and go back page by page without a gap', async () => {
    const first = await long();
    expect(seqsIn(first.html)).toEqual(Array.from({ length: 40 }, (_, i) => i + 56));
    expect(first.html).toContain('?before=56"');
    const second = await long('/items?before=56');
    expect(seqsIn(second.html)).toEqual(Array.from({ length: 40 }, (_, i) => i + 16));
    expect(second.html).toMatch(/^<ol data-items="true" data-newest="95">/);
    const third = await long('/items?before=16');
    expect(seqsIn(third.html)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
    expect(third.html).toMatch(/^<ol data-items="true" data-begins="" data-newest="95">/);
    // And without a script, as pages.
    expect(seqsIn((await long('?before=56')).html)).toEqual(Array.from({ length: 40 }, (_, i) => i + 16));
  });

  it('go on after what was seen, in steps when there is much of it', async () => {
    const some = await long('/items?after=90');
    expect(seqsIn(some.html)).toEqual([91, 92, 93, 94, 95]);
    expect(some.html).not.toMatch(/class="day"/);
    expect(some.html).toContain('data-ends=""');
    expect(seqsIn((await long('/items?after=95')).html)).toEqual([]);
    expect(seqsIn((await long('/items?after=0')).html)).toHaveLength(95);
    expect(seqsIn((await long('/items?at=4,5,93')).html)).toEqual([4, 5, 93]);
  });

  it('begin where the unread begin, with a little of what came before', async () => {
    await world.mirror(`threads/${world.thread('late')}`, {
      familyId: world.familyId,
      title: 'Late',
      memberIds: [world.member('rosa').userId, world.member('leo').userId],
    });
    for (let i = 1; i <= 60; i++) await post('rosa', `Message ${i}`, {}, 'late');
    const leo = (more = '') => browse('leo', `/messages/${world.thread('late')}${more}`);
    const opened = await leo();
    expect(seqsIn(opened.html)).toEqual(Array.from({ length: 48 }, (_, i) => i + 1));
    expect(opened.html).toMatch(/id="new".*?data-seq="1"/);
    expect(opened.words).toMatch(/^ \(\d\d\+?\) Late/);
    expect(seqsIn((await leo('?newest')).html)).toEqual(Array.from({ length: 40 }, (_, i) => i + 21));
    expect(seqsIn((await leo('?after=48')).html)).toEqual(Array.from({ length: 12 }, (_, i) => i + 49));
    expect(seqsIn((await leo('?around=30')).html)[0]).toBe(22);
    const part = await leo('/items?around=30&unread=30');
    expect(part.html).toMatch(
      /^<ol data-items="true" data-ends="" data-newest="60">.*id="new".*?data-seq="30"/,
    );
  });

  it('take anything for a number', async () => {
    for (const query of [
      '?after=-1',
      '?after=1e9',
      '?before=abc',
      '?at=,,x',
      '?after=999999999999999',
      '?before=0',
    ]) {
      expect((await long(`/items${query}`)).status).toBe(200);
    }
  });
});

describe('the list, and new conversations', () => {
  it('counts what is unread and shows the last words', async () => {
    await post('rosa', 'Bring the big dish');
    const { words } = await browse('maya', '/messages');
    expect(words).toContain('Grandma Rosa: Bring the big dish');
    expect(words).toMatch(/\d+ new/);
    const part = await browse('maya', `/messages?list&current=${world.thread()}`);
    expect(part.html).toMatch(/^<nav class="threads"/);
    expect(part.html).toContain('aria-current="page"');
  });

  it('begins a conversation with people of the family', async () => {
    const member = [world.member('maya').userId];
    const { status, location } = await browse('rosa', '/messages', {
      form: { title: ' Lake house ', member },
    });
    expect(status).toBe(303);
    expect((await browse('maya', location ?? '')).words).toContain('Lake house');
    expect((await browse('leo', location ?? '')).status).toBe(404);
  });

  it('says what is missing', async () => {
    const member = world.member('maya').userId;
    for (const form of [
      { title: '', member },
      { title: 'x'.repeat(121), member },
      { title: 'Nobody' },
      { title: 'Stranger', member: 'usr_x' },
    ]) {
      const { status, html } = await browse('rosa', '/messages', { form });
      expect(status).toBe(400);
      expect(html).toContain('role="alert"');
    }
  });
});

describe('finding a message', () => {
  const years = () => world.thread('years');
  beforeAll(async () => {
    const memberIds = ['rosa', 'leo'].map((who) => world.member(who).userId);
    await world.mirror(`threads/${years()}`, { familyId: world.familyId, title: 'Years', memberIds });
    const days = [
      '2019-03-01T17:00:00Z',
      '2021-07-05T03:30:00Z',
      '2021-07-05T04:30:00Z',
      '2024-01-01T12:00:00Z',
    ];
    for (const [i, createdAt] of days.entries()) {
      const { status } = await world.api('POST', `/api/admin/threads/${years()}/messages`, {
        as: 'service',
        body: {
          authorId: memberIds[1],
          body: `Remember the <Ferris> wheel ${i + 1}`,
          createdAt,
          silent: true,
        },
      });
      expect(status).toBe(201);
    }
  });

  it('is a plain form: what was found stands in its words, and leads to its place', async () => {
    const { status, html, words } = await browse('rosa', '/messages?find=FERRIS+3');
    expect(status).toBe(200);
    expect(words).toContain('1 message, newest first.');
    expect(html).toContain('Remember the &lt;<mark>Ferris</mark>&gt; wheel <mark>3</mark>');
    expect(html).toContain(`href="/messages/${years()}?around=3&amp;find=FERRIS+3#m-3"`);
    const opened = await browse('rosa', `/messages/${years()}?around=3&find=FERRIS+3`);
    expect(opened.html).toContain('&lt;<mark>Ferris</mark>&gt;');
    expect(opened.words).toContain('Back to the search for “ FERRIS 3 ”');
    expect((await browse('rosa', `/messages?find=wheel&in=${world.thread('long')}`)).words).toContain(
      'Nothing was found.',
    );
  });

  it('says what is wrong with a question, and finds nothing where one is not', async () => {
    expect((await browse('rosa', '/messages?find=')).words).toContain('Find a message');
    for (const query of [`find=${'x'.repeat(101)}`, 'find=%E2%80%8B', 'find=wheel&before=junk'])
      expect([query, (await browse('rosa', `/messages?${query}`)).status]).toEqual([query, 400]);
    expect((await browse('maya', '/messages?find=ferris')).words).toContain('Nothing was found.');
    for (const path of [`/messages?find=ferris&in=${years()}`, `/messages/${years()}?date=2021-07-05`])
      expect((await browse('maya', path)).status).toBe(404);
  });

  it.each([
    // Midnight is New York's, where the family lives.
    ['2019-01-01', 1],
    ['2021-07-04', 2],
    ['2021-07-05', 3],
    ['2021-07-06', 4],
  ])('goes to the first message since the day %s', async (date, seq) => {
    const { status, location } = await browse('rosa', `/messages/${years()}?date=${date}`);
    expect([status, location]).toEqual([303, `/messages/${years()}?around=${seq}#m-${seq}`]);
  });

  it('goes to the end for a day after which nothing was written, or that is none', async () => {
    for (const date of ['2024-01-02', '2024-02-31', 'x', '']) {
      const { status, location } = await browse('rosa', `/messages/${years()}?date=${date}`);
      expect([status, location]).toEqual([303, `/messages/${years()}?newest`]);
    }
  });
});
