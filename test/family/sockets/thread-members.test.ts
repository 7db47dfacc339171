import { describe, expect, it } from 'vitest';
import { ThreadMembersCache } from '../../../src/family/sockets/thread-members.ts';

describe('who is in a thread', () => {
  it('is asked for once in ten seconds, thread by thread', async () => {
    const members = new ThreadMembersCache();
    const asked: string[] = [];
    const of = async (threadId: string, now: number) => [
      ...(await members.of(threadId, async () => [`${asked.push(threadId)}`], now)),
    ];
    expect([await of('a', 0), await of('b', 0), await of('a', 9999)]).toEqual([['1'], ['2'], ['1']]);
    expect(await of('a', 10_000)).toEqual(['3']);
    expect(asked).toEqual(['a', 'b', 'a']);
  });

  it('is asked for anew once somebody joined or left, even while it was being asked for', async () => {
    const members = new ThreadMembersCache();
    const { promise, resolve } = Promise.withResolvers<string[]>();
    const early = members.of('a', () => promise, 0);
    members.forget();
    resolve(['rosa', 'leo']);
    await early;
    expect([...(await members.of('a', async () => ['rosa'], 1))]).toEqual(['rosa']);
  });
});
