import { asc, count, max, sql } from 'drizzle-orm';
import type { Results } from '../../db/client.ts';
import { eq, gte, lte } from '../../db/comparisons.ts';
import { allOf, coalesce } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { carrierTries, smsDeliveryLog } from '../../db/schema.ts';
import { hot } from '../../db/statement.ts';
import { askStores } from '../../platform/ask-stores.ts';
import type { Config } from '../../platform/config.ts';
import type { Deps } from '../../platform/deps.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../platform/time.ts';
import { isInSight } from '../deliveries/delivery-status.ts';
import { type CodeCount, isAboutCarrier, type TextsSeen, troublesOf } from './carrier-health.ts';

const log = smsDeliveryLog;

/** Max. rows of a state that are looked at in a store, the longest written first. */
const LOOKED_AT = 1000;
/** What should leave at once may take so long. */
const GRACE_MS = 30_000;

/** Statement: texts in a state that no receipt has ended, the longest written first. */
const oldest = (status: 'pending' | 'sending') =>
  hot<Record<never, never>>()(() =>
    q
      .select({
        userId: log.userId,
        familyId: log.familyId,
        readyAt: coalesce<number>(log.readyAt, log.createdAt).as('since'),
        claimedAt: log.claimedAt,
      })
      .from(log)
      .where(isInSight(status))
      .orderBy(asc(log.id))
      .limit(LOOKED_AT),
  );
const pending = oldest('pending');
const sending = oldest('sending');

/** Statement: how many requests the carrier has not answered in time. */
const doubted = hot<{ claimedBefore: number }>()(({ claimedBefore }) => {
  const some = q
    .select({ one: sql`1`.as('one') })
    .from(log)
    .where(allOf(isInSight('sending'), lte(log.claimedAt, claimedBefore)))
    .limit(LOOKED_AT)
    .as('doubted');
  return q.select({ count: count().as('count') }).from(some);
});

/** Statement: what came of the tries since a moment, by code. */
const tries = hot<{ since: number }>()(({ since }) =>
  q
    .select({
      code: carrierTries.code,
      count: sql<number>`sum(${carrierTries.count})`.as('sum'),
      lastAt: sql<number>`max(${carrierTries.minuteAt})`.as('last'),
    })
    .from(carrierTries)
    .where(allOf(gte(carrierTries.minuteAt, since), eq(carrierTries.step, 'send')))
    .groupBy(carrierTries.code),
);

/** Statement: the minute of the last text that was taken since a moment. */
const lastAccepted = hot<{ since: number }>()(({ since }) =>
  q
    .select({ at: max(carrierTries.minuteAt).as('last') })
    .from(carrierTries)
    .where(
      allOf(gte(carrierTries.minuteAt, since), eq(carrierTries.step, 'send'), eq(carrierTries.code, '')),
    ),
);

/** The statements that look at a store's texts. @param now ms */
export const watchStatements = (now: number, timeoutMs: number) => ({
  pending: pending({}),
  sending: sending({}),
  doubted: doubted({ claimedBefore: now - timeoutMs }),
  lastAccepted: lastAccepted({ since: now - 2 * DAY_MS }),
  five: tries({ since: now - 5 * MINUTE_MS }),
  sixty: tries({ since: now - HOUR_MS }),
});

/** Adds tries of several stores up by their code. */
function byCode(rows: readonly CodeCount[]): CodeCount[] {
  const sums = Map.groupBy(rows, ({ code }) => code);
  return [...sums].map(([code, all]) => ({ code, count: all.reduce((sum, { count: n }) => sum + n, 0) }));
}

/** What {@link watchStatements} come to in a store. */
type Watched = Results<ReturnType<typeof watchStatements>>;

/** After so long a request that the carrier has not answered is in doubt, ms. */
export const doubtAfterMs = ({ TWILIO_TIMEOUT_SECONDS }: Pick<Config, 'TWILIO_TIMEOUT_SECONDS'>): number =>
  TWILIO_TIMEOUT_SECONDS * 1000 * 1.2;

/** Adds up what was seen in stores. @param down those that did not answer */
export function textsSeen(all: readonly Watched[], down: readonly string[], now: number): TextsSeen {
  const late = all
    .flatMap(({ pending, sending }) => [...pending, ...sending])
    .filter(({ readyAt }) => readyAt <= now - GRACE_MS);
  const accepted = all.flatMap(({ lastAccepted }) => lastAccepted[0]?.at ?? []);
  const failed = all.flatMap(({ five }) =>
    five.flatMap(({ code, lastAt }) => (isAboutCarrier(code) ? lastAt : [])),
  );
  return {
    lastFailedAt: failed.length === 0 ? null : Math.max(...failed),
    lastAcceptedAt: accepted.length === 0 ? null : Math.max(...accepted),
    waiting: {
      texts: late.length,
      people: new Set(late.map(({ userId }) => userId)).size,
      families: new Set(late.map(({ familyId }) => familyId)).size,
      oldestAt: late.length === 0 ? null : Math.min(...late.map(({ readyAt }) => readyAt)),
    },
    inDoubt: all.reduce((sum, { doubted }) => sum + (doubted[0]?.count ?? 0), 0),
    tries: {
      five: byCode(all.flatMap(({ five }) => five)),
      sixty: byCode(all.flatMap(({ sixty }) => sixty)),
    },
    down,
  };
}

/**
 * Alerts operators of what is wrong with texts now. Reads at most some thousand rows a store.
 * @throws never; a store that does not answer is one of the troubles
 */
export async function watchTexts(deps: Deps): Promise<void> {
  const now = deps.now();
  const statements = watchStatements(now, doubtAfterMs(deps.config));
  const { answers, down } = await askStores(deps, 'watch', (db) => retrying(() => db.batch(statements)));
  const seen = textsSeen(
    answers.map(({ answer }) => answer),
    down,
    now,
  );
  for (const { kind, message } of troublesOf(seen, deps.now())) await deps.alert(kind, message);
}
