import { listMessages } from '../../chat/list-messages.ts';
import type { MessageJson } from '../../chat/message.ts';
import { explainOwnMessages, type Told } from '../../notifications/operate/delivery-log.ts';
import type { Caller } from '../../platform/auth/caller.ts';
import type { Deps } from '../../platform/deps.ts';

/** Messages that a page shows at once. */
export const PAGE = 40;
/** Messages that one catching-up brings at most. */
const CATCH_UP = 100;

/** Which part of a thread is wanted; all by `seq`. */
export type Stretch =
  /** The newest, or those before a message; `including`: that message too. */
  | { kind: 'page'; before?: number | undefined; including?: boolean }
  /** Everything after a message. */
  | { kind: 'after'; seq: number }
  /** These alone. */
  | { kind: 'at'; seqs: number[] };

/** A stretch of a thread, oldest first. */
export interface StretchData {
  messages: MessageJson[];
  previous: MessageJson | undefined;
  told: Map<string, Told[]>;
  /** There are more after the last one. */
  more: boolean;
}

async function readStretch(deps: Deps, caller: Caller, threadId: string, stretch: Stretch) {
  const read = (query: { limit: number; before?: number | undefined; after?: number | undefined }) =>
    listMessages(deps, caller, threadId, query);
  if (stretch.kind === 'page') {
    const { before, including = false } = stretch;
    const size = including ? PAGE + 1 : PAGE;
    const { messages } = await read({ limit: size + 1, before: including ? (before ?? 0) + 1 : before });
    const rows = messages.reverse();
    return rows.length > size
      ? { messages: rows.slice(1), previous: rows[0], more: false }
      : { messages: rows, previous: undefined, more: false };
  }
  const seqs = stretch.kind === 'at' ? stretch.seqs : [stretch.seq + 1];
  const first = Math.max(1, Math.min(...seqs));
  const { messages, next } = await read({ limit: CATCH_UP, after: Math.max(0, first - 2) });
  const previous = messages[0]?.seq === first - 1 ? messages[0] : undefined;
  const rows = messages.filter(({ seq }) => (stretch.kind === 'at' ? seqs.includes(seq) : seq >= first));
  return { messages: rows, previous, more: stretch.kind === 'after' && next !== null };
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
      ? new Map<string, Told[]>()
      : await explainOwnMessages(deps, caller, threadId, {
          fromSeq: own[0]!.seq,
          toSeq: own.at(-1)!.seq,
        });
  return { ...data, told };
}
