const BASE_MS = 2000;

/**
 * How long to wait before the next try: doubling from two seconds to `maxMs`, spread by half so that many rows
 * do not come back at once. The same for the same attempt and key.
 */
export function backoffMs(attempt: number, key: string, maxMs: number): number {
  const full = Math.min(maxMs, BASE_MS * 2 ** Math.max(0, attempt - 1));
  let hash = 0;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) >>> 0;
  return Math.round(full / 2 + (hash % 1000) * (full / 2000));
}
