import { retrying } from '../db/retry.ts';
import { sql } from '../db/sql.ts';
import type { Caller } from '../platform/auth/caller.ts';
import type { Deps } from '../platform/deps.ts';
import { rateLimited } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import { errorFields } from '../platform/log.ts';
import { MINUTE_MS } from '../platform/time.ts';

const ONCE_MS = MINUTE_MS;

/**
 * Sends the caller a test text through the whole pipeline, at most once a minute, by one conditional insert.
 * It ignores presence and quiet hours, honours everything else, and stands in the log like any other.
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
  // Ids sort by time: the last minute's rows are the end of the person's index.
  const recent = sql`SELECT MAX(created_at) FROM sms_delivery_log
    WHERE user_id = ${userId} AND id > ${newId('dlv', now - ONCE_MS)} AND kind = 'test' AND created_at > ${now - ONCE_MS} AND id <> ${id}`;
  const wakeAt = now + deps.config.CLAIM_LEASE_SECONDS * 1000;
  const [, [state]] = await retrying(() =>
    db.batch([
      db.run(sql`
        INSERT INTO sms_delivery_log (id, family_id, kind, user_id, status, wake_at, created_at)
        SELECT ${id}, ${familyId}, 'test', ${userId}, 'pending', ${wakeAt}, ${now} WHERE (${recent}) IS NULL
        ON CONFLICT (id) DO NOTHING`),
      db.all<{ inserted: number | null; lastAt: number | null }>(sql`
        SELECT (SELECT 1 FROM sms_delivery_log WHERE id = ${id}) AS inserted, (${recent}) AS lastAt`),
    ]),
  );
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
