import { env, exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';

const fetcher = (exports as unknown as { default: Fetcher }).default;

describe('health', () => {
  it('says that the process lives', async () => {
    const answer = await fetcher.fetch('https://portal.example.com/healthz');
    expect(answer.status).toBe(200);
  });

  it('is ready when settings, database and migrations are fine', async () => {
    const answer = await fetcher.fetch('https://portal.example.com/readyz');
    expect([answer.status, await answer.json()]).toEqual([
      200,
      {
        ok: true,
        databases: { down: [] },
        hints: { inbound: expect.stringMatching(/^http.*\/api\/sms\/inbound#rc=3&rp=5xx,ct,rt$/) },
      },
    ]);
  });

  it('names a migration that is missing', async () => {
    const { DB } = env as unknown as { DB: D1Database };
    await DB.prepare("UPDATE d1_migrations SET name = 'other.sql' WHERE name LIKE '0000%'").run();
    const answer = await fetcher.fetch('https://portal.example.com/readyz');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      error: 'unavailable',
      details: [{ check: 'migrations', name: expect.stringContaining('0000_') }],
      requestId: answer.headers.get('X-Request-Id'),
    });
    await DB.prepare("UPDATE d1_migrations SET name = '0000_init.sql' WHERE name = 'other.sql'").run();
  });
});
