import fc from 'fast-check';
import { SegmentedMessage } from 'sms-segments-calculator';
import { describe, expect, test } from 'vitest';
import {
  codeFromRandom,
  formatCodeText,
  nextSendAllowed,
  readTypedCode,
  resendDelaySeconds,
} from '../../../src/identity/codes/code-rules.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NOON = Date.UTC(2026, 10, 22, 12);

describe('the text with a code', () => {
  const text = {
    brand: 'FamilyCircleSecure',
    code: '123456',
    host: 'portal.familycirclesecure.com',
    ttlSeconds: 300,
  };

  test('word for word', () => {
    expect(formatCodeText(text)).toBe(
      'FamilyCircleSecure: your verification code is 123456. It expires in 5 minutes.\n@portal.familycirclesecure.com #123456',
    );
  });

  test.each([
    [1, '1 second'],
    [45, '45 seconds'],
    [60, '1 minute'],
    [119, '1 minute'],
    [120, '2 minutes'],
    [600, '10 minutes'],
  ])('%d seconds are told as %s', (ttlSeconds, told) => {
    expect(formatCodeText({ ...text, ttlSeconds })).toContain(`It expires in ${told}.\n`);
  });

  test.each([
    ['127.0.0.1:8787', '127.0.0.1'],
    ['localhost:8787', 'localhost'],
    ['[::1]:8787', '[::1]'],
    ['portal.example', 'portal.example'],
  ])('host %s binds to %s, as ports do not occur in the format', (host, bound) => {
    expect(
      formatCodeText({ ...text, host })
        .split('\n')
        .at(-1),
    ).toBe(`@${bound} #123456`);
  });

  test('any brand and host: one GSM-7 segment, the code in its sentence, the host whole in the last line', () => {
    const host = fc.string({ unit: fc.constantFrom(...'abcxyz019-.'), minLength: 1, maxLength: 80 });
    const code = fc.nat(999_999).map((n) => String(n).padStart(6, '0'));
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), host, code, (brand, anyHost, digits) => {
        const written = formatCodeText({ brand, host: anyHost, code: digits, ttlSeconds: 600 });
        const counted = new SegmentedMessage(written);
        expect([counted.encodingName, counted.segmentsCount]).toEqual(['GSM-7', 1]);
        expect(written).toContain(`: your verification code is ${digits}. It expires`);
        expect(written.split('\n')).toHaveLength(2);
        expect(written.endsWith(`\n@${anyHost} #${digits}`)).toBe(true);
      }),
    );
  });

  test('a host too long for the segment costs the binding line, not a second segment', () => {
    const written = formatCodeText({ ...text, host: `${'h'.repeat(200)}.example` });
    expect(written).toBe('FamilyCircleSecure: your verification code is 123456. It expires in 5 minutes.');
  });
});

describe('codes from random bytes', () => {
  const bytes = (draw: number) =>
    new Uint8Array([draw >>> 24, draw >>> 16, draw >>> 8, draw].map((byte) => byte & 0xff));

  test.each([
    [0, '000000'],
    [7, '000007'],
    [999_999, '999999'],
    [1_000_000, '000000'],
    [4_293_999_999, '999999'],
    [4_294_000_000, null],
    [0xffffffff, null],
  ])('draw %d gives %s', (draw, code) => {
    expect(codeFromRandom(bytes(draw))).toBe(code);
  });

  test('the draws that are accepted are a whole number of rounds, so that no code is likelier', () => {
    const accepted = 4_294_000_000;
    expect(codeFromRandom(bytes(accepted - 1))).not.toBeNull();
    expect(codeFromRandom(bytes(accepted))).toBeNull();
    expect(accepted % 1_000_000).toBe(0);
  });

  test('bytes after a rejected draw are used', () => {
    expect(codeFromRandom(new Uint8Array([...bytes(0xffffffff), ...bytes(42)]))).toBe('000042');
    expect(codeFromRandom(new Uint8Array([...bytes(0xffffffff), 1, 2]))).toBeNull();
  });

  test('a view into a larger buffer is read where it begins', () => {
    const whole = new Uint8Array([9, 9, 9, 9, ...bytes(123_456)]);
    expect(codeFromRandom(whole.subarray(4))).toBe('123456');
  });

  test('is six digits or null, and depends on the bytes alone', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 40 }), (random) => {
        const code = codeFromRandom(random);
        if (code !== null) expect(code).toMatch(/^\d{6}$/);
        expect(codeFromRandom(random)).toBe(code);
      }),
    );
  });

  test.each([0, 1, 3])('%d bytes are a mistake of the caller', (length) => {
    expect(() => codeFromRandom(new Uint8Array(length))).toThrow(RangeError);
  });
});

test.each([
  [-1, 0],
  [0, 0],
  [1, 60],
  [2, 120],
  [3, 300],
  [4, 600],
  [5, 600],
  [100, 600],
])('after %d sends %d seconds pass', (sends, seconds) => {
  expect(resendDelaySeconds(sends)).toBe(seconds);
});

