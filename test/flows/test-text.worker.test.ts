import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Story, tell } from './story.ts';

let story: Story;
const ask = () => story.api('POST', '/api/sms/test', { as: story.member('ben') });

beforeEach(async () => {
  story = await tell('2035-06-15T16:00:00Z'); // noon in New York
});
afterEach(() => vi.useRealTimers());

describe('a test text', () => {
  it('comes to somebody who is here in their quiet hours, by the way of all texts', async () => {
    await story.wish('ben', { quietStart: 0, quietEnd: 1439 });
    await story.beat('ben');
    const { status, json } = await ask();
    expect(status).toBe(202);
    await story.drain();
    expect(await story.texts(story.phoneOf('ben'))).toHaveLength(1);
    expect(await story.log('ben')).toMatchObject([
      { id: json.deliveryId, kind: 'test', threadId: null, messageId: null, status: 'sent', reason: null },
    ]);
  });

  it('is to be had once a minute, however many ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, ask));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.map(({ json }) => json.error)).toEqual(Array(9).fill('rate_limited'));
    vi.setSystemTime(Date.now() + 59_999);
    const early = await ask();
    expect([early.status, early.headers.get('Retry-After')]).toEqual([429, '1']);
    vi.setSystemTime(Date.now() + 1);
    expect((await ask()).status).toBe(202);
    await story.drain();
    expect(await story.texts(story.phoneOf('ben'))).toHaveLength(2);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['opted_out', () => story.text('ben', 'STOP')],
    ['unverified', () => story.api('DELETE', '/api/phone', { as: story.member('ben') })],
  ])('does not come where the law says no: %s', async (reason, act) => {
    await act();
    const before = await story.texts(story.phoneOf('ben')); // Twilio's own answer to STOP.
    expect((await ask()).status).toBe(202);
    await story.drain();
    expect(await story.texts(story.phoneOf('ben'))).toHaveLength(before.length);
    expect(await story.log('ben')).toMatchObject([{ kind: 'test', status: 'suppressed', reason }]);
  });
});
