import { retrying } from '../db/retry.ts';
import { sql } from '../db/sql.ts';
import type { KeywordReading } from '../keywords/read-keyword.ts';
import { holderOf, optInNumber, optOutNumber } from '../numbers/number-state.ts';
import type { Deps } from '../platform/deps.ts';
import { HOUR_MS } from '../platform/time.ts';
import { settle } from './updates/relay.ts';

/** A text that came in, as it was read. */
export interface InboundText {
  messageSid: string;
  numberHash: string;
  reading: KeywordReading;
  /** What to answer, and what to answer when nothing is to be said. */
  answer: string;
  silence: string;
  /** False: an effect beyond consent is still owed, and {@link finishInbound} says when it is done. */
  complete: boolean;
}

/** What is known of it: the answer to give, and whether its whole effect is there. */
export interface TakenText {
  answer: string;
  done: boolean;
}

/** So many answers an hour a number gets, an opt-out's aside; whoever writes more is a machine (Twilio's 14107). */
const ANSWERS_PER_HOUR = 5;

/**
 * Takes a text in: once a MessageSid, in one batch of the directory with what it does to the number, so that
 * a repeat finds either all of it or nothing. An opt-out is answered when it is news: whoever has said stop
 * gets no second text. Repeats get the first answer.
 * @throws when a database fails; a repeat, or the sweep, brings to an end what was begun
 */
export async function takeInbound(deps: Deps, text: InboundText): Promise<TakenText> {
  const { messageSid, numberHash, reading, answer, silence, complete } = text;
  const { directory } = deps.db;
  const now = deps.now();
  const isOut = sql`EXISTS (SELECT 1 FROM phone_numbers WHERE number_hash = ${numberHash} AND opted_out_at IS NOT NULL)`;
  const isBlocked = sql`EXISTS (SELECT 1 FROM phone_numbers
    WHERE number_hash = ${numberHash} AND carrier_opted_out_at IS NOT NULL)`;
  const isDue = sql`(${Number(reading.kind === 'opt_out')} OR ${ANSWERS_PER_HOUR} > (SELECT COUNT(*) FROM inbound_texts
    WHERE number_hash = ${numberHash} AND received_at > ${now - HOUR_MS} AND reply <> ${silence}))`;
  // A block of the carrier's would refuse the answer, unless this very text has lifted it.
  const isHeard = reading.by === 'twilio' ? sql`1` : sql`NOT ${isBlocked}`;
  const isNews = reading.kind === 'opt_out' ? sql`NOT ${isOut}` : sql`1`;
  const isOpen = sql`EXISTS (SELECT 1 FROM inbound_texts WHERE message_sid = ${messageSid} AND done_at IS NULL)`;
  const asks = (kind: 'opt_out' | 'opt_in') =>
    ({
      numberHash,
      source: 'keyword',
      carrier: reading.by === 'twilio',
      now,
      condition: sql`${Number(reading.kind === kind)} AND ${isOpen}`,
    }) as const;
  const results = await retrying(() =>
    directory.batch([
      directory.run(sql`
        INSERT INTO inbound_texts (message_sid, number_hash, keyword, received_at, reply)
        SELECT ${messageSid}, ${numberHash}, ${reading.kind}, ${now},
          CASE WHEN ${isNews} AND ${isHeard} AND ${isDue} THEN ${answer} ELSE ${silence} END
        WHERE 1 ON CONFLICT (message_sid) DO NOTHING`),
      ...optOutNumber(directory, asks('opt_out')),
      ...optInNumber(directory, asks('opt_in')),
      directory.run(sql`
        UPDATE inbound_texts SET done_at = ${now} WHERE message_sid = ${messageSid} AND done_at IS NULL AND ${Number(complete)}`),
      directory.all<{ reply: string; doneAt: number | null }>(sql`
        SELECT reply AS reply, done_at AS doneAt FROM inbound_texts WHERE message_sid = ${messageSid}`),
      holderOf(directory, numberHash),
    ]),
  );
  const [taken, holders] = [results[6][0], results[7]];
  await settle(
    deps,
    holders.map(({ userId }) => userId),
  );
  return { answer: taken?.reply ?? silence, done: taken?.doneAt != null };
}

/** The whole effect of a text is there; from now on it is answered with `answer`. */
export async function finishInbound(deps: Deps, messageSid: string, answer: string): Promise<void> {
  const { directory } = deps.db;
  await retrying(() =>
    directory.run(sql`
      UPDATE inbound_texts SET reply = ${answer}, done_at = ${deps.now()}
      WHERE message_sid = ${messageSid} AND done_at IS NULL`),
  );
}
