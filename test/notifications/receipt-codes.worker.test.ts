import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { retractMessage } from '../../src/chat/change-message.ts';
import { applyReceipt } from '../../src/notifications/deliveries/receipts.ts';
import { sweep } from '../../src/notifications/operate/sweep.ts';
import type { DeliveryRecord } from '../../src/notifications/send/facts.ts';
import { finishedRow } from '../../src/notifications/send/outcome.ts';
import { ROWS } from '../../src/platform/sms/twilio-error-rules.ts';
import {
  carrierDayAfter,
  channelsOf,
  errorRule,
  type Meaning,
} from '../../src/platform/sms/twilio-errors.ts';
import { drain, drainUntilIdle, post, receipt } from '../worker/acts.ts';
import type { SendFault } from '../worker/carrier.ts';
import { type Lab, openLab } from '../worker/lab.ts';

const { DB } = env as unknown as { DB: D1Database };
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
  await lab.home.prepare("UPDATE notification_preferences SET sms_enabled = 0 WHERE user_id = 'mia'").run();
});
afterEach(() => lab.close());

const rowOfBen = async () => (await lab.look()).rows.find(({ user }) => user === 'ben')!;

/** A text that the carrier took on its first try. */
async function sentText(id: string): Promise<void> {
  const at = Date.now();
  await lab.home
    .prepare(
      `INSERT INTO sms_delivery_log (id, family_id, kind, user_id, status, claim, claimed_at, sent_at, attempts, phone,
      provider_sid, created_at) VALUES (?, ?, 'test', 'ben', 'sent', 'clm_1', ?, ?, 1, ?, ?, ?)`,
    )
    .bind(id, lab.familyId, at, at, lab.numberOf('ben'), `SM${id}`, at)
    .run();
}

/** What operators are told a receipt's text comes to, and how the row must then stand. */
const TOLD: readonly (readonly [words: RegExp, status: RegExp, waits: boolean])[] = [
  [/is sent again (?:with backoff|on the carrier’s next day|in the recipient’s morning)/i, /^pending$/, true],
  [/It waits, and is sent when this is mended|it waits, and is sent/i, /^pending$/, true],
  [/tried once more after a while/i, /^undelivered$/, true],
  [/It is not sent again|it is not sent again/i, /^failed$/, false],
];

describe('the table of codes', () => {
  it('tells operators of a receipt what then happens to its text', async () => {
    const codes = Object.keys(ROWS)
      .map(Number)
      .filter((code) => channelsOf(code).includes('receipt'));
    expect(codes.length).toBeGreaterThan(60);
    const untrue: string[] = [];
    for (const code of codes) {
      const deliveryId = `dlv_code${code}`;
      await sentText(deliveryId);
      await lab.run((deps) =>
        applyReceipt(deps, {
          deliveryId,
          familyId: lab.familyId,
          sid: `SM${deliveryId}`,
          status: 'failed',
          errorCode: code,
          to: null,
        }),
      );
      const { row } = await lab.lookAt(deliveryId);
      const { advice } = errorRule(code, 0);
      const told = /when a receipt says so: (.*?\.)/.exec(advice)?.[1] ?? advice;
      const [, status, waits] = TOLD.find(([words]) => words.test(told)) ?? [];
      const isTrue =
        status?.test(row.status) && waits === (row.wakeAt !== null) && row.error === String(code);
      if (!isTrue)
        untrue.push(`${code}: "${told}", and the row is ${row.status}, woken ${row.wakeAt ?? 'never'}`);
    }
    expect(untrue).toEqual([]);
  });

  it('tells operators of an answer what then happens to its text', () => {
    const record = { id: 'dlv_1', attempts: 0 } as DeliveryRecord;
    const expected: Record<Meaning, [RegExp, string | undefined]> = {
      retry: [/sent again with backoff/i, 'pending'],
      ambiguous: [/looked up before it is sent again/i, undefined],
      permanent: [/not sent again/i, 'failed'],
      opted_out: [/not sent again, and the number is opted out/i, 'failed'],
      operator: [/it waits, and is sent when this is mended/i, 'pending'],
    };
    for (const code of Object.keys(ROWS)
      .map(Number)
      .filter((each) => channelsOf(each).includes('answer'))) {
      const { meaning, advice } = errorRule(code, 400);
      const row = finishedRow(record, { kind: meaning, code: String(code) }, { now: 0, leaseMs: 60_000 });
      const [words, status] = expected[meaning];
      expect([code, row?.status]).toEqual([code, status]);
      expect(advice).toMatch(words);
    }
  });
});

