import { describe, expect, it } from 'vitest';
import { pageZone } from '../../src/web/zone.ts';

describe('pageZone', () => {
  it.each([
    ['America%2FNew_York', 'America/New_York'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
    [null, 'Europe/Paris'],
    ['', 'Europe/Paris'],
    ['Not/AZone', 'Europe/Paris'],
    ['%2', 'Europe/Paris'],
    ['%E0%A4%A', 'Europe/Paris'],
    ['<script>', 'Europe/Paris'],
  ])('reads %j as %s', (cookie, zone) => {
    expect(pageZone(cookie, 'Europe/Paris')).toBe(zone);
  });
});
