import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DeliveryFacts,
  decide,
  type PolicySettings,
  PRESENT_WATCH_MS,
  type Reason,
} from '../../../src/notifications/send/policy.ts';
import { quietOutside, SPREAD_MS } from '../../../src/notifications/send/quiet-hours.ts';
import type { FamilyFacts } from '../../../src/platform/family/family-rpc.ts';
import { passingFacts } from '../../support/passing-facts.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 4, 1, 12);
const settings: PolicySettings = { expiryMs: 24 * HOUR, presentRecheckMs: MINUTE, houseQuiet: null };

const facts = passingFacts(NOW - MINUTE);
const family: FamilyFacts = {
  presence: 'offline',
  windowUntil: null,
  everyThreadUntil: null,
  userCapUntil: null,
  familyCapUntil: null,
  share: null,
};

interface Gate {
  name: string;
  close: { facts?: Partial<DeliveryFacts>; family?: Partial<FamilyFacts> };
  reason: Reason;
  action: 'drop' | 'defer';
  urgentPasses?: true;
  testPasses?: true;
}

/** Every gate, in the order in which they are asked. */
const GATES: Gate[] = [
  { name: 'opted out', close: { facts: { optedOut: true } }, reason: 'opted_out', action: 'drop' },
  { name: 'unverified', close: { facts: { phoneVerified: false } }, reason: 'unverified', action: 'drop' },
  { name: 'texts off', close: { facts: { smsEnabled: false } }, reason: 'opted_out', action: 'drop' },
  { name: 'unusable', close: { facts: { phoneUnusable: true } }, reason: 'phone_unusable', action: 'drop' },
  {
    name: 'abroad',
    close: { facts: { countryAllowed: false } },
    reason: 'country_not_allowed',
    action: 'drop',
  },
  {
    name: 'left',
    close: { facts: { isMember: false } },
    reason: 'left_thread',
    action: 'drop',
    testPasses: true,
  },
  { name: 'taken back', close: { facts: { retracted: true } }, reason: 'retracted', action: 'drop' },
  { name: 'old', close: { facts: { createdAt: NOW - 24 * HOUR - 1 } }, reason: 'expired', action: 'drop' },
  { name: 'read', close: { facts: { read: true } }, reason: 'read', action: 'drop', testPasses: true },
  {
    name: 'muted',
    close: { facts: { mutedUntil: NOW + HOUR } },
    reason: 'muted',
    action: 'drop',
    urgentPasses: true,
    testPasses: true,
  },
  {
    name: 'here',
    close: { family: { presence: 'online' } },
    reason: 'online',
    action: 'defer',
    urgentPasses: true,
    testPasses: true,
  },
  {
    name: 'quiet',
    close: { facts: { quietStart: 11 * 60, quietEnd: 14 * 60 } },
    reason: 'quiet_hours',
    action: 'defer',
    urgentPasses: true,
    testPasses: true,
  },
  {
    name: 'window',
    close: { family: { windowUntil: NOW + 5 * MINUTE } },
    reason: 'rate_limited',
    action: 'defer',
    urgentPasses: true,
    testPasses: true,
  },
  {
    name: 'own cap',
    close: { family: { userCapUntil: NOW + HOUR } },
    reason: 'daily_cap',
    action: 'defer',
  },
  {
    name: 'family cap',
    close: { family: { familyCapUntil: NOW + HOUR } },
    reason: 'daily_cap',
    action: 'defer',
  },
  {
    name: 'share of a cap',
    close: { family: { share: { until: NOW + HOUR, detail: 'author_share' } } },
    reason: 'daily_cap',
    action: 'defer',
  },
  {
    name: 'window over all threads',
    close: { family: { everyThreadUntil: NOW + MINUTE } },
    reason: 'rate_limited',
    action: 'defer',
    urgentPasses: true,
    testPasses: true,
  },
];

