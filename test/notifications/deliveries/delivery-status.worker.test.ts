import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { openDatabases } from '../../../src/db/client.ts';
import { STATUSES } from '../../../src/db/column-values.ts';
import { q } from '../../../src/db/query.ts';
import {
  families,
  messages,
  notificationPreferences,
  smsDeliveryLog,
  threadMembers,
  threads,
  users,
} from '../../../src/db/schema.ts';
import type { Statement } from '../../../src/db/statement.ts';
import { claimWave } from '../../../src/notifications/deliveries/claim.ts';
import type { Status } from '../../../src/notifications/deliveries/delivery-status.ts';
import { type Finished, finishWave, mergeInto } from '../../../src/notifications/deliveries/finish.ts';
import { suppressRead, writeVerdicts } from '../../../src/notifications/deliveries/outbox.ts';
import { reportStatements } from '../../../src/notifications/deliveries/receipts.ts';
import { sweep } from '../../../src/notifications/operate/sweep.ts';
import { loadFacts } from '../../../src/notifications/send/facts.ts';
import { reconcile } from '../../../src/notifications/send/look-up.ts';
import type { Bindings } from '../../../src/platform/deps.ts';
import { testDeps } from '../../worker/deps.ts';

const deps = testDeps();
const NOW = deps.clock.now;
const db = deps.db.forFamily('f');
const unwatched = openDatabases(env as unknown as Bindings).directory;
const ID = 'dlv_01KSTATE';
const phone = '+12025550123';

/** A row that all statements below would take, were it for its status alone. */
const ROW = {
  id: ID,
  familyId: 'f',
  userId: 'maya',
  claim: 'clm_1',
  claimedAt: NOW - 600_000,
  attempts: 1,
  absences: 1,
  phone,
  coversSeq: 1,
  wakeAt: NOW,
  createdAt: NOW - 601_000,
};
const ABOUT_MESSAGE = { ...ROW, kind: 'message', threadId: 't', messageId: 'msg_1', seq: 1 } as const;
const TEST_TEXT = { ...ROW, kind: 'test' } as const;

/** Writes everything anew, with the row in a status. */
async function place(row: typeof ABOUT_MESSAGE | typeof TEST_TEXT, status: Status): Promise<void> {
  const providerSid = ['sent', 'delivered', 'undelivered'].includes(status) ? 'SM1' : null;
  const LEAD = { ...ABOUT_MESSAGE, id: 'dlv_01KLEAD', messageId: 'msg_2', seq: 2, coversSeq: 2 } as const;
  const person = { familyId: 'f', createdAt: 1 };
  await unwatched.batch({
    ids: q.delete(smsDeliveryLog).where(eq(smsDeliveryLog.familyId, 'f')),
    family: q.insert(families).values({ id: 'f', name: 'F', createdAt: 1 }).onConflictDoNothing(),
    users: q
      .insert(users)
      .values([
        { id: 'rosa', name: 'Rosa', ...person },
        { id: 'maya', name: 'Maya', phone, phoneVerifiedAt: 1, ...person },
      ])
      .onConflictDoNothing(),
    preferences: q
      .insert(notificationPreferences)
      .values({ userId: 'maya', familyId: 'f', smsEnabled: true })
      .onConflictDoNothing(),
    thread: q
      .insert(threads)
      .values({ id: 't', familyId: 'f', title: 'T', lastSeq: 2, lastActivityAt: 1, createdAt: 1 })
      .onConflictDoNothing(),
    member: q
      .insert(threadMembers)
      .values({ threadId: 't', userId: 'maya', familyId: 'f', lastReadSeq: 2, joinedAt: 1 })
      .onConflictDoNothing(),
    messages: q
      .insert(messages)
      .values(
        [1, 2].map((seq) => ({
          id: `msg_${seq}`,
          familyId: 'f',
          threadId: 't',
          seq,
          authorId: 'rosa',
          body: 'Hello',
          createdAt: 1,
        })),
      )
      .onConflictDoNothing(),
    row: q.insert(smsDeliveryLog).values({ ...row, status, providerSid }),
    lead: q.insert(smsDeliveryLog).values({ ...LEAD, status: 'sent', providerSid: 'SM2', wakeAt: null }),
  });
}

/** Where some work takes the row from each status; statuses in which it stays are left out. */
async function stepsOf(
  row: typeof ABOUT_MESSAGE | typeof TEST_TEXT,
  work: () => Promise<unknown>,
): Promise<Partial<Record<Status, Status>>> {
  const steps: Partial<Record<Status, Status>> = {};
  for (const status of STATUSES) {
    await place(row, status);
    await work();
    const after = await unwatched.first(
      q.select({ status: smsDeliveryLog.status }).from(smsDeliveryLog).where(eq(smsDeliveryLog.id, ID)),
    );
    if (after!.status !== status) steps[status] = after!.status;
  }
  return steps;
}

const claimable = { id: ID, phone, attempts: 1, revision: 0, coversSeq: null, covers: null };
const finished = (status: Finished['status']) =>
  finishWave([{ id: ID, status, sid: null, segments: null, error: null, until: null }], 'clm_1', NOW);
const report = (sid: string, status: string) =>
  reportStatements({ deliveryId: ID, sid, status, errorCode: null, segments: null, now: NOW }, null);
