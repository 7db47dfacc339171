import { and, sql } from 'drizzle-orm';
import { eq } from '../../db/comparisons.ts';
import { excluded } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { deadLetters, smsDeliveryLog } from '../../db/schema.ts';
import { askStores, notEveryStore } from '../../platform/ask-stores.ts';
import type { Deps } from '../../platform/deps.ts';
import { AppError } from '../../platform/errors.ts';
import { deliveryJob } from '../../platform/jobs.ts';
import { errorFields } from '../../platform/log.ts';

const log = smsDeliveryLog;

/**
 * The dead-letter queue's consumer: records the failed deliveries. The row itself is unchanged, and the sweep retries
 * it; operators see the failure and can retry at once. Never throws.
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
      await deps.db.directory.run(
        q
          .insert(deadLetters)
          .values({ deliveryId, familyId, count: 1, firstAt: now, lastAt: now })
          .onConflictDoUpdate({
            target: deadLetters.deliveryId,
            set: {
              count: sql`${deadLetters.count} + 1`,
              lastAt: excluded(deadLetters.lastAt),
              resolvedAt: null,
            },
          }),
      );
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
 * Retries a dead letter now; a claimed one after its lease, when it has been looked up.
 * @throws AppError `delivery_not_found`, `not_dead` for a delivery without an open dead letter
 */
export async function retryDeadLetter(deps: Deps, deliveryId: string): Promise<void> {
  const now = deps.now();
  const isThisOne = eq(deadLetters.deliveryId, deliveryId);
  const letter = await retrying(() =>
    deps.db.directory.first(
      q
        .select({ familyId: deadLetters.familyId, resolvedAt: deadLetters.resolvedAt })
        .from(deadLetters)
        .where(isThisOne),
    ),
  );
  if (!letter) {
    const byId = q.select({ id: log.id }).from(log).where(eq(log.id, deliveryId));
    const { answers, down } = await askStores(deps, 'delivery', (db) => db.first(byId));
    if (answers.some(({ answer }) => answer !== undefined))
      throw new AppError('not_dead', 'This delivery has no dead letter; there is nothing to retry.');
    if (down.length > 0) throw notEveryStore();
    throw new AppError('delivery_not_found', 'There is no such delivery.');
  }
  if (letter.resolvedAt !== null) throw new AppError('not_dead', 'This dead letter was sent again already.');
  await retrying(() =>
    deps.db.forFamily(letter.familyId).run(
      q
        .update(log)
        .set({ dueAt: null, wakeAt: now })
        .where(and(eq(log.id, deliveryId), eq(log.status, 'pending'))),
    ),
  );
  await deps.enqueue([{ deliveryId, familyId: letter.familyId }]);
  await deps.db.directory.run(q.update(deadLetters).set({ resolvedAt: now }).where(isThisOne));
}
