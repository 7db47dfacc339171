import { count, isNull, min, not, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import type { Results } from '../db/client.ts';
import type { Via } from '../db/column-values.ts';
import { eq, gt, gte, lt, ne } from '../db/comparisons.ts';
import { allOf, anyOf, greatest, hasRow, iif, json, jsonArray, oneRow, scalar } from '../db/expressions.ts';
import { insertFrom } from '../db/insert-from.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { messages, threadMembers, threads, users } from '../db/schema.ts';
import { hot, type Later, type ResultOf } from '../db/statement.ts';
import {
  insertDeliveries,
  notifiedUpTo,
  rescheduleInThread,
  suppressRead,
} from '../notifications/deliveries/outbox.ts';
import { announceMessage } from '../notifications/send/announce-message.ts';
import { selectFactsOfMessages } from '../notifications/send/facts.ts';
import { type ClaimedCaller, callerCondition } from '../platform/auth/caller.ts';
import { sha256 } from '../platform/crypto.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError, rateLimited } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import { type Budget, countPost, postsUsedUp, usedUp, windowsAt } from '../platform/pace/person-budget.ts';
import { DAY_MS } from '../platform/time.ts';
import { type MessageJson, messageColumns, toMessage } from './message.ts';

/** A message to be posted. */
export interface NewMessage {
  threadId: string;
  body: string;
  fileIds: string[];
  urgent: boolean;
  via: Via;
  /** The Idempotency-Key; null: each call is a message of its own. */
  clientKey: string | null;
}

/** Max. urgent messages a sender may post in 24 hours. */
const URGENT_PER_DAY = 3;

/** What the statements of a post are about; the new message's id and digest are made before. Times in ms. */
export interface Posting extends Budget {
  userId: string;
  familyId: string;
  /** Empty for a token of the host, which needs no session. */
  sessionId: string;
  threadId: string;
  id: string;
  body: string;
  /** JSON */
  fileIds: string;
  urgent: boolean;
  via: Via;
  clientKey: string;
  digest: string;
  /** What the ids of its deliveries begin with. */
  stem: string;
  now: number;
  /** `now`, but for messages that the host has dated. */
  createdAt: number;
  /** Urgent messages since then count. */
  dayAgo: number;
  /** When the sweep looks at a delivery that nobody has taken up. */
  wakeAt: number;
}

/** Replies by text and what the host posts are bounded elsewhere. */
export const UNBOUNDED = Number.MAX_SAFE_INTEGER;

const m = threadMembers;
/** The message that the statements before have written, if they have. */
const msg = alias(messages, 'msg');

const isAuthor = (v: Later<Posting>) =>
  allOf(eq(m.threadId, v.threadId), eq(m.userId, v.userId), eq(m.familyId, v.familyId));

const urgentToday = (v: Later<Posting>) =>
  allOf(eq(messages.authorId, v.userId), eq(messages.urgent, true), gt(messages.createdAt, v.dayAgo));

const urgentCount = (v: Later<Posting>) =>
  scalar<number>(
    q
      .select({ n: count().as('n') })
      .from(messages)
      .where(urgentToday(v)),
  );

/**
 * Who posts: a person with a session, or by a token of the host; the host itself on behalf of a member; or the host from
 * its history, where authors may have left.
 */
export type PostedBy = 'session' | 'host' | 'service' | 'history';

/** The statements of a post in which the caller is checked: by the session where there is one. */
function checkedStatements(by: PostedBy) {
  const isHistory = by === 'history';
  const inFamily = (v: Later<Posting>) =>
    allOf(
      eq(threads.id, v.threadId),
      eq(threads.familyId, v.familyId),
      eq(users.id, v.userId),
      eq(users.familyId, v.familyId),
    );
  const isCaller = ({ userId, familyId, sessionId, now }: Later<Posting>) =>
    callerCondition({ userId, familyId, sessionId: by === 'session' ? sessionId : null }, now);
  return {
    /** What tells why nothing came of a post; asked when nothing did. */
    guard: hot<Posting>()((v) =>
      q
        .select({
          isCaller: hasRow(users, isCaller(v)).as('isCaller'),
          isMember: hasRow(m, isAuthor(v)).as('isMember'),
          urgentCount: urgentCount(v).as('urgentCount'),
          urgentSince: scalar<number>(
            q
              .select({ at: min(messages.createdAt).as('at') })
              .from(messages)
              .where(urgentToday(v)),
          ).as('urgentSince'),
          usedUp: scalar<'minute' | 'day' | null>(
            q
              .select({ window: postsUsedUp(v).as('window') })
              .from(users)
              .where(eq(users.id, v.userId)),
          ).as('usedUp'),
        })
        .from(oneRow),
    ),
    message: hot<Posting>()((v) => {
      const mayBeUrgent = anyOf(not(v.urgent), lt(urgentCount(v), URGENT_PER_DAY));
      return insertFrom(
        messages,
        {
          id: v.id,
          familyId: threads.familyId,
          threadId: threads.id,
          seq: sql<number>`${threads.lastSeq} + 1`,
          authorId: users.id,
          body: v.body,
          fileIds: v.fileIds,
          urgent: v.urgent,
          via: v.via,
          clientKey: v.clientKey,
          clientDigest: v.digest,
          createdAt: v.createdAt,
        },
        isHistory
          ? sql`from ${threads} join ${users} where ${inFamily(v)}`
          : sql`from ${m} join ${threads} on ${eq(threads.id, m.threadId)} join ${users} on ${eq(users.id, m.userId)}
          where ${allOf(isAuthor(v), isCaller(v), mayBeUrgent, isNull(postsUsedUp(v)))}`,
      ).onConflictDoNothing(
        // The host's own ids may be taken too.
        by === 'session' || by === 'host' ? { target: [messages.authorId, messages.clientKey] } : undefined,
      );
    }),
    /**
     * The message of this author and key, be it this post's or an earlier one's, and whether the caller may know; if it is
     * this post's, with everybody in the thread.
     */
    posted: hot<Posting>()((v) => {
      const members = q
        .select({ userIds: jsonArray<string>(m.userId).as('userIds') })
        .from(m)
        .where(allOf(eq(m.threadId, v.threadId), eq(messages.id, v.id)));
      return q
        .select({
          ...messageColumns,
          digest: messages.clientDigest,
          isCaller: hasRow(users, isCaller(v)).as('isCaller'),
          recipients: json<string[]>(scalar<string>(members)).as('recipients'),
        })
        .from(messages)
        .innerJoin(users, eq(users.id, messages.authorId))
        .where(allOf(eq(messages.authorId, v.userId), eq(messages.clientKey, v.clientKey)));
    }),
  };
}
const CHECKED = {
  session: checkedStatements('session'),
  host: checkedStatements('host'),
  service: checkedStatements('service'),
  history: checkedStatements('history'),
};

const moveThread = hot<Posting>()((v) =>
  q
    .update(threads)
    .set({ lastSeq: msg.seq, lastActivityAt: msg.createdAt })
    .from(msg)
    .where(allOf(eq(msg.id, v.id), eq(threads.id, msg.threadId), lt(threads.lastSeq, msg.seq))),
);

/** An author in the app has seen the whole thread; an author by SMS has seen what the texts covered. */
const readByAuthor = hot<Posting>()((v) => {
  const told = notifiedUpTo(v.userId, v.threadId);
  const knowsAll = gte(greatest(m.lastReadSeq, told), sql<number>`${msg.seq} - 1`);
  const readUpTo = iif<number>(anyOf(ne(v.via, 'sms'), knowsAll), msg.seq, told);
  return q
    .update(m)
    .set({ lastReadSeq: greatest(m.lastReadSeq, readUpTo) })
    .from(msg)
    .where(
      allOf(
        eq(msg.id, v.id),
        eq(m.threadId, msg.threadId),
        eq(m.userId, msg.authorId),
        lt(m.lastReadSeq, msg.seq),
      ),
    );
});

const counted = hot<Posting>()((v) =>
  q
    .update(users)
    .set(countPost(v))
    .where(allOf(eq(users.id, v.userId), hasRow(messages, eq(messages.id, v.id)))),
);

const suppress = hot<Posting>()((v) => suppressRead(v.userId, v.threadId));

const deliver = hot<Posting>()((v) =>
  insertDeliveries({ messageId: v.id, stem: v.stem, now: v.now, wakeAt: v.wakeAt }),
);

/** Whoever had read everything before a message of history has read that too: it is no news. */
const readAsHistory = hot<Posting>()((v) =>
  q
    .update(m)
    .set({ lastReadSeq: msg.seq })
    .from(msg)
    .where(
      allOf(eq(msg.id, v.id), eq(m.threadId, msg.threadId), eq(m.lastReadSeq, sql<number>`${msg.seq} - 1`)),
    ),
);

/** The statements of one post, in their order; for one batch. */
export function postStatements(posting: Posting, by: PostedBy) {
  const { message, posted } = CHECKED[by];
  const isHistory = by === 'history';
  const { userId, threadId, via, now } = posting;
  return {
    message: message(posting),
    thread: moveThread(posting),
    counted: posting.perDay !== UNBOUNDED && counted(posting),
    read: isHistory ? readAsHistory(posting) : readByAuthor(posting),
    suppressed: !isHistory && suppress(posting),
    deliveries: !isHistory && deliver(posting),
    posted: posted(posting),
    facts: !isHistory && selectFactsOfMessages({ messageIds: JSON.stringify([posting.id]) }),
    // Messages that no text has covered yet need not wait for a window that has grown.
    rescheduled:
      via === 'sms' && rescheduleInThread({ userIds: JSON.stringify([userId]), until: now, threadId }),
  };
}

type Guard = ResultOf<ReturnType<(typeof CHECKED)['host']['guard']>>[number];

/** Asks why a post's batch has inserted no message. @throws when the database fails */
export async function refusal(
  deps: Deps,
  posting: Posting,
  by: PostedBy,
): Promise<{ error: AppError; isMember: boolean }> {
  const guard = await retrying(() => deps.db.forFamily(posting.familyId).first(CHECKED[by].guard(posting)));
  return { error: reasonOf(guard, posting, deps), isMember: Boolean(guard?.isMember) };
}

function reasonOf(guard: Guard | undefined, { urgent }: Posting, { config, now: clock }: Deps): AppError {
  const now = clock();
  if (!guard?.isCaller) return nobody();
  if (guard.isMember && urgent && (guard.urgentCount ?? 0) >= URGENT_PER_DAY) {
    const wait = ((guard.urgentSince ?? now) + DAY_MS - now) / 1000;
    return rateLimited(
      `At most ${URGENT_PER_DAY} urgent messages a day. Send this one as an ordinary message.`,
      wait,
    );
  }
  if (guard.isMember && guard.usedUp) {
    const { POSTS_PER_DAY, POSTS_PER_MINUTE } = config;
    const limit = guard.usedUp === 'day' ? POSTS_PER_DAY : POSTS_PER_MINUTE;
    return usedUp('messages', guard.usedUp, limit, now);
  }
  return new AppError('thread_not_found', 'There is no such thread, or you are not in it.');
}

const nobody = () =>
  new AppError('unauthenticated', 'This sign-in has ended, or the person is not known here.');

/**
 * Posts a message in one D1 round trip, which checks caller, session and membership, inserts message and
 * delivery rows, returns the recipients, and marks as read what the author has seen: the whole thread, or for a
 * message by SMS what the texts covered. Safe to run twice: the client key is unique by author. Live event and
 * queue job follow after the answer and may fail; the rows in D1 are authoritative.
 * @throws AppError `unauthenticated`, `thread_not_found`, `idempotency_conflict`, `rate_limited`
 */
export async function postMessage(
  deps: Deps,
  caller: ClaimedCaller,
  message: NewMessage,
): Promise<MessageJson> {
  const isBounded = message.via === 'app' || message.via === 'portal';
  const turn = isBounded ? await deps.postPace.turn(caller) : null;
  const now = deps.now();
  const db = deps.db.forFamily(caller.familyId);
  const id = newId('msg', now);
  const digest = await sha256(
    JSON.stringify([message.threadId, message.body, message.fileIds, message.urgent]),
  );
  const posting: Posting = {
    ...message,
    id,
    userId: caller.userId,
    familyId: caller.familyId,
    sessionId: caller.sessionId ?? '',
    clientKey: message.clientKey ?? id,
    fileIds: JSON.stringify(message.fileIds),
    digest,
    stem: `dlv_${id.slice('msg_'.length)}`,
    now,
    createdAt: now,
    dayAgo: now - DAY_MS,
    ...windowsAt(now),
    perMinute: isBounded ? deps.config.POSTS_PER_MINUTE : UNBOUNDED,
    perDay: isBounded ? deps.config.POSTS_PER_DAY : UNBOUNDED,
    wakeAt: now + deps.config.CLAIM_LEASE_SECONDS * 1000,
  };
  const by = posting.sessionId === '' ? 'host' : 'session';
  const results = await retrying(() => db.batch(postStatements(posting, by)));
  const [row] = results.posted;
  turn?.report(row ? row.recipients.length : null);
  if (!row) throw (await refusal(deps, posting, by)).error;
  if (!row.isCaller) throw nobody();
  if (row.digest !== digest) {
    throw new AppError(
      'idempotency_conflict',
      'This Idempotency-Key was used with another message; use a new one.',
    );
  }
  if (row.id === id) {
    const gatherSeconds = message.urgent ? 0 : turn?.gatherSeconds;
    deps.afterwards(announce(deps, caller, toMessage(row), results, gatherSeconds));
  }
  return toMessage(row);
}

/** After a post: the family hears of it, and its texts are on their way; see {@link announceMessage}. */
export function announce(
  deps: Deps,
  { familyId }: Pick<ClaimedCaller, 'familyId'>,
  message: MessageJson,
  { posted, facts }: Pick<Results<ReturnType<typeof postStatements>>, 'posted' | 'facts'>,
  gatherSeconds = 0,
): Promise<void> {
  const event = { type: 'message' as const, threadId: message.threadId, message };
  const publication = { event, to: posted[0]?.recipients ?? [] };
  return announceMessage(deps, familyId, publication, facts ?? [], gatherSeconds);
}
