import { and, eq, gt, gte, lte, notExists, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { allOf, inList, jsonTable, scalar } from '../../db/expressions.ts';
import { insertFrom } from '../../db/insert-from.ts';
import { q } from '../../db/query.ts';
import { rateCounters } from '../../db/schema.ts';
import type { Config } from '../../platform/config.ts';
import { sha256 } from '../../platform/crypto.ts';
import type { Deps } from '../../platform/deps.ts';
import { rateLimited } from '../../platform/errors.ts';
import { clientNetwork } from '../../platform/rate-limit.ts';
import { numberPrefix } from '../../platform/sms/phone-number.ts';
import { DAY_MS, HOUR_MS } from '../../platform/time.ts';
import { nextSendAllowed, resendDelaySeconds, SENDS_A_DAY } from './code-rules.ts';

/** A request for a code. */
export interface CodeRequest {
  /** E.164, and its keyed hash. */
  number: string;
  numberHash: string;
  /** The client's address. */
  address: string;
  /** Null when nobody is signed in. */
  userId: string | null;
  /** The device that asks, if this number's holder signed in with it before. */
  deviceId: string | null;
}

/** The counters that one code used up, so that they can be refunded. */
export interface Allowance {
  /** Keys with one row per send: limits over any 24 hours. */
  logs: string[];
  /** Fixed windows, with one row each. */
  windows: { key: string; windowAt: number; endsAt: number; limit: number }[];
  at: number;
}

/** Strangers, people who are signed in, and each known device count apart: none uses up what another needs. */
function numberLog({ numberHash, userId, deviceId }: CodeRequest): string {
  if (deviceId !== null) return `code-device:${deviceId}`;
  return userId === null ? `code-number:${numberHash}` : `code-proof:${numberHash}`;
}
const personLog = (userId: string) => `code-person:${userId}`;
const SERVICE = 'code-service';

async function allowanceOf(request: CodeRequest, config: Config, now: number): Promise<Allowance> {
  const window = (key: string, length: number, limit: number) => {
    const windowAt = now - (now % length);
    return { key, windowAt, endsAt: windowAt + length, limit };
  };
  // Hashed, because all but the last four digits of a number are personal data too.
  const prefix = await sha256(`${config.PHONE_SECRET}:${numberPrefix(request.number)}`);
  return {
    logs: [numberLog(request), ...(request.userId === null ? [] : [personLog(request.userId)])],
    windows: [
      window(`code-address:${clientNetwork(request.address)}`, HOUR_MS, config.CODES_PER_ADDRESS_HOUR),
      ...(request.deviceId === null
        ? [window(`code-prefix:${prefix}`, HOUR_MS, config.CODES_PER_PREFIX_HOUR)]
        : []),
      window(SERVICE, DAY_MS, config.CODES_PER_DAY),
    ],
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

/**
 * Counts a code against all limits or none, in one statement, so that parallel requests cannot pass more than
 * the limits.
 */
async function count(directory: Db, request: CodeRequest, allowance: Allowance): Promise<boolean> {
  const { logs, windows, at } = allowance;
  const rows = [
    ...logs.map((key) => ({ key, windowAt: at, endsAt: at + DAY_MS })),
    ...windows.map(({ key, windowAt, endsAt }) => ({ key, windowAt, endsAt })),
  ];
  const row = jsonTable('row', rows, ['key', 'windowAt', 'endsAt']);
  const window = jsonTable('window', windows, ['key', 'windowAt', 'limit']);
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
  const isFull = q
    .select({ key: rateCounters.key })
    .from(window)
    .innerJoin(
      rateCounters,
      and(eq(rateCounters.key, window.key), eq(rateCounters.windowAt, window.windowAt)),
    )
    .where(gte(rateCounters.count, window.limit));
  const isAllowed = allOf(
    scalar<0 | 1>(numberIsFree),
    personIsFree && scalar<0 | 1>(personIsFree),
    notExists(isFull),
  );
  const counted = await directory.run(
    insertFrom(
      rateCounters,
      { key: row.key, windowAt: row.windowAt, count: 1, expiresAt: row.endsAt },
      sql`from ${row} where ${isAllowed}`,
    ).onConflictDoUpdate({
      target: [rateCounters.key, rateCounters.windowAt],
      set: { count: sql`${rateCounters.count} + 1` },
    }),
  );
  return counted.meta.changes > 0;
}

interface Counter {
  key: string;
  at: number;
  count: number;
}

/** The error of a refused code, with the longest of all waits in seconds. */
function refusal(request: CodeRequest, { windows, at }: Allowance, counters: Counter[]) {
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
  for (const { key, windowAt, endsAt, limit } of windows) {
    const used = counters.find((row) => row.key === key && row.at === windowAt)?.count ?? 0;
    if (used < limit) continue;
    const message = 'Too many codes were asked for; try again later.';
    waits.push({ seconds: Math.ceil((endsAt - at) / 1000), message, service: key === SERVICE });
  }
  const longest = waits.sort((a, b) => b.seconds - a.seconds)[0];
  return {
    error: rateLimited(longest?.message ?? 'Ask again in a moment.', longest?.seconds ?? 1),
    ceilingReached: waits.some(({ service }) => service),
  };
}

/**
 * Counts one code against the limits per number (across accounts; a known device's own), person, client address,
 * number prefix (not for a known device), and for the whole service. A database error is thrown: these limits fail closed.
 * @throws AppError `rate_limited`
 */
export async function takeAllowance(deps: Deps, request: CodeRequest): Promise<Allowance> {
  const { directory } = deps.db;
  const allowance = await allowanceOf(request, deps.config, deps.now());
  if (await count(directory, request, allowance)) return allowance;
  const keys = [...allowance.logs, ...allowance.windows.map(({ key }) => key)];
  const counters = await directory.all(
    q
      .select({ key: rateCounters.key, at: rateCounters.windowAt, count: rateCounters.count })
      .from(rateCounters)
      .where(allOf(inList(rateCounters.key, keys), gt(rateCounters.windowAt, allowance.at - DAY_MS))),
  );
  const { error, ceilingReached } = refusal(request, allowance, counters);
  if (ceilingReached) {
    const message = `${deps.config.CODES_PER_DAY} one-time codes were asked for today; no more are sent. See CODES_PER_DAY.`;
    deps.afterwards(deps.alert('codes_per_day', message));
  }
  throw error;
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
