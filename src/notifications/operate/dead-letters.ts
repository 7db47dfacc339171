import { retrying } from '../../db/retry.ts';
import { sql } from '../../db/sql.ts';
import type { Deps } from '../../platform/deps.ts';
import { AppError } from '../../platform/errors.ts';
import { deliveryJob } from '../../platform/jobs.ts';
import { errorFields } from '../../platform/log.ts';

/**
 * The dead-letter queue's consumer: records instead of losing. The delivery row stays as it is, and the
 * sweep goes on with it; operators see that something kept failing and can send again at once.
 */
export async function recordDeadLetters(deps: Deps, batch: MessageBatch<unknown>): Promise<void> {
  const now = deps.now();
  for (const message of batch.messages) {
    const parsed = deliveryJob.safeParse(message.body);
    if (!parsed.success) {
      deps.log.error('dead_letter.malformed', { messageId: message.id });
      message.ack();
      continue;
    }
    const { deliveryId, familyId } = parsed.data;
    try {
      await deps.db.directory.run(sql`
        INSERT INTO dead_letters (delivery_id, family_id, count, first_at, last_at)
        VALUES (${deliveryId}, ${familyId}, 1, ${now}, ${now})
        ON CONFLICT (delivery_id) DO UPDATE SET count = count + 1, last_at = excluded.last_at, resolved_at = NULL`);
      await deps.alert(
        'dead_letter',
        'A delivery failed every attempt of the queue; see its dead letters at /ops.',
      );
      message.ack();
    } catch (error) {
      deps.log.error('dead_letter.not_recorded', { deliveryId, ...errorFields(error) });
      message.retry({ delaySeconds: 30 });
    }
  }
}

/**
 * Sends a dead letter again, now; one that is claimed, after its claim's lease, when it has been looked up.
 * @throws AppError `delivery_not_found`, `not_dead` for a delivery without an open dead letter
 */
export async function retryDeadLetter(deps: Deps, deliveryId: string): Promise<void> {
  const now = deps.now();
  const [letter] = await retrying(() =>
    deps.db.directory.all<{ familyId: string; resolvedAt: number | null }>(sql`
      SELECT family_id AS familyId, resolved_at AS resolvedAt FROM dead_letters WHERE delivery_id = ${deliveryId}`),
  );
  if (!letter) {
    for (const db of deps.db.shards()) {
      const rows = await db.all(sql`SELECT 1 AS yes FROM sms_delivery_log WHERE id = ${deliveryId}`);
      if (rows.length > 0)
        throw new AppError('not_dead', 'This delivery is no dead letter; it needs no help.');
    }
    throw new AppError('delivery_not_found', 'There is no such delivery.');
  }
  if (letter.resolvedAt !== null) throw new AppError('not_dead', 'This dead letter was sent again already.');
  await retrying(() =>
    deps.db.forFamily(letter.familyId).run(sql`
      UPDATE sms_delivery_log SET due_at = NULL, wake_at = ${now} WHERE id = ${deliveryId} AND status = 'pending'`),
  );
  await deps.enqueue([{ deliveryId, familyId: letter.familyId }]);
  await deps.db.directory.run(
    sql`UPDATE dead_letters SET resolved_at = ${now} WHERE delivery_id = ${deliveryId}`,
  );
}
