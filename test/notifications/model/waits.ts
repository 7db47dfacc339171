import { PRESENT_WATCH_MS } from '../../../src/notifications/send/policy.ts';
import type { DeliveryRow, Name } from '../../worker/lab.ts';
import { type Bench, inThread, type Quiet, wallTime } from './bench.ts';
import { authorOf, sharesOf } from './shares.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
/** Morning is spread over three minutes. */
const SPREAD = 3 * MINUTE;

/** When quiet hours end that hold, or when the last ones ended or were changed. */
function quietEnd(quiet: Quiet | undefined, now: number): number {
  const { from = null, to = null, since = 0 } = quiet ?? {};
  if (from === null || to === null) return since;
  const ends = now - (wallTime(now) % DAY) + to * MINUTE;
  const length = ((to - from + 1440) % 1440) * MINUTE;
  // The end that is nearest ahead counts when it has begun; else the one before it.
  const next = ends > now ? ends : ends + DAY;
  return Math.max(since, next - length <= now ? next : next - DAY);
}

/** When a row was last decided about: most often at its post, later for one that waited for something else before. */
function decidedAt({ steps, stepAt }: Bench, { id, createdAt }: DeliveryRow): number {
  const last = steps.findLast(({ deliveryId, to }) => deliveryId === id && to === 'deferred');
  return (last && stepAt.get(last.seq)) ?? createdAt;
}

/** Rows that may have been admitted at their post before this one was decided, and have not become a text of their own (yet). */
function admittedBefore(bench: Bench, row: DeliveryRow, rows: readonly DeliveryRow[]): DeliveryRow[] {
  const decided = decidedAt(bench, row);
  return rows.filter(
    ({ id, status, createdAt }) =>
      id !== row.id &&
      createdAt <= decided &&
      ['pending', 'sending', 'suppressed', 'merged'].includes(status),
  );
}

/** The texts that were seen, and those that may have been admitted in vain. */
const othersOf = (bench: Bench, row: DeliveryRow, rows: readonly DeliveryRow[]) => [
  ...bench.texts.filter(({ deliveryId }) => deliveryId !== row.id),
  ...admittedBefore(bench, row, rows).map(({ user, thread, seq, createdAt: at }) => ({
    user,
    thread,
    seq,
    at,
  })),
];

/** When the caps, or their shares, have room again, by the texts that were seen, and those that were admitted in vain. */
function capEnd(bench: Bench, row: DeliveryRow, rows: readonly DeliveryRow[]): number {
  const { SMS_USER_DAILY_CAP, SMS_FAMILY_DAILY_CAP } = bench.lab.config;
  const others = othersOf(bench, row, rows);
  const roomAfter = (all: typeof others, cap: number) =>
    (all.map(({ at }) => at).toSorted((a, b) => b - a)[cap - 1] ?? 0) + DAY;
  const author = authorOf(bench, row);
  const room = (all: typeof others, cap: number) => {
    const shares = sharesOf(cap);
    const ofAuthor = all.filter((each) => authorOf(bench, each) === author);
    if (row.urgent === 1) return roomAfter(all, cap);
    return Math.max(roomAfter(all, shares.ordinary), roomAfter(ofAuthor, shares.author));
  };
  const mine = others.filter(({ user }) => user === row.user);
  return Math.max(room(mine, SMS_USER_DAILY_CAP), room(others, SMS_FAMILY_DAILY_CAP));
}

/** When the fifth last text to a person is a window old. */
function everyThreadEnd(bench: Bench, row: DeliveryRow, rows: readonly DeliveryRow[]): number {
  const mine = othersOf(bench, row, rows).filter(({ user }) => user === row.user);
  const fifth = mine.map(({ at }) => at).toSorted((a, b) => b - a)[4];
  return (fifth ?? 0) + bench.lab.config.SMS_WINDOW_SECONDS * 1000;
}

/**
 * Whether a row waits longer than it was promised, in a family where nothing fails. What has fallen back since it was
 * decided is due at once.
 */
export function brokenWait(
  bench: Bench,
  row: DeliveryRow,
  rows: readonly DeliveryRow[],
  now: number,
): string | null {
  if (row.status !== 'deferred' || row.dueAt === null || row.dueAt <= now) return null;
  const name = row.user as Name;
  const key = inThread(name, row.thread!);
  // Whoever is here is looked at again when they leave.
  if ((bench.until.here.get(name) ?? 0) > now && row.reason !== 'online') return null;
  // What is over already is found to be so when it is due.
  const isOver = row.lastReadSeq === null || row.seq! <= row.lastReadSeq;
  if (isOver) return null;
  const ends: Record<string, () => number> = {
    online: () =>
      Math.min(now + bench.lab.config.PRESENT_RECHECK_SECONDS * 1000, row.createdAt + PRESENT_WATCH_MS),
    quiet_hours: () => quietEnd(bench.quiet.get(name), now) + SPREAD,
    rate_limited: () => {
      const admitted = admittedBefore(bench, row, rows).filter(
        ({ user, thread }) => user === row.user && thread === row.thread,
      );
      const queued = admitted.filter(({ id }) => (bench.queuedAt.get(id) ?? 0) >= row.createdAt);
      return Math.max(
        ...bench.sends
          .since(
            key,
            row.id,
            queued.map(({ createdAt }) => createdAt),
          )
          .map(({ until }) => until),
        ...admitted.map((other, before) => bench.sends.afterAdmission(key, other.createdAt, before)),
        everyThreadEnd(bench, row, rows),
      );
    },
    daily_cap: () => capEnd(bench, row, rows),
  };
  const end = ends[row.reason!]?.();
  if (end === undefined || row.dueAt <= end) return null;
  return `waits ${(row.dueAt - end) / 1000} s too long (${row.reason})`;
}
