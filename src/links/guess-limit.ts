import { eq } from '../db/comparisons.ts';
import { allOf } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { rateCounters } from '../db/schema.ts';
import { hot } from '../db/statement.ts';
import type { Deps } from '../platform/deps.ts';
import { rateLimited } from '../platform/errors.ts';
import { clientNetwork, countHit } from '../platform/rate-limit.ts';
import { MINUTE_MS } from '../platform/time.ts';

/** Operators are alerted at this multiple of one address's limit, summed over all addresses in ten minutes. */
const ALERT_FACTOR = 10;

type MissDeps = Pick<Deps, 'config' | 'db' | 'edge' | 'now' | 'alert' | 'afterwards'>;

/** The misses of a network in a minute that nobody counts: a row for each address of a large block would cost us most. */
function uncountedOf({ config, edge }: Pick<Deps, 'config' | 'edge'>): number {
  return config.LINK_MISSES_PER_ADDRESS_MINUTE > edge.rareMisses * 2 ? edge.rareMisses : 0;
}

const limitOf = (deps: MissDeps, address: string) => ({
  key: `link-miss:${clientNetwork(address)}`,
  limit: deps.config.LINK_MISSES_PER_ADDRESS_MINUTE - uncountedOf(deps),
  windowMs: MINUTE_MS,
});

/**
 * Counts an unknown code against its client's address; the first few of a minute only in the memory of the edge, so that
 * a stranger with a block of addresses writes no row for each. Operators are alerted when one address reaches its
 * limit, and when many addresses together do.
 * @throws AppError `rate_limited` from the first one beyond the limit
 */
export async function countMiss(deps: MissDeps, address: string): Promise<void> {
  if (uncountedOf(deps) > 0 && (await deps.edge.isRareMiss(address))) {
    deps.afterwards(countEverybody(deps));
    return;
  }
  const limit = limitOf(deps, address);
  const result = await countHit(deps.db.directory, limit, deps.now());
  if (!result.allowed) throw tooMany(result.retryAfterSeconds);
  if (result.count === limit.limit) {
    const most = deps.config.LINK_MISSES_PER_ADDRESS_MINUTE;
    const message = `One client tried ${most} unknown links within a minute; it is refused for the rest of it.`;
    deps.afterwards(deps.alert('link_misses', message));
  }
  deps.afterwards(countEverybody(deps));
}

/** One row for all, so it is written a bounded number of times a minute. */
async function countEverybody(deps: MissDeps): Promise<void> {
  if (!(await deps.edge.mayNote('link-miss'))) return;
  const limit = deps.config.LINK_MISSES_PER_ADDRESS_MINUTE * ALERT_FACTOR;
  const all = { key: 'link-miss:all', limit, windowMs: 10 * MINUTE_MS };
  const result = await countHit(deps.db.directory, all, deps.now());
  if (result.allowed && result.count === limit) {
    await deps.alert(
      'link_misses',
      `${limit} unknown links were tried within ten minutes, from all clients.`,
    );
  }
}

const counted = hot<{ key: string; windowAt: number }>()((v) =>
  q
    .select({ count: rateCounters.count })
    .from(rateCounters)
    .where(allOf(eq(rateCounters.key, v.key), eq(rateCounters.windowAt, v.windowAt))),
);

/**
 * Refuses sign-in from an address that exceeded its limit, even with a valid code. A database error is thrown,
 * so that signing in fails closed.
 * @throws AppError `rate_limited`
 */
export async function refuseGuessers(deps: MissDeps, address: string): Promise<void> {
  const { key, limit, windowMs } = limitOf(deps, address);
  const now = deps.now();
  const windowAt = now - (now % windowMs);
  const counter = await deps.db.directory.first(counted({ key, windowAt }));
  if ((counter?.count ?? 0) >= limit) throw tooMany((windowAt + windowMs - now) / 1000);
}

const tooMany = (retryAfterSeconds: number) =>
  rateLimited('Too many unknown links were tried from this address; wait a minute.', retryAfterSeconds);