describe('a text that the carrier was never handed', () => {
  const sendAndFail = async (status: 'failed' | 'undelivered', errorCode: number) => {
    lab.carrier.fates.push({ status, errorCode });
    await lab.run(post(lab, 'rosa'));
    await drain(lab);
    await lab.run(receipt(lab, lab.carrier.texts[0]!));
  };

  it.each([
    ['failed', 30001],
    ['undelivered', 30022],
    ['failed', 30036],
    ['failed', 30017],
  ] as const)(
    '%s %i: leaves again after a while, and operators are alerted of limits',
    async (status, code) => {
      await sendAndFail(status, code);
      const row = await rowOfBen();
      expect(row).toMatchObject({ status: 'pending', error: String(code), sentAt: null });
      expect(row.dueAt! - Date.now()).toBeGreaterThanOrEqual(2 * MINUTE);
      expect(row.dueAt! - Date.now()).toBeLessThanOrEqual(3 * MINUTE);
      const { results } = await DB.prepare('SELECT kind FROM alerts').all();
      expect(results.map(({ kind }) => kind)).toEqual(code === 30017 ? [] : ['twilio_limits']);
      await drainUntilIdle(lab);
      expect(lab.carrier.texts).toHaveLength(2);
      await lab.run(receipt(lab, lab.carrier.texts[1]!));
      expect(await rowOfBen()).toMatchObject({
        status: 'delivered',
        error: null,
        sid: lab.carrier.texts[1]!.sid,
      });
    },
  );

  it('waits for the carrier’s next day where that day’s limit is reached', async () => {
    await sendAndFail('failed', 30023);
    const due = (await rowOfBen()).dueAt!;
    expect(due - carrierDayAfter(Date.now())).toBeGreaterThanOrEqual(0);
    expect(due - carrierDayAfter(Date.now())).toBeLessThan(MINUTE);
  });

  it('waits for the recipient’s morning where hours forbid it', async () => {
    await lab.home.prepare("UPDATE users SET time_zone = 'America/New_York' WHERE id = 'ben'").run();
    await sendAndFail('failed', 30610);
    const due = new Date((await rowOfBen()).dueAt!);
    expect(due.toLocaleTimeString('en-US', { timeZone: 'America/New_York', hour: 'numeric' })).toBe('8 AM');
  });

  it('is final when its next try would come after it has expired', async () => {
    lab.close();
    lab = await openLab({ SMS_EXPIRY_SECONDS: '3600' });
    await sendAndFail('failed', 30023);
    expect(await rowOfBen()).toMatchObject({ status: 'failed', error: '30023', wakeAt: null });
  });

  it('is tried six times at the most', async () => {
    lab.carrier.fates.push(
      ...Array.from({ length: 10 }, () => ({ status: 'failed' as const, errorCode: 30001 })),
    );
    await lab.run(post(lab, 'rosa'));
    for (let i = 0; i < 9; i++) {
      await drain(lab);
      const text = lab.carrier.texts[i];
      if (text) await lab.run(receipt(lab, text));
      await lab.pass(2 * HOUR + MINUTE);
      await lab.run(sweep);
    }
    expect(lab.carrier.texts).toHaveLength(6);
    expect(await rowOfBen()).toMatchObject({ status: 'failed', error: '30001', wakeAt: null });
  });

  it('has earlier texts, of which late receipts change nothing, and which no look-up takes for the new one', async () => {
    lab.carrier.fates.push({ status: 'failed', errorCode: 30001 }, { status: 'failed', errorCode: 30001 });
    await lab.run(post(lab, 'rosa'));
    await drain(lab);
    await lab.run(receipt(lab, lab.carrier.texts[0]!));
    await lab.pass(3 * MINUTE);
    await lab.run(sweep);
    await drain(lab);
    await lab.run(receipt(lab, lab.carrier.texts[1]!));
    expect(lab.carrier.texts).toHaveLength(2);
    lab.carrier.faults.push({ kind: 'lost' });
    await lab.pass(6 * MINUTE);
    await lab.run(sweep);
    await drain(lab);
    expect((await rowOfBen()).status).toBe('sending');
    for (const text of lab.carrier.texts) await lab.run(receipt(lab, text));
    expect((await rowOfBen()).status).toBe('sending');
    await drainUntilIdle(lab);
    expect(lab.carrier.texts).toHaveLength(3);
    expect(await rowOfBen()).toMatchObject({ status: 'sent', sid: lab.carrier.texts[2]!.sid });
  });

  it.each<[string, number, SendFault | null]>([
    ['was sent', 30003, null],
    ['was sent', 30036, null],
    ['is in doubt', 30003, { kind: 'unanswered' }],
    ['is in doubt', 30036, { kind: 'late', ms: 40 * SECOND }],
  ])('is not sent again when its message was taken back while it %s (%i)', async (_, errorCode, fault) => {
    lab.carrier.fates.push({ status: 'undelivered', errorCode });
    if (fault) lab.carrier.faults.push(fault);
    await lab.run(post(lab, 'rosa'));
    await drain(lab);
    const [message] = (await lab.look()).messages;
    await lab.run((deps) => retractMessage(deps, lab.caller('rosa'), message!.thread, message!.id));
    if (!fault) await lab.run(receipt(lab, lab.carrier.texts[0]!));
    await drainUntilIdle(lab);
    expect(lab.carrier.texts).toHaveLength(1);
    expect(await rowOfBen()).toMatchObject({ status: 'suppressed', reason: 'retracted', wakeAt: null });
  });
});
