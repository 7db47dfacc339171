import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createEdgeLimits, type EdgeCounter, UNCOUNTED_MISSES } from '../../src/platform/edge-limits.ts';
import { edgeCounter } from '../support/edge-counter.ts';

/** A quarter past a minute. */
const NOW = 60_000 * 1000 + 15_000;
const rosa = { userId: 'usr_rosa', familyId: 'fam_1' };
const ben = { userId: 'usr_ben', familyId: 'fam_1' };
const refused = (message: RegExp) => ({
  code: 'rate_limited',
  message: expect.stringMatching(message),
  extras: { retryAfterSeconds: 45 },
});

describe('the limits of the edge', () => {
  it('hold a network, an IPv6 one as a whole, until the minute is over', async () => {
    const edge = createEdgeLimits({ DOOR_LIMIT: edgeCounter(2) });
    await edge.enter('2001:db8:1:2::1', NOW);
    await edge.enter('2001:db8:1:2::2', NOW);
    await expect(edge.enter('2001:db8:1:2:ffff::', NOW)).rejects.toMatchObject(refused(/this network/));
    await edge.enter('2001:db8:1:3::1', NOW);
  });

  it('hold a block that one stranger may rent, however many networks it has', async () => {
    const edge = createEdgeLimits({ DOOR_LIMIT: edgeCounter(1), BLOCK_LIMIT: edgeCounter(2) });
    for (const block of ['2001:db8:1', '2001:db8:2']) {
      for (const n of [1, 2]) await edge.enter(`${block}:${n}::1`, NOW);
      await expect(edge.enter(`${block}:3::1`, NOW)).rejects.toMatchObject(refused(/this network/));
    }
    for (const n of [1, 2]) await edge.enter(`203.0.113.${n}`, NOW);
    await expect(edge.enter('203.0.113.3', NOW)).rejects.toMatchObject(refused(/this network/));
    await edge.enter('203.0.114.3', NOW);
  });

  it('hold a person in one kind of deed, and a family in all its people’s', async () => {
    const edge = createEdgeLimits({ PERSON_LIMIT: edgeCounter(2), FAMILY_LIMIT: edgeCounter(3) });
    await edge.act('mute', rosa, NOW);
    await edge.act('mute', rosa, NOW);
    await expect(edge.act('mute', rosa, NOW)).rejects.toMatchObject(refused(/muted of yours/));
    await edge.act('read', rosa, NOW);
    await expect(edge.act('mute', ben, NOW)).rejects.toMatchObject(refused(/muted of this family/));
  });

  it('let everybody pass where they are not bound, or fail: what counts exactly stands behind them', async () => {
    const broken: EdgeCounter = { limit: () => Promise.reject(new Error('away')) };
    for (const limit of [undefined, broken]) {
      const edge = createEdgeLimits({
        DOOR_LIMIT: limit,
        BLOCK_LIMIT: limit,
        PERSON_LIMIT: limit,
        FAMILY_LIMIT: limit,
      });
      await edge.enter('203.0.113.7', NOW);
      await edge.act('heartbeat', rosa, NOW);
      expect(await edge.mayNote('anything')).toBe(true);
    }
    const unbound = createEdgeLimits({});
    expect([unbound.rareMisses, await unbound.isRareMiss('203.0.113.7')]).toEqual([0, false]);
  });

  it('leave as many misses uncounted as wrangler.toml says', () => {
    const limits = readFileSync('wrangler.toml', 'utf8').split('[[ratelimits]]');
    const misses = limits.find((text) => text.includes('"MISS_LIMIT"'));
    expect(misses).toContain(`limit = ${UNCOUNTED_MISSES}, period = 60`);
  });
});