const neverHandedOver = () =>
  reportStatements(
    { deliveryId: ID, sid: 'SM1', status: 'failed', errorCode: 30001, segments: null, now: NOW },
    { from: NOW, delay: 1000, lease: 60_000, expiry: Number.MAX_SAFE_INTEGER / 2 },
  );
const verdict = (status: 'deferred' | 'suppressed') =>
  writeVerdicts([{ id: ID, status, reason: 'online', until: status === 'deferred' ? NOW : null }]);

/** Looks the row up although somebody may have changed it since it was read. */
async function lookUp(carrierIsDown: boolean): Promise<void> {
  const [record] = (await loadFacts(db, [ID], deps)).records;
  if (!record) return; // Nothing is left to do for it.
  const find = () => (carrierIsDown ? Promise.reject(new Error('down')) : Promise.resolve(null));
  const createdAt = carrierIsDown ? 0 : NOW;
  const asked = { ...deps, sms: { ...deps.sms, find } };
  await reconcile(asked, db, [{ ...record, facts: { ...record.facts, createdAt } }]);
}

describe('each statement that writes a status', () => {
  it.each<
    [
      string,
      typeof ABOUT_MESSAGE | typeof TEST_TEXT,
      () => Statement<D1Result> | Statement<{ id: string }[]>,
      object,
    ]
  >([
    [
      'claims what is pending',
      TEST_TEXT,
      () => claimWave([claimable], 'clm_2', NOW, deps.config),
      { pending: 'sending' },
    ],
    ['writes that a claimed text left', TEST_TEXT, () => finished('sent'), { sending: 'sent' }],
    ['writes that a claimed text was refused', TEST_TEXT, () => finished('failed'), { sending: 'failed' }],
    ['lets go of a claimed text', TEST_TEXT, () => finished('pending'), { sending: 'pending' }],
    ['merges nothing that was read', ABOUT_MESSAGE, () => mergeInto(['dlv_01KLEAD']), {}],
    [
      'suppresses what waits and has been read',
      ABOUT_MESSAGE,
      () => suppressRead('maya', 't'),
      { pending: 'suppressed', deferred: 'suppressed' },
    ],
    ['defers what waits', ABOUT_MESSAGE, () => verdict('deferred'), { pending: 'deferred' }],
    [
      'suppresses what waits',
      ABOUT_MESSAGE,
      () => verdict('suppressed'),
      { pending: 'suppressed', deferred: 'suppressed' },
    ],
    [
      'takes a deferred row back',
      ABOUT_MESSAGE,
      () => report('SM3', 'sent').pending,
      { deferred: 'pending' },
    ],
    ['takes a pending row back', ABOUT_MESSAGE, () => report('SM3', 'sent').sending, { pending: 'sending' }],
    [
      'writes that the carrier has a text',
      ABOUT_MESSAGE,
      () => report('SM3', 'sent').sent,
      { sending: 'sent' },
    ],
    [
      'writes that a text arrived',
      ABOUT_MESSAGE,
      () => report('SM1', 'delivered').ended as Statement<D1Result>,
      { sent: 'delivered' },
    ],
    [
      'writes that a text did not arrive',
      ABOUT_MESSAGE,
      () => report('SM1', 'undelivered').ended as Statement<D1Result>,
      { sent: 'undelivered' },
    ],
    [
      'takes back a text that was never handed to a carrier',
      ABOUT_MESSAGE,
      () => neverHandedOver().again as Statement<D1Result>,
      { sent: 'pending' },
    ],
    [
      'writes that a text failed',
      ABOUT_MESSAGE,
      () => report('SM1', 'failed').ended as Statement<D1Result>,
      { sent: 'failed' },
    ],
  ])('%s, and nothing else', async (_, row, statement, steps) => {
    expect(await stepsOf(row, () => db.batch({ it: statement() }))).toEqual(steps);
  });

  it('claims under the same claim again', async () => {
    await place(TEST_TEXT, 'sending');
    const claim = () => db.all(claimWave([claimable], 'clm_1', NOW, deps.config));
    expect(await claim()).toEqual([{ id: ID }]);
    expect(await db.all(claimWave([claimable], 'clm_2', NOW, deps.config))).toEqual([]);
  });

  it('of the sweep makes what waits pending, and nothing else', async () => {
    expect(await stepsOf(ABOUT_MESSAGE, () => sweep(deps))).toEqual({
      deferred: 'pending',
      undelivered: 'pending',
    });
  });

  it('merges what waits unread into a text that covered it, and nothing else', async () => {
    const readTo = (lastReadSeq: number) =>
      unwatched.run(q.update(threadMembers).set({ lastReadSeq }).where(eq(threadMembers.userId, 'maya')));
    const merged = await stepsOf(ABOUT_MESSAGE, async () => {
      await readTo(0);
      await unwatched.run(mergeInto(['dlv_01KLEAD']));
      await readTo(2);
    });
    expect(merged).toEqual({ pending: 'merged', deferred: 'merged' });
  });

  it('of a look-up lets go of a claimed text that the carrier does not have, and of nothing else', async () => {
    expect(await stepsOf(ABOUT_MESSAGE, () => lookUp(false))).toEqual({ sending: 'pending' });
  });

  it('of a look-up gives up a claimed text when the carrier cannot be asked for too long, and nothing else', async () => {
    expect(await stepsOf(ABOUT_MESSAGE, () => lookUp(true))).toEqual({ sending: 'failed' });
  });
});
