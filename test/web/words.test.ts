import { describe, expect, it } from 'vitest';
import { deviceWords } from '../../src/web/device-words.ts';
import { contactHref } from '../../src/web/legal/legal-parts.tsx';
import { phoneWords, spanWords, waitWords } from '../../src/web/number-words.ts';

describe('words of pages', () => {
  it.each([
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
      'web',
      'Safari on iPhone',
    ],
    [
      'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36',
      'web',
      'Chrome on Android',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0',
      'web',
      'Edge on Windows',
    ],
    ['FamilyCircle/3.1 CFNetwork/1568 Darwin/24 iPhone', 'app', 'The app on iPhone'],
    [null, 'app', 'The app'],
    [null, 'web', 'A browser'],
    ['curl/8', 'web', 'A browser'],
  ] as const)('%s (%s) is %s', (userAgent, kind, words) => expect(deviceWords(userAgent, kind)).toBe(words));

  it.each([
    ['+12025550123', '(202) 555-0123'],
    ['+447911123456', '+447911123456'],
    ['', ''],
  ])('%s is written %s', (number, words) => expect(phoneWords(number)).toBe(words));

  it.each([
    [1, '1 second'],
    [40, '40 seconds'],
    [61, '61 seconds'],
    [100, '2 minutes'],
    [600, '10 minutes'],
    [86_400, '24 hours'],
  ])('a wait of %d s is %s', (seconds, words) => expect(waitWords(seconds)).toBe(words));

  it.each([
    [1, '1 second'],
    [90, '90 seconds'],
    [300, '5 minutes'],
    [3600, '1 hour'],
    [129_600, '36 hours'],
    [604_800, '7 days'],
    [34_560_000, '400 days'],
    [31_536_000, '1 year'],
    [0.5, '0.5 seconds'],
  ])('a span of %d s is %s', (seconds, words) => expect(spanWords(seconds)).toBe(words));

  it.each([
    ['help@example.com', 'mailto:help@example.com'],
    ['+1 (202) 555-0100', 'tel:+12025550100'],
    ['https://example.com/help', 'https://example.com/help'],
    ['the front desk', null],
    ['javascript:alert(1)', null],
  ])('the contact %s leads to %s', (contact, href) => expect(contactHref(contact)).toBe(href));
});
