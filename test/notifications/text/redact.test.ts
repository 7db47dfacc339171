import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact } from '../../../src/notifications/text/redact.ts';

describe('redact', () => {
  it.each([
    ['code 123456', 'code ******'],
    ['1234', '****'],
    ['123-456', '***-***'],
    ['123 456', '*** ***'],
    ['1 2 3 4', '* * * *'],
    ['1–2–3–4', '*–*–*–*'],
    ['G-123456 is yours', 'G-****** is yours'],
    ['(123456)', '(******)'],
    ['in 2024', 'in ****'],
    ['٤٥٦٧', '****'],
    [
      '1\uFE0F\u20E32\uFE0F\u20E33\uFE0F\u20E34\uFE0F\u20E3',
      '*\uFE0F\u20E3*\uFE0F\u20E3*\uFE0F\u20E3*\uFE0F\u20E3',
    ],
    ['K7QX2M', '***'],
    ['code: 9A7B2C.', 'code: ***.'],
  ])('masks the code in %j', (text, masked) => {
    expect(redact(text)).toBe(masked);
  });

  it.each([
    ['+15551234567', '+***********'],
    ['call (555) 123-4567 now', 'call (***) ***-**** now'],
    ['555.123.4567', '***.***.****'],
    ['+44 20 7946 0958', '+** ** **** ****'],
    ['+1 (555) 123 - 4567', '+* (***) *** - ****'],
  ])('masks the number in %j', (text, masked) => {
    expect(redact(text)).toBe(masked);
  });

  it.each([
    ['5Kb8kLf9zgWQnogidDA76MzPL6TsZZY36hWXMssSzNydYXYB9KF', '***'],
    ['7Hq3vXkTz9WmPc2R', '***'],
    ['kXqPzRtWmNvYbCdF', '***'],
    ['deadbeefdeadbee1', '***'],
    ['550e8400-e29b-41d4-a716-446655440000', '***'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9', '***'],
    ['key sk_live_4eC39HqLyjWDarjtT1zdp7dc, ok', 'key ***, ok'],
    ['JBSWY3DPEHPK3PXP', '***'],
  ])('masks the token in %j', (text, masked) => {
    expect(redact(text)).toBe(masked);
  });

  it.each([
    ['see https://evil.example/x?y=1#z, ok', 'see [link], ok'],
    ['(http://a.b/c).', '([link]).'],
    ['HTTPS://EVIL.EXAMPLE', '[link]'],
    ['app+x://open', '[link]'],
    ['www.evil.example', '[link]'],
    ['bit.ly/2x', '[link]'],
    ['go to evil.com!', 'go to [link]!'],
    ['evil.Com', '[link]'],
    ['evil.com.Tomorrow', '[link]'],
    ['localhost.Home:8080', '[link]'],
    ['пример.рф', '[link]'],
    ['xn--e1afmkfd.xn--p1ai', '[link]'],
    ['rosa@example.org', '[link]'],
    ['mailto:rosa', '[link]'],
    ['tel:5551', '[link]'],
    ['https://', '[link]'],
    [`https://x${'.'.repeat(4000)}é ok`, '[link] ok'],
    [`https://x${'.)'.repeat(2000)} ok`, `[link]${'.)'.repeat(2000)} ok`],
    ['http://..', '[link]..'],
  ])('replaces the link in %j', (text, masked) => {
    expect(redact(text)).toBe(masked);
  });

  it.each([
    'Are you coming for dinner on Sunday?',
    'See you at 18:30',
    'from 16:30-18:30',
    '3 apples, 12 pears, 125 nuts',
    'room 101',
    '10:15 or 11:45',
    'Yes.See you',
    'e.g. at 6 a.m. in the U.S.',
    'St.John',
    'well...so',
    '1,000',
    '$12.50',
    'H2O and MP3',
    'Donaudampfschifffahrtsgesellschaft',
    'mother-in-law-to-be-or-not',
    'dinner-at-7-with-grandma',
    'hahahahahahahahahahaha',
    'AAAAAAAAAAAAAAAAAAAAAAAA',
    '-----------------------',
    'note: this',
    'tel: home',
    '',
  ])('leaves %j alone', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('lets no secret through, whatever stands around it', () => {
    const around = fc.string({ unit: fc.constantFrom(...'ab é?!,() "[]*#') });
    const digits = (length: number) =>
      fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length });
    const secret = fc.oneof(
      fc.integer({ min: 4, max: 10 }).chain(digits),
      fc.tuple(digits(3), fc.constantFrom('-', ' '), digits(3)).map((parts) => parts.join('')),
      fc.tuple(digits(3), digits(3), digits(4)).map(([a, b, c]) => `(${a}) ${b}-${c}`),
      fc
        .uint8Array({ minLength: 8, maxLength: 32 })
        .map((bytes) => Buffer.from(bytes).toString('hex'))
        .filter((hex) => /\d/.test(hex) && /[a-f]/.test(hex)),
      fc.constantFrom('https://evil.example/abc', 'www.evil.example', 'evil.com/x', 'a.evil.net'),
    );
    fc.assert(
      fc.property(around, secret, around, (before, hidden, after) => {
        expect(redact(`${before} ${hidden} ${after}`)).not.toContain(hidden);
      }),
      { numRuns: 500 },
    );
  });
});
