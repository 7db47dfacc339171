import { describe, expect, it } from 'vitest';
import {
  browserZone,
  chosenHours,
  hoursCookie,
  hoursOfLanguage,
  preferredRegion,
} from '../../src/web/reader-clock.ts';

const HTTPS = { PUBLIC_ORIGIN: 'https://portal.example.com' };

describe('the hours of a browser’s language', () => {
  it.each([
    ['en-US,en;q=0.9', 12],
    ['de', 24],
    ['de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7', 24],
    ['en-GB', 24],
    ['en-CA', 12],
    ['fr-CA', 24],
    ['es-MX', 12],
    ['es-ES', 24],
    ['en;q=0.1, de;q=0.9', 24],
    ['de;q=0, en-US', 12],
    ['*', 12],
    ['*, fr;q=0.5', 24],
    ['xx-Nobody, de', 24],
    ['en-US-u-hc-h23', 24],
    ['en-GB-u-hc-h12', 12],
    ['de_DE', 24],
    ['de-*, fr', 24],
    [null, 12],
    ['', 12],
    ['%%%;;;,q=,-', 12],
    [`${'a,'.repeat(5000)}de`, 12],
  ] as const)('%j: %i', (header, hours) => expect(hoursOfLanguage(header)).toBe(hours));
});

it.each([
  ['fr-CA, en;q=0.5', 'CA'],
  ['en, en-gb;q=0.8', 'GB'],
  ['zh-Hant-TW', 'TW'],
  ['en-US-u-hc-h23', 'US'],
  ['de', null],
  ['es-419', null],
  [null, null],
] as const)('the country that %j names first is %s', (header, country) => {
  expect(preferredRegion(header)).toBe(country);
});

describe('the hours that were chosen for a browser', () => {
  it.each([12, 24] as const)('are kept by it: %i', (hours) => {
    const cookie = hoursCookie(HTTPS, hours);
    expect(cookie).toMatch(
      /^__Host-fcs_hours=\d+; Max-Age=31536000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(chosenHours(HTTPS, cookie.split(';')[0])).toBe(hours);
  });

  it('are forgotten, and are none when the cookie holds something else', () => {
    expect(hoursCookie(HTTPS, null)).toContain('Max-Age=0');
    for (const cookie of [null, '', '__Host-fcs_hours=', '__Host-fcs_hours=13', 'fcs_hours=24']) {
      expect(chosenHours(HTTPS, cookie)).toBeNull();
    }
  });
});

describe('the zone of a browser’s cookie', () => {
  it.each([
    ['fcs_zone=America%2FNew_York', 'America/New_York'],
    ['fcs_session=x; fcs_zone=Asia/Kolkata', 'Asia/Kolkata'],
    [null, null],
    ['fcs_session=x', null],
    ['fcs_zone=', null],
    ['fcs_zone=Not/AZone', null],
    ['fcs_zone=%2', null],
    ['fcs_zone=%E0%A4%A', null],
    ['fcs_zone=<script>', null],
  ])('reads %j as %s', (cookie, zone) => {
    expect(browserZone(cookie)).toBe(zone);
  });
});
