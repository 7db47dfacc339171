import { MINUTE_MS } from '../../platform/time.ts';
import { dayKey, dayName } from '../clock.ts';

/** What stands before a message in its thread. */
export interface Break {
  /** The day that begins here. */
  day: string | null;
  /** The first that this reader had not read. */
  unread: boolean;
  /** Same author as the one before, shortly after: no name, no picture. */
  follows: boolean;
}

const TOGETHER_MS = 5 * MINUTE_MS;

interface Placed {
  seq: number;
  authorId: string;
  createdAt: string;
}

/**
 * Finds where days begin, where the unread begin, and what belongs together, in messages that stand oldest first.
 * @param previous - the message before the first; undefined at the very beginning of a thread
 * @param unreadFrom - seq of the first unread message; null for none
 */
export function breaksOf(
  messages: readonly Placed[],
  {
    previous,
    unreadFrom,
    now,
    zone,
  }: { previous: Placed | undefined; unreadFrom: number | null; now: number; zone: string },
): Break[] {
  return messages.map((message, i) => {
    const before = messages[i - 1] ?? previous;
    const at = Date.parse(message.createdAt);
    const beforeAt = before ? Date.parse(before.createdAt) : null;
    const newDay = beforeAt === null || dayKey(at, zone) !== dayKey(beforeAt, zone);
    const unread = message.seq === unreadFrom;
    return {
      day: newDay ? dayName(at, now, zone) : null,
      unread,
      follows:
        !newDay &&
        !unread &&
        before?.authorId === message.authorId &&
        beforeAt !== null &&
        at - beforeAt < TOGETHER_MS,
    };
  });
}
