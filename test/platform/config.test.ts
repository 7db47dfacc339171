import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig, settingNames } from '../../src/platform/config.ts';
import { workerSettings } from '../support/settings.ts';

const good = workerSettings(1);
const without = (...names: string[]) =>
  Object.fromEntries(Object.entries(good).filter(([name]) => !names.includes(name)));

/** The names of the settings that are refused. */
function faults(settings: Record<string, unknown>): string[] {
  try {
    parseConfig(settings);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const fault of error.faults) expect(fault.expected.length).toBeGreaterThan(5);
    return error.faults.map(({ name }) => name).sort();
  }
}

/** What is said about settings that are refused. */
function said(settings: Record<string, unknown>): string {
  try {
    parseConfig(settings);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('settings', () => {
  it('have the defaults of the contract', () => {
    const required = without(
      'BRAND_NAME',
      'TWILIO_TIMEOUT_SECONDS',
      'TWILIO_API_BASE',
      'CLAIM_LEASE_SECONDS',
    );
    expect(parseConfig(required)).toMatchObject({
      BRAND_NAME: 'FamilyCircleSecure',
      TWILIO_API_BASE: 'https://api.twilio.com',
      TWILIO_TIMEOUT_SECONDS: 10,
      OPT_OUT_REPLIES: 'twilio',
      SMS_ALLOWED_COUNTRIES: ['US', 'CA'],
      CODE_TTL_SECONDS: 300,
      CODE_MAX_ATTEMPTS: 5,
      MAGIC_TTL_SECONDS: 600,
      LINK_TTL_SECONDS: 604_800,
      CODES_PER_ADDRESS_HOUR: 20,
      CODES_PER_PREFIX_HOUR: 30,
      CODES_PER_DAY: 5000,
      LINK_MISSES_PER_ADDRESS_MINUTE: 30,
      PRESENCE_TTL_SECONDS: 60,
      PRESENCE_GRACE_SECONDS: 10,
      PRESENT_RECHECK_SECONDS: 60,
      SMS_WINDOW_SECONDS: 120,
      SMS_WINDOW_MAX_SECONDS: 21_600,
      SMS_USER_DAILY_CAP: 30,
      SMS_FAMILY_DAILY_CAP: 300,
      SMS_EXPIRY_SECONDS: 86_400,
      SMS_REPLIES: 'off',
      CLAIM_LEASE_SECONDS: 60,
      MAX_SEGMENTS: 1,
    });
  });

  it('list every fault at once', () => {
    expect(faults({})).toEqual([
      'AUTH_SECRET',
      'MAGIC_SECRET',
      'PHONE_SECRET',
      'PUBLIC_ORIGIN',
      'SESSION_SECRET',
      'TWILIO_AUTH',
      'TWILIO_FROM',
      'TWILIO_SID',
    ]);
  });

  it.each([
    ['PUBLIC_ORIGIN', 'portal.example.com'],
    ['PUBLIC_ORIGIN', 'https://portal.example.com/path'],
    ['PUBLIC_ORIGIN', 'ftp://portal.example.com'],
    ['PUBLIC_ORIGIN', 'https://portal.example.com?x'],
    ['PUBLIC_ORIGIN', 'https://me@portal.example.com'],
    ['AUTH_SECRET', 'short'],
    ['AUTH_SECRET', 'x'.repeat(31)],
    ['SESSION_SECRET', 'x'.repeat(15)],
    ['MAGIC_SECRET', 'x'.repeat(15)],
    ['PHONE_SECRET', 'x'.repeat(15)],
    ['AUTH_JWKS_URL', 'not an address'],
    ['AUTH_JWKS_URL', 'http://keys.example.com/jwks.json'],
    ['AUTH_JWKS_URL', 'http://localhost.example.com/jwks.json'],
    ['TWILIO_SID', 'SK00000000000000000000000000000000'],
    ['TWILIO_FROM', '5005550006'],
    ['TWILIO_API_BASE', 'api.twilio.com'],
    ['TWILIO_TIMEOUT_SECONDS', 'soon'],
    ['OPT_OUT_REPLIES', 'both'],
    ['SMS_ALLOWED_COUNTRIES', 'USA'],
    ['SMS_ALLOWED_COUNTRIES', 'us,ca'],
    ['IOS_APP_IDS', 'ABCDE12345.com.example.app,com'],
    ['IOS_APP_STORE_ID', 'id123'],
    ['ANDROID_CERT_SHA256', 'AB:CD'],
    ['LINK_ALTERNATE_ORIGIN', 'open.example.com'],
    ['CODE_TTL_SECONDS', '601'],
    ['CODE_MAX_ATTEMPTS', '0'],
    ['CODE_MAX_ATTEMPTS', '2.5'],
    ['SMS_WINDOW_SECONDS', '-1'],
    ['SMS_WINDOW_SECONDS', 'NaN'],
    ['SMS_HOUSE_HOURS', '8-21'],
    ['SMS_HOUSE_HOURS', '08:00-08:00'],
    ['SMS_HOUSE_HOURS', '24:00-08:00'],
    ['SMS_HOUSE_HOURS', '08:00-25:00'],
    ['SMS_REPLIES', 'true'],
    ['MAX_SEGMENTS', '0'],
    ['ALERT_WEBHOOK_URL', 'mailto:ops@example.com'],
    ['ATTACHMENT_PICKER_URL', 'http://files.example/pick'],
  ])('refuse %s = %s', (name, value) => {
    expect(faults({ ...good, [name]: value })).toEqual([name]);
  });

  it('want 32 bytes of the host application’s secret and 16 of ours, and say so', () => {
    const least = { AUTH_SECRET: 32, SESSION_SECRET: 16, MAGIC_SECRET: 16, PHONE_SECRET: 16 };
    for (const [name, bytes] of Object.entries(least)) {
      expect(faults({ ...good, [name]: 'é'.repeat(bytes / 2) })).toEqual([]);
      for (const value of ['x'.repeat(bytes - 1), 5, undefined]) {
        expect(said({ ...good, [name]: value })).toContain(`${bytes} bytes`);
      }
    }
  });

  it('read hours of the day as minutes', () => {
    const hours = (text: string) => parseConfig({ ...good, SMS_HOUSE_HOURS: text }).SMS_HOUSE_HOURS;
    expect([hours('08:00-21:00'), hours(' 8:30 - 24:00 '), hours('')]).toEqual([
      { from: 480, to: 1260 },
      { from: 510, to: 1440 },
      undefined,
    ]);
  });

  it('refuse a lease that does not outlast the request by half again', () => {
    expect(faults({ ...good, TWILIO_TIMEOUT_SECONDS: '10', CLAIM_LEASE_SECONDS: '14' })).toEqual([
      'CLAIM_LEASE_SECONDS',
    ]);
    expect(faults({ ...good, TWILIO_TIMEOUT_SECONDS: '10', CLAIM_LEASE_SECONDS: '15' })).toEqual([]);
  });

  it('take a key set instead of a secret, a service instead of a number, and whole key pairs only', () => {
    for (const origin of [
      'https://example.com',
      'http://127.0.0.1:8000',
      'http://localhost',
      'http://[::1]:1',
    ]) {
      expect(faults({ ...without('AUTH_SECRET'), AUTH_JWKS_URL: `${origin}/jwks.json` })).toEqual([]);
    }
    expect(
      faults({ ...without('TWILIO_FROM'), TWILIO_MESSAGING_SERVICE_SID: `MG${'0'.repeat(32)}` }),
    ).toEqual([]);
    expect(faults({ ...good, TWILIO_KEY_SID: `SK${'0'.repeat(32)}` })).toEqual(['TWILIO_KEY_SID']);
  });

  it('want events to be posted to a public https address, unless the service itself is local', () => {
    const secret = `whsec_${btoa('a-secret-of-24-bytes-long')}`;
    const faultsOf = (EVENTS_URL: string, more = {}) =>
      faults({
        ...good,
        PUBLIC_ORIGIN: 'https://portal.example',
        EVENTS_URL,
        EVENTS_SECRET: secret,
        ...more,
      });
    for (const url of ['https://host.example/hooks', 'https://8.8.8.8/', 'https://host.example:8443/a?b=c'])
      expect(faultsOf(url), url).toEqual([]);
    for (const host of [
      ...['localhost', 'localhost.', '127.0.0.1', '127.1', '2130706433', '0x7f.1', '[::1]', '[fd00::1]'],
      ...['10.0.0.1', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', 'intranet'],
      ...[
        'a.localhost',
        'a.local',
        'a.internal.',
        '[::ffff:10.0.0.1]',
        'user@host.example',
        ':pw@host.example',
      ],
      ...[
        'localhost..',
        'LOCALHOST',
        '0177.0.0.1',
        '127.0.0.1.',
        '192.0.0.8',
        '198.18.0.1',
        '224.0.0.1',
        '255.255.255.255',
      ],
      ...['127.0.0.1.nip.io', '10-0-0-1.sslip.io', 'localtest.me', '１２７.0.0.1', '%31%32%37.0.0.1'],
    ])
      expect(faultsOf(`https://${host}/`), host).toEqual(['EVENTS_URL']);
    for (const url of ['http://host.example/', 'ftp://host.example/', 'nonsense'])
      expect(faultsOf(url), url).toEqual(['EVENTS_URL']);
    expect(faultsOf('http://127.0.0.1:9000/', { PUBLIC_ORIGIN: 'http://127.0.0.1:8787' })).toEqual([]);
    expect(faultsOf('https://host.example/', { EVENTS_SECRET: '' })).toEqual(['EVENTS_SECRET']);
    for (const wrong of [
      'abc',
      'whsec_short',
      `whsec_${'A'.repeat(200)}`,
      `whsec_${'A'.repeat(32)}=`,
      `whsec_${'A'.repeat(33)}`,
      `whsec_${'A'.repeat(28)}`,
      'whsec_!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!',
    ])
      expect(faultsOf('https://host.example/', { EVENTS_SECRET: wrong }), wrong).toEqual(['EVENTS_SECRET']);
    expect(faultsOf('https://host.example/', { EVENTS_TYPES: 'message.created,nope' })).toEqual([
      'EVENTS_TYPES',
    ]);
  });

  it('count an empty one as absent', () => {
    expect(parseConfig({ ...good, AUTH_JWKS_URL: '', SMS_WINDOW_SECONDS: '' })).toMatchObject({
      AUTH_JWKS_URL: undefined,
      SMS_WINDOW_SECONDS: 120,
    });
    expect(faults({ ...good, TWILIO_AUTH: '' })).toEqual(['TWILIO_AUTH']);
    expect(parseConfig({ ...good, SMS_WINDOW_SECONDS: ' ' }).SMS_WINDOW_SECONDS).toBe(120);
  });

  it.each([
    ['https://portal.example.com/', 'https://portal.example.com'],
    ['HTTPS://Portal.Example.com:443', 'https://portal.example.com'],
    ['http://127.0.0.1:80', 'http://127.0.0.1'],
    ['http://127.0.0.1:8787', 'http://127.0.0.1:8787'],
  ])('write the origin %s as browsers do', (given, origin) => {
    const { PUBLIC_ORIGIN, LINK_ALTERNATE_ORIGIN } = parseConfig({
      ...good,
      PUBLIC_ORIGIN: given,
      LINK_ALTERNATE_ORIGIN: given,
    });
    expect([PUBLIC_ORIGIN, LINK_ALTERNATE_ORIGIN]).toEqual([origin, origin]);
  });

  it('split lists', () => {
    const { IOS_APP_IDS, OPERATOR_USER_IDS } = parseConfig({
      ...good,
      IOS_APP_IDS: ' A.b , C.d,',
      OPERATOR_USER_IDS: '',
    });
    expect([IOS_APP_IDS, OPERATOR_USER_IDS]).toEqual([['A.b', 'C.d'], []]);
  });

  it('are all named', () => {
    expect(settingNames()).toContain('SMS_WINDOW_SECONDS');
    expect(settingNames()).toHaveLength(new Set(settingNames()).size);
  });
});
