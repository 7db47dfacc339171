import { and, sql } from 'drizzle-orm';
import type { Db } from '../../src/db/client.ts';
import { eq, gt } from '../../src/db/comparisons.ts';
import { insertFrom } from '../../src/db/insert-from.ts';
import { q } from '../../src/db/query.ts';
import { smsDeliveryLog, threadMembers, users } from '../../src/db/schema.ts';
import { hot } from '../../src/db/statement.ts';

/**
 * Faults that `npm run check` must find: each line below is one, and a comment that expects an error where there is
 * none is an error itself. Never run.
 */
export async function plantedFaults(db: Db): Promise<void> {
  // @ts-expect-error a misspelt value of an enum
  q.select().from(smsDeliveryLog).where(eq(smsDeliveryLog.status, 'sendign'));
  // @ts-expect-error a column that there is not
  q.select({ name: users.nmae }).from(users);
  // @ts-expect-error an insert without a required column
  q.insert(threadMembers).values({ threadId: 't', userId: 'u', familyId: 'f' });
  // @ts-expect-error an insert-from-select without a required column
  insertFrom(threadMembers, { threadId: 't', userId: 'u', familyId: 'f' }, sql`from ${users}`);
  const nobody = { threadId: 't', userId: sql<string | null>`null`, familyId: 'f', joinedAt: 1 };
  // @ts-expect-error null for a column that is not null
  insertFrom(threadMembers, nobody, sql``);
  // @ts-expect-error a string compared with an integer
  q.select().from(users).where(eq(users.createdAt, '2026'));
  // @ts-expect-error a value of a hot statement of another type than the column
  hot<{ at: string }>()((v) => q.select({ id: users.id }).from(users).where(gt(users.createdAt, v.at)));
  // @ts-expect-error two columns of different types
  eq(users.createdAt, users.name);
  // @ts-expect-error an expression compared with a value of another type
  gt(sql<number>`1`, '5');
  // @ts-expect-error a boolean compared with a number
  eq(smsDeliveryLog.urgent, 1);
  const [row] = await db.all(q.select({ urgent: smsDeliveryLog.urgent }).from(smsDeliveryLog));
  // @ts-expect-error a boolean read as a number
  (row?.urgent ?? false) === 1;
  const one = { known: q.select({ id: users.id }).from(users) };
  // @ts-expect-error a statement that the batch does not have
  (await db.batch(one)).missing;
  // @ts-expect-error an update without a condition
  await db.run(q.update(users).set({ name: 'x' }));
  // @ts-expect-error a delete without a condition, in a batch
  await db.batch({ all: q.delete(users) });
  await db.batch({ one: q.delete(users).where(and(eq(users.id, 'u'))) });
}
