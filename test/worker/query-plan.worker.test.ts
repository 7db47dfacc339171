import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { openRanges, scans } from './query-plan.ts';

const { DB } = env as unknown as { DB: D1Database };
const plan = async (query: string) => {
  const { results } = await DB.prepare(`EXPLAIN QUERY PLAN ${query}`).all<{ detail: string }>();
  const details = results.map(({ detail }) => detail);
  return [...scans(details), ...openRanges(query, details)];
};

describe('the guard against table scans', () => {
  it.each([
    'SELECT * FROM users',
    "SELECT * FROM users WHERE name = 'x'",
    'SELECT COUNT(*) FROM sms_delivery_log',
    "UPDATE messages SET body = '' WHERE body = 'x'",
    "SELECT COUNT(*) FROM sms_delivery_log WHERE id >= 'dlv_01'",
    "SELECT d.status FROM sms_delivery_log d WHERE d.id > 'x'",
    "DELETE FROM events WHERE seq > 5 AND type = 'x'",
    "SELECT * FROM users u WHERE u.id = 'x' AND EXISTS (SELECT 1 FROM messages m WHERE m.body = u.name)",
  ])('refuses %s', async (query) => {
    expect(await plan(query)).not.toEqual([]);
  });

  it.each([
    "SELECT * FROM users WHERE id = 'x'",
    "SELECT * FROM json_each('[1]') j JOIN users u ON u.id = j.value",
    'SELECT 1',
    "SELECT * FROM sms_delivery_log WHERE id >= 'dlv_01' ORDER BY id LIMIT 50",
    "SELECT * FROM sms_delivery_log WHERE user_id = 'x' AND id < 'y'",
    "SELECT * FROM sms_delivery_log WHERE status IN ('pending', 'deferred', 'sending', 'failed', 'undelivered') AND status = 'failed'",
    'SELECT * FROM sms_delivery_log WHERE wake_at <= 5 ORDER BY wake_at',
    "UPDATE users SET name = c.n FROM (SELECT value AS n FROM json_each('[1]')) c WHERE users.id = c.n",
  ])('lets %s pass', async (query) => {
    expect(await plan(query)).toEqual([]);
  });
});
