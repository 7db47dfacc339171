import { and, eq, type SQL, sql } from 'drizzle-orm';
import { smsDeliveryLog } from './schema.ts';
import { type IN_SIGHT, IN_SIGHT_LIST } from './statuses.ts';

/**
 * Condition: a delivery is in this state, which is one of few rows. It repeats the index's own condition word for word:
 * only then does SQLite take a partial index (sqlite.org/partialindex.html).
 */
export const isInSight = (status: (typeof IN_SIGHT)[number]): SQL =>
  and(sql`${smsDeliveryLog.status} in ${sql.raw(IN_SIGHT_LIST)}`, eq(smsDeliveryLog.status, status))!;
