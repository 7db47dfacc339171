import { asc, count, max, min } from 'drizzle-orm';
import type { Results } from '../db/client.ts';
import { eq, gt } from '../db/comparisons.ts';
import { scalar } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { eventBacklog, eventCursors, events } from '../db/schema.ts';
import { hot } from '../db/statement.ts';
import type { PartState } from '../notifications/operate/part-states.ts';
import { agoWords } from '../platform/clock-words.ts';
import type { Config } from '../platform/config.ts';
import { sha256 } from '../platform/crypto.ts';
import { MINUTE_MS } from '../platform/time.ts';

/** How the receiver of events does. Times are ms; null: never, or none. */
export interface ReceiverHealth {
  lastSuccessAt: number | null;
  lastFailureAt: number | null;
  lastError: string | null;
  /** Failures since the last success. */
  failures: number;
  /** Events that were not handed over yet, roughly, and when the oldest came about. */
  waiting: number;
  oldestAt: number | null;
  /** Families whose events wait behind one that was refused; counted up to a thousand a database. */
  families: number;
  /** It said 410: it wants no more. */
  gone: boolean;
}

const cursor = eventCursors;
const COUNTED = 1000;
/** An event reaches a healthy receiver within two seconds; the oldest of a sick one waits for longer than this. */
const SLOW_MS = MINUTE_MS;
const BAD_MS = 10 * MINUTE_MS;

/** Statements that take no values. */
type None = Record<never, never>;

const selectHeldUp = () =>
  q
    .select({ seq: eventBacklog.fromSeq })
    .from(eventBacklog)
    .where(gt(eventBacklog.nextAt, 0))
    .orderBy(asc(eventBacklog.nextAt))
    .limit(COUNTED)
    .as('held_up');

const selectCursor = hot<None>()(() =>
  q
    .select({
      seq: cursor.seq,
      lastSuccessAt: cursor.lastSuccessAt,
      lastFailureAt: cursor.lastFailureAt,
      lastError: cursor.lastError,
      failures: cursor.failures,
      goneReceiver: cursor.goneReceiver,
    })
    .from(cursor)
    .where(eq(cursor.id, 1)),
);
const selectNewest = hot<None>()(() => q.select({ seq: max(events.seq).as('newest') }).from(events));
const countHeldUp = hot<None>()(() => q.select({ count: count().as('count') }).from(selectHeldUp()));
const oldestHeldUp = hot<None>()(() => {
  const heldUp = selectHeldUp();
  const first = q.select({ seq: min(heldUp.seq).as('first') }).from(heldUp);
  return q
    .select({ at: events.at })
    .from(events)
    .where(eq(events.seq, scalar<number>(first)));
});
const oldestAhead = hot<None>()(() => {
  const handedOver = scalar<number>(q.select({ seq: cursor.seq }).from(cursor).where(eq(cursor.id, 1)));
  return q
    .select({ at: events.at })
    .from(events)
    .where(gt(events.seq, handedOver))
    .orderBy(asc(events.seq))
    .limit(1);
});

/** The statements of a store; each reads a handful of rows, or a thousand families at most. */
export const receiverStatements = () => ({
  cursor: selectCursor({}),
  newest: selectNewest({}),
  familiesHeldUp: countHeldUp({}),
  oldestHeldUp: oldestHeldUp({}),
  oldestAhead: oldestAhead({}),
});

const latest = (times: readonly (number | null)[]): number | null => {
  const known = times.filter((at) => at !== null);
  return known.length === 0 ? null : Math.max(...known);
};

/** How events are handed over, by what {@link receiverStatements} came to in the stores that answered. Never throws. */
export async function receiverHealth(
  { EVENTS_URL: url }: Pick<Config, 'EVENTS_URL'>,
  all: readonly Results<ReturnType<typeof receiverStatements>>[],
): Promise<ReceiverHealth> {
  const receiver = url === undefined ? null : await sha256(url);
  const cursors = all.flatMap((each) => each.cursor);
  const lastFailureAt = latest(cursors.map((each) => each.lastFailureAt));
  const oldest = all.flatMap((each) => [...each.oldestHeldUp, ...each.oldestAhead].map(({ at }) => at));
  const families = all.reduce((sum, each) => sum + (each.familiesHeldUp[0]?.count ?? 0), 0);
  const ahead = all.reduce((sum, each) => {
    const [begun] = each.cursor;
    return sum + (begun ? Math.max(0, (each.newest[0]?.seq ?? 0) - begun.seq) : 0);
  }, 0);
  return {
    lastSuccessAt: latest(cursors.map((each) => each.lastSuccessAt)),
    lastFailureAt,
    lastError: cursors.find((each) => each.lastFailureAt === lastFailureAt)?.lastError ?? null,
    failures: cursors.reduce((sum, each) => sum + each.failures, 0),
    waiting: ahead + families,
    oldestAt: oldest.length === 0 ? null : Math.min(...oldest),
    families,
    gone: cursors.some(({ goneReceiver }) => goneReceiver !== null && goneReceiver === receiver),
  };
}

/** The receiver's health as a part of the service. @param now ms */
export function receiverState(health: ReceiverHealth, isSet: boolean, now: number): PartState {
  const name = 'Receiver of events';
  if (!isSet) return { name, state: 'off', proof: 'EVENTS_URL is not set; events can be read.' };
  if (health.gone) {
    return {
      name,
      state: 'bad',
      proof: 'It answered 410 and is asked no more, until EVENTS_URL is another.',
    };
  }
  const age = health.oldestAt === null || health.waiting === 0 ? 0 : now - health.oldestAt;
  const taken =
    health.lastSuccessAt === null
      ? 'It has taken none yet'
      : `It last took one ${agoWords(health.lastSuccessAt, now)} ago`;
  const waits =
    health.waiting === 0
      ? 'none waits'
      : `about ${health.waiting} wait, the oldest for ${agoWords(health.oldestAt ?? now, now)}`;
  const failed =
    health.lastFailureAt === null
      ? 'none has failed'
      : `the last failure was ${agoWords(health.lastFailureAt, now)} ago: ${health.lastError ?? 'no answer'} (${health.failures} since the last success)`;
  return {
    name,
    state: age > BAD_MS ? 'bad' : age > SLOW_MS || health.failures > 0 ? 'slow' : 'good',
    proof: `${taken}; ${waits}; ${failed}.`,
  };
}
