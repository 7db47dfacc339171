import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choiceOf, replyTarget, type TextedThread } from '../../../src/sms/replies/reply-target.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** A thread texted about so many minutes ago, and answered so many minutes ago. */
const thread = (threadId: string, texted: number, replied: number | null = null): TextedThread => ({
  threadId,
  title: `Title of ${threadId}`,
  textedAt: NOW - texted * MINUTE,
  repliedAt: replied === null ? null : NOW - replied * MINUTE,
});
const find = (...threads: TextedThread[]) => {
  const target = replyTarget(threads, NOW);
  if (target.kind === 'ask') return target.threads.map(({ threadId }) => threadId);
  return target.kind === 'thread' ? target.threadId : null;
};

describe('replyTarget', () => {
  it.each<[string, TextedThread[], ReturnType<typeof find>]>([
    ['nothing was texted', [], null],
    ['one thread', [thread('a', 5)], 'a'],
    ['one thread, almost a day ago', [thread('a', 1439)], 'a'],
    ['one thread, a day ago', [thread('a', 1440)], null],
    ['two threads, far apart: the last one', [thread('a', 16), thread('b', 5)], 'b'],
    ['two threads within ten minutes', [thread('a', 15), thread('b', 5)], ['b', 'a']],
    ['two within ten minutes, long ago', [thread('a', 600), thread('b', 609)], ['a', 'b']],
    ['three, of which two are close', [thread('a', 1), thread('b', 9), thread('c', 30)], ['a', 'b']],
    [
      'five at once: the newest four',
      ['a', 'b', 'c', 'd', 'e'].map((id, n) => thread(id, n)),
      ['a', 'b', 'c', 'd'],
    ],
    ['one was answered before the other was texted', [thread('a', 5, 4), thread('b', 3)], ['b', 'a']],
    ['one was answered since: it goes on there', [thread('a', 5, 1), thread('b', 3)], 'a'],
    ['both were answered since: the last one', [thread('a', 5, 2), thread('b', 6, 1)], 'b'],
    ['one was answered, but a while ago', [thread('a', 50, 11), thread('b', 49)], ['b', 'a']],
    ['one was answered, the other is older', [thread('a', 5), thread('b', 30, 1)], 'a'],
  ])('%s', (_, threads, expected) => {
    expect(find(...threads)).toEqual(expected);
    expect(find(...threads.toReversed())).toEqual(expected);
  });

  it('names only threads that were texted about within the day, and asks only between several', () => {
    const threads = fc.array(
      fc.record({
        threadId: fc.uuid(),
        title: fc.string(),
        textedAt: fc.integer({ min: NOW - 2 * DAY, max: NOW }),
        repliedAt: fc.option(fc.integer({ min: NOW - 2 * DAY, max: NOW })),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(threads, (given) => {
        const live = given.filter(({ textedAt }) => textedAt > NOW - DAY).map(({ threadId }) => threadId);
        const target = replyTarget(given, NOW);
        if (target.kind === 'none') expect(live).toEqual([]);
        if (target.kind === 'thread') expect(live).toContain(target.threadId);
        if (target.kind === 'ask') {
          expect(target.threads.length).toBeGreaterThan(1);
          const times = target.threads.map(({ textedAt }) => textedAt);
          expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(10 * MINUTE);
        }
      }),
    );
  });
});

describe('choiceOf', () => {
  it.each<[string, number | 'unclear' | null]>([
    ['1', 0],
    [' 2 ', 1],
    ['2.', 1],
    ['#1', 0],
    ['(1)', 0],
    ['１', 0],
    ['no. 2', 1],
    ['Option 1', 0],
    ['2 please', 1],
    ['1, thank you!', 0],
    ['3', 'unclear'],
    ['0', 'unclear'],
    ['12', 'unclear'],
    ['2026', null],
    ['1 pm', null],
    ['2 of us are coming', null],
    ['one', null],
    ['Yes 1', null],
    ['', null],
  ])('reads %j as %s', (body, expected) => {
    expect(choiceOf(body, 2)).toBe(expected);
  });
});
