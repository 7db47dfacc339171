import type { Db } from '../../db/client.ts';
import { retrying } from '../../db/retry.ts';
import { sql } from '../../db/sql.ts';
import type { Deps } from '../../platform/deps.ts';
import { newId } from '../../platform/ids.ts';
import { DAY_MS, HOUR_MS } from '../../platform/time.ts';
import { SILENCE } from '../twiml.ts';
import type { HeldReply, ReplyFacts } from './reply-decision.ts';
import { ANSWERABLE_MS, type TextedThread } from './reply-target.ts';

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
  const answers = (since: number) => sql`(SELECT COUNT(*) FROM inbound_texts
    WHERE number_hash = ${numberHash} AND received_at > ${since} AND message_sid <> ${messageSid} AND reply <> ${SILENCE})`;
  const [row] = await retrying(() =>
    db.directory.all<{ userId: string; familyId: string; isOut: number; hour: number; day: number }>(sql`
      SELECT n.user_id AS userId, n.family_id AS familyId,
        (n.opted_out_at IS NOT NULL OR n.carrier_opted_out_at IS NOT NULL) AS isOut,
        ${answers(now() - HOUR_MS)} AS hour, ${answers(now() - DAY_MS)} AS day
      FROM phone_numbers n
      WHERE n.number_hash = ${numberHash} AND n.user_id IS NOT NULL AND n.verified_at IS NOT NULL`),
  );
  if (!row) return null;
  const { userId, familyId, isOut, hour, day } = row;
  return { userId, familyId, mayAnswer: isOut === 0 && hour < ANSWERS_PER_HOUR && day < ANSWERS_PER_DAY };
}

interface HeldRow extends Omit<HeldReply, 'choices'> {
  choices: string;
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
  const mine = sql`msg.author_id = ${userId} AND msg.urgent = 0 AND msg.via = 'sms'`;
  const [posted, threads, held, [recent]] = await retrying(() =>
    family.batch([
      family.all(sql`
        SELECT 1 AS yes FROM messages WHERE author_id = ${userId} AND client_key = ${clientKeyOf(text.messageSid)}`),
      family.all<TextedThread>(sql`
        SELECT d.thread_id AS threadId, t.title AS title, MAX(d.sent_at) AS textedAt,
          (SELECT MAX(msg.created_at) FROM messages msg
            WHERE ${mine} AND msg.created_at > ${now - ANSWERABLE_MS} AND msg.thread_id = d.thread_id) AS repliedAt
        FROM sms_delivery_log d
          JOIN thread_members m ON m.thread_id = d.thread_id AND m.user_id = d.user_id
          JOIN threads t ON t.id = d.thread_id
        WHERE d.user_id = ${userId} AND d.id > ${oldest} AND d.kind = 'message' AND d.phone = ${text.from}
          AND d.status IN ('sent', 'delivered') AND d.sent_at > ${now - ANSWERABLE_MS}
        GROUP BY d.thread_id, t.title`),
      family.all<HeldRow>(sql`
        SELECT message_sid AS messageSid, choices AS choices, chosen_by AS chosenBy, thread_id AS threadId,
          received_at AS receivedAt
        FROM held_replies WHERE user_id = ${userId} AND received_at > ${now - ANSWERABLE_MS} ORDER BY received_at, rowid`),
      family.all<{ total: number; same: number }>(sql`
        SELECT COUNT(*) AS total, COUNT(CASE WHEN msg.body = ${text.words} THEN 1 END) AS same
        FROM messages msg WHERE ${mine} AND msg.created_at > ${now - HOUR_MS}`),
    ]),
  );
  return {
    messageSid: text.messageSid,
    body: text.body,
    isPosted: posted.length > 0,
    threads,
    held: held.map((row) => ({ ...row, choices: JSON.parse(row.choices) })),
    recent: recent?.total ?? 0,
    recentSame: recent?.same ?? 0,
    mayAnswer,
  };
}

/** Holds a text until its author has chosen a thread; once per MessageSid. @throws when the database fails */
export async function hold(
  { db, now }: Deps,
  { userId, familyId }: Writer,
  reply: { messageSid: string; words: string; choices: string[] },
): Promise<void> {
  const family = db.forFamily(familyId);
  await retrying(() =>
    family.run(sql`
      INSERT INTO held_replies (message_sid, family_id, user_id, body, choices, received_at)
      VALUES (${reply.messageSid}, ${familyId}, ${userId}, ${reply.words}, ${JSON.stringify(reply.choices)}, ${now()})
      ON CONFLICT (message_sid) DO NOTHING`),
  );
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
  const family = db.forFamily(familyId);
  const [, chosen] = await retrying(() =>
    family.batch([
      family.run(sql`
        UPDATE held_replies SET chosen_by = ${choice.messageSid}, thread_id = ${choice.threadId}
        WHERE user_id = ${userId} AND chosen_by IS NULL
          AND message_sid IN (SELECT value FROM json_each(${JSON.stringify(choice.messageSids)}))`),
      family.all<{ messageSid: string; words: string }>(sql`
        SELECT message_sid AS messageSid, body AS words FROM held_replies
        WHERE user_id = ${userId} AND chosen_by = ${choice.messageSid} AND body <> '' ORDER BY received_at, rowid`),
    ]),
  );
  return chosen;
}

/** Deletes the content of held texts that are posted. @throws when the database fails */
export async function forgetWords(
  { db }: Deps,
  { userId, familyId }: Writer,
  chosenBy: string,
): Promise<void> {
  const family = db.forFamily(familyId);
  await retrying(() =>
    family.run(sql`UPDATE held_replies SET body = '' WHERE user_id = ${userId} AND chosen_by = ${chosenBy}`),
  );
}

/** The titles of threads, in the given order; empty for a deleted one. @throws when the database fails */
export async function titlesOf(db: Db, threadIds: readonly string[]): Promise<string[]> {
  const rows = await retrying(() =>
    db.all<{ title: string | null }>(sql`
      SELECT t.title AS title FROM json_each(${JSON.stringify(threadIds)}) j LEFT JOIN threads t ON t.id = j.value ORDER BY j.key`),
  );
  return rows.map(({ title }) => title ?? '');
}
