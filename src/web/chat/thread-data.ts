import { listMessages } from '../../chat/list-messages.ts';
import type { MessageJson } from '../../chat/message.ts';
import { getThread, listThreads, type ThreadJson } from '../../chat/threads.ts';
import { explainOwnMessages, type RecipientOutcome } from '../../notifications/operate/delivery-log.ts';
import type { Caller } from '../../platform/auth/caller.ts';
import { withoutBidiControls } from '../../platform/characters.ts';
import type { Deps } from '../../platform/deps.ts';

/** A thread whose title and names turn nothing on the page. */
const shown = (thread: ThreadJson): ThreadJson => ({
  ...thread,
  title: withoutBidiControls(thread.title),
  members: thread.members.map((member) => ({ ...member, name: withoutBidiControls(member.name) })),
  lastMessage: thread.lastMessage && {
    ...thread.lastMessage,
    authorName: withoutBidiControls(thread.lastMessage.authorName),
  },
});

/** The caller's threads as pages show them, newest activity first. @throws when the database fails */
export const shownThreads = async (deps: Deps, caller: Caller): Promise<ThreadJson[]> =>
  (await listThreads(deps, caller)).map(shown);

/** One thread as pages show it. @throws AppError `thread_not_found` */
export const shownThread = async (deps: Deps, caller: Caller, threadId: string): Promise<ThreadJson> =>
  shown(await getThread(deps, caller, threadId));

/** Messages that a page shows at once. */
export const PAGE = 40;
/** Messages that one catching-up brings at most. */
const CATCH_UP = 100;
/** Of what was read already, so many stand above the first unread message. */
const BEFORE_UNREAD = 8;

/** Which part of a thread is wanted; all by `seq`. */
export type Stretch =
  /** The newest, or those before a message. */
  | { kind: 'page'; before?: number | undefined }
  /** Everything after a message. */
  | { kind: 'after'; seq: number }
  /** A page that begins a little before a message. */
  | { kind: 'around'; seq: number }
  /** These alone. */
  | { kind: 'at'; seqs: number[] };

/** A stretch of a thread, oldest first. */
export interface StretchData {
  messages: MessageJson[];
  previous: MessageJson | undefined;
  told: Map<string, RecipientOutcome[]>;
  /** There are more after the last one. */
  more: boolean;
}

/** Seq of the first message that belongs to a stretch. */
function firstOf(stretch: Exclude<Stretch, { kind: 'page' }>): number {
  if (stretch.kind === 'at') return Math.min(...stretch.seqs);
  return stretch.kind === 'after' ? stretch.seq + 1 : stretch.seq - BEFORE_UNREAD;
}

async function readStretch(deps: Deps, caller: Caller, threadId: string, stretch: Stretch) {
  const read = (query: { limit: number; before?: number | undefined; after?: number | undefined }) =>
    listMessages(deps, caller, threadId, query);
  if (stretch.kind === 'page') {
    const { before } = stretch;
    const { messages } = await read({ limit: PAGE + 1, before });
    const rows = messages.reverse();
    const more = before !== undefined && rows.length > 0;
    return rows.length > PAGE
      ? { messages: rows.slice(1), previous: rows[0], more }
      : { messages: rows, previous: undefined, more };
  }
  const first = Math.max(1, firstOf(stretch));
  const limit = stretch.kind === 'around' ? BEFORE_UNREAD + PAGE : CATCH_UP;
  const { messages, next } = await read({ limit, after: Math.max(0, first - 2) });
  const previous = messages[0]?.seq === first - 1 ? messages[0] : undefined;
  const wanted = (seq: number) => (stretch.kind === 'at' ? stretch.seqs.includes(seq) : seq >= first);
  return {
    messages: messages.filter(({ seq }) => wanted(seq)),
    previous,
    more: stretch.kind !== 'at' && next !== null,
  };
}

/**
 * What of a conversation is shown first: its newest page, or, when that does not reach back so far, the page on which
 * the unread begin.
 * @param readUnread - gives the seq of the first unread message; null for none
 * @throws AppError `thread_not_found`
 */
export async function loadOpening(
  deps: Deps,
  caller: Caller,
  threadId: string,
  readUnread: Promise<number | null>,
): Promise<StretchData> {
  const [newest, unreadFrom] = await Promise.all([
    loadStretch(deps, caller, threadId, { kind: 'page' }),
    readUnread,
  ]);
  if (unreadFrom === null || unreadFrom >= (newest.messages[0]?.seq ?? 0)) return newest;
  return loadStretch(deps, caller, threadId, { kind: 'around', seq: unreadFrom });
}

/** Reads a stretch, and who was told of the caller's own messages in it. @throws AppError `thread_not_found` */
export async function loadStretch(
  deps: Deps,
  caller: Caller,
  threadId: string,
  stretch: Stretch,
): Promise<StretchData> {
  const data = await readStretch(deps, caller, threadId, stretch);
  const own = data.messages.filter(({ authorId }) => authorId === caller.userId);
  const told =
    own.length === 0
      ? new Map<string, RecipientOutcome[]>()
      : await explainOwnMessages(deps, caller, threadId, {
          fromSeq: own[0]!.seq,
          toSeq: own.at(-1)!.seq,
        });
  return { ...data, told };
}
