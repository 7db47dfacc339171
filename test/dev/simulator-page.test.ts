import { get } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  clock,
  formatPhone,
  inlineMarkdown,
  linkify,
  pictureLetters,
  when,
} from '../../dev/simulator/page/format.ts';
import { html } from '../../dev/simulator/page/html.ts';
import { createSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { failureOf } from '../support/failure-of.ts';
import { type FakeApp, startFakeApp } from '../support/fake-app.ts';
import { twilioSdk } from '../support/twilio-sdk.ts';

const FROM = '+15005550006';
const ROSA = '+14155550101';
const PEOPLE = [
  { id: 'usr_rosa', name: 'Rosa', phone: ROSA, note: 'Verified' },
  { id: 'usr/ben', name: 'Ben <Jr>', phone: null, note: '' },
];

let app: FakeApp;
let simulator: Simulator;
beforeAll(async () => {
  app = await startFakeApp();
  simulator = await createSimulator({
    publicOrigin: app.origin,
    pace: { sentMs: 0, deliveredMs: 0 },
    people: PEOPLE,
    tour: ['Write to **Rosa**', 'Type **STOP** <now>'],
    signIn: async (userId) => {
      if (!userId.startsWith('usr')) throw new Error('no such person');
      return {
        location: `${app.origin}/messages?as=${encodeURIComponent(userId)}`,
        setCookie: ['fcs_session=abc; Path=/; HttpOnly', 'two=2; Path=/'],
      };
    },
  });
});
beforeEach(() => {
  simulator.reset();
  simulator.setPeople(PEOPLE);
});
afterAll(async () => {
  await simulator.close();
  await app.close();
});

const text = (body: string, to = ROSA) => twilioSdk(simulator).messages.create({ from: FROM, to, body });
const page = async () => await (await fetch(simulator.origin)).text();
const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(simulator.origin + path, {
    method: 'POST',
    body: new URLSearchParams(form),
    redirect: 'manual',
    headers,
  });

describe('pieces of the page', () => {
  it('escapes every value but markup', () => {
    const { markup } =
      html`<p title="${'"&\''}">${'<b>'}${html`<i>`}${[1, html`<u>`, null, false, undefined]}</p>`;
    expect(markup).toBe('<p title="&quot;&amp;&#39;">&lt;b&gt;<i>1<u></p>');
  });

  it.each([
    ['Go to https://a.example/l/X?a=1&b=2. Now', 'Go to |https://a.example/l/X?a=1&amp;b=2|. Now'],
    ['(http://127.0.0.1:8787/l/7Hq)', '(|http://127.0.0.1:8787/l/7Hq|)'],
    ['no link javascript:alert(1)', 'no link javascript:alert(1)'],
    ['https://a.example/"><script>', '|https://a.example/|&quot;&gt;&lt;script&gt;'],
  ])('makes links of %j', (words, expected) => {
    const markup = linkify(words).map((part) => part.markup);
    const marked = markup.join('').replace(/<a [^>]*>([^<]*)<\/a>/g, '|$1|');
    expect(marked).toBe(expected);
  });

  it('writes numbers, initials and times as people do', () => {
    expect(formatPhone(ROSA)).toBe('+1 415 555 0101');
    expect(formatPhone('+4930123456')).toBe('+4930123456');
    expect(['Grandma Rosa', 'tom', '+1 415', 'Ana María de la Cruz'].map(pictureLetters)).toEqual([
      'GR',
      'T',
      '?',
      'AC',
    ]);
    expect(clock(0)).toMatch(/^\d{1,2}:\d\d\s[AP]M$/);
    const noon = new Date(2026, 0, 31, 12).getTime();
    expect(when(noon, noon + 3_600_000)).toBe(clock(noon));
    expect(when(noon, noon + 86_400_000)).toBe('Jan 31');
  });
});

it('writes marks of Markdown as markup, and nothing else', () => {
  const markup = (line: string) =>
    inlineMarkdown(line)
      .map((part) => part.markup)
      .join('');
  expect(markup('**Texts** *says* `npm start` at <http://127.0.0.1:1>: <b>')).toBe(
    '<strong>Texts</strong> <em>says</em> <code>npm start</code> at http://<wbr>127.0.0.1:1: &lt;b&gt;',
  );
});

describe('the list of all texts', () => {
  const list = async (query = '') => {
    const answer = await fetch(`${simulator.origin}/simulator/texts?${query}`);
    const markup = await answer.text();
    return {
      words: [...markup.matchAll(/class="words">([^<]*)</g)].map((match) => match[1]),
      found: /data-found="([^"]*)"/.exec(markup)?.[1],
      older: /class="older" href="\/\?([^"]*)"/.exec(markup)?.[1]?.replaceAll('&amp;', '&'),
    };
  };

  it('shows what arrived at every phone, newest first, and no answers', async () => {
    await text('One');
    await text('Two', '+14155552671');
    await simulator.sendFromPhone(ROSA, 'An answer');
    expect(await list()).toEqual({ words: ['Two', 'One'], found: '', older: undefined });
    expect(await page()).toMatch(/id="rows">.*Two.*One/s);
  });

  it.each([
    ['dinner', ['Dinner at <8>']],
    ['ROSA', ['Lunch', 'Dinner at <8>']],
    ['rosa dinner', ['Dinner at <8>']],
    ['+1 415 555 2671', ['Your code']],
    ['14155552671', ['Your code']],
    ['30003', ['Lunch']],
    ['breakfast', []],
  ])('finds %j in words, names, numbers and codes', async (q, expected) => {
    await text('Dinner at <8>');
    await text('Your code', '+14155552671');
    simulator.faults.next({ fault: { undelivered: 30003 } });
    await text('Lunch');
    await simulator.idle();
    const { words, found } = await list(String(new URLSearchParams({ q })));
    expect(words).toEqual(expected.map((word) => word.replace('<8>', '&lt;8&gt;')));
    const count = ['No text', '1 text', '2 texts'][expected.length];
    expect(found).toBe(`${count} with “${q}”`);
    expect(await (await fetch(`${simulator.origin}/?q=${encodeURIComponent(q)}`)).text()).toContain(found);
  });

  it('is told a page at a time', async () => {
    for (let n = 1; n <= 60; n += 1) await text(`Number ${n}`);
    const first = await list('q=number');
    expect([first.words.length, first.words[0]]).toEqual([50, 'Number 60']);
    const second = await list(first.older);
    expect(second).toMatchObject({ words: { length: 10, 9: 'Number 1' }, older: undefined });
  });

  it('leads to the text on its phone, however much is there', async () => {
    for (let n = 1; n <= 230; n += 1) await simulator.sendFromPhone(ROSA, `Line ${n}`);
    const seq = simulator.messages()[1]?.seq;
    const shown = async (path: string) => {
      const markup = await (await fetch(simulator.origin + path)).text();
      return [...markup.matchAll(/class="bubble">Line (\d+)</g)].map((match) => Number(match[1]));
    };
    const newest = await shown('/');
    expect([newest.length, newest[0], newest.at(-1)]).toEqual([200, 31, 230]);
    const around = await shown(`/?at=${seq}`);
    expect([around.length, around[0]]).toEqual([200, 1]);
  });
});

