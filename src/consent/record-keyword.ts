import { eq, gt, isNotNull, isNull, lt, ne, not, sql } from 'drizzle-orm';
import { allOf, hasRow, iif, scalar } from '../db/expressions.ts';
import { insertFrom } from '../db/insert-from.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { inboundTexts, notificationPreferences, phoneNumbers } from '../db/schema.ts';
import type { KeywordReading, NumberStanding } from '../keywords/read-keyword.ts';
import { optInNumber, optOutNumber } from '../numbers/number-state.ts';
import type { Deps } from '../platform/deps.ts';
import type { OptOutJob } from '../platform/jobs.ts';
import { errorFields } from '../platform/log.ts';
import { HOUR_MS } from '../platform/time.ts';
import { applyUpdatesRead, pendingUpdatesOfHolder } from './updates/relay.ts';

/** An inbound text and how it was read. */
export interface InboundText {
  messageSid: string;
  numberHash: string;
  reading: KeywordReading;
  /** The answer, and the empty answer. */
  answer: string;
  silence: string;
  /** False: effects beyond consent are still pending; {@link completeInbound} marks them as done. */
  complete: boolean;
}

/** The stored result: the answer to give, and whether all effects are done. */
export interface RecordedInbound {
  answer: string;
  done: boolean;
}

/**
 * Max. answers to one number in an hour, confirmations of opt-outs excluded: more means a loop of machines
 * (Twilio's 14107).
 */
const ANSWERS_PER_HOUR = 5;
/** Delay of an opt-out in the queue that still could not be written. */
const QUEUED_AGAIN_SECONDS = 5;

/**
 * Records an inbound text, once per MessageSid, in one directory batch with its effect on the number, so that a
 * repeat finds either both or nothing. An opt-out is answered only when it changes something: someone who has
 * opted out gets no second text. Repeats get the first answer.
 * @throws when a database fails; a repeat of the webhook, or the sweep, completes the work
 */
export async function recordInbound(deps: Deps, text: InboundText): Promise<RecordedInbound> {
  const { messageSid, numberHash, reading, answer, silence, complete } = text;
  const now = deps.now();
  const { kind } = reading;
  const byCarrier = reading.by === 'twilio';
  const theNumber = eq(phoneNumbers.numberHash, numberHash);
  const isOut = hasRow(phoneNumbers, allOf(theNumber, isNotNull(phoneNumbers.optedOutAt)));
  const isBlocked = hasRow(phoneNumbers, allOf(theNumber, isNotNull(phoneNumbers.carrierOptedOutAt)));
  const answered = q
    .select({ n: sql<number>`count(*)`.as('n') })
    .from(inboundTexts)
    .where(
      allOf(
        eq(inboundTexts.numberHash, numberHash),
        gt(inboundTexts.receivedAt, now - HOUR_MS),
        ne(inboundTexts.reply, silence),
      ),
    );
  const isAnswered = allOf(
    kind === 'opt_out' ? not(isOut) : lt(scalar<number>(answered), ANSWERS_PER_HOUR),
    kind === 'none' &&
      hasRow(phoneNumbers, allOf(theNumber, isNotNull(phoneNumbers.userId), isNull(phoneNumbers.optedOutAt))),
    // The carrier would refuse the answer to a blocked number, unless this text has just lifted the block.
    !byCarrier && not(isBlocked),
  );
  // A repeat may read a word otherwise, by another state of its number; the first reading holds.
  const isOpen = allOf(
    eq(inboundTexts.messageSid, messageSid),
    eq(inboundTexts.keyword, kind),
    isNull(inboundTexts.doneAt),
  );
  const consent = {
    numberHash,
    source: 'keyword',
    carrier: byCarrier,
    now,
    condition: hasRow(inboundTexts, isOpen),
  } as const;
  const { taken, updates } = await retrying(() =>
    deps.db.directory.batch({
      take: insertFrom(
        inboundTexts,
        {
          messageSid,
          numberHash,
          keyword: kind,
          receivedAt: now,
          reply: iif<string>(isAnswered, answer, silence),
        },
        sql`where true`,
      ).onConflictDoNothing({ target: inboundTexts.messageSid }),
      ...(kind === 'opt_out' ? optOutNumber(consent) : {}),
      ...(kind === 'opt_in' ? optInNumber(consent) : {}),
      done: complete && q.update(inboundTexts).set({ doneAt: now }).where(isOpen),
      taken: q
        .select({ reply: inboundTexts.reply, doneAt: inboundTexts.doneAt })
        .from(inboundTexts)
        .where(eq(inboundTexts.messageSid, messageSid)),
      updates: pendingUpdatesOfHolder({ numberHash }),
    }),
  );
  await applyUpdatesRead(deps, updates);
  return { answer: taken[0]?.reply ?? silence, done: taken[0]?.doneAt != null };
}

/**
 * Whether texts from a number mean what they say about opting in: not when its holder gets our texts already, since
 * nothing can be lifted then.
 * @throws when a database fails
 */
export async function standingOf({ db }: Deps, numberHash: string): Promise<NumberStanding> {
  const { userId, familyId, optedOutAt, carrierOptedOutAt } = phoneNumbers;
  const number = await retrying(() =>
    db.directory.first(
      q
        .select({ userId, familyId, optedOutAt, carrierOptedOutAt })
        .from(phoneNumbers)
        .where(eq(phoneNumbers.numberHash, numberHash)),
    ),
  );
  if (!number?.userId || !number.familyId) return { isOut: true };
  if (number.optedOutAt !== null || number.carrierOptedOutAt !== null) return { isOut: true };
  const holder = number.userId;
  const prefs = notificationPreferences;
  const enabled = await retrying(() =>
    db.forFamily(number.familyId!).first(
      q
        .select({ userId: prefs.userId })
        .from(prefs)
        .where(allOf(eq(prefs.userId, holder), eq(prefs.smsEnabled, true), isNull(prefs.optedOutAt))),
    ),
  );
  return { isOut: enabled === undefined };
}

/**
 * Takes an opt-out that waited in the queue because the directory could not be written when it came. If it still cannot,
 * it goes back to the end of the queue.
 * @throws when the queue fails too: the message is delivered again
 */
export async function takeQueuedOptOut(deps: Deps, job: OptOutJob): Promise<void> {
  const { messageSid, numberHash, by, silence } = job;
  try {
    await recordInbound(deps, {
      messageSid,
      numberHash,
      reading: { kind: 'opt_out', by },
      answer: silence,
      silence,
      complete: true,
    });
  } catch (error) {
    deps.log.error('inbound.opt_out_waits', { messageSid, ...errorFields(error) });
    await deps.enqueueOptOut(job, QUEUED_AGAIN_SECONDS);
  }
}

/**
 * Marks a text as completed; repeats are answered with `answer` from now on.
 * @throws when the database fails
 */
export async function completeInbound({ db, now }: Deps, messageSid: string, answer: string): Promise<void> {
  await retrying(() =>
    db.directory.run(
      q
        .update(inboundTexts)
        .set({ reply: answer, doneAt: now() })
        .where(allOf(eq(inboundTexts.messageSid, messageSid), isNull(inboundTexts.doneAt))),
    ),
  );
}
