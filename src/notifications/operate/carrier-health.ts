import { errorRule } from '../../platform/sms/twilio-errors.ts';

/** What is known of the texts that should leave, and of the carrier. Times are ms. */
export interface TextsSeen {
  /** Texts that should have left by now, people and families that they are for; counted up to a thousand a store. */
  waiting: { texts: number; people: number; families: number; oldestAt: number | null };
  /** The minute of the last text that the carrier took, within two days; null: none. */
  lastAcceptedAt: number | null;
  /** The minute of the last try, within five, that failed for the carrier's or our account's sake; null: none did. */
  lastFailedAt: number | null;
  /** Requests that the carrier has not answered: what came of the text is not known yet. */
  inDoubt: number;
  /** What came of the tries of the last five and sixty minutes; code empty: accepted. */
  tries: { five: readonly CodeCount[]; sixty: readonly CodeCount[] };
  /** Stores that did not answer. */
  down: readonly string[];
}

/** Tries by their code. */
export interface CodeCount {
  code: string;
  count: number;
}

/** One thing that is wrong now: a kind of alert, what it is and whom it hits, and what to do. */
export interface Trouble {
  kind: 'carrier_silent' | 'carrier_refuses' | 'texts_late' | 'database_silent';
  message: string;
}

/** After how long a waiting text is late while the carrier takes others; and after how long a single try counts. */
const LATE_MS = 10 * 60_000;
const ALONE_MS = 100_000;
/** Min. number of failed tries that count as a problem of the carrier. */
const SOME = 3;

/** Whether a code is about the carrier or our account, and not about one number. */
export function isAboutCarrier(code: string): boolean {
  if (code === '') return false;
  const { meaning } = errorRule(Number(code) || null, 0);
  return code === 'no_answer' || (meaning !== 'opted_out' && meaning !== 'permanent');
}

/** How many of the tries failed for the carrier's sake, and their share. */
export function failedTries(tries: readonly CodeCount[], inDoubt = 0): { failed: number; share: number } {
  const all = tries.reduce((sum, { count }) => sum + count, inDoubt);
  const failed = tries.reduce((sum, { code, count }) => sum + (isAboutCarrier(code) ? count : 0), inDoubt);
  return { failed, share: all === 0 ? 0 : failed / all };
}

const number = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

/** Whom it hits: `12 texts to 9 people wait, the oldest for 4 minutes`; empty when none waits. */
function whoWaits({ waiting: { texts, people, oldestAt } }: TextsSeen, now: number): string {
  if (texts === 0 || oldestAt === null) return '';
  const minutes = Math.max(1, Math.round((now - oldestAt) / 60_000));
  const wait = texts === 1 ? 'waits' : 'wait';
  return ` ${number(texts, 'text')} to ${number(people, 'person', 'people')} ${wait}, the oldest for ${number(minutes, 'minute')}.`;
}

/** What is wrong with texts now, the worst first; nothing when all is well. */
export function troublesOf(seen: TextsSeen, now: number): Trouble[] {
  const troubles: Trouble[] = [];
  const { failed, share } = failedTries(seen.tries.five, seen.inDoubt);
  const age = seen.waiting.oldestAt === null ? 0 : now - seen.waiting.oldestAt;
  const isOver =
    seen.inDoubt === 0 && seen.lastFailedAt !== null && (seen.lastAcceptedAt ?? 0) > seen.lastFailedAt;
  const means = !isOver && share >= 0.5 && (failed >= SOME || (failed > 0 && age > ALONE_MS));
  const silent = seen.inDoubt + (seen.tries.five.find(({ code }) => code === 'no_answer')?.count ?? 0);
  const who = whoWaits(seen, now);
  if (means && silent * 2 >= failed) {
    troubles.push({
      kind: 'carrier_silent',
      message: `The carrier is not answering; we go on trying.${who} Look at status.twilio.com; nothing is lost, and nothing needs to be sent again.`,
    });
  } else if (means) {
    const [worst] = seen.tries.five
      .filter(({ code }) => isAboutCarrier(code))
      .toSorted((a, b) => b.count - a.count);
    const advice = errorRule(Number(worst?.code) || null, 0).advice;
    troubles.push({
      kind: 'carrier_refuses',
      message: `The carrier refuses our texts, most with ${worst?.code ?? 'no code'}.${who} ${advice}`,
    });
  } else if (age > LATE_MS) {
    troubles.push({
      kind: 'texts_late',
      message: `Texts are late.${who} Is the sender too slow for them, or does the queue not run? See docs/operations.md.`,
    });
  }
  if (seen.down.length > 0) {
    troubles.push({
      kind: 'database_silent',
      message: `Databases do not answer: ${seen.down.join(', ')}. Their families can neither write nor be texted; look at Cloudflare's status and at D1's metrics.`,
    });
  }
  return troubles;
}
