import { describe, expect, it } from 'vitest';
import { identityEndpoints } from '../../src/identity/routes.ts';
import { sql } from '../support/sql.ts';
import { type Ask, testApp } from '../worker/app.ts';
import { testDeps } from '../worker/deps.ts';
import { family } from '../worker/numbers.ts';
import { insertWebSession } from '../worker/people.ts';

const deps = testDeps();
const ask = testApp(deps, identityEndpoints);
const [rosa] = await family('rosa');

/** Everything that a refused request could have changed. */
const state = () =>
  Promise.all(
    [
      'verification_codes',
      'phone_numbers',
      'family_updates',
      'consent_events',
      'notification_preferences',
      'users',
      'sessions',
      'rate_counters',
    ].map((table) => deps.unwatched.all(sql`SELECT * FROM ${sql.raw(table)} ORDER BY 1, 2`)),
  );

const PHONE = '+12025550163';
const NOT_A_TEXT = [null, 5, true, [], {}, ['+12025550163'], { e164: PHONE }];
const NOT_A_NUMBER = [
  '',
  ' ',
  'x',
  '+',
  '+0',
  '2025550163',
  '+1 202 555 01',
  `+1${'2'.repeat(30)}`,
  '+12025550163x9',
  'tel:+12025550163',
  '+12025550163\u0000',
  '٠١٢٣',
  '+1'.repeat(60),
  "+12025550163' OR 1=1",
];
const NOT_A_CODE = [
  '',
  '12345',
  '1234567',
  'abcdef',
  '١٢٣٤٥٦',
  '12 34',
  '123456\u0000',
  '1'.repeat(50),
  '-12345',
  '1e5',
  '0x1234',
];

const BODIES: [string, unknown][] = [
  ...['/api/phone/start-verify', '/api/login/start'].flatMap((path): [string, unknown][] => [
    [path, {}],
    ...NOT_A_TEXT.map((phone): [string, unknown] => [path, { phone }]),
    ...NOT_A_NUMBER.map((phone): [string, unknown] => [path, { phone }]),
    [path, { phone: '+442079460958' }],
    [path, { phone: '+447400123456' }],
    [path, { phone: '+18005550199' }],
  ]),
  ...NOT_A_TEXT.concat(NOT_A_CODE).flatMap((code): [string, unknown][] => [
    ['/api/phone/confirm', { code }],
    ['/api/login/confirm', { phone: PHONE, code }],
  ]),
  ...NOT_A_TEXT.concat(NOT_A_NUMBER).map((phone): [string, unknown] => [
    '/api/login/confirm',
    { phone, code: '123456' },
  ]),
  ...[null, 'true', 1, [], {}].map((smsConsent): [string, unknown] => [
    '/api/phone/confirm',
    { code: '123456', smsConsent },
  ]),
  ...[null, 1, '', ' ', 'a\nb', 'v9', 'x'.repeat(101), '\ud800'].map((consentVersion): [string, unknown] => [
    '/api/phone/confirm',
    { code: '123456', consentVersion },
  ]),
  ...[
    '/api/phone/start-verify',
    '/api/phone/confirm',
    '/api/login/start',
    '/api/login/confirm',
    '/api/preferences',
  ].flatMap((path) =>
    ['', '{', '[]', 'null', '"text"', '5', '{"a":}', '\u0000', '{"phone":"\ud83d'].map(
      (body): [string, unknown] => [path, body],
    ),
  ),
];

describe('what is malformed', () => {
  it('is refused by name, and changes nothing', async () => {
    const before = await state();
    const wrong: unknown[] = [];
    for (const [path, body] of BODIES) {
      const method = path === '/api/preferences' ? 'PATCH' : 'POST';
      const how: Ask = { method, body, ...(path.startsWith('/api/login') ? {} : { as: rosa! }) };
      const answer = await ask(path, how);
      const named = typeof answer.body.error === 'string' && typeof answer.body.message === 'string';
      if (answer.status !== 400 || !named) wrong.push([path, body, answer.status, answer.body]);
    }
    expect(wrong).toEqual([]);
    expect(await state()).toEqual(before);
    expect(deps.carrier.tried).toEqual([]);
  });

  const ROUTES: [string, string][] = [
    ['POST', '/api/phone/start-verify'],
    ['POST', '/api/phone/confirm'],
    ['DELETE', '/api/phone'],
    ['GET', '/api/me'],
    ['DELETE', '/api/me'],
    ['GET', '/api/sessions'],
    ['DELETE', '/api/sessions/ses_1'],
    ['GET', '/api/preferences'],
    ['PATCH', '/api/preferences'],
    ['GET', '/api/consents'],
  ];

  it.each(ROUTES)('%s %s is closed to who is nobody, or has a token that is none', async (method, path) => {
    const before = await state();
    const body = method === 'POST' || method === 'PATCH' ? { phone: PHONE } : undefined;
    const tokens = [
      undefined,
      'Bearer',
      'Bearer x',
      'Bearer a.b.c',
      'Basic eDp5',
      'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c3JfMSJ9.',
    ];
    for (const token of tokens) {
      const answer = await ask(path, {
        method,
        body,
        headers: token === undefined ? {} : { Authorization: token },
      });
      expect([token, answer.status, answer.body.error]).toEqual([token, 401, 'unauthenticated']);
    }
    expect(await state()).toEqual(before);
  });

  it.each(ROUTES.filter(([method]) => method !== 'GET'))(
    '%s %s refuses a cookie from another origin',
    async (method, path) => {
      const { token } = await insertWebSession(rosa!.userId, rosa!.familyId);
      const before = await state();
      const body = method === 'DELETE' ? undefined : { phone: PHONE };
      for (const origin of [
        'https://evil.example',
        'null',
        'https://portal.example.com.evil.example',
        'http://portal.example.com',
        '',
      ]) {
        const headers = {
          Cookie: `__Host-fcs_session=${token}`,
          ...(origin === '' ? {} : { Origin: origin }),
        };
        const answer = await ask(path, { method, body, headers });
        expect([origin, answer.status, answer.body.error]).toEqual([origin, 403, 'forbidden']);
      }
      expect(await state()).toEqual(before);
    },
  );

  it.each(['/api/phone/start-verify', '/api/login/start', '/api/login/confirm'])(
    '%s refuses other types and too much',
    async (path) => {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', '']) {
        const answer = await ask(path, {
          as: rosa!,
          body: { phone: PHONE },
          headers: { 'Content-Type': type },
        });
        expect([type, answer.status, answer.body.error]).toEqual([type, 415, 'unsupported_media_type']);
      }
      const answer = await ask(path, { as: rosa!, body: { phone: 'x'.repeat(70_000) } });
      expect([answer.status, answer.body.error]).toEqual([413, 'too_large']);
    },
  );

  it('is a session id in any disguise: not found', async () => {
    for (const id of ['x', '%00', '%E0%A4%A', "'%20OR%201=1", '%2e%2e', 'a'.repeat(300), '🙂']) {
      const answer = await ask(`/api/sessions/${id}`, { as: rosa!, method: 'DELETE' });
      expect([400, 404]).toContain(answer.status);
      expect(answer.body.error).toMatch(/^(invalid_request|session_not_found|not_found)$/);
    }
  });

  it('is a known path with another method: 405', async () => {
    for (const [method, path] of [
      ['GET', '/api/phone/start-verify'],
      ['PUT', '/api/me'],
      ['POST', '/api/preferences'],
    ] as const) {
      expect((await ask(path, { method, as: rosa! })).status).toBe(405);
    }
  });
});
