import { beforeAll, describe, expect, it } from 'vitest';
import { endpoints } from '../../src/routes.ts';
import { insertWebSession } from '../worker/people.ts';
import { createWorld, type RequestOptions, type World } from '../worker/world.ts';

/** Segments of a path, as they are written in it. */
const SEGMENTS = [
  ...['%00', '%0d%0aSet-Cookie:%20a=b', '%ff', '%', '%E0%A4%A', '%ED%A0%80', '..%2f..%2fadmin', '%25', '~'],
  ...["x' OR '1'='1", '__proto__', 'constructor', '%F0%9F%91%B5', 'x'.repeat(5000)],
];
const QUERY_VALUES = ['', '%00', '%ff', '-1', '1e9', '9'.repeat(400), '%ED%A0%80', '__proto__'];
const QUERY_NAMES =
  'limit cursor before after at status familyId userId hours state next done test show list';

const DEEP = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
const VALUES: unknown[] = [
  ...[null, -1, 1e308, true, '', '\u0000', '\ud800', 'x\r\nSet-Cookie: a=b', "'; DROP TABLE users; --"],
  ...['<script>alert(1)</script>', 'x'.repeat(2000), [], [[[]]], Array(100).fill('x'), {}],
  ...[{ constructor: { prototype: {} } }, { toString: 'x', length: -1 }],
];
/** Every name that a body of ours knows; all are given the same hostile value at once. */
const BODY_NAMES =
  `body fileIds urgent title memberIds until messageId state phone code token referrer smsConsent
  consentVersion smsEnabled quietStart quietEnd timeZone preview quietDelivery perThreadMute familyId name email
  phoneVerifiedAt userId threadId`.split(/\s+/);
const BODIES: unknown[] = [
  ...VALUES.map((value) => Object.fromEntries(BODY_NAMES.map((name) => [name, value]))),
  ...['', '{', 'null', '[]', '"x"', '1', DEEP, `{"body":${DEEP}}`, '{"__proto__":{"body":"x"}}', '\ufeff{}'],
];

const FORM_NAMES =
  `phone code next again nonce token switch key body urgent files title member mute back consent
  version quiet start end zone here delivery preview sure show done`.split(/\s+/);
const FORMS = VALUES.filter((value) => typeof value === 'string').map((value) =>
  new URLSearchParams(FORM_NAMES.map((name) => [name, String(value)])).toString(),
);

const HEADERS: Record<string, string>[] = [
  { 'Content-Type': 'text/plain' },
  { 'Content-Type': 'application/json; charset=utf-16' },
  { 'Content-Length': '99999999' },
  { 'Idempotency-Key': 'x'.repeat(5000) },
  { 'If-Match': '"'.repeat(5000) },
  { Authorization: 'Bearer' },
  { Authorization: `Bearer ${'a.'.repeat(3000)}` },
  { Authorization: 'Basic dXNlcjpwYXNz' },
  { Cookie: `__Host-fcs_session=${'%00;'.repeat(500)}` },
  { Accept: 'text/html', 'User-Agent': '<script>'.repeat(300) },
  { Origin: 'null', Cookie: 'fcs_session=x; fcs_zone=%00' },
];

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.seed([
    { id: 'rosa', name: 'Rosa', phone: world.phone(0) },
    { id: 'leaver', name: 'Leo' },
  ]);
});

/** Asks, and remembers what is wrong with an answer: a fault of ours, one without a name, or an injected header. */
function inquiry(options: RequestOptions) {
  const faults: string[] = [];
  const statuses = new Set<number>();
  const ask = async (method: string, path: string, more: RequestOptions = {}) => {
    const answer = await world.send(method, path, { ...options, ...more });
    const text = await answer.text();
    statuses.add(answer.status);
    const named = answer.status < 400 || /"error":"[a-z_]+"|<html/.test(text);
    const clean = !/a=b/.test(answer.headers.get('Set-Cookie') ?? '') && !text.includes('<script>alert');
    if (answer.status < 500 && named && clean) return;
    faults.push(
      `${path.slice(0, 80)} ${JSON.stringify(more).slice(0, 80)}: ${answer.status} ${text.slice(0, 99)}`,
    );
  };
  return { ask, faults, statuses };
}

describe('hostile input', () => {
  it.each(
    endpoints.map((endpoint) => [endpoint.method.toUpperCase(), endpoint.path, endpoint] as const),
  )('has a name at %s %s, and is never our fault', async (method, path, { who, params, query, body }) => {
    const person = world.member(path === '/api/me' && method === 'DELETE' ? 'leaver' : 'rosa');
    const as = who === 'service' ? 'service' : person;
    const { ask, faults, statuses } = inquiry({ as, body: body && {} });
    const whole = path.replace('{id}', world.thread()).replace('{messageId}', 'msg_none');
    if (params) for (const segment of SEGMENTS) await ask(method, path.replace(/\{\w+\}/g, segment));
    if (query) {
      for (const value of QUERY_VALUES)
        await ask(method, `${whole}?${QUERY_NAMES.replaceAll(/(\w+) ?/g, `$1=${value}&`)}`);
    }
    if (body) for (const value of BODIES) await ask(method, whole, { body: value });
    for (const headers of HEADERS) {
      const named = headers.Authorization || headers.Cookie;
      await ask(method, whole, { headers, ...(named ? { as: null } : {}) });
    }
    expect(faults).toEqual([]);
    if (params || query || body) expect([...statuses].some((status) => status !== 401)).toBe(true);
  });

  it.each([
    ...['/l/{}', '/magic', '/login', '/login/code', '/messages', '/messages/{}', '/messages/{}/mute'],
    ...['/messages/{}/read', '/messages/{}/items', '/settings', '/settings/phone', '/settings/phone/code'],
    ...['/settings/texts', '/settings/texts/on', '/settings/urgent', '/settings/quiet', '/settings/preview'],
    ...[
      '/settings/test',
      '/settings/sessions',
      '/settings/delete',
      '/ul/thread/{}',
      '/ops',
      '/ops/retry',
      '/{}',
    ],
    ...['/.well-known/{}', '/api/{}', '/api/sms/inbound', '/api/sms/status'],
  ])('has a name at %s too', async (path) => {
    const { token } = await insertWebSession(world.member('rosa').userId, world.familyId);
    const cookie = `__Host-fcs_session=${token}`;
    const { ask, faults } = inquiry({
      headers: { Accept: 'text/html', Cookie: cookie, Origin: world.origin },
    });
    const form = {
      'Content-Type': 'application/x-www-form-urlencoded',
      Cookie: cookie,
      Origin: world.origin,
    };
    for (const segment of path.includes('{}') ? SEGMENTS : ['']) {
      await ask('GET', path.replace('{}', segment));
      await ask('POST', path.replace('{}', segment), { headers: form, body: 'x=1' });
    }
    const whole = path.replace('{}', world.thread());
    for (const value of QUERY_VALUES)
      await ask(
        'GET',
        `${whole}?${QUERY_NAMES.replaceAll(/(\w+) ?/g, `$1=${value}&`)}token=${value}&mt=${value}`,
      );
    for (const body of FORMS) await ask('POST', whole, { headers: form, body });
    for (const headers of HEADERS) await ask('POST', whole, { headers });
    expect(faults).toEqual([]);
  });
});
