import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  IDLE,
  MOST_AHEAD_MS,
  type PaceState,
  type PermitsAsked,
  slowDown,
  takePermits,
} from '../../../src/platform/pace/pace.ts';

const NOW = Date.UTC(2026, 4, 1, 12);
const NONE: PermitsAsked = { urgent: 0, lightReturning: 0, light: 0, returning: 0, fresh: 0 };
const limits = (perSecond: number, perDay: number | null = null) => ({ perSecond, perDay });

/** A sender, and a clock that only the test moves. */
function sender(perSecond: number, perDay: number | null = null) {
  let state: PaceState = IDLE;
  return {
    now: NOW,
    take(asked: Partial<PermitsAsked>) {
      const taken = takePermits(state, { ...NONE, ...asked }, limits(perSecond, perDay), this.now);
      state = taken.state;
      return taken.given;
    },
    slow(retryAfterMs: number | null, firstMs = 1000) {
      state = slowDown(state, { retryAfterMs, firstMs }, this.now);
      return state.pausedUntil - this.now;
    },
  };
}

describe('the pace of a sender', () => {
  it.each([
    [100, 6000],
    [3, 180],
    [1, 60],
    [0.5, 30],
    [0.01, 1],
  ])('of %d a second lets %i go at once, and then one by one', (perSecond, burst) => {
    const one = sender(perSecond);
    const first = one.take({ fresh: burst + 2 });
    expect([first.fresh, first.turns.fresh.length]).toEqual([burst, 2]);
    const every = 1000 / perSecond;
    expect(first.turns.fresh[1]! - first.turns.fresh[0]!).toBeCloseTo(every, -1);
    one.now = first.turns.fresh[0]!;
    expect(one.take({ returning: 2 }).returning).toBe(1);
  });

  it('lets urgent texts go first, and keeps the next room for those that found none', () => {
    const one = sender(1);
    expect(one.take({ fresh: 100 }).fresh).toBe(60);
    expect(one.take({ urgent: 1 })).toMatchObject({ urgent: 0, turns: { urgent: [NOW + 1000] } });
    one.now += 1000;
    expect(one.take({ returning: 5, fresh: 5 })).toMatchObject({ returning: 0, fresh: 0 });
    expect(one.take({ urgent: 1 }).urgent).toBe(1);
    one.now += 1000;
    expect(one.take({ returning: 5 }).returning).toBe(1);
  });

  it('lets those whose turn it is go before those who come anew', () => {
    const one = sender(1);
    one.take({ fresh: 70 });
    one.now += 5000;
    const given = one.take({ fresh: 3, returning: 5 });
    expect([given.returning, given.fresh]).toEqual([5, 0]);
    expect(given.turns.fresh).toEqual([NOW + 11_000, NOW + 12_000, NOW + 13_000]);
    // Nobody comes for the room of half a minute: those who had their turns do not want them any more.
    one.now += 30_000;
    expect(one.take({ fresh: 10 }).fresh).toBeGreaterThan(0);
  });

  it('lets those of families that ask for little go before the turns of one that asks for much, one by one', () => {
    const one = sender(1);
    const flood = one.take({ fresh: 100 });
    expect(flood.turns.fresh.at(-1)).toBe(NOW + 40_000);
    one.now += 200;
    expect(one.take({ light: 2 }).turns.light).toEqual([NOW + 1200, NOW + 2200]);
    expect(one.take({ light: 1 }).turns.light).toEqual([NOW + 3200]);
    // The three put off whatever comes behind the flood by as much.
    expect(one.take({ fresh: 1 }).turns.fresh).toEqual([NOW + 44_000]);
    // At its turn it goes, whoever else has one then; that one comes next.
    one.now = NOW + 1200;
    const given = one.take({ returning: 1, lightReturning: 1 });
    expect([given.lightReturning, given.returning, given.turns.returning]).toEqual([1, 0, [NOW + 2200]]);
    one.now = NOW + 120_000;
    expect(one.take({ light: 60 }).light).toBe(60);
  });

  it('takes no more than its share of the carriers’ day, which ends at midnight Pacific', () => {
    const one = sender(10, 100);
    const given = one.take({ fresh: 120 });
    expect([given.fresh, given.turns.fresh[0]]).toEqual([100, Date.UTC(2026, 4, 2, 7)]);
    one.now = Date.UTC(2026, 4, 2, 7);
    expect(one.take({ returning: 20 }).returning).toBe(20);
  });

  it('pauses as long as the carrier says, else longer each time it is told again', () => {
    const one = sender(10);
    expect(one.slow(7000)).toBe(7000);
    expect(one.take({ urgent: 1, fresh: 1 })).toMatchObject({
      urgent: 0,
      fresh: 0,
      turns: { urgent: [NOW + 7000], fresh: [NOW + 7100] },
    });
    const other = sender(10);
    const pauses: number[] = [];
    for (let i = 0; i < 9; i++) {
      pauses.push(other.slow(null));
      expect(other.slow(null)).toBe(pauses.at(-1)); // Six answers of one wave are one sign.
      other.now += pauses.at(-1)!;
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 120_000, 120_000]);
    other.now += 61_000;
    expect(other.slow(null)).toBe(1000);
  });

  it('begins anew when the clock is set back', () => {
    const one = sender(1);
    one.take({ fresh: 60 });
    one.slow(3_600_000);
    one.now -= 3_600_000;
    expect(one.take({ fresh: 60 }).fresh).toBe(60);
  });

  it('brings a thousand that are due at once to a sender of three a second: none lost, at most a minute of them ahead', () => {
    const one = sender(3);
    const due = new Map<number, number>([[NOW, 1000]]); // When so many ask.
    let sent = 0;
    let ahead = 0; // At the carrier, which passes three on a second.
    let urgentAt: number | null = NOW + 60_000;
    let urgentWait = 0;
    for (; sent < 1001; one.now += 1000) {
      ahead = Math.max(0, ahead - 3);
      if (urgentAt !== null && one.now >= urgentAt) {
        const given = one.take({ urgent: 1 });
        sent += given.urgent;
        ahead += given.urgent;
        if (given.urgent === 1) urgentWait = one.now - (NOW + 60_000);
        urgentAt = given.urgent === 1 ? null : given.turns.urgent[0]!;
      }
      let asking = 0;
      for (const [at, count] of due) {
        if (at > one.now) continue;
        asking += count;
        due.delete(at);
      }
      while (asking > 0) {
        const wave = Math.min(25, asking);
        asking -= wave;
        const kind = one.now === NOW ? 'fresh' : 'returning';
        const given = one.take({ [kind]: wave });
        sent += given[kind];
        ahead += given[kind];
        for (const at of given.turns[kind]) due.set(at, (due.get(at) ?? 0) + 1);
      }
      expect(ahead).toBeLessThanOrEqual(180);
      expect(one.now - NOW).toBeLessThan(300_000);
    }
    expect(one.now - NOW).toBeLessThan(((1000 - 180) / 3 + 15) * 1000);
    expect(urgentWait).toBeLessThanOrEqual(2000);
  });

  it('gives a turn to each of more texts than a call of a function takes arguments', () => {
    const { turns } = sender(10_000).take({ urgent: 200_000, fresh: 800_000 });
    expect([turns.urgent.length, turns.fresh.length]).toEqual([0, 400_000]);
  });

  it('never lets more go than its rate and a minute, whatever asks when', () => {
    const some = fc.record({
      after: fc.integer({ min: 0, max: 20_000 }),
      urgent: fc.integer({ min: 0, max: 30 }),
      returning: fc.integer({ min: 0, max: 30 }),
      fresh: fc.integer({ min: 0, max: 30 }),
    });
    fc.assert(
      fc.property(fc.constantFrom(0.5, 1, 3, 10), fc.array(some, { maxLength: 60 }), (perSecond, asks) => {
        const one = sender(perSecond);
        let sent = 0;
        for (const { after, ...asked } of asks) {
          one.now += after;
          const given = one.take(asked);
          for (const kind of ['urgent', 'returning', 'fresh'] as const) {
            sent += given[kind];
            expect(given[kind] + given.turns[kind].length).toBe(asked[kind]);
            for (const turn of given.turns[kind]) expect(turn).toBeGreaterThan(one.now);
          }
          expect(sent).toBeLessThanOrEqual(((one.now - NOW + MOST_AHEAD_MS) / 1000) * perSecond + 1e-6);
        }
      }),
    );
  });
});
