import { lt, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { q } from '../db/query.ts';
import { rateCounters } from '../db/schema.ts';

/** A limit: max. `limit` hits of `key` in each window of `windowMs` milliseconds. */
export interface Limit {
  key: string;
  limit: number;
  windowMs: number;
}

/** Whether a hit is within the limit; if not, the seconds until the window ends. */
export type LimitResult = { allowed: true; count: number } | { allowed: false; retryAfterSeconds: number };

/**
 * Counts one hit by one conditional upsert: parallel hits never exceed `limit`.
 * @throws when the database fails, so that limits on money and accounts fail closed
 */
export async function countHit(db: Db, { key, limit, windowMs }: Limit, now: number): Promise<LimitResult> {
  const windowAt = now - (now % windowMs);
  const row = await db.first(
    q
      .insert(rateCounters)
      .values({ key, windowAt, count: 1, expiresAt: windowAt + windowMs })
      .onConflictDoUpdate({
        target: [rateCounters.key, rateCounters.windowAt],
        set: { count: sql`${rateCounters.count} + 1` },
        setWhere: lt(rateCounters.count, limit),
      })
      .returning({ count: rateCounters.count }),
  );
  if (row && row.count <= limit) return { allowed: true, count: row.count };
  return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil((windowAt + windowMs - now) / 1000)) };
}

/** The part of an address that one client owns: all of IPv4, the first 64 bits of IPv6. */
export function clientNetwork(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