const run = (gates: Gate[], more: Partial<DeliveryFacts> = {}) =>
  decide(
    Object.assign({}, facts, more, ...gates.map((gate) => gate.close.facts)),
    Object.assign({}, family, ...gates.map((gate) => gate.close.family)),
    settings,
    NOW,
  );

describe('decide', () => {
  it('sends when every gate is open, to someone away too', () => {
    expect(run([])).toEqual({ action: 'send' });
    expect(decide(facts, { ...family, presence: 'away' }, settings, NOW)).toEqual({ action: 'send' });
  });

  describe.each(GATES)('$name', (gate) => {
    it(`alone: ${gate.action}, ${gate.reason}`, () => {
      expect(run([gate])).toMatchObject({ action: gate.action, reason: gate.reason });
    });

    it(gate.urgentPasses ? 'lets urgent ones pass' : 'holds urgent ones too', () => {
      const expected = gate.urgentPasses ? { action: 'send' } : { action: gate.action, reason: gate.reason };
      expect(run([gate], { urgent: true })).toMatchObject(expected);
    });

    it(gate.testPasses ? 'lets test texts pass' : 'holds test texts too', () => {
      const expected = gate.testPasses ? { action: 'send' } : { action: gate.action, reason: gate.reason };
      expect(run([gate], { kind: 'test' })).toMatchObject(expected);
    });
  });

  const pairs = GATES.flatMap((first, i) => GATES.slice(i + 1).map((second) => ({ first, second })));
  it.each(pairs)('$first.name comes before $second.name', ({ first, second }) => {
    // A wait that an old message cannot take any more is a drop; the reason stays.
    const action = second.name === 'old' || first.name === 'old' ? 'drop' : first.action;
    expect(run([first, second])).toMatchObject({ action, reason: first.reason });
  });
  it.each(pairs)('urgent: $first.name comes before $second.name', ({ first, second }) => {
    const closed = [first, second].find((gate) => !gate.urgentPasses);
    expect(run([first, second], { urgent: true })).toMatchObject(
      closed ? { reason: closed.reason } : { action: 'send' },
    );
  });
});

describe('mute', () => {
  it.each([
    [NOW + 1, 'drop'],
    [NOW, 'send'],
    [NOW - 1, 'send'],
    [Number.MAX_SAFE_INTEGER, 'drop'],
    [Number.POSITIVE_INFINITY, 'drop'],
  ])('until %d is %s', (mutedUntil, action) => {
    expect(decide({ ...facts, mutedUntil }, family, settings, NOW).action).toBe(action);
  });
});

describe('age', () => {
  it.each([
    [24 * HOUR + 1, { action: 'drop', reason: 'expired' }],
    [24 * HOUR, { action: 'send' }],
    [0, { action: 'send' }],
    [-5 * MINUTE, { action: 'send' }],
  ])('of %d ms', (age, verdict) => {
    expect(decide({ ...facts, createdAt: NOW - age }, family, settings, NOW)).toEqual(verdict);
  });
});

describe('presence', () => {
  const here: FamilyFacts = { ...family, presence: 'online' };
  it.each([
    ['is looked at again', 0, MINUTE, { action: 'defer', reason: 'online', until: NOW + MINUTE }],
    [
      'to the ten minutes, not beyond',
      9.5 * MINUTE,
      MINUTE,
      { action: 'defer', reason: 'online', until: NOW + 0.5 * MINUTE },
    ],
    ['and at their end not any more', PRESENT_WATCH_MS, MINUTE, { action: 'drop', reason: 'online' }],
    ['and never with 0', 0, 0, { action: 'drop', reason: 'online' }],
    [
      'for a message from the future',
      -HOUR,
      MINUTE,
      { action: 'defer', reason: 'online', until: NOW + MINUTE },
    ],
  ])('%s', (_, age, presentRecheckMs, verdict) => {
    expect(decide({ ...facts, createdAt: NOW - age }, here, { ...settings, presentRecheckMs }, NOW)).toEqual(
      verdict,
    );
  });
});

