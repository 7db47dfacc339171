import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countFault,
  countFrame,
  countTyping,
  type FrameCounters,
  MAX_FRAME_BYTES,
  newFrameCounters,
  readFrame,
} from '../../../src/family/sockets/frames.ts';

describe('reading a frame', () => {
  it.each<[string, string | ArrayBuffer, unknown]>([
    ['a state', '{"type":"state","state":"away"}', { type: 'state', state: 'away' }],
    [
      'unknown fields, ignored',
      '{"type":"state","state":"active","x":3}',
      { type: 'state', state: 'active' },
    ],
    ['typing', '{"type":"typing","threadId":"thr_1"}', { type: 'typing', threadId: 'thr_1' }],
    ['an empty id', '{"type":"typing","threadId":""}', { error: 'invalid_frame' }],
    ['a long id', `{"type":"typing","threadId":"${'x'.repeat(201)}"}`, { error: 'invalid_frame' }],
    ['an unknown state', '{"type":"state","state":"online"}', { error: 'invalid_frame' }],
    ['an unknown type', '{"type":"message","threadId":"thr_1"}', { error: 'invalid_frame' }],
    ['half a frame', '{"type":"state"', { error: 'invalid_frame' }],
    ['an array', '[]', { error: 'invalid_frame' }],
    ['null', 'null', { error: 'invalid_frame' }],
    ['nothing', '', { error: 'invalid_frame' }],
    ['the most bytes', 'x'.repeat(MAX_FRAME_BYTES), { error: 'invalid_frame' }],
    ['a byte too many', 'x'.repeat(MAX_FRAME_BYTES + 1), { error: 'too_large' }],
    ['few characters of many bytes', 'é'.repeat(MAX_FRAME_BYTES / 2 + 1), { error: 'too_large' }],
    ['binary', new ArrayBuffer(3), { error: 'unsupported_data' }],
  ])('%s', (_, data, expected) => {
    expect(readFrame(data)).toEqual(expected);
  });

  it('answers anything at all without throwing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (data) => {
        expect(Object.keys(readFrame(data)).some((key) => key === 'type' || key === 'error')).toBe(true);
      }),
    );
  });
});

/** How many of `n` counts in a row, `gap` ms apart, are over. */
function over(count: typeof countFrame, n: number, gap: number): number {
  let counters: FrameCounters = newFrameCounters();
  let exceeded = 0;
  for (let i = 0; i < n; i++) {
    const counted = count(counters, 1_000_000 + i * gap);
    counters = counted.counters;
    if (counted.over) exceeded += 1;
  }
  return exceeded;
}

describe('the budget', () => {
  it.each([
    ['20 frames at once', 20, 0, 0],
    ['21 frames at once', 21, 0, 1],
    ['25 frames at once', 25, 0, 5],
    ['a frame every half second, for long', 500, 501, 0],
    ['a frame every 0.4 s', 25, 400, 5],
  ])('%s', (_, n, gap, exceeded) => {
    expect(over(countFrame, n, gap)).toBe(exceeded);
  });

  it('ends a connection with the fifth fault within a minute', () => {
    expect(over(countFault, 4, 0)).toBe(0);
    expect(over(countFault, 5, 0)).toBe(1);
    expect(over(countFault, 50, 15_000)).toBe(0);
  });
});

it('passes typing on once in three seconds a thread', () => {
  const first = countTyping(newFrameCounters(), 'a', 10_000);
  expect(first.due).toBe(true);
  expect(countTyping(first.counters, 'a', 12_999).due).toBe(false);
  expect(countTyping(first.counters, 'b', 12_999).due).toBe(true);
  expect(countTyping(first.counters, 'a', 13_000).due).toBe(true);
});

it('passes typing on no oftener for somebody who types in several threads by turns', () => {
  let counters = newFrameCounters();
  const passed: string[] = [];
  for (let now = 10_000; now < 16_000; now += 100) {
    const threadId = now % 200 ? 'a' : 'b';
    const counted = countTyping(counters, threadId, now);
    counters = counted.counters;
    if (counted.due) passed.push(`${threadId} ${now}`);
  }
  expect(passed).toEqual(['b 10000', 'a 10100', 'b 13000', 'a 13100']);
  expect(JSON.stringify(counters).length).toBeLessThan(200);
});
