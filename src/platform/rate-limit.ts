import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { lt } from '../db/comparisons.ts';
import { q } from '../db/query.ts';
import { rateCounters } from '../db/schema.ts';
import { hot } from '../db/statement.ts';

/** A limit: max. `limit` hits of `key` in each window of `windowMs` milliseconds. */
export interface Limit {
  key: string;
  limit: number;
  windowMs: number;
}

/** Whether a hit is within the limit; if not, the seconds until the window ends. */
export type LimitResult = { allowed: true; count: number } | { allowed: false; retryAfterSeconds: number };

const hit = hot<{ key: string; windowAt: number; expiresAt: number; limit: number }>()(
  ({ key, windowAt, expiresAt, limit }) =>
    q
      .insert(rateCounters)
      .values({ key, windowAt, count: 1, expiresAt })
      .onConflictDoUpdate({
        target: [rateCounters.key, rateCounters.windowAt],
        set: { count: sql`${rateCounters.count} + 1` },
        setWhere: lt(rateCounters.count, limit),
      })
      .returning({ count: rateCounters.count }),
);

/**
 * Counts one hit by one conditional upsert: parallel hits never exceed `limit`.
 * @throws when the database fails, so that limits on money and accounts fail closed
 */
export async function countHit(db: Db, { key, limit, windowMs }: Limit, now: number): Promise<LimitResult> {
  const windowAt = now - (now % windowMs);
  const row = await db.first(hit({ key, windowAt, expiresAt: windowAt + windowMs, limit }));
  if (row && row.count <= limit) return { allowed: true, count: row.count };
  return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil((windowAt + windowMs - now) / 1000)) };
}

/** The first bits of an IPv6 address, written the same for every spelling of it. */
function ipv6Network(address: string, bits: 48 | 56 | 64): string {
  const [head = '', tail] = address.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right].map((group) =>
    group.replace(/^0+(?=.)/, ''),
  );
  const whole = groups.slice(0, Math.floor(bits / 16));
  const part = bits === 56 ? [`${(groups[3] ?? '0').padStart(4, '0').slice(0, 2)}00`] : [];
  return `${[...whole, ...part].join(':')}::/${bits}`;
}

/** The part of an address that one client owns: all of IPv4, the first 64 bits of IPv6. */
export function clientNetwork(address: string): string {
  return address.includes(':') ? ipv6Network(address, 64) : address;
}

/**
 * The networks around a client, and how many times what one client may they may: whoever rents a block of addresses
 * counts as one, neighbours behind one provider do not stop each other at once. IPv6: /64 (a connection), /56 and /48
 * (what providers and tunnels hand out, RFC 6177); IPv4: the address and its /24.
 */
export function clientNetworks(address: string): { network: string; times: number }[] {
  if (address.includes(':')) {
    return [
      { network: ipv6Network(address, 64), times: 1 },
      { network: ipv6Network(address, 56), times: 4 },
      { network: ipv6Network(address, 48), times: 16 },
    ];
  }
  const neighbours = `${address.split('.').slice(0, 3).join('.')}.0/24`;
  return [
    { network: address, times: 1 },
    { network: neighbours, times: 8 },
  ];
}
