import { and, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { eq, gt, ne } from '../../db/comparisons.ts';
import { allOf, inList, json, nonNull, rowid, scalar } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import {
  heldReplies,
  inboundTexts,
  messages,
  phoneNumbers,
  smsDeliveryLog,
  threadMembers,
  threads,
} from '../../db/schema.ts';
import type { Deps } from '../../platform/deps.ts';
import { newId } from '../../platform/ids.ts';
import { DAY_MS, HOUR_MS } from '../../platform/time.ts';
import { SILENCE } from '../twiml.ts';
import type { ReplyFacts } from './reply-decision.ts';
import { ANSWERABLE_MS } from './reply-target.ts';

/**
 * Max. answers to one number in an hour, keywords included, so that two machines cannot loop (Twilio's 14107).
 */
const ANSWERS_PER_HOUR = 3;
const ANSWERS_PER_DAY = 10;

/** The holder of a number, and whether it may be sent an answer. */
export interface Writer {
  userId: string;
  familyId: string;
  mayAnswer: boolean;
}

/** The idempotency key of a text's message: its MessageSid. */
export const clientKeyOf = (messageSid: string): string => `sms:${messageSid}`;

/**
 * The holder of a verified number; null for none. Someone who has opted out is sent no answer.
 * @throws when a database fails
 */
export async function writerOf(
  { db, now }: Deps,
  numberHash: string,
  messageSid: string,
): Promise<Writer | null> {
  const answers = (since: number) =>
    scalar<number>(
      q
        .select({ n: sql`count(*)`.as('n') })
        .from(inboundTexts)
        .where(
          allOf(
            eq(inboundTexts.numberHash, numberHash),
            gt(inboundTexts.receivedAt, since),
            ne(inboundTexts.messageSid, messageSid),
            ne(inboundTexts.reply, SILENCE),
          ),
        ),
    );
  const row = await retrying(() =>
    db.directory.first(
      q
        .select({
          userId: nonNull(phoneNumbers.userId).as('user_id'),
          familyId: nonNull(phoneNumbers.familyId).as('family_id'),
          optedOutAt: phoneNumbers.optedOutAt,
          carrierOptedOutAt: phoneNumbers.carrierOptedOutAt,
          lastHour: sql<number>`${answers(now() - HOUR_MS)}`.as('last_hour'),
          lastDay: sql<number>`${answers(now() - DAY_MS)}`.as('last_day'),
        })
        .from(phoneNumbers)
        .where(
          allOf(
            eq(phoneNumbers.numberHash, numberHash),
            isNotNull(phoneNumbers.userId),
            isNotNull(phoneNumbers.verifiedAt),
          ),
        ),
    ),
  );
  if (!row) return null;
  const { userId, familyId, optedOutAt, carrierOptedOutAt, lastHour, lastDay } = row;
  const mayText = optedOutAt === null && carrierOptedOutAt === null;
  return {
    userId,
    familyId,
    mayAnswer: mayText && lastHour < ANSWERS_PER_HOUR && lastDay < ANSWERS_PER_DAY,
  };
}

/**
 * Loads the facts about a text from the family's database, in one round trip. `words` is the message it would
 * become.
 * @throws when the database fails
 */
export async function replyFacts(
  { db, now: clock, config }: Deps,
  { userId, familyId, mayAnswer }: Writer,
  text: { messageSid: string; from: string; body: string; words: string },
): Promise<ReplyFacts> {
  const now = clock();
  const family = db.forFamily(familyId);
  // Ids sort by time, and a text is sent at most the expiry after its message was written.
  const oldest = newId('dlv', now - ANSWERABLE_MS - config.SMS_EXPIRY_SECONDS * 1000);
  const since = now - ANSWERABLE_MS;
  const answersByText = allOf(
    eq(messages.authorId, userId),
    eq(messages.urgent, false),
    eq(messages.via, 'sms'),
  );
  const lastReply = q
    .select({ at: sql`max(${messages.createdAt})`.as('at') })
    .from(messages)
    .where(
      allOf(answersByText, gt(messages.createdAt, since), eq(messages.threadId, smsDeliveryLog.threadId)),
    );
  const { posted, texted, held, recent } = await retrying(() =>
    family.batch({
      posted: q
        .select({ id: messages.id })
        .from(messages)
        .where(allOf(eq(messages.authorId, userId), eq(messages.clientKey, clientKeyOf(text.messageSid)))),
      texted: q
        .select({
          threadId: nonNull(smsDeliveryLog.threadId).as('thread_id'),
          title: threads.title,
          textedAt: sql<number>`max(${smsDeliveryLog.sentAt})`.as('texted_at'),
          repliedAt: scalar<number>(lastReply).as('replied_at'),
        })
        .from(smsDeliveryLog)
        .innerJoin(
          threadMembers,
          and(
            eq(threadMembers.threadId, smsDeliveryLog.threadId),
            eq(threadMembers.userId, smsDeliveryLog.userId),
          ),
        )
        .innerJoin(threads, eq(threads.id, smsDeliveryLog.threadId))
        .where(
          allOf(
            eq(smsDeliveryLog.userId, userId),
            gt(smsDeliveryLog.id, oldest),
            eq(smsDeliveryLog.kind, 'message'),
            eq(smsDeliveryLog.phone, text.from),
            inArray(smsDeliveryLog.status, ['sent', 'delivered']),
            gt(smsDeliveryLog.sentAt, since),
          ),
        )
        .groupBy(smsDeliveryLog.threadId, threads.title),
      held: q
        .select({
          messageSid: heldReplies.messageSid,
          choices: json<string[]>(heldReplies.choices).as('choices'),
          chosenBy: heldReplies.chosenBy,
          threadId: heldReplies.threadId,
          receivedAt: heldReplies.receivedAt,
        })
        .from(heldReplies)
        .where(allOf(eq(heldReplies.userId, userId), gt(heldReplies.receivedAt, since)))
        .orderBy(heldReplies.receivedAt, rowid(heldReplies)),
      recent: q
        .select({
          total: sql<number>`count(*)`.as('total'),
          same: sql<number>`count(case when ${messages.body} = ${text.words} then 1 end)`.as('same'),
        })
        .from(messages)
        .where(allOf(answersByText, gt(messages.createdAt, now - HOUR_MS))),
    }),
  );
  return {
    messageSid: text.messageSid,
    body: text.body,
    isPosted: posted.length > 0,
    threads: texted,
    held,
    recent: recent[0]?.total ?? 0,
    recentSame: recent[0]?.same ?? 0,
    mayAnswer,
  };
}

/** Holds a text until its author has chosen a thread; once per MessageSid. @throws when the database fails */
export async function hold(
  { db, now }: Deps,
  { userId, familyId }: Writer,
  reply: { messageSid: string; words: string; choices: string[] },
): Promise<void> {
  const held = q
    .insert(heldReplies)
    .values({
      messageSid: reply.messageSid,
      familyId,
      userId,
      body: reply.words,
      choices: JSON.stringify(reply.choices),
      receivedAt: now(),
    })
    .onConflictDoNothing({ target: heldReplies.messageSid });
  await retrying(() => db.forFamily(familyId).run(held));
}

/**
 * Stores a choice. Returns the held texts that it covers and that are not posted yet, oldest first.
 * @throws when the database fails
 */
export async function takeChoice(
  { db }: Deps,
  { userId, familyId }: Writer,
  choice: { messageSid: string; threadId: string; messageSids: string[] },
): Promise<{ messageSid: string; words: string }[]> {
  const theirs = eq(heldReplies.userId, userId);
  const { chosen } = await retrying(() =>
    db.forFamily(familyId).batch({
      choose: q
        .update(heldReplies)
        .set({ chosenBy: choice.messageSid, threadId: choice.threadId })
        .where(
          allOf(theirs, isNull(heldReplies.chosenBy), inList(heldReplies.messageSid, choice.messageSids)),
        ),
      chosen: q
        .select({ messageSid: heldReplies.messageSid, words: heldReplies.body })
        .from(heldReplies)
        .where(allOf(theirs, eq(heldReplies.chosenBy, choice.messageSid), ne(heldReplies.body, '')))
        .orderBy(heldReplies.receivedAt, rowid(heldReplies)),
    }),
  );
  return chosen;
}

/** Deletes the content of held texts that are posted. @throws when the database fails */
export async function forgetWords(
  { db }: Deps,
  { userId, familyId }: Writer,
  chosenBy: string,
): Promise<void> {
  const forgotten = q
    .update(heldReplies)
    .set({ body: '' })
    .where(allOf(eq(heldReplies.userId, userId), eq(heldReplies.chosenBy, chosenBy)));
  await retrying(() => db.forFamily(familyId).run(forgotten));
}

/** The titles of threads, in the given order; empty for a deleted one. @throws when the database fails */
export async function titlesOf(db: Db, threadIds: readonly string[]): Promise<string[]> {
  const titled = q
    .select({ id: threads.id, title: threads.title })
    .from(threads)
    .where(inList(threads.id, threadIds));
  const titles = new Map((await retrying(() => db.all(titled))).map(({ id, title }) => [id, title]));
  return threadIds.map((id) => titles.get(id) ?? '');
}
