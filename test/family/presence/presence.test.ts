import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Announced,
  countsUntil,
  type Device,
  presenceChanges,
  presenceOf,
} from '../../../src/family/presence/presence.ts';

const settings = { ttlMs: 60_000, graceMs: 10_000 };
const NOW = 1_000_000;

const device = (over: Partial<Device> = {}): Device => ({
  userId: 'rosa',
  state: 'active',
  heardAt: NOW,
  closedAt: null,
  ...over,
});
const stateOf = (...devices: Device[]) => presenceOf(devices, settings, NOW).get('rosa')?.state;

describe('presence of one person', () => {
  it.each([
    ['nobody heard of', [], undefined],
    ['an active device, just heard of', [device()], 'online'],
    ['one heard of within the TTL', [device({ heardAt: NOW - 59_999 })], 'online'],
    ['one not heard of for the TTL', [device({ heardAt: NOW - 60_000 })], 'offline'],
    ['away on the only device', [device({ state: 'away' })], 'away'],
    ['away on one, active on another', [device({ state: 'away' }), device()], 'online'],
    ['active on one, away on another', [device(), device({ state: 'away' })], 'online'],
    ['away on all', [device({ state: 'away' }), device({ state: 'away' })], 'away'],
    ['away here, silent there', [device({ state: 'away' }), device({ heardAt: NOW - 70_000 })], 'away'],
    ['closed within the grace', [device({ closedAt: NOW - 9_999 })], 'online'],
    ['closed longer ago than the grace', [device({ closedAt: NOW - 10_000 })], 'offline'],
    ['closed within the grace after long silence', [device({ heardAt: 0, closedAt: NOW - 1 })], 'online'],
    ['closed while away, within the grace', [device({ state: 'away', closedAt: NOW - 1 })], 'away'],
    ['closed, and open elsewhere', [device({ closedAt: 0 }), device()], 'online'],
  ])('%s', (_, devices, state) => {
    expect(stateOf(...devices)).toBe(state);
  });

  it('tells when it may change next, and when the person was last heard of', () => {
    const devices = [
      device({ heardAt: NOW - 20_000 }),
      device({ heardAt: NOW - 1, closedAt: NOW }),
      device({ heardAt: 1 }),
    ];
    const rosa = presenceOf(devices, settings, NOW).get('rosa');
    expect(rosa).toEqual({ userId: 'rosa', state: 'online', changesAt: NOW + 10_000, heardAt: NOW });
    expect(presenceOf([device({ heardAt: 5 })], settings, NOW).get('rosa')).toMatchObject({
      changesAt: null,
      heardAt: 5,
    });
  });
});

const devices = fc.array(
  fc.record({
    userId: fc.constantFrom('rosa', 'leo', 'mia'),
    state: fc.constantFrom('active' as const, 'away' as const),
    heardAt: fc.integer({ min: NOW - 120_000, max: NOW }),
    closedAt: fc.option(fc.integer({ min: NOW - 120_000, max: NOW })),
  }),
  { maxLength: 12 },
);

describe('presence of a family', () => {
  it('does not change before it says it may', () => {
    fc.assert(
      fc.property(devices, fc.integer({ min: 0, max: 200_000 }), (all, later) => {
        const before = presenceOf(all, settings, NOW);
        const next = Math.min(...[...before.values()].map((person) => person.changesAt ?? Infinity));
        const at = Math.min(NOW + later, next - 1);
        const after = presenceOf(all, settings, at);
        for (const [userId, { state }] of before) expect(after.get(userId)?.state).toBe(state);
      }),
    );
  });

  it('ends: without further signs everyone is offline after the TTL, and stays so', () => {
    fc.assert(
      fc.property(devices, fc.integer({ min: 60_000, max: 1e9 }), (all, later) => {
        for (const person of presenceOf(all, settings, NOW + later).values()) {
          expect(person).toMatchObject({ state: 'offline', changesAt: null });
        }
      }),
    );
  });

  it('is online exactly if an active device counts, whatever the order of devices', () => {
    fc.assert(
      fc.property(devices, (all) => {
        const people = presenceOf(all, settings, NOW);
        for (const [userId, { state }] of people) {
          const counting = all.filter((d) => d.userId === userId && countsUntil(d, settings) > NOW);
          const expected = counting.some((d) => d.state === 'active')
            ? 'online'
            : counting.length
              ? 'away'
              : 'offline';
          expect(state).toBe(expected);
        }
        const reversed = presenceOf([...all].reverse(), settings, NOW);
        expect(Object.fromEntries(reversed)).toEqual(Object.fromEntries(people));
      }),
    );
  });

  it('announces exactly the differences; announced once, they are none any more', () => {
    fc.assert(
      fc.property(devices, devices, (earlier, later) => {
        const announced = new Map<string, Announced>();
        for (const all of [earlier, later]) {
          const current = presenceOf(all, settings, NOW);
          const changes = presenceChanges([...announced.values()], current, NOW);
          for (const change of changes) {
            expect(change.from).toBe(announced.get(change.userId)?.state ?? 'offline');
            expect(change.state).not.toBe(change.from);
            announced.set(change.userId, change);
          }
          for (const userId of ['rosa', 'leo', 'mia']) {
            expect(announced.get(userId)?.state ?? 'offline').toBe(current.get(userId)?.state ?? 'offline');
          }
          expect(presenceChanges([...announced.values()], current, NOW)).toEqual([]);
        }
      }),
    );
  });
});
