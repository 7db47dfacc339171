import { asc } from 'drizzle-orm';
import { gt, lt, lte } from '../db/comparisons.ts';
import { allOf } from '../db/expressions.ts';
import { forgetEventOrder } from '../db/move/event-order.ts';
import { q } from '../db/query.ts';
import { events } from '../db/schema.ts';
import { hot } from '../db/statement.ts';
import type { StoreName } from '../db/stores/slots.ts';
import type { Deps } from '../platform/deps.ts';
import { DAY_MS } from '../platform/time.ts';

/** Events that one call looks at, at most. */
const FORGOTTEN = 1000;

const oldestEvent = hot<Record<never, never>>()(() =>
  q.select({ at: events.at }).from(events).where(gt(events.seq, 0)).orderBy(asc(events.seq)).limit(1),
);

/**
 * Deletes a page of the events that were kept long enough; never the newest, whose number must not come twice.
 * @throws when the database fails
 */
export async function forgetEvents(deps: Deps, store: StoreName): Promise<void> {
  const db = deps.db.at(store);
  const before = Date.now() - deps.config.KEEP_EVENTS_DAYS * DAY_MS;
  const oldest = await db.first(oldestEvent({}));
  if (!oldest || oldest.at >= before) return;
  await db.run(forgetEventOrder(before));
  const page = await db.all(
    q
      .select({ seq: events.seq, at: events.at })
      .from(events)
      .where(gt(events.seq, 0))
      .orderBy(asc(events.seq))
      .limit(FORGOTTEN + 1),
  );
  const old = page.slice(0, -1).filter(({ at }) => at < before);
  const last = old.at(-1);
  if (last) await db.run(q.delete(events).where(allOf(lte(events.seq, last.seq), lt(events.at, before))));
}
