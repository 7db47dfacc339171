import { ulid } from 'ulid';

/**
 * A new id: a prefix naming the kind, and a ULID, so that ids sort by time.
 * @param now milliseconds since the epoch
 */
export function newId(prefix: string, now: number): string {
  return `${prefix}_${ulid(now)}`;
}
