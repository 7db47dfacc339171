import { and, inArray, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { eq } from '../../db/comparisons.ts';
import { coalesce, listTable } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import {
  families,
  messages,
  notificationPreferences,
  smsDeliveryLog,
  threadMembers,
  users,
} from '../../db/schema.ts';
import { hot, type ResultOf } from '../../db/statement.ts';
import type { Config } from '../../platform/config.ts';
import type { Deps } from '../../platform/deps.ts';
import { possibleZones } from '../../platform/possible-zones.ts';
import type { Phones } from '../../platform/sms/phone-number.ts';
import type { Claimable } from '../deliveries/claim.ts';
import type { Status } from '../deliveries/delivery-status.ts';
import { type CoverageRead, coverageOf } from './covered.ts';
import type { DeliveryFacts } from './policy.ts';

/** The facts of one delivery from the database. */
export interface DeliveryRecord {
  id: string;
  familyId: string;
  userId: string;
  threadId: string | null;
  /** Of its message in the thread; null for a test text. */
  seq: number | null;
  status: Status;
  /** Not to be processed before. */
  dueAt: number | null;
  claim: string | null;
  claimedAt: number | null;
  /** The first claim whose text was concluded absent; a later look-up reaches back to it. */
  doubtSince: number | null;
  /** SIDs of earlier texts that did not arrive; their words are the same, so a look-up would find them. */
  endedSids: string[];
  attempts: number;
  /** Whose message it is; null for a test text. */
  authorId: string | null;
  /** It was told to wait for its turn at the sender, which has come. */
  paced: boolean;
  /** Counts edits and retractions: see {@link Claimable}. */
  revision: number;
  absences: number;
  /** The number that the claim is for, and the person's number now. */
  claimedPhone: string | null;
  phone: string | null;
  urgentMessage: boolean;
  preview: 'full' | 'sender' | 'none';
  facts: DeliveryFacts;
}

/** What a job can still be about: a row that waits for its turn, or a claim. */
const OPEN = ['pending', 'sending'] as const satisfies readonly Status[];

/** The facts of the open deliveries whose `key` is among these. @param values a JSON array */
function factsBy(key: typeof smsDeliveryLog.id | typeof smsDeliveryLog.messageId, values: SQL<string>) {
  const wanted = listTable<string>('wanted', values);
  const d = smsDeliveryLog;
  const p = notificationPreferences;
  const m = threadMembers;
  return q
    .select({
      id: d.id,
      familyId: d.familyId,
      userId: d.userId,
      threadId: d.threadId,
      kind: d.kind,
      status: d.status,
      seq: d.seq,
      urgent: d.urgent,
      createdAt: d.createdAt,
      dueAt: d.dueAt,
      claim: d.claim,
      claimedAt: d.claimedAt,
      doubtSince: d.doubtSince,
      endedSids: d.endedSids,
      attempts: d.attempts,
      revision: d.revision,
      reason: d.reason,
      absences: d.absences,
      claimedPhone: sql<string | null>`${d.phone}`.as('claimedPhone'),
      phone: users.phone,
      verifiedAt: users.phoneVerifiedAt,
      unusableAt: users.phoneUnusableAt,
      deletedAt: users.deletedAt,
      personZone: sql<string | null>`${users.timeZone}`.as('personZone'),
      familyZone: sql<string | null>`${families.timeZone}`.as('familyZone'),
      smsEnabled: p.smsEnabled,
      urgentAllowed: p.urgentAllowed,
      quietStart: p.quietStart,
      quietEnd: p.quietEnd,
      quietDelivery: p.quietDelivery,
      preview: p.preview,
      optedOutAt: coalesce<number | null>(p.optedOutAt, p.carrierOptedOutAt).as('optedOutAt'),
      authorId: sql<string | null>`${messages.authorId}`.as('authorId'),
      retractedAt: sql<number | null>`${messages.deletedAt}`.as('retractedAt'),
      memberId: sql<string | null>`${m.userId}`.as('memberId'),
      lastReadSeq: m.lastReadSeq,
      mutedUntil: m.mutedUntil,
    })
    .from(wanted)
    .innerJoin(d, and(eq(key, wanted.value), inArray(d.status, OPEN)))
    .innerJoin(users, eq(users.id, d.userId))
    .innerJoin(families, eq(families.id, d.familyId))
    .leftJoin(messages, eq(messages.id, d.messageId))
    .leftJoin(p, eq(p.userId, d.userId))
    .leftJoin(m, and(eq(m.threadId, d.threadId), eq(m.userId, d.userId)));
}

/** The same, by id. @param ids a JSON array */
export const selectFacts = hot<{ ids: string }>()((v) => factsBy(smsDeliveryLog.id, v.ids));

/** The same, by message. @param messageIds a JSON array */
export const selectFactsOfMessages = hot<{ messageIds: string }>()((v) =>
  factsBy(smsDeliveryLog.messageId, v.messageIds),
);

/** What the database answers about one delivery. */
export type FactsRow = ResultOf<ReturnType<typeof selectFacts>>[number];

/** The facts of one delivery, as the rest of this folder knows them. */
export function toRecord(
  row: FactsRow,
  { config, phones }: { config: Pick<Config, 'SMS_ALLOWED_COUNTRIES'>; phones: Phones },
): DeliveryRecord {
  const country = row.phone === null ? null : phones.countryOf(row.phone);
  return {
    id: row.id,
    familyId: row.familyId,
    userId: row.userId,
    threadId: row.threadId,
    seq: row.seq,
    authorId: row.authorId,
    status: row.status,
    dueAt: row.dueAt,
    claim: row.claim,
    claimedAt: row.claimedAt,
    doubtSince: row.doubtSince,
    endedSids: row.endedSids?.split(' ').filter((sid) => sid !== '') ?? [],
    attempts: row.attempts,
    paced: row.dueAt !== null && row.reason === null,
    revision: row.revision,
    absences: row.absences,
    claimedPhone: row.claimedPhone,
    phone: row.phone,
    urgentMessage: row.urgent,
    preview: row.preview ?? 'full',
    facts: {
      deliveryId: row.id,
      kind: row.kind,
      urgent: row.urgent && row.urgentAllowed !== false,
      optedOut: row.optedOutAt !== null,
      smsEnabled: row.smsEnabled === true,
      phoneVerified: row.phone !== null && row.verifiedAt !== null && row.deletedAt === null,
      phoneUnusable: row.unusableAt !== null,
      countryAllowed: country !== null && config.SMS_ALLOWED_COUNTRIES.includes(country),
      isMember: row.memberId !== null,
      retracted: row.retractedAt !== null,
      read: row.seq !== null && row.lastReadSeq !== null && row.seq <= row.lastReadSeq,
      createdAt: row.createdAt,
      mutedUntil: row.mutedUntil,
      quietStart: row.quietStart,
      quietEnd: row.quietEnd,
      timeZones: possibleZones({
        person: row.personZone,
        family: row.familyZone,
        number: row.phone,
        country,
      }).zones,
      quietDelivery: row.quietDelivery ?? 'defer',
    },
  };
}

/** Up to so many deliveries, what their texts cover is read in the same trip, whichever of them will be sent. */
const FEW = 20;

/**
 * Loads the facts of a batch of deliveries in one query, and with few also what their texts would cover. Left out are
 * unknown ids, and rows for which nothing is left to do.
 * @throws when the database fails
 */
export async function loadFacts(
  db: Db,
  deliveryIds: readonly string[],
  deps: Pick<Deps, 'config' | 'phones'>,
): Promise<{ records: DeliveryRecord[]; coverage: CoverageRead | null }> {
  const ids = [...new Set(deliveryIds)];
  const facts = selectFacts({ ids: JSON.stringify(ids) });
  const toRecords = (rows: FactsRow[]) => rows.map((row) => toRecord(row, deps));
  if (ids.length > FEW) return { records: toRecords(await db.all(facts)), coverage: null };
  const { statement, limit } = coverageOf(ids, ids.length);
  const read = await db.batch({ facts, covered: statement });
  return { records: toRecords(read.facts), coverage: { rows: read.covered, limit } };
}
