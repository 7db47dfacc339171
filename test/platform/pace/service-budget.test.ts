import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LeaseStore } from '../../../src/family/sends/lease.ts';
import {
  type BudgetState,
  LARGEST_LEASE,
  leaseTexts,
  type ServiceCaps,
  UNTOUCHED,
} from '../../../src/platform/pace/service-budget.ts';

const NOW = Date.UTC(2026, 4, 1, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A service and its families, on a clock that only the test moves. */
function service(caps: ServiceCaps) {
  let state: BudgetState = UNTOUCHED;
  const families = new Map<string, LeaseStore>();
  const sent: number[] = [];
  const warned: string[] = [];
  const one = {
    now: NOW,
    sent,
    warned,
    /** How often the budget was asked. */
    asked: 0,
    largest: 0,
    until: 0,
    leaseOf(family: string): LeaseStore {
      const numbers = new Map<string, number>();
      const meta = {
        get: (name: string) => numbers.get(name) ?? null,
        set: (name: string, value: number) => void numbers.set(name, value),
      };
      const known = families.get(family) ?? new LeaseStore(meta);
      families.set(family, known);
      return known;
    },
    /** A family has so many texts to send. @returns how many left */
    send(family: string, count: number): number {
      const lease = one.leaseOf(family);
      let left = 0;
      for (let i = 0; i < count; i++) {
        if (lease.left(one.now) === 0) {
          const answer = leaseTexts(state, lease.request(count - i, one.now), caps, one.now);
          state = answer.state;
          one.asked += 1;
          one.largest = Math.max(one.largest, answer.lease.granted);
          one.until = answer.lease.until;
          warned.push(...answer.warnings.map(({ kind }) => kind));
          lease.take(answer.lease, one.now);
          if (answer.lease.granted === 0) break;
        }
        lease.keep(lease.left(one.now) - 1);
        sent.push(one.now);
        left += 1;
      }
      return left;
    },
  };
  return one;
}

describe('the budget of the service', () => {
  it('of ten lets exactly ten leave, whichever families they are of, and ten more when there is room', () => {
    const ten = service({ hourly: 10, daily: 0 });
    expect([ten.send('a', 3), ten.send('b', 4), ten.send('a', 2), ten.send('c', 3)]).toEqual([3, 4, 2, 1]);
    expect(ten.send('b', 1)).toBe(0);
    expect(ten.until - NOW).toBe(62 * MINUTE);
    ten.now = ten.until;
    expect(ten.send('b', 20)).toBe(10);
  });

  it('of a day and of an hour holds both', () => {
    const both = service({ hourly: 10, daily: 15 });
    expect(both.send('a', 20)).toBe(10);
    both.now = both.until;
    expect(both.send('a', 20)).toBe(5);
    both.now += 2 * HOUR;
    expect(both.send('a', 20)).toBe(0);
    expect(both.until).toBe(NOW + 24 * HOUR + 2 * MINUTE);
  });

  it('is asked by a busy family once for many texts, never for more than fifty', () => {
    const busy = service({ hourly: 100_000, daily: 0 });
    for (let i = 0; i < 600; i++) busy.send('a', 1);
    expect(busy.largest).toBe(LARGEST_LEASE);
    expect(busy.asked).toBeLessThan(25);
    expect(busy.send('b', 120)).toBe(120);
  });

  it('gets back what a lease left over', () => {
    const one = service({ hourly: 300, daily: 0 });
    for (let i = 0; i < 60; i++) one.send('a', 1);
    const left = one.leaseOf('a').left(one.now);
    expect(left).toBeGreaterThan(0);
    one.now += 2 * MINUTE;
    expect(one.leaseOf('a').left(one.now)).toBe(0);
    one.send('a', 1);
    let rest = 0;
    for (let i = 0; i < 300; i++) rest += one.send(`f${i}`, 1);
    expect(one.sent.length).toBe(300);
    expect(rest).toBe(239);
  });

  it('warns at a half, at four fifths and at the end, once each', () => {
    const ten = service({ hourly: 10, daily: 0 });
    for (let i = 0; i < 12; i++) ten.send('a', 1);
    expect(ten.warned).toEqual(['service_cap_half', 'service_cap_near', 'service_cap_reached']);
    ten.now = ten.until;
    ten.send('a', 6);
    expect(ten.warned.slice(3)).toEqual(['service_cap_half']);
  });

  it('warns when an hour has four times the texts of the same hour a week ago', () => {
    const one = service({ hourly: 1000, daily: 0 });
    one.send('a', 10);
    one.now += 7 * 24 * HOUR;
    for (let i = 0; i < 12; i++) one.send('a', 1);
    one.now += 10 * MINUTE;
    expect(one.warned).toEqual([]);
    for (let i = 0; i < 40; i++) one.send('a', 1);
    expect(one.warned).toEqual(['texts_unusual']);
  });

  it('is never passed in any hour or day, whatever happens when', () => {
    const step = fc.record({
      after: fc.oneof(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 0, max: 90 * MINUTE })),
      family: fc.constantFrom('a', 'b', 'c'),
      count: fc.integer({ min: 1, max: 60 }),
      refund: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(5, 10, 120, 400),
        fc.constantFrom(0, 12, 300),
        fc.array(step, { maxLength: 80 }),
        (hourly, daily, steps) => {
          const any = service({ hourly, daily });
          for (const { after, family, count, refund } of steps) {
            any.now += after;
            const left = any.send(family, count);
            if (refund && left > 0) {
              any.sent.pop();
              any.leaseOf(family).refund(1);
            }
            const within = (ms: number) => any.sent.filter((at) => at > any.now - ms).length;
            expect(within(HOUR)).toBeLessThanOrEqual(hourly);
            if (daily > 0) expect(within(24 * HOUR)).toBeLessThanOrEqual(daily);
            expect(any.largest).toBeLessThanOrEqual(LARGEST_LEASE);
          }
        },
      ),
    );
  });
});
