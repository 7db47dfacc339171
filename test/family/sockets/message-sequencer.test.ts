import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MessageSequencer } from '../../../src/family/sockets/message-sequencer.ts';

/** Lets messages arrive in an order; says in which order they were passed on. */
function passing(last: number | null) {
  const sequencer = new MessageSequencer();
  const passed: number[] = [];
  const arrive = async (seq: number) => {
    await sequencer.wait('thread', seq, last);
    passed.push(seq);
    last = Math.max(last ?? 0, seq);
    sequencer.delivered('thread', seq);
  };
  return { passed, arrive };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the order of messages', () => {
  it('is that of their seq, in whatever order they arrive', async () => {
    const order = fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7], { minLength: 7 });
    await fc.assert(
      fc.asyncProperty(order, async (arriving) => {
        const { passed, arrive } = passing(0);
        await Promise.all(arriving.map(arrive));
        expect(passed).toEqual([1, 2, 3, 4, 5, 6, 7]);
      }),
    );
  });

  it('does not wait for ever for one that never comes', async () => {
    const { passed, arrive } = passing(4);
    const all = Promise.all([arrive(8), arrive(6), arrive(7)]);
    await vi.advanceTimersByTimeAsync(499);
    expect(passed).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await all;
    expect(passed).toEqual([6, 7, 8]);
  });

  it('passes a late one and a repeated one on at once', async () => {
    const { passed, arrive } = passing(9);
    await arrive(7);
    await arrive(9);
    expect(passed).toEqual([7, 9]);
  });

  it('waits but a moment in a thread never heard of', async () => {
    const { passed, arrive } = passing(null);
    const all = arrive(41);
    await vi.advanceTimersByTimeAsync(50);
    await all;
    expect(passed).toEqual([41]);
  });
});