describe('the steps to take', () => {
  it('are those of the tour, as long as there are people', async () => {
    expect(await page()).toContain(
      '<li>Write to <strong>Rosa</strong></li><li>Type <strong>STOP</strong> &lt;now&gt;',
    );
    simulator.setPeople([]);
    const markup = await page();
    expect(markup).not.toContain('Write to');
    expect(markup).toContain('have a code texted to any US number');
  });
});

describe('the page', () => {
  it('shows people, texts and strangers, escaped', async () => {
    await text('<b>Dinner?</b> https://portal.example/l/7Hq3vXkTz9WmPc2R');
    await text('Your code', '+14155552671');
    await simulator.idle();
    const markup = await page();
    expect(markup).toContain('Open the portal as Rosa');
    expect(markup).toContain('Ben &lt;Jr&gt; has no phone number yet');
    expect(markup).toContain(
      '&lt;b&gt;Dinner?&lt;/b&gt; <a href="https://portal.example/l/7Hq3vXkTz9WmPc2R" target="_blank"',
    );
    expect(markup).toContain('+1 415 555 2671');
    expect(markup).toMatch(/<span class="status">Delivered<\/span>/);
  });

  it('allows scripts and styles from itself only and asks no other host for anything', async () => {
    const answer = await fetch(simulator.origin);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    const markup = await answer.text();
    const loaded = [...markup.matchAll(/<(?:script|link)[^>]* (?:src|href)="([^"]+)"/g)].map(
      (match) => match[1],
    );
    expect(loaded).toHaveLength(3);
    for (const address of loaded) {
      expect(address).toMatch(/^\/simulator\/assets\//);
      expect((await fetch(simulator.origin + address)).status).toBe(200);
    }
    expect(markup).not.toMatch(/<style| style=|<script>/);
  });

  it('moves to the host name that the application has, so that cookies fit', async () => {
    const answer = await new Promise<{ status?: number; location?: string }>((resolve) => {
      get(
        {
          port: simulator.port,
          host: '127.0.0.1',
          path: '/',
          headers: { host: `localhost:${simulator.port}` },
        },
        (response) => {
          response.resume();
          resolve({ status: response.statusCode, location: response.headers.location });
        },
      );
    });
    expect(answer).toEqual({ status: 302, location: `http://127.0.0.1:${simulator.port}/` });
  });

  it.each(['/nowhere', '/simulator/assets/../page.ts', '/simulator/phone?number=1'])(
    'does not know %s',
    async (path) => {
      expect((await fetch(simulator.origin + path)).status).toBe(404);
    },
  );
});

