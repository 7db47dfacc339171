import type { Db } from '../../db/client.ts';
import { sql } from '../../db/sql.ts';
import type { Config } from '../../platform/config.ts';
import type { Deps } from '../../platform/deps.ts';
import type { Phones } from '../../platform/sms/phone-number.ts';
import { coveredRows } from '../deliveries/coverage.ts';
import type { Status } from '../deliveries/delivery-status.ts';
import type { DeliveryFacts } from './policy.ts';

/** What a text may say about the messages it covers. */
export interface Covered {
  /** Unread messages that wait for this person in this thread, this one included. */
  count: number;
  /** Seq of the newest of them. */
  upTo: number | null;
  /** Names of their authors, newest first. */
  senders: string[];
  newest: { body: string; fileCount: number } | null;
}

/** Everything the database knows about one delivery. Times in ms. */
export interface DeliveryRecord {
  id: string;
  familyId: string;
  userId: string;
  threadId: string | null;
  status: Status;
  /** Not to be acted on before. */
  dueAt: number | null;
  claim: string | null;
  claimedAt: number | null;
  attempts: number;
  absences: number;
  /** The number of the claim, and the person's number now. */
  claimedPhone: string | null;
  phone: string | null;
  urgentMessage: boolean;
  preview: 'full' | 'sender' | 'none';
  covered: Covered;
  facts: DeliveryFacts;
}

interface Row extends Omit<DeliveryRecord, 'urgentMessage' | 'preview' | 'covered' | 'facts'> {
  kind: 'message' | 'test';
  seq: number | null;
  urgent: number;
  createdAt: number;
  verifiedAt: number | null;
  unusableAt: number | null;
  deletedAt: number | null;
  timeZone: string | null;
  smsEnabled: number | null;
  urgentAllowed: number | null;
  quietStart: number | null;
  quietEnd: number | null;
  quietDelivery: 'defer' | 'drop' | null;
  preview: 'full' | 'sender' | 'none' | null;
  optedOutAt: number | null;
  memberId: string | null;
  lastReadSeq: number | null;
  mutedUntil: number | null;
  waiting: string | null;
  waitingCount: number;
  newest: string | null;
}

/** So many authors are looked at for a summary's "Rosa and 2 more". */
const MAX_WAITING = 100;

function toRecord(row: Row, config: Pick<Config, 'SMS_ALLOWED_COUNTRIES'>, phones: Phones): DeliveryRecord {
  const waiting: { seq: number; author: string; name: string }[] = JSON.parse(row.waiting ?? '[]');
  const senders = new Map(waiting.map(({ author, name }) => [author, name]));
  const country = row.phone === null ? null : phones.countryOf(row.phone);
  return {
    id: row.id,
    familyId: row.familyId,
    userId: row.userId,
    threadId: row.threadId,
    status: row.status,
    dueAt: row.dueAt,
    claim: row.claim,
    claimedAt: row.claimedAt,
    attempts: row.attempts,
    absences: row.absences,
    claimedPhone: row.claimedPhone,
    phone: row.phone,
    urgentMessage: row.urgent === 1,
    preview: row.preview ?? 'full',
    covered: {
      count: Math.max(1, row.waitingCount),
      upTo: waiting[0]?.seq ?? row.seq,
      senders: [...senders.values()],
      newest: row.newest === null ? null : JSON.parse(row.newest),
    },
    facts: {
      deliveryId: row.id,
      kind: row.kind,
      urgent: row.urgent === 1 && row.urgentAllowed !== 0,
      optedOut: row.optedOutAt !== null,
      smsEnabled: row.smsEnabled === 1,
      phoneVerified: row.phone !== null && row.verifiedAt !== null && row.deletedAt === null,
      phoneUnusable: row.unusableAt !== null,
      countryAllowed: country !== null && config.SMS_ALLOWED_COUNTRIES.includes(country),
      isMember: row.memberId !== null,
      read: row.seq !== null && row.lastReadSeq !== null && row.seq <= row.lastReadSeq,
      createdAt: row.createdAt,
      mutedUntil: row.mutedUntil,
      quietStart: row.quietStart,
      quietEnd: row.quietEnd,
      timeZone: row.timeZone ?? 'UTC',
      quietDelivery: row.quietDelivery ?? 'defer',
    },
  };
}

/**
 * The facts of a batch of deliveries, in one query. Ids that do not exist are left out.
 * A summary covers what waits for the person in that thread, is unread, and in no other text on its way.
 */
export async function loadFacts(
  db: Db,
  deliveryIds: string[],
  deps: Pick<Deps, 'config' | 'phones'>,
): Promise<DeliveryRecord[]> {
  const phones = await deps.phones();
  const waiting = coveredRows('d');
  const rows = await db.all<Row>(sql`
    SELECT d.id AS id, d.family_id AS familyId, d.user_id AS userId, d.thread_id AS threadId, d.kind AS kind,
      d.status AS status, d.seq AS seq, d.urgent AS urgent, d.created_at AS createdAt, d.due_at AS dueAt,
      d.claim AS claim, d.claimed_at AS claimedAt, d.attempts AS attempts, d.absences AS absences, d.phone AS claimedPhone,
      u.phone AS phone, u.phone_verified_at AS verifiedAt, u.phone_unusable_at AS unusableAt, u.deleted_at AS deletedAt,
      COALESCE(u.time_zone, f.time_zone) AS timeZone, p.sms_enabled AS smsEnabled, p.urgent_allowed AS urgentAllowed,
      p.quiet_start AS quietStart, p.quiet_end AS quietEnd, p.quiet_delivery AS quietDelivery, p.preview AS preview,
      COALESCE(p.opted_out_at, p.carrier_opted_out_at) AS optedOutAt,
      m.user_id AS memberId, m.last_read_seq AS lastReadSeq, m.muted_until AS mutedUntil,
      (SELECT json_group_array(json_object('seq', seq, 'author', author, 'name', name)) FROM (
        SELECT w.seq AS seq, a.id AS author, a.name AS name
        FROM sms_delivery_log w JOIN messages msg ON msg.id = w.message_id JOIN users a ON a.id = msg.author_id
        WHERE ${waiting} ORDER BY w.seq DESC LIMIT ${MAX_WAITING})) AS waiting,
      (SELECT COUNT(*) FROM sms_delivery_log w WHERE ${waiting}) AS waitingCount,
      (SELECT json_object('body', msg.body, 'fileCount', json_array_length(msg.file_ids))
        FROM sms_delivery_log w JOIN messages msg ON msg.id = w.message_id
        WHERE ${waiting} ORDER BY w.seq DESC LIMIT 1) AS newest
    FROM json_each(${JSON.stringify([...new Set(deliveryIds)])}) j
      JOIN sms_delivery_log d ON d.id = j.value
      JOIN users u ON u.id = d.user_id
      JOIN families f ON f.id = d.family_id
      LEFT JOIN notification_preferences p ON p.user_id = d.user_id
      LEFT JOIN thread_members m ON m.thread_id = d.thread_id AND m.user_id = d.user_id`);
  return rows.map((row) => toRecord(row, deps.config, phones));
}
