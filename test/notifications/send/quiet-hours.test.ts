import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quietUntil, SPREAD_MS, spreadMs } from '../../../src/notifications/send/quiet-hours.ts';
import { zonesOfNumber } from '../../../src/platform/sms/area-codes.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

const ZONES = [
  'UTC',
  'America/New_York',
  'Europe/Berlin',
  'Europe/Dublin', // winter time is the deviation
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe', // half an hour of summer time
  'Africa/Casablanca', // summer time pauses for Ramadan
  'Africa/Cairo', // dropped summer time and took it up again; changes at midnight
  'America/Sao_Paulo', // changed at midnight until 2019
  'Pacific/Apia', // has no 30 December 2011
  'Pacific/Kiritimati',
  'America/St_Johns', // changed at 0:01 until 2011
  'America/Caracas', // moved by half an hour in 2016
  'Asia/Pyongyang',
  'Antarctica/Troll', // two hours of summer time
  'Pacific/Chatham',
];

const clocks = new Map<string, Intl.DateTimeFormat>();

/** What the wall clock of `zone` shows, as if it were UTC: the oracle, which shares nothing with the code. */
function wallClock(zone: string, at: number): number {
  let clock = clocks.get(zone);
  if (!clock) {
    clock = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      dateStyle: 'short',
      timeStyle: 'short',
    });
    clocks.set(zone, clock);
  }
  return Date.parse(`${clock.format(at).replace(' ', 'T')}Z`);
}

/** Minute of the day on the wall clock of `zone`. */
function wallMinute(zone: string, at: number): number {
  return (wallClock(zone, at) / MINUTE) % 1440;
}

/** Walks minute by minute until the wall clock shows a time that is not quiet. */
function walk(start: number, end: number, zone: string, now: number): number | null {
  const isQuiet = (at: number) => {
    const minute = wallMinute(zone, at);
    return start < end ? minute >= start && minute < end : minute >= start || minute < end;
  };
  if (!isQuiet(now)) return null;
  let at = Math.floor(now / MINUTE) * MINUTE;
  for (let step = 0; step <= 3 * 1440; step++) {
    at += MINUTE;
    if (!isQuiet(at)) return at;
  }
  return Number.POSITIVE_INFINITY;
}

/** The moments from 1990 to 2037 at which the clocks of `zone` are changed. */
function changes(zone: string): number[] {
  const shift = (at: number) => wallClock(zone, at) - at;
  const found: number[] = [];
  let after = shift(Date.UTC(1990, 0));
  for (let day = Date.UTC(1990, 0); day < Date.UTC(2037, 0); day += DAY) {
    let [low, high] = [day, day + DAY];
    const before = after;
    after = shift(high);
    if (before === after) continue;
    while (high - low > MINUTE) {
      const middle = Math.floor((low + high) / 2 / MINUTE) * MINUTE;
      if (shift(middle) === before) low = middle;
      else high = middle;
    }
    found.push(high);
  }
  return found;
}

const hhmm = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
const until = (from: string, to: string, timeZone: string, now: string) => {
  const end = quietUntil({ quietStart: hhmm(from), quietEnd: hhmm(to) }, [timeZone], Date.parse(now));
  return end === null || end === Number.POSITIVE_INFINITY ? end : new Date(end).toISOString();
};

