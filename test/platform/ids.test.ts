import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newId } from '../../src/platform/ids.ts';

it('is the time of the ULID specification, and chance', () => {
  // The specification's own example of a timestamp.
  expect(newId('msg', 1_469_918_176_385)).toMatch(/^msg_01ARYZ6S41[0-9A-HJKMNP-TV-Z]{16}$/);
});

it('sorts by time', () => {
  const time = fc.integer({ min: 1, max: 2 ** 48 - 1 });
  fc.assert(
    fc.property(time, time, (a, b) => {
      fc.pre(a !== b);
      expect(newId('x', a) < newId('x', b)).toBe(a < b);
    }),
  );
});

it('does not repeat itself', () => {
  const ids = Array.from({ length: 10_000 }, () => newId('x', 1));
  expect(new Set(ids).size).toBe(ids.length);
});
