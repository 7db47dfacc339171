import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { DEMO_PEOPLE, DEMO_THREADS, sleepingZone } from '../../dev/demo-family.ts';

const hour = (zone: string, now: Date) =>
  Number(new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit' }).format(now));

it('always has somebody in bed, far from home', () => {
  const year = { min: new Date('2026-01-01T00:00:00Z'), max: new Date('2027-12-31T00:00:00Z') };
  fc.assert(
    fc.property(fc.date({ ...year, noInvalidDate: true }), (now) => {
      const zone = sleepingZone(now);
      expect(zone).not.toBe('America/New_York');
      // At least an hour inside the quiet hours 21:00 to 08:00, so that a tour fits.
      expect([22, 23, 0, 1, 2, 3, 4, 5, 6]).toContain(hour(zone, now));
    }),
  );
});

it('has four people with numbers that belong to nobody, and a thread with all of them', () => {
  const people = Object.values(DEMO_PEOPLE);
  expect(people).toHaveLength(4);
  for (const { phone } of people) expect(phone).toMatch(/^\+120255501\d\d$/);
  expect(DEMO_THREADS.dinner.members).toHaveLength(4);
});
