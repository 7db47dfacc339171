import { ANSWERABLE_MS, choiceOf, replyTarget, type TextedThread, TOGETHER_MS } from './reply-target.ts';

/** Max. texts of one person posted in an hour; more means a machine. */
const POSTS_PER_HOUR = 60;
/** Max. repeats of the same text in an hour; more means a machine. */
const SAME_WORDS_PER_HOUR = 2;
/** Max. texts of one person that wait for a choice. */
const MOST_HELD = 10;

/** A text that waits for its author to choose a thread. Times are ms UTC. */
export interface HeldReply {
  messageSid: string;
  /** Thread ids, in the order of the question. */
  choices: readonly string[];
  chosenBy: string | null;
  threadId: string | null;
  receivedAt: number;
}

/** The facts known about an inbound text. */
export interface ReplyFacts {
  messageSid: string;
  /** The text as it was sent. */
  body: string;
  /** It was posted already: this is a repeat. */
  isPosted: boolean;
  /** What the person was texted about. */
  threads: readonly TextedThread[];
  /** The person's texts that wait, or waited, for a choice, oldest first. */
  held: readonly HeldReply[];
  /** The person's messages by text within the hour, and those of them with these very words. */
  recent: number;
  recentSame: number;
  /** Whether this number may be sent an answer. */
  mayAnswer: boolean;
}

/** What to do with a text. */
export type ReplyDecision =
  | { does: 'post'; threadId: string }
  /** The text is a choice: these waiting texts are posted. */
  | { does: 'choose'; threadId: string; messageSids: string[] }
  /** It is held; `ask`: the author is asked, now or again. */
  | { does: 'hold'; threads: TextedThread[]; ask: boolean }
  /** A number that was not offered: asked again, and not kept. */
  | { does: 'ask'; choices: readonly string[] }
  | { does: 'answer_nobody' }
  | { does: 'nothing'; why: string };

const nothing = (why: string): ReplyDecision => ({ does: 'nothing', why });

/**
 * Decides what to do with a text. A repeat is decided like the first call, from what that left in the database.
 * @param now - ms UTC
 */
export function decideReply(facts: ReplyFacts, now: number): ReplyDecision {
  const { messageSid, mayAnswer } = facts;
  if (facts.isPosted) return nothing('posted');
  const began = facts.held.filter(({ chosenBy }) => chosenBy === messageSid);
  if (began[0]?.threadId) return choose(began[0].threadId, began);

  const open = facts.held.filter(
    (reply) =>
      reply.chosenBy === null && reply.messageSid !== messageSid && reply.receivedAt > now - ANSWERABLE_MS,
  );
  const asked = open.at(-1);
  if (asked) {
    const choice = choiceOf(facts.body, asked.choices.length);
    if (choice === 'unclear') {
      return mayAnswer ? { does: 'ask', choices: asked.choices } : nothing('too many answers');
    }
    if (choice !== null) {
      return choose(
        asked.choices[choice]!,
        open.filter((reply) => sameChoices(reply, asked)),
      );
    }
  }
  if (facts.recent >= POSTS_PER_HOUR || facts.recentSame >= SAME_WORDS_PER_HOUR) return nothing('a machine');

  const target = replyTarget(facts.threads, now);
  if (target.kind === 'thread') return { does: 'post', threadId: target.threadId };
  if (target.kind === 'none') return mayAnswer ? { does: 'answer_nobody' } : nothing('too many answers');
  const { threads } = target;
  // An author of several texts in a row is asked once.
  const isAsked =
    asked !== undefined &&
    sameChoices(asked, { choices: threads.map(({ threadId }) => threadId) }) &&
    now - asked.receivedAt < TOGETHER_MS;
  if (open.length >= MOST_HELD) return nothing('too many wait');
  if (!isAsked && !mayAnswer) return nothing('too many answers');
  return { does: 'hold', threads, ask: !isAsked };
}

function choose(threadId: string, replies: readonly HeldReply[]): ReplyDecision {
  return { does: 'choose', threadId, messageSids: replies.map(({ messageSid }) => messageSid) };
}

function sameChoices(a: Pick<HeldReply, 'choices'>, b: Pick<HeldReply, 'choices'>): boolean {
  return JSON.stringify(a.choices) === JSON.stringify(b.choices);
}
