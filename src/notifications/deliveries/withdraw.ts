import { and, inArray, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { eq } from '../../db/comparisons.ts';
import { jsonTable } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { smsDeliveryLog } from '../../db/schema.ts';
import { hot } from '../../db/statement.ts';

/** A delivery that was decided about, with its attempts at that time. */
export interface Decided {
  id: string;
  attempts: number;
}

const log = smsDeliveryLog;

const withdraw = hot<{ rows: string }>()((v) => {
  const d = jsonTable<Decided>('d', v.rows, ['id', 'attempts']);
  return q
    .update(log)
    .set({ revision: sql`${log.revision} + 1` })
    .from(d)
    .where(
      and(
        eq(log.id, d.id),
        eq(log.attempts, d.attempts),
        inArray(log.status, ['pending', 'deferred', 'suppressed', 'merged']),
      ),
    )
    .returning({ id: log.id });
});

/**
 * Withdraws every decision so far to send these deliveries: a consumer that has not claimed one by now fails to, and has it
 * decided anew. Those that were claimed meanwhile keep theirs.
 * @returns the ids of the withdrawn: their places in windows and caps may be given back, since no text leaves by them
 * @throws when the database fails
 */
export async function withdrawDecisions(db: Db, decided: readonly Decided[]): Promise<Set<string>> {
  if (decided.length === 0) return new Set();
  const rows = decided.map(({ id, attempts }) => ({ id, attempts }));
  const withdrawn = await retrying(() => db.all(withdraw({ rows: JSON.stringify(rows) })));
  return new Set(withdrawn.map(({ id }) => id));
}