describe('quiet hours', () => {
  const night: DeliveryFacts = { ...facts, quietStart: 11 * 60, quietEnd: 14 * 60 };
  const end = Date.UTC(2026, 4, 1, 14);

  it('defers to their end and a little more, which differs from delivery to delivery', () => {
    const untils = ['dlv_1', 'dlv_2', 'dlv_3'].map((deliveryId) => {
      const verdict = decide({ ...night, deliveryId }, family, settings, NOW);
      if (verdict.action !== 'defer') throw new Error(verdict.action);
      expect(verdict.until).toBeGreaterThanOrEqual(end);
      expect(verdict.until).toBeLessThanOrEqual(end + SPREAD_MS);
      return verdict.until;
    });
    expect(new Set(untils).size).toBe(3);
  });

  it('drops for those who want it so', () => {
    const verdict = decide({ ...night, quietDelivery: 'drop' }, family, settings, NOW);
    expect(verdict).toEqual({ action: 'drop', reason: 'quiet_hours' });
  });

  it('drops what would be too old at their end', () => {
    const old = { ...night, createdAt: end - 24 * HOUR - 1 };
    expect(decide(old, family, settings, NOW)).toEqual({ action: 'drop', reason: 'quiet_hours' });
  });

  it('drops for someone who is quiet all day', () => {
    const never = { ...facts, quietStart: 0, quietEnd: 1440 };
    expect(decide(never, family, settings, NOW)).toEqual({ action: 'drop', reason: 'quiet_hours' });
  });

  it('does not spread beyond the one minute that somebody leaves open', () => {
    const narrow = { ...facts, quietStart: 14 * 60 + 1, quietEnd: 14 * 60 };
    for (let i = 0; i < 50; i++) {
      const verdict = decide({ ...narrow, deliveryId: `dlv_${i}` }, family, settings, NOW);
      expect(verdict).toMatchObject({ action: 'defer' });
      if (verdict.action === 'defer') {
        expect(verdict.until).toBeGreaterThanOrEqual(end);
        expect(verdict.until).toBeLessThan(end + MINUTE);
      }
    }
  });

  it.each<[at: string, zones: string[], until: string | null]>([
    // 22:00 to 07:00 where the person may be: the end is the latest of the ends.
    ['2026-05-01T11:30:00Z', ['America/New_York'], null],
    ['2026-05-01T11:30:00Z', ['America/New_York', 'America/Los_Angeles'], '2026-05-01T14:00:00Z'],
    ['2026-05-01T02:30:00Z', ['America/New_York', 'America/Los_Angeles'], '2026-05-01T14:00:00Z'],
    ['2026-05-01T02:30:00Z', ['America/Los_Angeles'], null],
  ])('at %s in %j wait until %s', (at, timeZones, until) => {
    const now = Date.parse(at);
    const nightly = { ...facts, createdAt: now, timeZones, quietStart: 22 * 60, quietEnd: 7 * 60 };
    const verdict = decide(nightly, family, settings, now);
    if (until === null) return expect(verdict).toEqual({ action: 'send' });
    expect(verdict).toMatchObject({ action: 'defer', reason: 'quiet_hours' });
    if (verdict.action === 'defer') expect(verdict.until - Date.parse(until)).toBeLessThanOrEqual(SPREAD_MS);
  });

  describe('of the house', () => {
    const houseQuiet = quietOutside({ from: 8 * 60, to: 21 * 60 });
    const at = (hour: number, more: Partial<DeliveryFacts> = {}) => {
      const now = Date.UTC(2026, 4, 1, hour);
      return decide({ ...facts, createdAt: now, ...more }, family, { ...settings, houseQuiet }, now);
    };

    it.each<[number, 'send' | 'defer']>([
      [7, 'defer'],
      [8, 'send'],
      [20, 'send'],
      [21, 'defer'],
    ])('at %i hours: %s, to those who set none of their own', (hour, action) => {
      expect(at(hour).action).toBe(action);
    });

    it('do not hold up urgent and test texts, nor those whose own hours are others', () => {
      expect(at(3, { urgent: true })).toEqual({ action: 'send' });
      expect(at(3, { kind: 'test' })).toEqual({ action: 'send' });
      expect(at(3, { quietStart: 12 * 60, quietEnd: 13 * 60 })).toEqual({ action: 'send' });
      expect(at(3, { quietStart: 0, quietEnd: 4 * 60 })).toMatchObject({ action: 'defer' });
    });

    it('defer even for those who would have their own quiet hours drop', () => {
      expect(at(3, { quietDelivery: 'drop' })).toMatchObject({ action: 'defer', reason: 'quiet_hours' });
    });

    it('are none when the house texts all day', () => {
      expect([quietOutside({ from: 0, to: 1440 }), quietOutside(undefined)]).toEqual([null, null]);
    });
  });

  it('takes UTC for a zone that is none', () => {
    expect(decide({ ...night, timeZones: ['Mars/Olympus_Mons'] }, family, settings, NOW)).toEqual(
      decide({ ...night, timeZones: ['UTC'] }, family, settings, NOW),
    );
  });
});

