import { env } from 'cloudflare:workers';
import { eq, sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { openDatabases } from '../../src/db/client.ts';
import { q } from '../../src/db/query.ts';
import { families, smsDeliveryLog, users } from '../../src/db/schema.ts';
import { compiledOf } from '../../src/db/statement.ts';
import { mayBecome, type Status, TRANSITIONS } from '../../src/notifications/deliveries/delivery-status.ts';
import type { Bindings } from '../../src/platform/deps.ts';
import { writesAnyStatus } from './state-machine.ts';

const db = openDatabases(env as unknown as Bindings).directory;
const STATUSES = Object.keys(TRANSITIONS) as Status[];
const isThisOne = eq(smsDeliveryLog.id, 'dlv_step');

beforeEach(async () => {
  await db.batch({
    family: q.insert(families).values({ id: 'f', name: 'F', createdAt: 1 }).onConflictDoNothing(),
    user: q.insert(users).values({ id: 'u', familyId: 'f', name: 'U', createdAt: 1 }).onConflictDoNothing(),
  });
});

describe('the guard of the state machine, in every test of the Worker,', () => {
  it.each(STATUSES)('refuses to take a delivery from %s to what does not follow it', async (status) => {
    const refused: Status[] = [];
    for (const to of STATUSES) {
      await db.batch({
        gone: q.delete(smsDeliveryLog).where(isThisOne),
        row: q
          .insert(smsDeliveryLog)
          .values({ id: 'dlv_step', familyId: 'f', kind: 'test', userId: 'u', status, createdAt: 1 }),
      });
      await db.run(q.update(smsDeliveryLog).set({ status: to }).where(isThisOne)).catch((error) => {
        expect(String(error)).toContain('The state machine has no such step');
        refused.push(to);
      });
    }
    expect(refused).toEqual(STATUSES.filter((to) => to !== status && !TRANSITIONS[status].includes(to)));
  });

  it('finds the statements that write a status without asking for the one before', () => {
    const text = (...[set, where]: Parameters<typeof statement>) => compiledOf(statement(set, where)).sql;
    const statement = (set: { status?: Status; error?: string | null }, where = isThisOne) =>
      q.update(smsDeliveryLog).set(set).where(where);
    expect(writesAnyStatus(text({ status: 'sent' }))).toBe(true);
    expect(writesAnyStatus(text({ status: 'sent', error: null }))).toBe(true);
    expect(writesAnyStatus(`/* it */ ${text({ status: 'sent' })}`)).toBe(true);
    expect(writesAnyStatus(text({ status: 'sent' }, sql`${isThisOne} and ${mayBecome('sent')}`))).toBe(false);
    expect(writesAnyStatus(text({ error: '30003' }))).toBe(false);
    expect(writesAnyStatus(text({ error: '30003' }, eq(smsDeliveryLog.status, 'sent')))).toBe(false);
  });
});
