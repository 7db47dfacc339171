import { DAY_MS, MINUTE_MS } from '../../platform/time.ts';

/** A text replies to one of ours that is at most this old, ms. */
export const ANSWERABLE_MS = DAY_MS;
/**
 * Texts about two threads within this time (ms) make a reply ambiguous; a chosen thread stays chosen for as
 * long.
 */
export const TOGETHER_MS = 10 * MINUTE_MS;
/** Max. threads in a question. */
const MOST_CHOICES = 4;

/** A thread that a person was texted about. Times are ms UTC. */
export interface TextedThread {
  threadId: string;
  title: string;
  /** When the last text about it left. */
  textedAt: number;
  /** When the person last answered there by text; null: not lately. */
  repliedAt: number | null;
}

/** The thread that a text belongs to: one, one of several, or none. */
export type ReplyTarget =
  | { kind: 'thread'; threadId: string }
  | { kind: 'ask'; threads: TextedThread[] }
  | { kind: 'none' };

/**
 * Finds the thread that a text answers: the one texted about last, unless another was within ten minutes of it. Then
 * it is the one in which the person has been writing by text since, within ten minutes; failing that, they are asked.
 * @param threads - what the person was texted about and is a member of, in any order
 * @param now - ms UTC
 * @returns for a question, the threads to choose from, texted last first
 */
export function replyTarget(threads: readonly TextedThread[], now: number): ReplyTarget {
  const live = threads
    .filter(({ textedAt }) => textedAt > now - ANSWERABLE_MS)
    .sort((a, b) => b.textedAt - a.textedAt || (a.threadId < b.threadId ? -1 : 1));
  const [newest] = live;
  if (!newest) return { kind: 'none' };
  const rivals = live.filter(({ textedAt }) => newest.textedAt - textedAt <= TOGETHER_MS);
  if (rivals.length === 1) return { kind: 'thread', threadId: newest.threadId };
  const going = rivals
    .filter(
      ({ repliedAt }) => repliedAt !== null && repliedAt >= newest.textedAt && now - repliedAt <= TOGETHER_MS,
    )
    .sort((a, b) => (b.repliedAt ?? 0) - (a.repliedAt ?? 0))[0];
  if (going) return { kind: 'thread', threadId: going.threadId };
  return { kind: 'ask', threads: rivals.slice(0, MOST_CHOICES) };
}

/**
 * Reads an answer to a question: `2`, `#2`, `2.`, `2 please`.
 * @returns the index of the choice, `unclear` for a number that was not offered, null for anything that is no number
 */
export function choiceOf(body: string, choices: number): number | 'unclear' | null {
  const number =
    /^\W*(?:(?:no|nr|number|option)\b\W*)?(\d{1,2})\W*(?:(?:please|pls|thanks|thank you)\W*)?$/i.exec(
      body.normalize('NFKC'),
    )?.[1];
  if (number === undefined) return null;
  const choice = Number(number);
  return choice >= 1 && choice <= choices ? choice - 1 : 'unclear';
}
