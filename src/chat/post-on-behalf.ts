import type { Db } from '../db/client.ts';
import { eq } from '../db/comparisons.ts';
import { allOf, anyOf } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { messages, users } from '../db/schema.ts';
import type { Person } from '../numbers/changes.ts';
import { sha256 } from '../platform/crypto.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import { windowsAt } from '../platform/pace/person-budget.ts';
import { CLOCK_TOLERANCE_MS, DAY_MS } from '../platform/time.ts';
import { type MessageJson, messageColumns, toMessage } from './message.ts';
import { announce, type Posting, postStatements, refusal, UNBOUNDED } from './post-message.ts';

/** A message that the host posts on behalf of one of its people. */
export interface HostMessage {
  threadId: string;
  body: string;
  fileIds: string[];
  urgent: boolean;
  /** The Idempotency-Key; null: the id alone makes repeats harmless. */
  clientKey: string | null;
  /** The host's own id; null: one of ours. */
  id: string | null;
  /** When it was written, ms; null: now. */
  createdAt: number | null;
  /** History: nobody is texted, and whoever had read all before it has read it too. Authors may have left the thread. */
  silent: boolean;
}

const byIdOrKey = (familyId: string, id: string, author: { userId: string; clientKey: string }) =>
  q
    .select({ ...messageColumns, digest: messages.clientDigest })
    .from(messages)
    .innerJoin(users, eq(users.id, messages.authorId))
    .where(
      allOf(
        eq(messages.familyId, familyId),
        anyOf(
          eq(messages.id, id),
          allOf(eq(messages.authorId, author.userId), eq(messages.clientKey, author.clientKey)),
        ),
      ),
    );

async function postingOf(
  deps: Deps,
  { userId, familyId }: Person,
  { clientKey, createdAt, ...message }: HostMessage,
): Promise<Posting> {
  const now = deps.now();
  if (createdAt !== null && createdAt > now + CLOCK_TOLERANCE_MS) {
    throw new AppError('invalid_request', 'Correct what "details" names: createdAt.', {
      details: [{ in: 'body', field: 'createdAt', problem: 'should not be in the future' }],
    });
  }
  const { threadId, body, urgent } = message;
  const id = message.id ?? newId('msg', now);
  return {
    threadId,
    body,
    urgent,
    id,
    userId,
    familyId,
    sessionId: '',
    via: 'host',
    // Apart from the keys of the person's own app.
    clientKey: clientKey === null ? id : `host:${clientKey}`,
    fileIds: JSON.stringify(message.fileIds),
    digest: await sha256(JSON.stringify([threadId, userId, message.id, body, message.fileIds, urgent])),
    stem: newId('dlv', now),
    now,
    createdAt: Math.min(createdAt ?? now, now),
    dayAgo: now - DAY_MS,
    // The host's own limits hold.
    ...windowsAt(now),
    perMinute: UNBOUNDED,
    perDay: UNBOUNDED,
    wakeAt: now + deps.config.CLAIM_LEASE_SECONDS * 1000,
  };
}

/** The message that an id or key names already. @throws AppError `idempotency_conflict` when it says something else */
async function findPosted(db: Db, posting: Posting): Promise<MessageJson | null> {
  const rows = await retrying(() => db.all(byIdOrKey(posting.familyId, posting.id, posting)));
  const [row] = rows;
  if (!row) return null;
  if (rows.length > 1 || row.digest !== posting.digest) {
    throw new AppError(
      'idempotency_conflict',
      'This id or Idempotency-Key was used with another message; use a new one.',
    );
  }
  return toMessage(row);
}

/**
 * Posts a message on behalf of a person, who is in the thread. Idempotent by its id and by its key: a repeat answers the
 * message as it is, and tells nobody again.
 * @param live whether open sockets hear of it
 * @throws AppError `thread_not_found` when author and thread are not of one family, or the author is not in it;
 * `idempotency_conflict`; `rate_limited` (urgent messages); `invalid_request`
 */
export async function postOnBehalf(
  deps: Deps,
  author: Person,
  message: HostMessage,
  { live = true } = {},
): Promise<MessageJson> {
  const db = deps.db.forFamily(author.familyId);
  const posting = await postingOf(deps, author, message);
  const isNamed = message.id !== null || message.clientKey !== null;
  // Asked first, since a member who joined in between must not be told by a repeat.
  const earlier = isNamed ? await findPosted(db, posting) : null;
  if (earlier) return earlier;
  const by = message.silent ? 'history' : 'service';
  const results = await retrying(() => db.batch(postStatements(posting, by)));
  const [row] = results.posted;
  if (row?.id === posting.id && row.digest === posting.digest) {
    if (live) deps.afterwards(announce(deps, author, toMessage(row), results));
    return toMessage(row);
  }
  // Somebody else was faster under this id or key, or the message was refused.
  const faster = await findPosted(db, posting);
  if (faster) return faster;
  const { error, isMember } = await refusal(deps, posting, by);
  if (error.code === 'thread_not_found' && isMember)
    throw new AppError('conflict', 'This id belongs to a message of another family.');
  throw error;
}