describe('whether another code may be sent', () => {
  const ago = (...ms: number[]) => ({ sends: ms.map((each) => NOON - each) });

  test.each([
    ['never sent', ago()],
    ['a minute after the first', ago(MINUTE)],
    ['two minutes after the second', ago(3 * MINUTE, 2 * MINUTE)],
    ['five minutes after the third', ago(8 * MINUTE, 7 * MINUTE, 5 * MINUTE)],
    ['ten minutes after the fourth', ago(20 * MINUTE, 18 * MINUTE, 15 * MINUTE, 10 * MINUTE)],
    ['a day after the first of five', ago(DAY, 80 * MINUTE, 60 * MINUTE, 40 * MINUTE, 20 * MINUTE)],
    ['long after many', ago(DAY + 1, DAY + 2, DAY + 3, DAY + 4, DAY + 5, 2 * DAY)],
  ])('%s: yes', (_when, sends) => {
    expect(nextSendAllowed(sends, NOON)).toEqual({ allowed: true });
  });

  test.each([
    ['at once', ago(0), 60],
    ['a second early', ago(59_000), 1],
    ['a millisecond early', ago(MINUTE - 1), 1],
    ['a minute after the second', ago(2 * MINUTE, MINUTE), 60],
    ['just after the third', ago(3 * MINUTE, 2 * MINUTE, 0), 300],
    ['just after the fourth', ago(10 * MINUTE, 9 * MINUTE, 7 * MINUTE, 0), 600],
    ['the order does not matter', ago(0, 9 * MINUTE, 10 * MINUTE, 7 * MINUTE), 600],
    ['five in a day', ago(DAY - 90_500, 60 * MINUTE, 50 * MINUTE, 40 * MINUTE, 20 * MINUTE), 91],
    [
      'five, the oldest leaving before the delay is over',
      ago(DAY - 1000, 50 * MINUTE, 40 * MINUTE, 30 * MINUTE, MINUTE),
      540,
    ],
    ['a send leaving the day shortens the delay', ago(DAY - 1000, DAY - 1000, MINUTE), 1],
    ['more than five, as after a race', ago(DAY - 5000, DAY - 4000, 5000, 4000, 3000, 2000, 1000), 86_395],
    ['a clock that was set back', { sends: [NOON + 30_000] }, 90],
  ])('%s: no', (_when, sends, retryAfterSeconds) => {
    expect(nextSendAllowed(sends, NOON)).toEqual({ allowed: false, retryAfterSeconds });
  });

  const history = fc.array(fc.integer({ min: NOON - 2 * DAY, max: NOON + MINUTE }), { maxLength: 8 });
  const recent = fc.array(fc.integer({ min: NOON - 30 * MINUTE, max: NOON }), { maxLength: 6 });

  test('Retry-After is true: allowed then, and not a second earlier', () => {
    fc.assert(
      fc.property(fc.oneof(history, recent), (sends) => {
        const answer = nextSendAllowed({ sends }, NOON);
        if (answer.allowed) return;
        expect(answer.retryAfterSeconds).toBeGreaterThanOrEqual(1);
        const at = (seconds: number) => nextSendAllowed({ sends }, NOON + seconds * 1000).allowed;
        expect(at(answer.retryAfterSeconds)).toBe(true);
        expect(at(answer.retryAfterSeconds - 1)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  test('whoever asks all the time gets at most five in any 24 hours, a minute or more apart', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 7200 }), { minLength: 50, maxLength: 200 }),
        (pauses) => {
          const sends: number[] = [];
          let now = NOON;
          for (const seconds of pauses) {
            now += seconds * 1000;
            if (nextSendAllowed({ sends }, now).allowed) sends.push(now);
          }
          for (const [index, send] of sends.entries()) {
            const before = sends[index - 1];
            const fifthBefore = sends[index - 5];
            if (before !== undefined) expect(send - before).toBeGreaterThanOrEqual(MINUTE);
            if (fifthBefore !== undefined) expect(send - fifthBefore).toBeGreaterThanOrEqual(DAY);
          }
        },
      ),
    );
  });
});

describe('a one-time code as it is typed or pasted', () => {
  test.each([
    '123456',
    ' 123 456\n',
    '123-456',
    '123\u2011456',
    '123–456',
    '123\u2212456',
    '\u200b123456\u200b',
    '\u200e123456\u200e',
    '1\u00a02\u20093\u200a4 5 6',
    '123456.',
    '"123456"',
    '“123456”',
    '(123456)',
    '#123456',
    '１２３４５６',
  ])('%j is read as 123456', (typed) => {
    expect(readTypedCode(typed)).toBe('123456');
  });

  test.each(['', '12345', '1234567', '12345a', '1234+56', '١٢٣٤٥٦', 'code 123456'])(
    '%j is no code',
    (typed) => {
      expect(readTypedCode(typed)).toBeNull();
    },
  );
});
