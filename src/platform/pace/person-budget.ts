import { type AnyColumn, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { eq, gte } from '../../db/comparisons.ts';
import { allOf, anyOf, firstWhere, iif, scalar } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { users } from '../../db/schema.ts';
import { type AppError, rateLimited } from '../errors.ts';
import { DAY_MS, MINUTE_MS } from '../time.ts';

/**
 * How much one person may begin: messages in a minute and a day, threads in a day, and changes in a day that leave a row
 * behind each (edits, opt-ins). The counts stand in their own row, which a post reads anyway, and are held in the statement
 * that does the work. Windows are fixed: minutes, and days of UTC. A family may do in a day what {@link FAMILY_TIMES} of its
 * people may.
 */

/** So many times what one person may in a day all people of a family may together. */
const FAMILY_TIMES = 5;
/** The family's messages and changes are summed up for each person's tenth of the day, so that the others cost nothing. */
const SUMMED_EVERY = 10;

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

const kin = alias(users, 'kin');

type Counter = 'posts' | 'threads' | 'changes';

/** What a person has used of a day, of a row of `users`. */
const usedToday = (of: Counter, dayAt: Value<number>) => used(users[`${of}DayAt`], users[`${of}Day`], dayAt);

/** Whether the family of a row of `users` has used up its day. */
function familyUsedUp(of: Counter, dayAt: Value<number>, perDay: Value<number>): SQL {
  const together = q
    .select({ n: sql<number>`coalesce(sum(${kin[`${of}Day`]}), 0)`.as('n') })
    .from(kin)
    .where(allOf(eq(kin.familyId, users.familyId), eq(kin[`${of}DayAt`], dayAt)));
  return gte(scalar<number>(together), sql<number>`${perDay} * ${FAMILY_TIMES}`);
}

/** The same, looked at for every tenth of a person's only; nobody passes it by more than nine. */
const familyUsedUpAtTimes = (of: Counter, dayAt: Value<number>, perDay: Value<number>): SQL =>
  iif(
    eq(sql`${usedToday(of, dayAt)} % ${SUMMED_EVERY}`, SUMMED_EVERY - 1),
    familyUsedUp(of, dayAt, perDay),
    0,
  );

/** Which window a person, or their family, has used up, of a row of `users`; null: none. */
export const postsUsedUp = (v: Budget<Value<number>>): SQL<'minute' | 'day' | null> =>
  firstWhere<'minute' | 'day'>([
    [gte(usedToday('posts', v.dayAt), v.perDay), 'day'],
    [gte(used(users.postsMinuteAt, users.postsMinute, v.minuteAt), v.perMinute), 'minute'],
    [familyUsedUpAtTimes('posts', v.dayAt, v.perDay), 'day'],
  ]);

/** What a post sets in its author's row. */
export const countPost = (v: Pick<Budget<Value<number>>, 'minuteAt' | 'dayAt'>) => ({
  postsMinuteAt: sql<number>`${v.minuteAt}`,
  postsMinute: sql<number>`${used(users.postsMinuteAt, users.postsMinute, v.minuteAt)} + 1`,
  postsDayAt: sql<number>`${v.dayAt}`,
  postsDay: sql<number>`${usedToday('posts', v.dayAt)} + 1`,
});

/** Whether a person, or their family, has begun as many threads today as they may, of a row of `users`. */
export const threadsUsedUp = (dayAt: number, perDay: number): SQL =>
  anyOf(gte(usedToday('threads', dayAt), perDay), familyUsedUp('threads', dayAt, perDay));

/** What a new thread sets in its creator's row. */
export const countThread = (dayAt: number) => ({
  threadsDayAt: dayAt,
  threadsDay: sql<number>`${usedToday('threads', dayAt)} + 1`,
});

/** Whether a person, or their family, has changed as much today as they may, of a row of `users`. */
export const changesUsedUp = (dayAt: number, perDay: number): SQL =>
  anyOf(gte(usedToday('changes', dayAt), perDay), familyUsedUpAtTimes('changes', dayAt, perDay));

/** What an edit or an opt-in sets in its person's row. */
export const countChange = (dayAt: number) => ({
  changesDayAt: dayAt,
  changesDay: sql<number>`${usedToday('changes', dayAt)} + 1`,
});

/** A wait as people say it: `in about 5 hours`. */
const inWords = (seconds: number) =>
  seconds < 5400
    ? `in about ${Math.max(1, Math.ceil(seconds / 60))} minutes`
    : `in about ${Math.round(seconds / 3600)} hours`;

/** The refusal, which people read too, and when the window ends. @param now ms */
export function usedUp(
  what: 'messages' | 'threads' | 'changes',
  window: 'minute' | 'day',
  limit: number,
  now: number,
): AppError {
  const { minuteAt, dayAt } = windowsAt(now);
  const endsAt = window === 'day' ? dayAt + DAY_MS : minuteAt + MINUTE_MS;
  const wait = (endsAt - now) / 1000;
  const when = window === 'day' ? inWords(wait) : 'when it is over';
  const together = window === 'day' ? `, and ${limit * FAMILY_TIMES} of a family together` : '';
  return rateLimited(
    `That was a lot for one ${window}: at most ${limit} ${what}${together}. Go on ${when}.`,
    wait,
  );
}
