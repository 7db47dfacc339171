import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDatabases } from '../../src/db/client.ts';
import { createAlerts } from '../../src/platform/alerts.ts';
import type { Log } from '../../src/platform/log.ts';

const { DB } = env as unknown as { DB: D1Database };
const HOOK = 'https://hooks.example.com/alerts';
const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
let clock = Date.UTC(2026, 0, 1, 12);
let posted: { url: string; body: Record<string, string> }[];
let hook: () => Response;

const raise = (url: string | undefined = HOOK, d1: D1Database = DB) =>
  createAlerts({
    directory: openDatabases({ DB: d1 }).directory,
    config: { ALERT_WEBHOOK_URL: url, BRAND_NAME: 'FamilyCircleSecure' },
    log: silent,
    now: () => clock,
  });
const kept = async () => (await DB.prepare('SELECT kind, count FROM alerts ORDER BY first_at').all()).results;

beforeEach(async () => {
  posted = [];
  hook = () => new Response('ok');
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    posted.push({ url, body: JSON.parse(String(init.body)) });
    return hook();
  });
  await DB.prepare('DELETE FROM alerts').run();
});
afterEach(() => vi.unstubAllGlobals());

describe('an alert', () => {
  it('is kept, and posted once an hour', async () => {
    const alert = raise();
    for (let i = 0; i < 3; i++) await alert('twilio_credentials', 'Twilio answered 20003.');
    expect(await kept()).toEqual([{ kind: 'twilio_credentials', count: 3 }]);
    expect(posted).toEqual([{ url: HOOK, body: expect.objectContaining({ kind: 'twilio_credentials' }) }]);
    clock += 3_600_000;
    await alert('twilio_credentials', 'Twilio answered 20003.');
    expect(posted).toHaveLength(2);
  });

  it('about filtered texts is posted when it repeats', async () => {
    const alert = raise();
    await alert('twilio_filtered', 'A receipt says 30007.');
    await alert('twilio_filtered', 'A receipt says 30007.');
    expect(posted).toHaveLength(0);
    await alert('twilio_filtered', 'A receipt says 30007.');
    expect(posted).toHaveLength(1);
  });

  it('that is acknowledged is kept and not posted while it goes on; posted again when it comes back, and after a day', async () => {
    const alert = raise();
    await alert('carrier_silent', 'x');
    const acknowledge = () =>
      DB.prepare("UPDATE alerts SET acknowledged_at = ?, acknowledged_by = 'usr_1'").bind(clock).run();
    await acknowledge();
    const HOUR = 3_600_000;
    for (let hour = 0; hour < 30; hour++) {
      clock += HOUR;
      await alert('carrier_silent', 'x');
      await alert('dead_letter', 'x');
    }
    const silent = () => posted.filter(({ body }) => body.kind === 'carrier_silent').length;
    expect([silent(), posted.filter(({ body }) => body.kind === 'dead_letter').length]).toEqual([8, 30]);
    await acknowledge();
    clock += 4 * HOUR;
    await alert('carrier_silent', 'x');
    expect(silent()).toBe(9);
  });

  it('never fails what raised it', async () => {
    hook = () => new Response('no', { status: 500 });
    await raise()('dead_letter', 'x');
    hook = () => {
      throw new Error('unreachable');
    };
    clock += 3_600_000;
    await raise()('dead_letter', 'x');
    const broken = {
      prepare: () => ({ bind: () => ({ all: () => Promise.reject(new Error('D1 is down')) }) }),
    };
    await raise(HOOK, broken as unknown as D1Database)('dead_letter', 'x');
    expect(await kept()).toHaveLength(2);
  });

  it('is not posted anywhere without an address', async () => {
    await raise('')('dead_letter', 'x');
    expect([(await kept()).length, posted.length]).toEqual([1, 0]);
  });
});
