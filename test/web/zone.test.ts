import { describe, expect, it } from 'vitest';
import { browserZone } from '../../src/web/reader-clock.ts';

describe('browserZone', () => {
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
