import type { EdgeCounter } from '../../../src/platform/edge-limits.ts';

/** A rate limit of wrangler.toml: so many in a period of so many seconds. */
export type SimpleLimit = {
  limit: number;
  period: number;
};

/**
 * A rate limit in the memory of the isolate, as Cloudflare's is in the memory of a location; its windows begin with the
 * clock's. Miniflare's own asks an object of its own, which writes to a file, for each request.
 */
export function counterOf({ limit, period }: SimpleLimit, now: () => number = Date.now): EdgeCounter {
  const counts = new Map<string, number>();
  let window = 0;
  return {
    limit: async ({ key }) => {
      const current = Math.floor(now() / (period * 1000));
      if (current !== window) counts.clear();
      window = current;
      const count = counts.get(key) ?? 0;
      if (count >= limit) return { success: false };
      counts.set(key, count + 1);
      return { success: true };
    },
  };
}

/** The counters of limits, by their bindings. */
export const countersOf = (limits: Record<string, SimpleLimit>): Record<string, EdgeCounter> =>
  Object.fromEntries(Object.entries(limits).map(([binding, limit]) => [binding, counterOf(limit)]));
