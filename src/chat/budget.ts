import { type AnyColumn, eq, gte, type SQL, sql } from 'drizzle-orm';
import { firstWhere, iif } from '../db/expressions.ts';
import { users } from '../db/schema.ts';
import { type AppError, rateLimited } from '../platform/errors.ts';
import { DAY_MS, MINUTE_MS } from '../platform/time.ts';

/**
 * How much one person may begin: messages in a minute and a day, threads in a day. The counts stand in their own row,
 * which a post reads anyway, and are held in the statement that writes the message. Windows are fixed: minutes, and days
 * of UTC.
 */

type Value<T> = T | SQL<T>;

/** The windows of a moment, and how much fits into each. */
export interface Budget<V = number> {
  minuteAt: V;
  dayAt: V;
  perMinute: V;
  perDay: V;
}

/** The start of the windows at `now` (ms). */
export const windowsAt = (now: number) => ({
  minuteAt: now - (now % MINUTE_MS),
  dayAt: now - (now % DAY_MS),
});

const used = (startedAt: AnyColumn, count: AnyColumn, windowAt: Value<number>) =>
  iif<number>(eq(startedAt, windowAt), count, 0);

/** Which window a person has used up, of a row of `users`; null: none. */
export const postsUsedUp = (v: Budget<Value<number>>): SQL<'minute' | 'day' | null> =>
  firstWhere<'minute' | 'day'>([
    [gte(used(users.postsDayAt, users.postsDay, v.dayAt), v.perDay), 'day'],
    [gte(used(users.postsMinuteAt, users.postsMinute, v.minuteAt), v.perMinute), 'minute'],
  ]);

/** What a post sets in its author's row. */
export const countPost = (v: Pick<Budget<Value<number>>, 'minuteAt' | 'dayAt'>) => ({
  postsMinuteAt: sql<number>`${v.minuteAt}`,
  postsMinute: sql<number>`${used(users.postsMinuteAt, users.postsMinute, v.minuteAt)} + 1`,
  postsDayAt: sql<number>`${v.dayAt}`,
  postsDay: sql<number>`${used(users.postsDayAt, users.postsDay, v.dayAt)} + 1`,
});

/** Whether a person has begun as many threads today as they may, of a row of `users`. */
export const threadsUsedUp = (dayAt: number, perDay: number): SQL =>
  gte(used(users.threadsDayAt, users.threadsDay, dayAt), perDay);

/** What a new thread sets in its creator's row. */
export const countThread = (dayAt: number) => ({
  threadsDayAt: dayAt,
  threadsDay: sql<number>`${used(users.threadsDayAt, users.threadsDay, dayAt)} + 1`,
});

/** A wait as people say it: `in about 5 hours`. */
const inWords = (seconds: number) =>
  seconds < 5400
    ? `in about ${Math.max(1, Math.ceil(seconds / 60))} minutes`
    : `in about ${Math.round(seconds / 3600)} hours`;

/** The refusal, which people read too, and when the window ends. @param now ms */
export function usedUp(
  what: 'messages' | 'threads',
  window: 'minute' | 'day',
  limit: number,
  now: number,
): AppError {
  const { minuteAt, dayAt } = windowsAt(now);
  const endsAt = window === 'day' ? dayAt + DAY_MS : minuteAt + MINUTE_MS;
  const wait = (endsAt - now) / 1000;
  const when = window === 'day' ? inWords(wait) : 'when it is over';
  return rateLimited(`That was a lot for one ${window}: at most ${limit} ${what}. Go on ${when}.`, wait);
}
