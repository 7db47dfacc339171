import type { Db } from '../db/client.ts';
import { sql } from '../db/sql.ts';

/** A limit: at most `limit` hits of `key` in each window of `windowMs` milliseconds. */
export interface Limit {
  key: string;
  limit: number;
  windowMs: number;
}

/** Whether a hit fits; if not, the seconds until the window ends. */
export type LimitResult = { allowed: true; count: number } | { allowed: false; retryAfterSeconds: number };

/**
 * Counts one hit, by one conditional upsert: parallel hits never pass more than `limit`.
 * Throws when the database fails, so that limits guarding money or accounts fail closed.
 */
export async function countHit(db: Db, { key, limit, windowMs }: Limit, now: number): Promise<LimitResult> {
  const windowAt = now - (now % windowMs);
  const rows = await db.all<{ count: number }>(sql`
    INSERT INTO rate_counters (key, window_at, count, expires_at) VALUES (${key}, ${windowAt}, 1, ${windowAt + windowMs})
    ON CONFLICT (key, window_at) DO UPDATE SET count = count + 1 WHERE count < ${limit}
    RETURNING count`);
  const row = rows[0];
  if (row && row.count <= limit) return { allowed: true, count: row.count };
  return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil((windowAt + windowMs - now) / 1000)) };
}
