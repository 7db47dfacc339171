import { isNull, max, sql } from 'drizzle-orm';
import { eq, gt, ne } from '../db/comparisons.ts';
import { allOf, hasRow, oneRow, scalar } from '../db/expressions.ts';
import { insertFrom } from '../db/insert-from.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { smsDeliveryLog } from '../db/schema.ts';
import type { Caller } from '../platform/auth/caller.ts';
import type { Deps } from '../platform/deps.ts';
import { rateLimited } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import { errorFields } from '../platform/log.ts';
import { MINUTE_MS } from '../platform/time.ts';
import { deliveryAs } from './deliveries/coverage.ts';

const ONCE_MS = MINUTE_MS;

/**
 * Sends the caller a test text through the whole pipeline, at most once a minute, by one conditional insert.
 * Presence and quiet hours do not apply, everything else does, and it appears in the log like any other.
 * @returns the delivery's id
 * @throws AppError `rate_limited`
 */
export async function sendTestText(
  deps: Deps,
  { userId, familyId }: Pick<Caller, 'userId' | 'familyId'>,
): Promise<string> {
  const now = deps.now();
  const db = deps.db.forFamily(familyId);
  const id = newId('dlv', now);
  const log = smsDeliveryLog;
  const recent = deliveryAs('recent');
  // Ids sort by time: the last minute's rows are the end of the person's index.
  const lastAt = scalar<number>(
    q
      .select({ at: max(recent.createdAt).as('at') })
      .from(recent)
      .where(
        allOf(
          eq(recent.userId, userId),
          gt(recent.id, newId('dlv', now - ONCE_MS)),
          eq(recent.kind, 'test'),
          gt(recent.createdAt, now - ONCE_MS),
          ne(recent.id, id),
        ),
      ),
  );
  const wakeAt = now + deps.config.CLAIM_LEASE_SECONDS * 1000;
  const results = await retrying(() =>
    db.batch({
      delivery: insertFrom(
        log,
        { id, familyId, kind: 'test', userId, status: 'pending', wakeAt, createdAt: now },
        sql`from ${oneRow} where ${isNull(lastAt)}`,
      ).onConflictDoNothing({ target: log.id }),
      state: q
        .select({ inserted: hasRow(log, eq(log.id, id)).as('inserted'), lastAt: lastAt.as('lastAt') })
        .from(oneRow),
    }),
  );
  const [state] = results.state;
  if (!state?.inserted) {
    throw rateLimited(
      'One test text a minute; wait a moment.',
      ((state?.lastAt ?? now) + ONCE_MS - now) / 1000,
    );
  }
  try {
    await deps.enqueue([{ deliveryId: id, familyId }]);
  } catch (error) {
    deps.log.warn('queue.refused', { deliveryId: id, ...errorFields(error) }); // The sweep takes it up.
  }
  return id;
}