describe('quietUntil', () => {
  it.each([
    // from, to, zone, now (UTC), end (UTC)
    ['start is inclusive', '22:00', '07:00', 'UTC', '2026-05-01T22:00:00.000Z', '2026-05-02T07:00:00.000Z'],
    ['not yet', '22:00', '07:00', 'UTC', '2026-05-01T21:59:59.999Z', null],
    ['end is exclusive', '22:00', '07:00', 'UTC', '2026-05-02T07:00:00.000Z', null],
    ['last moment', '22:00', '07:00', 'UTC', '2026-05-02T06:59:59.999Z', '2026-05-02T07:00:00.000Z'],
    ['after midnight', '22:00', '07:00', 'UTC', '2026-05-02T00:00:00.000Z', '2026-05-02T07:00:00.000Z'],
    ['by day', '13:00', '15:00', 'UTC', '2026-05-02T14:30:15.250Z', '2026-05-02T15:00:00.000Z'],
    ['by day, outside', '13:00', '15:00', 'UTC', '2026-05-02T03:00:00.000Z', null],
    ['until 24:00', '20:00', '24:00', 'UTC', '2026-05-02T23:59:00.000Z', '2026-05-03T00:00:00.000Z'],
    ['until 0:00', '20:00', '00:00', 'UTC', '2026-05-02T23:59:00.000Z', '2026-05-03T00:00:00.000Z'],
    ['from 0:00', '00:00', '06:00', 'UTC', '2026-05-02T00:00:00.000Z', '2026-05-02T06:00:00.000Z'],
    ['all but a minute', '07:01', '07:00', 'UTC', '2026-05-02T07:01:00.000Z', '2026-05-03T07:00:00.000Z'],
    ['all day', '00:00', '24:00', 'UTC', '2026-05-02T07:01:00.000Z', Number.POSITIVE_INFINITY],
    [
      'own zone',
      '22:00',
      '07:00',
      'America/New_York',
      '2026-07-02T02:00:00.000Z',
      '2026-07-02T11:00:00.000Z',
    ],
    ['half hours', '22:00', '07:00', 'Asia/Kolkata', '2026-07-01T16:30:00.000Z', '2026-07-02T01:30:00.000Z'],
    ['quarters', '22:00', '07:00', 'Asia/Kathmandu', '2026-07-01T16:15:00.000Z', '2026-07-02T01:15:00.000Z'],
    [
      '23-hour day',
      '22:00',
      '07:00',
      'Europe/Berlin',
      '2026-03-28T21:00:00.000Z',
      '2026-03-29T05:00:00.000Z',
    ],
    [
      '25-hour day',
      '22:00',
      '07:00',
      'Europe/Berlin',
      '2026-10-24T20:00:00.000Z',
      '2026-10-25T06:00:00.000Z',
    ],
    [
      'end inside the gap',
      '22:00',
      '02:30',
      'Europe/Berlin',
      '2026-03-29T00:30:00.000Z',
      '2026-03-29T01:00:00.000Z',
    ],
    [
      'start inside the gap',
      '02:30',
      '07:00',
      'Europe/Berlin',
      '2026-03-29T01:00:00.000Z',
      '2026-03-29T05:00:00.000Z',
    ],
    ['all inside the gap', '02:10', '02:50', 'Europe/Berlin', '2026-03-29T01:00:00.000Z', null],
    [
      'end inside the overlap',
      '22:00',
      '02:30',
      'Europe/Berlin',
      '2026-10-25T00:10:00.000Z',
      '2026-10-25T00:30:00.000Z',
    ],
    [
      'quiet once more',
      '22:00',
      '02:30',
      'Europe/Berlin',
      '2026-10-25T01:10:00.000Z',
      '2026-10-25T01:30:00.000Z',
    ],
    [
      'end where the clock goes back',
      '22:00',
      '03:00',
      'Europe/Berlin',
      '2026-10-25T00:10:00.000Z',
      '2026-10-25T02:00:00.000Z',
    ],
    [
      'half an hour of gap',
      '22:00',
      '02:15',
      'Australia/Lord_Howe',
      '2026-10-03T15:00:00.000Z',
      '2026-10-03T15:30:00.000Z',
    ],
    [
      'half an hour more',
      '22:00',
      '07:00',
      'Australia/Lord_Howe',
      '2026-04-04T11:00:00.000Z',
      '2026-04-04T20:30:00.000Z',
    ],
    [
      'a day that was not',
      '22:00',
      '07:00',
      'Pacific/Apia',
      '2011-12-30T09:00:00.000Z',
      '2011-12-30T17:00:00.000Z',
    ],
    [
      'unknown zone is UTC',
      '22:00',
      '07:00',
      'Mars/Olympus_Mons',
      '2026-05-01T23:00:00.000Z',
      '2026-05-02T07:00:00.000Z',
    ],
    ['no zone is UTC', '22:00', '07:00', '', '2026-05-01T23:00:00.000Z', '2026-05-02T07:00:00.000Z'],
  ])('%s: %s-%s %s at %s', (_, from, to, zone, now, end) => {
    expect(until(from, to, zone, now)).toBe(end);
  });

  it.each([
    [null, null],
    [null, 420],
    [1320, null],
    [420, 420],
    [0, 0],
    [1440, 1440],
  ])('is never quiet from %s to %s', (quietStart, quietEnd) => {
    expect(quietUntil({ quietStart, quietEnd }, ['UTC'], Date.UTC(2026, 4, 1, 7))).toBeNull();
  });

  const minutes = fc
    .tuple(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 0, max: 1440 }))
    .filter(([start, end]) => start !== end && !(start === 0 && end === 1440));

  it('agrees with a walk along the wall clock, in every zone and year', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        minutes,
        fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2037, 0) }),
        (timeZone, [quietStart, quietEnd], now) => {
          expect(quietUntil({ quietStart, quietEnd }, [timeZone], now)).toBe(
            walk(quietStart, quietEnd, timeZone, now),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each(ZONES)('agrees with the walk around every change of the clocks of %s', (timeZone) => {
    const moments = changes(timeZone);
    if (['UTC', 'Asia/Kolkata', 'Asia/Kathmandu'].includes(timeZone)) return expect(moments).toEqual([]);
    fc.assert(
      fc.property(
        fc.constantFrom(...moments),
        fc.integer({ min: -14 * 3600_000, max: 4 * 3600_000 }),
        fc.integer({ min: -200, max: 200 }),
        fc.integer({ min: 0, max: 1439 }),
        (change, before, nearness, quietStart) => {
          // An end that lies within some hours of what the clock shows at the change.
          const quietEnd = (wallMinute(timeZone, change) + nearness + 1440) % 1440;
          fc.pre(quietEnd !== quietStart);
          const now = change + before;
          expect(quietUntil({ quietStart, quietEnd }, [timeZone], now)).toBe(
            walk(quietStart, quietEnd, timeZone, now),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('quietUntil for somebody who may be in several zones', () => {
  const night = { quietStart: 22 * 60, quietEnd: 7 * 60 };
  const COASTS = ['America/New_York', 'America/Los_Angeles'];

  /** {@link walk} along the clocks of all zones at once. */
  function walkAll(start: number, end: number, zones: readonly string[], now: number): number | null {
    const ends = (at: number) => zones.map((zone) => walk(start, end, zone, at));
    let at = now;
    for (;;) {
      const quiet = ends(at).filter((until) => until !== null);
      if (quiet.length === 0) return at === now ? null : at;
      at = Math.max(...quiet);
      if (at > now + 3 * DAY) return Number.POSITIVE_INFINITY;
    }
  }

  it.each([
    ['evening in the east', '2026-07-02T02:00:00.000Z', '2026-07-02T14:00:00.000Z'],
    ['evening nowhere', '2026-07-02T01:59:00.000Z', null],
    ['morning in the east, night in the west', '2026-07-02T11:30:00.000Z', '2026-07-02T14:00:00.000Z'],
    ['morning in both', '2026-07-02T14:00:00.000Z', null],
    ['the night when clocks go forward', '2026-03-08T03:30:00.000Z', '2026-03-08T14:00:00.000Z'],
    ['the night when clocks go back', '2026-11-01T02:30:00.000Z', '2026-11-01T15:00:00.000Z'],
  ])('%s', (_, now, end) => {
    const until = quietUntil(night, COASTS, Date.parse(now));
    expect(until === null ? null : new Date(until).toISOString()).toBe(end);
  });

  it('is as for one zone where all are the same, and as for UTC where none is known', () => {
    const now = Date.parse('2026-07-02T02:00:00Z');
    expect(quietUntil(night, ['America/New_York', 'America/New_York'], now)).toBe(
      quietUntil(night, ['America/New_York'], now),
    );
    expect(quietUntil(night, [], now)).toBe(quietUntil(night, ['UTC'], now));
  });

  it('has no end for zones that are quiet in turns around the day', () => {
    const zones = ['Asia/Tokyo', 'Europe/London', 'America/Los_Angeles'];
    expect(quietUntil(night, zones, Date.UTC(2026, 6, 2))).toBe(Number.POSITIVE_INFINITY);
  });

  const zones = fc.uniqueArray(fc.constantFrom(...ZONES), { minLength: 1, maxLength: 4 });
  const hours = fc
    .tuple(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 0, max: 1440 }))
    .filter(([start, end]) => start !== end && !(start === 0 && end === 1440));
  const moment = fc.integer({ min: Date.UTC(2019, 0), max: Date.UTC(2037, 0) });

  it('agrees with a walk along all the clocks', () => {
    fc.assert(
      fc.property(zones, hours, moment, (timeZones, [quietStart, quietEnd], now) => {
        expect(quietUntil({ quietStart, quietEnd }, timeZones, now)).toBe(
          walkAll(quietStart, quietEnd, timeZones, now),
        );
      }),
      { numRuns: 150 },
    );
  });

  it('is quiet exactly when one zone is, and ends when none is, never before one of them ends', () => {
    fc.assert(
      fc.property(zones, hours, moment, (timeZones, [quietStart, quietEnd], now) => {
        const quiet = { quietStart, quietEnd };
        const ends = timeZones.map((zone) => quietUntil(quiet, [zone], now));
        const until = quietUntil(quiet, timeZones, now);
        expect(until === null).toBe(ends.every((end) => end === null));
        if (until === null) return;
        for (const end of ends) if (end !== null) expect(until).toBeGreaterThanOrEqual(end);
        if (Number.isFinite(until)) {
          for (const zone of timeZones) expect(quietUntil(quiet, [zone], until)).toBeNull();
        }
      }),
      { numRuns: 300 },
    );
  });

  it('agrees with the walk around changes of the clocks, for every area code with several zones', () => {
    const shared = Array.from({ length: 800 }, (_, n) => zonesOfNumber(`+1${200 + n}2345678`)).filter(
      (each) => each.length > 1 && each.length < 8,
    );
    const changed = [Date.UTC(2026, 2, 8, 8), Date.UTC(2026, 10, 1, 8)];
    fc.assert(
      fc.property(
        fc.constantFrom(...shared),
        fc.constantFrom(...changed),
        fc.integer({ min: -30 * 60, max: 30 * 60 }),
        (timeZones, change, minutesFrom) => {
          const now = change + minutesFrom * MINUTE;
          expect(quietUntil(night, timeZones, now)).toBe(walkAll(22 * 60, 7 * 60, timeZones, now));
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('spreadMs', () => {
  it('is a whole number of ms within three minutes, the same for the same key', () => {
    fc.assert(
      fc.property(fc.string(), (key) => {
        const spread = spreadMs(key);
        expect(Number.isInteger(spread) && spread >= 0 && spread <= SPREAD_MS).toBe(true);
        expect(spreadMs(key)).toBe(spread);
      }),
    );
  });

  it('spreads ids of one burst evenly: no tenth of the time gets twice its share', () => {
    const tenths = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const key = `dlv_01JZ8Y4T5W${i.toString(32).toUpperCase().padStart(16, '0')}`;
      tenths[Math.min(9, Math.floor((spreadMs(key) / SPREAD_MS) * 10))]! += 1;
    }
    for (const share of tenths) expect(Math.abs(share - 1000)).toBeLessThan(200);
  });
});
