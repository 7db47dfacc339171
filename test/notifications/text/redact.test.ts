import fc from 'fast-check';
import { findPhoneNumbersInText } from 'libphonenumber-js/max';
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
    ['9,8,7,6', '*,*,*,*'],
    ['9, 8, 7, 6', '*, *, *, *'],
    ['9/8/7/6', '*/*/*/*'],
    ['9. 8. 7. 6.', '*. *. *. *.'],
    ['9 - 8 - 7 - 6', '* - * - * - *'],
    ['9;8;7;6', '*;*;*;*'],
    ['9_8_7_6', '*_*_*_*'],
    ['9 · 8 · 7 · 6', '* · * · * · *'],
    ['9、8、7、6', '*、*、*、*'],
    ['٩،٨،٧،٦', '*،*،*،*'],
    ['123,456', '***,***'],
    ['123.456', '***.***'],
    ['12,34,56', '**,**,**'],
    ['12, 34, 56', '**, **, **'],
    ['12.34.56', '**.**.**'],
    ['98:76', '**:**'],
    ['code is 12-34', 'code is **-**'],
  ])('masks the code in %j', (text, masked) => {
    expect(redact(text)).toBe(masked);
  });

  it.each([
    ['+15551234567', '+***********'],
    ['call (555) 123-4567 now', 'call (***) ***-**** now'],
    ['555.123.4567', '***.***.****'],
    ['+44 20 7946 0958', '+** ** **** ****'],
    ['+1 (555) 123 - 4567', '+* (***) *** - ****'],
    ['555,123,4567', '***,***,****'],
    ['555/123/4567', '***/***/****'],
    ['555·123·4567', '***·***·****'],
    ['+49 (0) 30 / 123 45 67', '+** (*) ** / *** ** **'],
    ['01.23.45.67.89', '**.**.**.**.**'],
    ['٠١٢٣٤٥٦٧٨', '*********'],
    ['०१२३४५६७८९', '**********'],
    ['1-800-FLOWERS', '***'],
    ['1 (888) GO-HOME-1', '***'],
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
    ['1.2.3.4/pay', '[link]'],
    ['at 1.2.3.4.', 'at [link].'],
    ['192.168.0.1:8080/x?y', '[link]'],
    ['١.٢.٣.٤/pay', '[link]'],
    ['1。2。3。4/pay', '[link]'],
    ['[2001:db8::1]:80/x', '[link]'],
    ['2001:db8::1', '[link]'],
    ['fe80:0:0:0:1:2:3:4', '[link]'],
    ['evil。com/x', '[link]'],
    ['evil．com/x', '[link]'],
    ['evil｡com', '[link]'],
    ['evil․com', '[link]'],
    ['去evil。com看', '[link]'],
    ['商店。中国', '[link]'],
    ['bücher.example', '[link]'],
    ['例え.テスト/x', '[link]'],
    ['evil.photography', '[link]'],
    ['evil.Zip', '[link]'],
    ['evil.Ru', '[link]'],
    ['a.b.c.d.e.f.g.h.i.j.evil.com', '[link]'],
    ["o'brien@mail.example", "o'[link]"],
    ['tel:+15551234567', '[link]'],
    ['sms:5551?body=hi', '[link]'],
    ['TEL:911', '[link]'],
    ['whatsapp:send', '[link]'],
    ['facetime-audio:rosa', '[link]'],
    ['javascript:alert(1)', '[link])'],
    ['fb-messenger://user', '[link]'],
    ['0x7f.1/x', '[link]'],
    ['0x7f000001', '[link]'],
    ['0X7F.0.0.1:80/x', '[link]'],
    ['127.0x1/x', '[link]'],
    ['go to 127.1/x!', 'go to [link]!'],
    ['10.0.513/pay', '[link]'],
    ['017700000001/x', '[link]'],
    ['2130706433/x', '[link]'],
    ['2130706433:80/x', '[link]'],
    ['localhost/x', '[link]'],
    ['LocalHost:3000', '[link]'],
    ['see localhost?x=1, ok', 'see [link], ok'],
    ['router:8080/admin', '[link]'],
    ['evil%2Ecom', '[link]'],
    ['evil%2ecom/x?y', '[link]'],
    ['evil%252Ecom', '[link]'],
    ['pay.evil%E3%80%82com', '[link]'],
    ['%65vil%2Ecom', '[link]'],
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
    'hotel:Paris',
    'I have $1,234 and 2,500,000 ants',
    '12,345',
    '我在路上。晚点到',
    '好。好/不好',
    'もうすぐ着く。待ってて',
    '7:05, 8:15 and 9:25',
    'Score 3:2',
    'a::b',
    'We won 5-2!',
    '1.5 l of milk, 2.5 kg of flour',
    'half past 8, gate 12',
    'localhost is my favourite joke',
    'about 1.5/month',
    'from 9:30/10',
    'Bus 12:15/12:45',
    'yes/no, and/or',
    '100%25 sure',
    '50% off, 20%!',
    '12/25',
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

  it('leaves no host, machine or mailbox that a phone would make tappable', () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
    const wide = fc.stringMatching(/^[a-zà-ÿа-яא-ת一-龥]{2,8}$/);
    const dot = fc.constantFrom('.', '.', '.', '\u3002', '\uff0e', '\uff61');
    const tld = fc.oneof(
      fc.stringMatching(/^[a-z]{2,14}$/),
      fc.constantFrom('com', 'Com', 'COM', 'io', 'xn--p1ai', 'рф', '中国', 'photography', 'museum'),
    );
    const octet = fc.integer({ min: 0, max: 255 });
    const host = fc.oneof(
      fc.tuple(fc.oneof(label, wide), dot, tld).map((parts) => parts.join('')),
      fc.tuple(label, dot, label, dot, tld).map((parts) => parts.join('')),
      fc.tuple(octet, dot, octet, dot, octet, dot, octet).map((parts) => parts.join('')),
      fc
        .ipV6()
        .filter(
          (address) => /^[a-f:]*\d/.test(address) && address.split(':').length > 4 && !address.includes('.'),
        ),
    );
    const rest = fc.constantFrom('', '/pay', ':8080', ':8080/pay', '?x=1', '/ключ');
    const address = fc.oneof(
      fc.tuple(host, rest).map((parts) => parts.join('')),
      fc
        .tuple(
          label,
          host.filter((name) => !name.includes(':')),
        )
        .map(([name, at]) => `${name}@${at}`),
      fc
        .tuple(fc.constantFrom('tel:', 'sms:', 'mailto:', 'https://', 'myapp://'), label)
        .map((parts) => parts.join('')),
    );
    const around = fc.constantFrom('', 'see ', '(', 'go: ', '"');
    fc.assert(
      fc.property(around, address, (before, hidden) => {
        const shown = redact(`${before}${hidden} ok`);
        expect(shown).toContain('[link]');
        expect(shown).not.toContain(hidden);
        expect(shown.replaceAll('[link]', '').length).toBeLessThanOrEqual(before.length + ' ok'.length + 24);
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves no number that libphonenumber finds in a text', () => {
    const digits = (length: number) =>
      fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length });
    const mark = fc.constantFrom('', ' ', '-', '.', '/', ' / ', ') ', '·', '\u2011', '~', ', ');
    const number = fc
      .tuple(fc.constantFrom('', '+1 ', '1-', '+44 ', '(', '00'), digits(3), mark, digits(3), mark, digits(4))
      .map((parts) => parts.join(''));
    const words = fc.constantFrom('call ', 'at 7:30: ', 'my number is ', '12, ', 'x');
    fc.assert(
      fc.property(words, number, words, (before, hidden, after) => {
        const shown = redact(`${before}${hidden} ${after}`);
        expect(findPhoneNumbersInText(shown, 'US')).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves no four digits of a code together, whatever single mark parts them', () => {
    const mark = fc.constantFrom('', ' ', ',', ', ', '-', ' - ', ';', '_', '·', '、', '\u2013');
    const code = fc
      .tuple(
        fc.integer({ min: 0, max: 9 }),
        fc.array(fc.tuple(mark, fc.integer({ min: 0, max: 9 })), { minLength: 3, maxLength: 7 }),
      )
      .map(([first, rest]) => first + rest.flat().join(''))
      .filter((text) => !/^\d{1,3}(?:,\d{3})+$/.test(text));
    fc.assert(
      fc.property(code, (text) => {
        expect(redact(`your code is ${text} ok`)).not.toMatch(/\d(?:\D{0,3}\d){3}/);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    '1,',
    '1.',
    'a.',
    'a。',
    '1:',
    '::',
    '9 ',
    'x@',
    '[',
    '1-800-',
    '.a',
    'tel:',
    '１',
    '·1',
    '1.2.3.',
  ])('takes no longer than the length for many %j', (part) => {
    const long = part.repeat(Math.ceil(4000 / part.length));
    for (const text of [long, `${long}x`, `x${long}`, `${long}/é`])
      expect(typeof redact(text)).toBe('string');
  });
});