describe('window and caps', () => {
  it.each<[Partial<FamilyFacts>, Reason, number]>([
    [{ windowUntil: NOW + 1 }, 'rate_limited', NOW + 1],
    [{ userCapUntil: NOW + 2 }, 'daily_cap', NOW + 2],
    [{ familyCapUntil: NOW + 3 }, 'daily_cap', NOW + 3],
    [{ userCapUntil: NOW + 2, familyCapUntil: NOW + 3 }, 'daily_cap', NOW + 3],
    [{ userCapUntil: NOW + 4, familyCapUntil: NOW + 3 }, 'daily_cap', NOW + 4],
    [{ windowUntil: NOW + 1, userCapUntil: NOW + 3 }, 'rate_limited', NOW + 1],
    [{ windowUntil: NOW, userCapUntil: NOW + 3 }, 'daily_cap', NOW + 3],
  ])('%j waits', (closed, reason, until) => {
    expect(decide(facts, { ...family, ...closed }, settings, NOW)).toEqual({
      action: 'defer',
      reason,
      until,
    });
  });

  it.each<Partial<FamilyFacts>>([{ windowUntil: NOW }, { userCapUntil: NOW }, { familyCapUntil: NOW - 1 }])(
    '%j is over',
    (open) => {
      expect(decide(facts, { ...family, ...open }, settings, NOW)).toEqual({ action: 'send' });
    },
  );

  it.each<[Partial<FamilyFacts>, Reason]>([
    [{ windowUntil: NOW + 24 * HOUR }, 'rate_limited'],
    [{ userCapUntil: NOW + 24 * HOUR }, 'daily_cap'],
    [{ familyCapUntil: Number.POSITIVE_INFINITY }, 'daily_cap'],
  ])('%j outlasts the notification', (closed, reason) => {
    expect(decide(facts, { ...family, ...closed }, settings, NOW)).toEqual({ action: 'drop', reason });
  });

  it('waits up to the very moment of expiry', () => {
    const until = facts.createdAt + settings.expiryMs;
    const verdict = decide(facts, { ...family, windowUntil: until }, settings, NOW);
    expect(verdict).toEqual({ action: 'defer', reason: 'rate_limited', until });
  });
});

