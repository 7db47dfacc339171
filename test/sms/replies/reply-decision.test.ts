import { describe, expect, it } from 'vitest';
import { decideReply, type HeldReply, type ReplyFacts } from '../../../src/sms/replies/reply-decision.ts';
import type { TextedThread } from '../../../src/sms/replies/reply-target.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

const thread = (threadId: string, minutesAgo: number): TextedThread => ({
  threadId,
  title: threadId,
  textedAt: NOW - minutesAgo * MINUTE,
  repliedAt: null,
});
const held = (messageSid: string, more: Partial<HeldReply> = {}): HeldReply => ({
  messageSid,
  choices: ['a', 'b'],
  chosenBy: null,
  threadId: null,
  receivedAt: NOW - MINUTE,
  ...more,
});
const TWO = [thread('a', 1), thread('b', 2)];
const decide = (facts: Partial<ReplyFacts>) => {
  const decision = decideReply(
    {
      messageSid: 'SM0',
      body: 'On my way',
      isPosted: false,
      threads: [thread('a', 5)],
      held: [],
      recent: 0,
      recentSame: 0,
      mayAnswer: true,
      ...facts,
    },
    NOW,
  );
  if (decision.does === 'choose') return `${decision.messageSids.join('+')} to ${decision.threadId}`;
  if (decision.does === 'post') return `post to ${decision.threadId}`;
  if (decision.does === 'hold') return decision.ask ? 'hold and ask' : 'hold';
  return decision.does;
};

describe('decideReply', () => {
  it.each<[string, Partial<ReplyFacts>, string]>([
    ['one thread', {}, 'post to a'],
    ['a repeat of what was posted', { isPosted: true }, 'nothing'],
    ['two threads', { threads: TWO }, 'hold and ask'],
    ['no thread', { threads: [] }, 'answer_nobody'],
    ['no thread, and no answer allowed', { threads: [], mayAnswer: false }, 'nothing'],
    ['two threads, and nobody may be asked', { threads: TWO, mayAnswer: false }, 'nothing'],
    ['a second text while asked', { threads: TWO, held: [held('SM1')] }, 'hold'],
    ['a second text, no answer allowed', { threads: TWO, held: [held('SM1')], mayAnswer: false }, 'hold'],
    [
      'a second text long after the question',
      { threads: TWO, held: [held('SM1', { receivedAt: NOW - 11 * MINUTE })] },
      'hold and ask',
    ],
    [
      'a second text, about other threads',
      { threads: [thread('c', 1), ...TWO], held: [held('SM1')] },
      'hold and ask',
    ],
    [
      'a second text that has but one target',
      { threads: [thread('c', 1)], held: [held('SM1')] },
      'post to c',
    ],
    [
      'so many that wait',
      { threads: TWO, held: Array.from({ length: 10 }, (_, n) => held(`SM${n + 1}`)) },
      'nothing',
    ],
    ['a repeat of what is held', { threads: TWO, held: [held('SM0')] }, 'hold and ask'],
    ['a choice', { body: '2', threads: TWO, held: [held('SM1'), held('SM2')] }, 'SM1+SM2 to b'],
    ['a choice that nobody asked for', { body: '2' }, 'post to a'],
    [
      'a choice too late',
      { body: '2', held: [held('SM1', { receivedAt: NOW - 1440 * MINUTE })] },
      'post to a',
    ],
    ['a choice that was not offered', { body: '3', held: [held('SM1')] }, 'ask'],
    [
      'a choice that was not offered, unanswerable',
      { body: '3', held: [held('SM1')], mayAnswer: false },
      'nothing',
    ],
    [
      'a choice for the last question alone',
      { body: '1', held: [held('SM1', { choices: ['x', 'y'] }), held('SM2')] },
      'SM2 to a',
    ],
    [
      'a repeated choice',
      { body: '1', held: [held('SM1', { chosenBy: 'SM0', threadId: 'b' }), held('SM2')] },
      'SM1 to b',
    ],
    [
      'a number after the choice was made',
      { body: '2', held: [held('SM1', { chosenBy: 'SM9', threadId: 'b' })] },
      'post to a',
    ],
    ['a choice from a busy phone', { body: '1', held: [held('SM1')], recent: 60 }, 'SM1 to a'],
    ['a phone that sends a text a minute', { recent: 60 }, 'nothing'],
    ['the same words, a second time', { recentSame: 1 }, 'post to a'],
    ['the same words, a third time', { recentSame: 2 }, 'nothing'],
  ])('%s', (_, facts, expected) => {
    expect(decide(facts)).toBe(expected);
  });
});
