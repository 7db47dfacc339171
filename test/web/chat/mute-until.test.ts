import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { muteUntil, nextMorning } from '../../../src/web/chat/mute-until.ts';

const at = (text: string) => Date.parse(text);

describe('nextMorning', () => {
  it.each([
    ['2026-05-03T18:00:00Z', 'America/New_York', '2026-05-04T12:00:00Z'],
    ['2026-05-03T03:00:00Z', 'America/New_York', '2026-05-03T12:00:00Z'], // 11 PM on Saturday there
    ['2026-05-03T05:00:00Z', 'America/New_York', '2026-05-04T12:00:00Z'], // 1 AM on Sunday
    ['2026-03-08T04:30:00Z', 'America/New_York', '2026-03-08T12:00:00Z'], // clocks go forward in between
    ['2026-11-01T03:30:00Z', 'America/New_York', '2026-11-01T13:00:00Z'], // and back
    ['2026-05-03T18:00:00Z', 'Asia/Kolkata', '2026-05-04T02:30:00Z'],
    ['2026-05-03T18:00:00Z', 'UTC', '2026-05-04T08:00:00Z'],
  ])('of %s in %s is %s', (now, zone, expected) => {
    expect(new Date(nextMorning(at(now), zone)).toISOString()).toBe(new Date(expected).toISOString());
  });

  it('is eight o’clock, within the next two days, whenever and wherever', () => {
    const zones = fc.constantFrom(
      'America/New_York',
      'Europe/London',
      'Asia/Tokyo',
      'Australia/Lord_Howe',
      'UTC',
    );
    fc.assert(
      fc.property(fc.integer({ min: at('2020-01-01'), max: at('2035-01-01') }), zones, (now, zone) => {
        const morning = nextMorning(now, zone);
        expect(morning).toBeGreaterThan(now);
        expect(morning - now).toBeLessThanOrEqual(33 * 3_600_000);
        const clock = new Intl.DateTimeFormat('en-GB', {
          timeZone: zone,
          hour: '2-digit',
          minute: '2-digit',
        });
        expect(clock.format(morning)).toBe('08:00');
      }),
    );
  });
});

describe('muteUntil', () => {
  it('knows the choices of the menu and no others', () => {
    const now = at('2026-05-03T18:00:00Z');
    const view = { now, zone: 'UTC' };
    expect(muteUntil('hour', view)).toBe(now + 3_600_000);
    expect(muteUntil('tomorrow', view)).toBe(at('2026-05-04T08:00:00Z'));
    expect(muteUntil('good', view)).toBe(8_640_000_000_000_000);
    expect(muteUntil('off', view)).toBeNull();
    for (const choice of [null, '', 'week', '1']) expect(muteUntil(choice, view)).toBeUndefined();
  });
});
