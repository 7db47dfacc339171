import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/client/socket-frames.ts';
import { ThreadCursor } from '../../src/client/thread-cursor.ts';
import { message } from './message.ts';

const upTo = (n: number) => Array.from({ length: n }, (_, i) => message(i + 1));

/** A cursor over a thread whose messages are in `stored`. */
function following(stored: Message[], last = 0) {
  const shown: number[] = [];
  let asked = 0;
  const catchUp = async (_: string, after: number) => {
    asked += 1;
    return stored.filter(({ seq }) => seq > after);
  };
  const cursor = new ThreadCursor('thr', last, catchUp, ({ seq }) => shown.push(seq));
  return { cursor, shown, asked: () => asked };
}

describe('following a thread', () => {
  it('shows what comes in order at once, without asking', async () => {
    const { cursor, shown, asked } = following([], 4);
    for (const seq of [5, 6, 6, 3, 7]) await cursor.receive(message(seq));
    expect(shown).toEqual([5, 6, 7]);
    expect(asked()).toBe(0);
  });

  it('fills a gap before it shows what comes after', async () => {
    const { cursor, shown, asked } = following(upTo(9), 4);
    await cursor.receive(message(8));
    expect(shown).toEqual([5, 6, 7, 8, 9]);
    expect(asked()).toBe(1);
  });

  it('shows every message once and in order, whatever is lost, repeated or overtaken', async () => {
    const arrivals = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(arrivals, async (seqs) => {
        const stored: Message[] = [];
        const { cursor, shown } = following(stored);
        const work: Promise<void>[] = [];
        for (const seq of seqs) {
          for (let next = stored.length + 1; next <= seq; next++) stored.push(message(next));
          work.push(cursor.receive(message(seq)));
          if (seq % 3 === 0) await Promise.resolve();
        }
        await Promise.all(work);
        await cursor.fill();
        expect(shown).toEqual(stored.map(({ seq }) => seq));
      }),
    );
  });

  it('says that catching up failed, and fills the gap the next time', async () => {
    let failing = true;
    const shown: number[] = [];
    const catchUp = async (_: string, after: number) => {
      if (failing) throw new Error('no network');
      return upTo(3).filter(({ seq }) => seq > after);
    };
    const cursor = new ThreadCursor('thr', 0, catchUp, ({ seq }) => shown.push(seq));
    await expect(cursor.receive(message(3))).rejects.toThrow('no network');
    expect(shown).toEqual([]);
    failing = false;
    await cursor.fill();
    expect(shown).toEqual([1, 2, 3]);
  });

  it('does not wait for what does not exist for its reader', async () => {
    const { cursor, shown } = following([message(6)], 4);
    await cursor.receive(message(6));
    await cursor.receive(message(7));
    expect(shown).toEqual([6, 7]);
  });
});
