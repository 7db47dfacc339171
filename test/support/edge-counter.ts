import type { EdgeCounter } from '../../src/platform/edge-limits.ts';

/** One of Cloudflare's rate limits in memory, for one minute that never ends. */
export function edgeCounter(limit: number): EdgeCounter & { asked: string[] } {
  const counts = new Map<string, number>();
  const asked: string[] = [];
  return {
    asked,
    limit: async ({ key }) => {
      asked.push(key);
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return { success: count <= limit };
    },
  };
}