describe('for any facts', () => {
  const REASONS = new Set<Reason>(GATES.map((gate) => gate.reason));
  const moment = fc.oneof(
    fc.integer({ min: NOW - 48 * HOUR, max: NOW + 48 * HOUR }),
    fc.constantFrom(NOW, NOW - 1, NOW + 1),
  );
  const maybeMoment = fc.option(moment, { nil: null });
  const anyFacts = fc.record<DeliveryFacts>({
    deliveryId: fc.string(),
    kind: fc.constantFrom('message', 'test'),
    urgent: fc.boolean(),
    optedOut: fc.boolean(),
    smsEnabled: fc.boolean(),
    phoneVerified: fc.boolean(),
    phoneUnusable: fc.boolean(),
    countryAllowed: fc.boolean(),
    isMember: fc.boolean(),
    read: fc.boolean(),
    retracted: fc.boolean(),
    createdAt: moment,
    mutedUntil: maybeMoment,
    quietStart: fc.option(fc.integer({ min: 0, max: 1439 }), { nil: null }),
    quietEnd: fc.option(fc.integer({ min: 0, max: 1440 }), { nil: null }),
    timeZones: fc.array(
      fc.oneof(fc.constantFrom('UTC', 'America/New_York', 'Australia/Lord_Howe'), fc.string()),
      { minLength: 1, maxLength: 3 },
    ),
    quietDelivery: fc.constantFrom('defer', 'drop'),
  });
  /** Nine of ten pass the law, so that the later gates are reached. */
  const lawful = anyFacts.map((some) => ({
    ...some,
    optedOut: false,
    smsEnabled: true,
    phoneVerified: true,
    phoneUnusable: false,
    countryAllowed: true,
  }));
  const someFacts = fc.oneof({ weight: 9, arbitrary: lawful }, { weight: 1, arbitrary: anyFacts });
  const someFamily = fc.record<FamilyFacts>({
    presence: fc.constantFrom('online', 'away', 'offline'),
    windowUntil: maybeMoment,
    everyThreadUntil: maybeMoment,
    userCapUntil: maybeMoment,
    familyCapUntil: maybeMoment,
    share: fc.option(
      fc.record({ until: moment, detail: fc.constantFrom('author_share', 'urgent_reserve') }),
      { nil: null },
    ),
  });
  const someSettings = fc.record<PolicySettings>({
    expiryMs: fc.integer({ min: 0, max: 48 * HOUR }),
    presentRecheckMs: fc.constantFrom(0, 1, MINUTE, HOUR),
    houseQuiet: fc.constantFrom(null, { quietStart: 21 * 60, quietEnd: 8 * 60 }),
  });
  const always = (check: (facts: DeliveryFacts, family: FamilyFacts, settings: PolicySettings) => void) =>
    fc.assert(fc.property(someFacts, someFamily, someSettings, check), { numRuns: 1500 });

  it('a verdict other than send has a reason, and waits for a later moment within the life of the message', () => {
    always((some, around, set) => {
      const verdict = decide(some, around, set, NOW);
      if (verdict.action === 'send') return;
      expect(REASONS).toContain(verdict.reason);
      if (verdict.action !== 'defer') return;
      expect(verdict.until).toBeGreaterThan(NOW);
      expect(verdict.until).toBeLessThanOrEqual(some.createdAt + set.expiryMs);
    });
  });

  it('nothing passes the law or a cap, however urgent', () => {
    always((some, around, set) => {
      const verdict = decide({ ...some, urgent: true }, around, set, NOW);
      if (verdict.action !== 'send') return;
      expect(some).toMatchObject({
        optedOut: false,
        smsEnabled: true,
        phoneVerified: true,
        phoneUnusable: false,
      });
      expect(some.countryAllowed).toBe(true);
      expect(around.userCapUntil ?? NOW).toBeLessThanOrEqual(NOW);
      expect(around.familyCapUntil ?? NOW).toBeLessThanOrEqual(NOW);
    });
  });

  it('urgency never holds up what would have been sent', () => {
    always((some, around, set) => {
      if (decide({ ...some, urgent: false }, around, set, NOW).action !== 'send') return;
      expect(decide({ ...some, urgent: true }, around, set, NOW)).toEqual({ action: 'send' });
    });
  });

  it('asked again at the moment it named, it does not wait for the same moment or an earlier one', () => {
    always((some, around, set) => {
      const first = decide(some, around, set, NOW);
      if (first.action !== 'defer') return;
      const second = decide(some, around, set, first.until);
      if (second.action === 'defer') expect(second.until).toBeGreaterThan(first.until);
    });
  });
});
