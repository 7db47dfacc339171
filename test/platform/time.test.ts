import { describe, expect, it } from 'vitest';
import { isTimeZone, knownTimeZone, offsetAt, startOfDate } from '../../src/platform/time.ts';

describe('isTimeZone', () => {
  it.each([
    'UTC',
    'America/New_York',
    'Europe/Berlin',
    'Europe/Kyiv',
    'Asia/Kolkata',
    'Asia/Calcutta',
    'Australia/Lord_Howe',
    'America/Argentina/Buenos_Aires',
    'Etc/GMT+5',
    'EST',
    'europe/berlin',
  ])('knows %s', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  it('knows every zone that the runtime lists', () => {
    expect(Intl.supportedValuesOf('timeZone').filter((name) => !isTimeZone(name))).toEqual([]);
  });

  it.each([
    '',
    ' ',
    ' UTC',
    'UTC ',
    '+02:00',
    '-05:00',
    '+0200',
    '+02',
    'Z',
    'UTC+2',
    'GMT+2',
    'Etc/GMT+99',
    'Europe',
    'Europe/',
    'Europe/Berlin/',
    'Europe/Berlin\0',
    'Europe/Berlin; DROP',
    'New York',
    'Mars/Olympus_Mons',
    'toString',
    '\u{1F600}',
    'Europe/Bérlin',
    'x'.repeat(10_000),
    null,
    undefined,
    2,
    {},
    [],
    ['UTC'],
  ])('refuses %j', (name) => {
    expect(isTimeZone(name)).toBe(false);
  });
});

describe('knownTimeZone', () => {
  it('keeps what the runtime knows and takes UTC for the rest', () => {
    expect(knownTimeZone('Asia/Kolkata')).toBe('Asia/Kolkata');
    expect(knownTimeZone('Mars/Olympus_Mons')).toBe('UTC');
    expect(knownTimeZone('')).toBe('UTC');
  });
});

describe('offsetAt', () => {
  it.each([
    ['UTC', '2026-07-01T00:00:00Z', 0],
    ['America/New_York', '2026-03-08T06:59:59.999Z', -300],
    ['America/New_York', '2026-03-08T07:00:00Z', -240],
    ['Asia/Kolkata', '2026-01-01T00:00:00Z', 330],
    ['Asia/Kathmandu', '2026-01-01T00:00:00Z', 345],
    ['Australia/Lord_Howe', '2026-01-01T00:00:00Z', 660],
    ['Australia/Lord_Howe', '2026-07-01T00:00:00Z', 630],
    ['America/St_Johns', '2026-01-01T00:00:00Z', -210],
  ])('%s at %s is %i minutes', (zone, at, minutes) => {
    expect(offsetAt(zone, Date.parse(at))).toBe(minutes * 60_000);
  });
});

describe('startOfDate', () => {
  it.each([
    ['2026-05-03', 'America/New_York', '2026-05-03T04:00:00.000Z'],
    ['2026-05-03', 'Pacific/Kiritimati', '2026-05-02T10:00:00.000Z'],
    ['2026-05-03', 'Pacific/Pago_Pago', '2026-05-03T11:00:00.000Z'],
    // The night in which the clocks go forward at midnight begins at one.
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
  ])('of %s in %s is %s', (date, zone, at) => {
    expect(new Date(startOfDate(zone, date) ?? 0).toISOString()).toBe(at);
  });

  it.each(['', '2026-02-30', '2026-13-01', '3.5.2026', '2026-05-03T00:00Z'])('knows no day %j', (date) => {
    expect(startOfDate('UTC', date)).toBeNull();
  });
});
