import { and, exists, not, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { eq, gt, gte, lte } from '../../db/comparisons.ts';
import { allOf, hasRow, iif, inList, jsonTable, scalar } from '../../db/expressions.ts';
import { insertFrom } from '../../db/insert-from.ts';
import { q } from '../../db/query.ts';
import { rateCounters } from '../../db/schema.ts';
import type { Config } from '../../platform/config.ts';
import type { Deps } from '../../platform/deps.ts';
import { rateLimited } from '../../platform/errors.ts';
import { countHit } from '../../platform/rate-limit.ts';
import { DAY_MS } from '../../platform/time.ts';
import {
  type CodeRequest,
  isServiceWide,
  networkWindows,
  numberLog,
  personLog,
  textWindows,
  unknownNumbers,
  type Window,
} from './code-budget.ts';
import { nextSendAllowed, resendDelaySeconds, SENDS_A_DAY } from './code-rules.ts';

/** The counters that one code used up, so that they can be refunded. */
export interface Allowance {
  /** Keys with one row per send: limits over any 24 hours. */
  logs: string[];
  windows: Window[];
  at: number;
}

/** Limits that only have to be free. */
interface Checked extends Allowance {
  mustBeFree: Window[];
}

async function allowanceOf(request: CodeRequest, config: Config, now: number): Promise<Checked> {
  const { userId } = request;
  const [networks, texts] = [networkWindows(request, config, now), await textWindows(request, config, now)];
  // A sign-in counts as a text only when one leaves, which is after the answer.
  const mayCount = userId !== null;
  return {
    logs: [numberLog(request), ...(userId === null ? [] : [personLog(userId)])],
    windows: mayCount ? [...networks, ...texts] : networks,
    mustBeFree: mayCount ? [] : texts,
    at: now,
  };
}

/** How many codes were counted under a key in the last 24 hours, and when the latest was. */
const sends = (name: string, key: string, at: number) =>
  q
    .select({
      n: sql<number>`coalesce(sum(${rateCounters.count}), 0)`.as(`${name}_n`),
      latest: sql<number>`coalesce(max(${rateCounters.windowAt}), 0)`.as(`${name}_latest`),
    })
    .from(rateCounters)
    .where(allOf(eq(rateCounters.key, key), gt(rateCounters.windowAt, at - DAY_MS)))
    .as(name);

/** The window of these that is full, if any; the narrow limits count while strangers flood the service. */
function isAnyFull(windows: readonly Window[], unknown: Window): SQL {
  const { key, windowAt, count } = rateCounters;
  const rows = windows.map((row) => ({
    key: row.key,
    begins: row.windowAt,
    most: row.limit,
    least: row.narrowLimit,
  }));
  const window = jsonTable('window', rows, ['key', 'begins', 'most', 'least']);
  const isFlooded = hasRow(
    rateCounters,
    allOf(eq(key, unknown.key), eq(windowAt, unknown.windowAt), gte(count, unknown.limit)),
  );
  const limit = iif<number>(isFlooded, window.least, window.most);
  return exists(
    q
      .select({ key })
      .from(window)
      .innerJoin(rateCounters, and(eq(key, window.key), eq(windowAt, window.begins)))
      .where(gte(count, limit)),
  );
}

/** Counts one under each of these keys, or nothing where a condition does not hold. */
function countAll(rows: { key: string; windowAt: number; endsAt: number }[], isAllowed: SQL) {
  const row = jsonTable(
    'row',
    rows.map(({ key, windowAt, endsAt }) => ({ key, windowAt, endsAt })),
    ['key', 'windowAt', 'endsAt'],
  );
  return insertFrom(
    rateCounters,
    { key: row.key, windowAt: row.windowAt, count: 1, expiresAt: row.endsAt },
    sql`from ${row} where ${isAllowed}`,
  ).onConflictDoUpdate({
    target: [rateCounters.key, rateCounters.windowAt],
    set: { count: sql`${rateCounters.count} + 1` },
  });
}

/**
 * Counts a code against all limits or none, in one statement, so that parallel requests cannot pass more than
 * the limits.
 */
async function count(
  directory: Db,
  request: CodeRequest,
  checked: Checked,
  unknown: Window,
): Promise<boolean> {
  const { logs, windows, mustBeFree, at } = checked;
  const ofNumber = sends('of_number', numberLog(request), at);
  const { n, latest } = ofNumber;
  const pauses = [0, 1, 2, 3, 4].map((sent) => sql`when ${sent} then ${resendDelaySeconds(sent) * 1000}`);
  const numberIsFree = q
    .select({
      free: sql`${n} < ${SENDS_A_DAY} and ${at} - ${latest} >= case ${n} ${sql.join(pauses, sql` `)} end`.as(
        'free',
      ),
    })
    .from(ofNumber);
  const ofPerson = request.userId === null ? null : sends('of_person', personLog(request.userId), at);
  const personIsFree =
    ofPerson && q.select({ free: sql`${ofPerson.n} < ${SENDS_A_DAY}`.as('free') }).from(ofPerson);
  const isAllowed = allOf(
    scalar<0 | 1>(numberIsFree),
    personIsFree && scalar<0 | 1>(personIsFree),
    not(isAnyFull([...windows, ...mustBeFree], unknown)),
  );
  const rows = [...logs.map((key) => ({ key, windowAt: at, endsAt: at + DAY_MS })), ...windows];
  return (await directory.run(countAll(rows, isAllowed))).meta.changes > 0;
}

interface Counter {
  key: string;
  at: number;
  count: number;
}

/** The error of a refused code, with the longest of all waits in seconds. */
function refusal(
  request: CodeRequest,
  { windows, mustBeFree, at }: Checked,
  counters: Counter[],
  unknown: Window,
) {
  const usedOf = (window: Window) =>
    counters.find((row) => row.key === window.key && row.at === window.windowAt)?.count ?? 0;
  const sendsOf = (key: string) =>
    counters.flatMap((row) => (row.key === key ? Array<number>(row.count).fill(row.at) : []));
  const waits: { seconds: number; message: string; service?: boolean }[] = [];
  const number = nextSendAllowed({ sends: sendsOf(numberLog(request)) }, at);
  if (!number.allowed) {
    const message = 'A code was sent to this number a short time ago; wait before asking for another.';
    waits.push({ seconds: number.retryAfterSeconds, message });
  }
  const own = request.userId === null ? [] : sendsOf(personLog(request.userId)).sort((a, b) => a - b);
  if (own.length >= SENDS_A_DAY) {
    const seconds = Math.ceil((own[own.length - SENDS_A_DAY]! + DAY_MS - at) / 1000);
    waits.push({ seconds, message: 'You have asked for too many codes today.' });
  }
  const isFlooded = usedOf(unknown) >= unknown.limit;
  for (const window of [...windows, ...mustBeFree]) {
    if (usedOf(window) < (isFlooded ? window.narrowLimit : window.limit)) continue;
    const message = 'Too many codes were asked for; try again later.';
    const seconds = Math.ceil((window.endsAt - at) / 1000);
    waits.push({ seconds, message, service: isServiceWide(window.key) });
  }
  const longest = waits.sort((a, b) => b.seconds - a.seconds)[0];
  return {
    error: rateLimited(longest?.message ?? 'Ask again in a moment.', longest?.seconds ?? 1),
    ceilingReached: waits.some(({ service }) => service),
  };
}

async function alertCeiling(deps: Deps): Promise<void> {
  const message = `One-time codes have used up their share of the ${deps.config.CODES_PER_DAY} texts of today; no more are sent to whom it is for. See CODES_PER_DAY.`;
  await deps.alert('codes_per_day', message);
}

/**
 * Counts one code against the limits per number (across accounts; a known device's own), person and client network. What
 * it costs in texts (by the number's first digits, by the service's day) is counted too for somebody who is signed
 * in; of a sign-in it must be free, and {@link takeText} counts it when the text leaves. A database error is thrown:
 * these limits fail closed.
 * @throws AppError `rate_limited`
 */
export async function takeAllowance(deps: Deps, request: CodeRequest): Promise<Allowance> {
  const { directory } = deps.db;
  const now = deps.now();
  const checked = await allowanceOf(request, deps.config, now);
  const unknown = unknownNumbers(deps.config, now);
  if (await count(directory, request, checked, unknown)) return checked;
  const { logs, windows, mustBeFree } = checked;
  const keys = [...logs, ...[...windows, ...mustBeFree, unknown].map(({ key }) => key)];
  const counters = await directory.all(
    q
      .select({ key: rateCounters.key, at: rateCounters.windowAt, count: rateCounters.count })
      .from(rateCounters)
      .where(allOf(inList(rateCounters.key, keys), gt(rateCounters.windowAt, now - DAY_MS))),
  );
  const { error, ceilingReached } = refusal(request, checked, counters, unknown);
  if (ceilingReached) deps.afterwards(alertCeiling(deps));
  throw error;
}

/**
 * Counts the text of a sign-in that is about to be handed to the carrier.
 * @returns null when no more may leave: whoever asks was told before it was known, so nobody is told now but operators
 * @throws when the directory fails
 */
export async function takeText(deps: Deps, request: CodeRequest): Promise<Allowance | null> {
  const at = deps.now();
  const windows = await textWindows(request, deps.config, at);
  const isFree = not(isAnyFull(windows, unknownNumbers(deps.config, at)));
  const counted = await deps.db.directory.run(countAll(windows, isFree));
  if (counted.meta.changes > 0) return { logs: [], windows, at };
  deps.log.warn('code.over_budget');
  await alertCeiling(deps);
  return null;
}

/** Counts a sign-in that was started with a number nobody has: see {@link unknownNumbers}. @throws when the directory fails */
export async function countUnknown(deps: Deps): Promise<void> {
  const now = deps.now();
  const { key, limit } = unknownNumbers(deps.config, now);
  const result = await countHit(deps.db.directory, { key, limit, windowMs: DAY_MS }, now);
  if (!result.allowed || result.count < limit) return;
  const message = `${limit} sign-ins were started today with numbers that nobody has; until midnight (UTC) networks may start fewer.`;
  await deps.alert('unknown_numbers', message);
}

/** Refunds an allowance when no text was sent, by no fault of the caller. @throws when the directory fails */
export async function refundAllowance(deps: Deps, { logs, windows, at }: Allowance): Promise<void> {
  const { directory } = deps.db;
  const rows = [
    ...logs.map((key) => ({ key, at })),
    ...windows.map(({ key, windowAt }) => ({ key, at: windowAt })),
  ];
  const counted = q.select().from(jsonTable('counted', rows, ['key', 'at']));
  const these = sql`(${rateCounters.key}, ${rateCounters.windowAt}) in ${counted}`;
  await directory.batch({
    giveBack: q
      .update(rateCounters)
      .set({ count: sql`${rateCounters.count} - 1` })
      .where(these),
    deleteEmpty: q.delete(rateCounters).where(allOf(these, lte(rateCounters.count, 0))),
  });
}
