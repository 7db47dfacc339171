import { isNotNull, isNull, not, sql } from 'drizzle-orm';
import { eq, gt, lt, ne } from '../db/comparisons.ts';
import { allOf, hasRow, iif, scalar } from '../db/expressions.ts';
import { insertFrom } from '../db/insert-from.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { inboundTexts, notificationPreferences, phoneNumbers } from '../db/schema.ts';
import { hot, type Later, perShape } from '../db/statement.ts';
import type { KeywordReading, NumberStanding } from '../keywords/read-keyword.ts';
import {
  consentValues,
  type NumberConsentValues,
  optInNumber,
  optOutNumber,
} from '../numbers/number-state.ts';
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

/** Max. answers to one number in an hour: more means a loop of machines (Twilio's 14107). */
const ANSWERS_PER_HOUR = 5;
/** The same with what confirms an opt-out, which comes when the others are used up, but not to a phone that says stop and start in turns. */
const CONFIRMED_PER_HOUR = 30;
/** Delay of an opt-out in the queue that still could not be written. */
const QUEUED_AGAIN_SECONDS = 5;

/** The values of the statements that record a text. Times in ms. */
interface Recording extends NumberConsentValues {
  messageSid: string;
  answer: string;
  silence: string;
  hourAgo: number;
}

/** What differs between texts. `byCarrier`: Twilio has opted the number out, or in again, itself. */
interface Shape {
  kind: KeywordReading['kind'];
  byCarrier: boolean;
  /** There is nothing to answer, so nothing of the number is looked at for it. */
  isSilent: boolean;
}

/** The statements that record a text, each built when it is first needed. */
function recordingOf({ kind, byCarrier, isSilent }: Shape) {
  const theNumber = (v: Later<Recording>) => eq(phoneNumbers.numberHash, v.numberHash);
  const isOut = (v: Later<Recording>) =>
    hasRow(phoneNumbers, allOf(theNumber(v), isNotNull(phoneNumbers.optedOutAt)));
  const isBlocked = (v: Later<Recording>) =>
    hasRow(phoneNumbers, allOf(theNumber(v), isNotNull(phoneNumbers.carrierOptedOutAt)));
  const answered = (v: Later<Recording>) =>
    scalar<number>(
      q
        .select({ n: sql<number>`count(*)`.as('n') })
        .from(inboundTexts)
        .where(
          allOf(
            eq(inboundTexts.numberHash, v.numberHash),
            gt(inboundTexts.receivedAt, v.hourAgo),
            ne(inboundTexts.reply, v.silence),
          ),
        ),
    );
  const getsTexts = (v: Later<Recording>) =>
    hasRow(
      phoneNumbers,
      allOf(theNumber(v), isNotNull(phoneNumbers.userId), isNull(phoneNumbers.optedOutAt)),
    );
  const isAnswered = (v: Later<Recording>) =>
    allOf(
      kind === 'opt_out' && not(isOut(v)),
      lt(answered(v), kind === 'opt_out' ? CONFIRMED_PER_HOUR : ANSWERS_PER_HOUR),
      kind === 'none' && getsTexts(v),
      // The carrier would refuse the answer to a blocked number, unless this text has just lifted the block.
      !byCarrier && not(isBlocked(v)),
    );
  // A repeat may read a word otherwise, by another state of its number; the first reading holds.
  const isOpen = (v: Later<Recording>) =>
    allOf(
      eq(inboundTexts.messageSid, v.messageSid),
      eq(inboundTexts.keyword, kind),
      isNull(inboundTexts.doneAt),
    );
  const shape = (v: Later<Recording>) => ({
    carrier: byCarrier,
    condition: sql`${hasRow(inboundTexts, isOpen(v))}`,
  });
  return {
    take: hot<Recording>()((v) =>
      insertFrom(
        inboundTexts,
        {
          messageSid: v.messageSid,
          numberHash: v.numberHash,
          keyword: kind,
          receivedAt: v.now,
          reply: isSilent ? v.silence : iif<string>(isAnswered(v), v.answer, v.silence),
        },
        sql`where true`,
      ).onConflictDoNothing({ target: inboundTexts.messageSid }),
    ),
    enqueueOptOut: hot<Recording>()((v) => optOutNumber(v, shape(v)).enqueueOptOut),
    optOut: hot<Recording>()((v) => optOutNumber(v, shape(v)).optOut),
    enqueueOptIn: hot<Recording>()((v) => optInNumber(v, shape(v)).enqueueOptIn),
    optIn: hot<Recording>()((v) => optInNumber(v, shape(v)).optIn),
    done: hot<Recording>()((v) => q.update(inboundTexts).set({ doneAt: v.now }).where(isOpen(v))),
  };
}

const RECORDINGS = perShape(recordingOf);

/** The stored result of a text. */
const recorded = hot<{ messageSid: string }>()((v) =>
  q
    .select({ reply: inboundTexts.reply, doneAt: inboundTexts.doneAt })
    .from(inboundTexts)
    .where(eq(inboundTexts.messageSid, v.messageSid)),
);

/**
 * Records an inbound text, once per MessageSid, in one directory batch with its effect on the number, so that a
 * repeat finds either both or nothing. An opt-out is answered only when it changes something: someone who has
 * opted out gets no second text; whatever the answer, it holds. Repeats get the first answer.
 * @throws when a database fails; a repeat of the webhook, or the sweep, completes the work
 */
export async function recordInbound(deps: Deps, text: InboundText): Promise<RecordedInbound> {
  const { messageSid, numberHash, reading, answer, silence, complete } = text;
  const now = deps.now();
  const { kind } = reading;
  const carrier = reading.by === 'twilio';
  const record = RECORDINGS({ kind, byCarrier: carrier, isSilent: answer === silence });
  const action = kind === 'opt_in' ? kind : 'opt_out';
  const values: Recording = {
    ...consentValues(action, { numberHash, source: 'keyword', carrier, now }),
    messageSid,
    answer,
    silence,
    hourAgo: now - HOUR_MS,
  };
  const { taken, updates } = await retrying(() =>
    deps.db.directory.batch({
      take: record.take(values),
      enqueueOptOut: kind === 'opt_out' && record.enqueueOptOut(values),
      optOut: kind === 'opt_out' && record.optOut(values),
      enqueueOptIn: kind === 'opt_in' && record.enqueueOptIn(values),
      optIn: kind === 'opt_in' && record.optIn(values),
      done: complete && record.done(values),
      taken: recorded({ messageSid }),
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
