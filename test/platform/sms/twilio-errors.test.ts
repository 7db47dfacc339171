import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ELSEWHERE, ROWS } from '../../../src/platform/sms/twilio-error-rules.ts';
import {
  carrierDayAfter,
  channelsOf,
  errorRule,
  isKnownCode,
} from '../../../src/platform/sms/twilio-errors.ts';
import { MESSAGE_CODES } from './twilio-message-codes.ts';

describe('the table of codes', () => {
  it.each(MESSAGE_CODES)('has a row for %i that says what happened, what is done and what to do', (code) => {
    expect(isKnownCode(code)).toBe(true);
    for (const status of [0, 400]) {
      const { advice, cause } = errorRule(code, status);
      expect(advice).toMatch(/^[A-Z0-9].*\. .*(?:sent|tried|looked up).*\. .*\.$/);
      expect(advice).not.toContain('this service does not know');
      if (cause !== undefined) expect(cause).toMatch(/^[a-z].*[a-z]$/);
    }
  });

  it.each(Object.keys(ROWS).map(Number))('says of %i on each channel what is done there', (code) => {
    const { answer, receipt, meaning, retryOnce, advice } = errorRule(code, 0);
    expect(meaning).toBe(answer);
    expect(retryOnce).toBe(receipt === 'once_more');
    const words = {
      retry: 'sent again with backoff',
      ambiguous: 'looked up before it is sent again',
      permanent: 'not sent again',
      opted_out: 'the number is opted out',
      operator: 'sent when this is mended',
      again: 'sent again with backoff',
      next_day: 'sent again on the carrier’s next day',
      morning: 'sent again in the recipient’s morning',
      hold: 'sent when this is mended',
      once_more: 'tried once more',
      final: 'not sent again',
    };
    const channels = channelsOf(code);
    expect(channels).not.toEqual([]);
    if (channels.includes('answer')) expect(advice).toContain(words[answer]);
    if (channels.includes('receipt')) expect(advice).toContain(words[receipt]);
  });

  it('has no row inside a range that never says what became of a text, but for those it names', () => {
    const inside = Object.keys(ROWS)
      .map(Number)
      .filter((code) => ELSEWHERE.some(([first, last]) => code >= first && code <= last));
    for (const code of inside) expect(errorRule(code, 0).about).toBe(ROWS[code]!.about);
    for (const [first, last, about] of ELSEWHERE) {
      expect(first).toBeLessThanOrEqual(last);
      const other = [first, last].find((code) => !Object.hasOwn(ROWS, code))!;
      expect(errorRule(other, 0)).toMatchObject({
        answer: 'permanent',
        receipt: 'final',
        about: expect.stringContaining(about),
      });
    }
  });

  it.each([
    [20003, ['answer']],
    [21602, ['answer']],
    [21211, ['answer', 'receipt']],
    [21610, ['answer', 'receipt']],
    [21611, ['answer', 'receipt']],
    [30001, ['receipt']],
    [30036, ['receipt']],
    [30012, ['answer']],
    [63003, ['answer', 'receipt']],
    [11200, []],
    [30455, []],
    [99_999, ['answer', 'receipt']],
  ])('lets %i come by %j', (code, channels) => {
    expect(channelsOf(code)).toEqual(channels);
  });

  it('marks numbers and opts out only where the text is over', () => {
    for (const { number, answer, receipt } of Object.values(ROWS)) {
      if (number) expect([answer, receipt]).toEqual(['permanent', 'final']);
      expect(answer === 'opted_out').toBe(receipt === 'opted_out');
    }
  });

  it('pauses a sender only where texts are sent again, and alerts operators of it', () => {
    for (const { pausesSender, receipt, alert } of Object.values(ROWS)) {
      if (pausesSender) expect([receipt, alert]).toEqual(['again', 'twilio_limits']);
    }
  });
});

describe('a receipt', () => {
  it.each([
    [30001, 'again', true],
    [30022, 'again', true],
    [30036, 'again', true],
    [30017, 'again', false],
    [30021, 'again', false],
    [30023, 'next_day', false],
    [30027, 'next_day', false],
    [63038, 'next_day', false],
    [30047, 'morning', false],
    [30610, 'morning', false],
    [30002, 'hold', false],
    [30035, 'hold', false],
    [30003, 'once_more', false],
    [30008, 'once_more', false],
    [30005, 'final', false],
    [30006, 'final', false],
    [30007, 'final', false],
    [30034, 'final', false],
    [30410, 'final', false],
    [30450, 'final', false],
    [21610, 'opted_out', false],
    [30630, 'opted_out', false],
    [99_999, 'final', false],
  ])('with %i: %s', (code, receipt, pausesSender) => {
    const rule = errorRule(code, 0);
    expect([rule.receipt, rule.pausesSender ?? false]).toEqual([receipt, pausesSender]);
  });

  it.each([30001, 30022, 30023, 30027, 30036])('with %i alerts operators of a limit', (code) => {
    expect(errorRule(code, 0).alert).toBe('twilio_limits');
  });
});

describe('an answer', () => {
  it.each([
    [21602, 400, 'permanent'],
    [21603, 400, 'operator'],
    [21609, 400, 'operator'],
    [21611, 400, 'retry'],
    [21730, 503, 'retry'],
    [63038, 429, 'retry'],
    [20409, 409, 'ambiguous'],
    [60_999, 503, 'ambiguous'],
    [60_999, 429, 'retry'],
    [60_999, 400, 'permanent'],
    [20_999, 400, 'operator'],
    [null, 408, 'ambiguous'],
    [null, 409, 'ambiguous'],
    [null, 403, 'operator'],
    [null, 404, 'operator'],
    [null, 400, 'retry'],
    [null, 413, 'retry'],
    [null, 0, 'permanent'],
  ])('of %s with status %i: %s', (code, status, meaning) => {
    expect(errorRule(code, status).meaning).toBe(meaning);
  });

  it('of any code and status has a meaning and advice', () => {
    fc.assert(
      fc.property(
        fc.option(fc.integer({ min: 0, max: 300_000 })),
        fc.constantFrom(0, ...Array.from({ length: 200 }, (_, n) => 400 + n)),
        (code, status) => {
          expect(errorRule(code, status).advice).toMatch(/\w{4}.*\.$/);
        },
      ),
    );
  });
});

describe('the carrier’s next day', () => {
  it.each([
    ['2026-01-15T07:59:59.999Z', '2026-01-15T08:00:00.000Z'],
    ['2026-01-15T08:00:00.000Z', '2026-01-16T08:00:00.000Z'],
    ['2026-07-15T20:00:00.000Z', '2026-07-16T07:00:00.000Z'],
    // Clocks change on 8 March and 1 November 2026.
    ['2026-03-08T09:00:00.000Z', '2026-03-09T07:00:00.000Z'],
    ['2026-11-01T08:00:00.000Z', '2026-11-02T08:00:00.000Z'],
  ])('after %s begins at %s', (now, day) => {
    expect(new Date(carrierDayAfter(Date.parse(now))).toISOString()).toBe(day);
  });
});
