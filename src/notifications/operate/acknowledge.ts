import { and, isNull, type SQL, sql } from 'drizzle-orm';
import * as z from 'zod';
import { eq, lte } from '../../db/comparisons.ts';
import { scalar } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { alerts } from '../../db/schema.ts';
import type { ResultOf } from '../../db/statement.ts';
import { insertAct, noteAct } from '../../platform/audit.ts';
import type { Deps } from '../../platform/deps.ts';
import { AppError } from '../../platform/errors.ts';
import { iso, isoOrNull, namedSchema, timestamp } from '../../platform/http/validation.ts';

/** An alert as operators see it: one kind, one hour. */
export const alertSchema = namedSchema('Alert', () =>
  z.object({
    id: z.string(),
    kind: z.string(),
    message: z.string(),
    count: z.int(),
    firstAt: timestamp,
    lastAt: timestamp,
    acknowledgedAt: timestamp
      .nullable()
      .describe('When an operator said that they know; what repeats is listed then, and not posted.'),
    acknowledgedBy: z.string().nullable().describe("An operator's user id, or the service's key or token."),
  }),
);

/** See {@link alertSchema}. */
export type AlertJson = z.infer<ReturnType<typeof alertSchema>>;

/** The columns of {@link alertToJson}. */
export const alertColumns = {
  id: alerts.id,
  kind: alerts.kind,
  message: alerts.message,
  count: alerts.count,
  firstAt: alerts.firstAt,
  lastAt: alerts.lastAt,
  acknowledgedAt: alerts.acknowledgedAt,
  acknowledgedBy: alerts.acknowledgedBy,
};

const selectAlert = (condition: SQL) => q.select(alertColumns).from(alerts).where(condition);

/** An alert as JSON has it. */
export const alertToJson = (row: ResultOf<ReturnType<typeof selectAlert>>[number]): AlertJson => ({
  ...row,
  firstAt: iso(row.firstAt),
  lastAt: iso(row.lastAt),
  acknowledgedAt: isoOrNull(row.acknowledgedAt),
});

/** A value of the alert with this id. */
const ofAlert = <T>(column: typeof alerts.kind | typeof alerts.hourAt, id: string) =>
  scalar<T>(q.select({ value: column }).from(alerts).where(eq(alerts.id, id)));

/**
 * Notes that an operator knows of an alert, and of the older ones of its kind. The first one who says so stays; repeating
 * it changes nothing. The act is written into the audit log.
 * @param actor the operator's user id, or the service
 * @throws AppError `alert_not_found`
 */
export async function acknowledgeAlert(deps: Deps, id: string, actor: string): Promise<AlertJson> {
  const now = deps.now();
  const { directory } = deps.db;
  const theAlert = selectAlert(eq(alerts.id, id));
  if (!(await retrying(() => directory.first(theAlert))))
    throw new AppError('alert_not_found', 'There is no such alert.');
  const statements = {
    acknowledge: q
      .update(alerts)
      .set({ acknowledgedAt: now, acknowledgedBy: actor })
      .where(
        and(
          eq(alerts.kind, sql`${ofAlert<string>(alerts.kind, id)}`),
          lte(alerts.hourAt, sql`${ofAlert<number>(alerts.hourAt, id)}`),
          isNull(alerts.acknowledgedAt),
        ),
      ),
    act: insertAct({ actor, act: 'acknowledge', subject: id }, now).onConflictDoNothing(),
    alert: theAlert,
  };
  const { alert } = await retrying(() => directory.batch(statements));
  noteAct(deps);
  return alertToJson(alert[0]!);
}
