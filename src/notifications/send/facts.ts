import { and, count, desc, eq, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import type { Db } from '../../db/client.ts';
import { coalesce, json, jsonArray, jsonObject, listTable, scalar } from '../../db/expressions.ts';
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
import { coveredRows, deliveryAs } from '../deliveries/coverage.ts';
import type { Status } from '../deliveries/delivery-status.ts';
import type { DeliveryFacts, Reason } from './policy.ts';

/** The messages that a text covers, as far as it may say. */
export interface Covered {
  /** The number of unread messages that wait for this person in this thread, this one included. */
  count: number;
  /** Seq of the newest of them. */
  upTo: number | null;
  /** Names of their authors, newest first. */
  senders: string[];
  newest: { body: string; fileCount: number } | null;
}

/** The facts of one delivery from the database. */
export interface DeliveryRecord {
  id: string;
  familyId: string;
  userId: string;
  threadId: string | null;
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
  /** Counts edits and retractions: see {@link Claimable}. */
  revision: number;
  absences: number;
  /** The number that the claim is for, and the person's number now. */
  claimedPhone: string | null;
  phone: string | null;
  urgentMessage: boolean;
  preview: 'full' | 'sender' | 'none';
  covered: Covered;
  facts: DeliveryFacts;
}

/** Max. messages read for a summary's authors ("Rosa and 2 more"). */
const MAX_WAITING = 100;

/** One author of a covered message, newest first. */
interface Waiting {
  seq: number;
  author: string;
  name: string;
}

/** The facts of deliveries, by id. @param ids a JSON array */
export const selectFacts = hot<{ ids: string }>()((v) => {
  const wanted = listTable<string>('wanted', v.ids);
  const d = smsDeliveryLog;
  const p = notificationPreferences;
  const m = threadMembers;
  const w = deliveryAs('w');
  const author = alias(users, 'author');
  const isCovered = coveredRows(w, d, m);
  const latest = q
    .select({ seq: w.seq, author: author.id, name: author.name })
    .from(w)
    .innerJoin(messages, eq(messages.id, w.messageId))
    .innerJoin(author, eq(author.id, messages.authorId))
    .where(isCovered)
    .orderBy(desc(w.seq))
    .limit(MAX_WAITING)
    .as('latest');
  const waiting = q
    .select({
      list: jsonArray(jsonObject({ seq: latest.seq, author: latest.author, name: latest.name })).as('list'),
    })
    .from(latest);
  const waitingCount = q
    .select({ n: count().as('n') })
    .from(w)
    .where(isCovered);
  const fileCount = sql`json_array_length(${messages.fileIds})`;
  const newest = q
    .select({ said: jsonObject({ body: messages.body, fileCount }).as('said') })
    .from(w)
    .innerJoin(messages, eq(messages.id, w.messageId))
    .where(isCovered)
    .orderBy(desc(w.seq))
    .limit(1);
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
      memberId: sql<string | null>`${m.userId}`.as('memberId'),
      lastReadSeq: m.lastReadSeq,
      mutedUntil: m.mutedUntil,
      waiting: json<Waiting[]>(scalar(waiting)).as('waiting'),
      waitingCount: sql<number>`${waitingCount}`.as('waitingCount'),
      newest: json<Covered['newest']>(scalar(newest)).as('newest'),
    })
    .from(wanted)
    .innerJoin(d, eq(d.id, wanted.value))
    .innerJoin(users, eq(users.id, d.userId))
    .innerJoin(families, eq(families.id, d.familyId))
    .leftJoin(p, eq(p.userId, d.userId))
    .leftJoin(m, and(eq(m.threadId, d.threadId), eq(m.userId, d.userId)));
});
type Row = ResultOf<ReturnType<typeof selectFacts>>[number];

function toRecord(row: Row, config: Pick<Config, 'SMS_ALLOWED_COUNTRIES'>, phones: Phones): DeliveryRecord {
  const senders = new Map(row.waiting.map(({ author, name }) => [author, name]));
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
    doubtSince: row.doubtSince,
    endedSids: row.endedSids?.split(' ').filter((sid) => sid !== '') ?? [],
    attempts: row.attempts,
    revision: row.revision,
    absences: row.absences,
    claimedPhone: row.claimedPhone,
    phone: row.phone,
    urgentMessage: row.urgent,
    preview: row.preview ?? 'full',
    covered: {
      count: Math.max(1, row.waitingCount),
      upTo: row.waiting[0]?.seq ?? row.seq,
      senders: [...senders.values()],
      newest: row.newest,
    },
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
      retracted: row.reason === ('retracted' satisfies Reason),
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

/**
 * Loads the facts of a batch of deliveries in one query. Unknown ids are left out. A summary covers messages
 * that wait for the person in that thread, are unread, and are in no other text in flight.
 * @throws when the database fails
 */
export async function loadFacts(
  db: Db,
  deliveryIds: readonly string[],
  deps: Pick<Deps, 'config' | 'phones'>,
): Promise<DeliveryRecord[]> {
  const { phones } = deps;
  const rows = await db.all(selectFacts({ ids: JSON.stringify([...new Set(deliveryIds)]) }));
  return rows.map((row) => toRecord(row, deps.config, phones));
}