describe('signing in', () => {
  it('sets the cookies and sends the browser on', async () => {
    const answer = await post('/simulator/sign-in/usr%2Fben', {});
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe(`${app.origin}/messages?as=usr%2Fben`);
    expect(answer.headers.getSetCookie()).toEqual(['fcs_session=abc; Path=/; HttpOnly', 'two=2; Path=/']);
  });

  it('says so when it did not work', async () => {
    const answer = await post('/simulator/sign-in/nobody', {});
    expect(answer.status).toBe(502);
    expect(await answer.json()).toEqual({ error: 'Signing in did not work: no such person' });
  });

  it('refuses other sites', async () => {
    const answer = await post('/simulator/sign-in/usr_rosa', {}, { origin: 'https://evil.example' });
    expect(answer.status).toBe(403);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });
});

describe('forms without a script', () => {
  it('reply from a phone and come back to it', async () => {
    const answer = await post('/simulator/reply', { phone: ROSA, body: 'On my way' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/#phone-14155550101']);
    await post('/simulator/reply', { phone: ROSA, body: 'STOP' });
    expect(simulator.messages({ direction: 'inbound' }).map((message) => message.body)).toEqual([
      'On my way',
      'STOP',
    ]);
    expect(await page()).toContain('This phone replied STOP');
    expect((await post('/simulator/reply', { phone: ROSA, body: '' })).status).toBe(400);
  });

  it('set faults, the next text and a phone’s reception', async () => {
    await post('/simulator/faults', { rateLimited: '1', latencyMs: '0', optOuts: 'off' });
    expect(simulator.faults.get().rateLimited).toBe(1);
    expect(simulator.settings().optOuts).toBe('off');
    expect(await page()).toContain('Twilio is in trouble: too many requests');
    await post('/simulator/faults', { optOuts: 'twilio' });
    await post('/simulator/faults/next', { fault: 'unavailable' });
    await expect(text('Hi')).rejects.toMatchObject({ status: 503 });
    await post('/simulator/reception', { phone: ROSA, reception: 'landline' });
    await expect(text('Hi')).rejects.toMatchObject({ code: 21614 });
    await post('/simulator/faults/reset', {});
    expect(await page()).toContain('Twilio works as it should');
  });

  it('set every fault of the carrier at once', async () => {
    await post('/simulator/faults', {
      failing: '1',
      ending: '30036',
      listDelaySeconds: '90',
      retryAfterSeconds: '',
      senderPerSecond: '0.1',
      senderQueueSeconds: '10',
    });
    expect(simulator.faults.get()).toMatchObject({
      failing: 1,
      endings: [{ failed: 30036 }],
      listDelaySeconds: 90,
      retryAfterSeconds: null,
      senderPerSecond: 0.1,
      senderQueueSeconds: 10,
    });
    const markup = await page();
    for (const words of ['texts fail', 'the list is late', 'the sender is slow'])
      expect(markup).toContain(words);
    expect(markup).toContain('<option value="90" selected>');
    await post('/simulator/faults', { senderPerSecond: '' });
    expect(simulator.faults.get()).toMatchObject({ senderPerSecond: null, listDelaySeconds: 90 });
    expect((await post('/simulator/faults', { listDelaySeconds: 'soon' })).status).toBe(400);
    await post('/simulator/faults/next', { fault: 'then-30022', to: '+14155552671' });
    simulator.faults.set({ failing: 0 });
    await text('Hi');
    await text('Hi', '+14155552671');
    await simulator.idle();
    expect(simulator.messages().map(({ errorCode }) => errorCode)).toEqual([null, 30022]);
  });

  it('switch a phone to RCS, and press its suggestions', async () => {
    await post('/simulator/reception', { phone: ROSA, reception: '30003', rcs: '1' });
    await text('Hi');
    await simulator.idle();
    expect(simulator.messages()).toMatchObject([{ channel: 'rcs', errorCode: 30003 }]);
    expect(await page()).toMatch(/<option value="30003" selected>.*name="rcs" value="1" checked/s);
    await post('/simulator/reply', { phone: ROSA, body: 'STOP', suggestion: '1' });
    expect(app.received.at(-1)?.params).toMatchObject({ From: `rcs:${ROSA}`, OptOutType: 'STOP' });
    await post('/simulator/reception', { phone: ROSA, reception: 'good' });
    await simulator.sendFromPhone(ROSA, 'Hi');
    expect(app.received.at(-1)?.params.From).toBe(ROSA);
  });

  it('clear the texts', async () => {
    await text('Old news');
    await post('/simulator/clear', {});
    expect(await page()).not.toContain('Old news');
  });
});

describe('live updates', () => {
  it('tell what came after the page was made, then what happens', async () => {
    await text('Before');
    const stop = new AbortController();
    const stream = await fetch(`${simulator.origin}/simulator/events?after=0`, { signal: stop.signal });
    const seen: { type: string; html?: string; row?: string | null }[] = [];
    const read = async () => {
      for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        for (const line of chunk.split('\n')) {
          if (line.startsWith('data: ')) seen.push(JSON.parse(line.slice(6)));
        }
      }
    };
    const end = failureOf(read());
    await expect.poll(() => seen.length).toBeGreaterThan(1);
    await simulator.sendFromPhone(ROSA, 'STOP');
    simulator.faults.set({ latencyMs: 1500 });
    simulator.setNumber(ROSA, { rcs: true });
    simulator.clear();
    await expect.poll(() => seen.at(-1)?.type).toBe('reload');
    stop.abort();
    expect(String(await end)).toMatch(/^AbortError: /);
    expect(seen[0]?.type).toBe('hello');
    expect(seen.some((update) => update.html?.includes('Before'))).toBe(true);
    expect(seen.some((update) => update.type === 'stopped' && update.html?.includes('replied STOP'))).toBe(
      true,
    );
    expect(seen.some((update) => update.type === 'faults')).toBe(true);
    expect(seen).toContainEqual(expect.objectContaining({ type: 'number', reception: 'good', rcs: true }));
    expect(seen.some((update) => update.type === 'line' && update.row?.includes('Before'))).toBe(true);
  });
});
