import { nextMidnight } from '../time.ts';
import { ELSEWHERE, ROWS } from './twilio-error-rules.ts';

/**
 * What a refusal means for a delivery.
 * - `retry`: was never processed, or the carrier is full: send again later.
 * - `ambiguous`: may have been accepted: look it up before any second send.
 * - `permanent`: refused for good.
 * - `opted_out`: the recipient told the carrier to stop.
 * - `operator`: our account or sender is misconfigured; nobody's text can leave until it is mended.
 */
export type Meaning = 'retry' | 'ambiguous' | 'permanent' | 'opted_out' | 'operator';

/**
 * What a receipt of an accepted text that did not arrive means for its delivery. Only what provably was not handed to
 * a carrier is sent again, always within the delivery's expiry and with a bound on tries.
 * - `again`: pending, with backoff.
 * - `next_day`: pending until the carrier's next day, see `carrierDayAfter`.
 * - `morning`: pending until it is eight in the morning for the recipient.
 * - `hold`: pending until operators have mended it, with long backoff.
 * - `once_more`: the handset's or carrier's fault that may pass: one more try after a while.
 * - `final`: it stays as the receipt says.
 * - `opted_out`: final, and the number is opted out.
 */
export type ReceiptAction = 'again' | 'next_day' | 'morning' | 'hold' | 'once_more' | 'final' | 'opted_out';

/** How a code can reach us: as the answer to a request to send, or in a receipt of what had been accepted. */
export type CodeChannel = 'answer' | 'receipt';

/** A row of the table of codes. */
export interface ErrorRow {
  /** What happened, one sentence for operators. */
  about: string;
  /** What becomes of the text when a request is answered so. */
  answer: Meaning;
  /** What becomes of the text when a receipt says so. */
  receipt: ReceiptAction;
  /** The sender takes no more for a while: what follows would meet the same. */
  pausesSender?: boolean;
  /** The number cannot receive texts: at once, or when it happens a second time. */
  number?: 'unusable' | 'strike';
  /** Operators should know. */
  alert?: 'twilio_credentials' | 'twilio_sender' | 'twilio_filtered' | 'twilio_flagged' | 'twilio_limits';
  /** Why, as the recipient is told: ends `… did not reach your phone, because …`. */
  cause?: string;
  /** What operators can do, one sentence. */
  todo: string;
}

/** What a code says, and what is done about it. */
export interface ErrorRule extends ErrorRow {
  /** What an answer means; the same as `answer`. */
  meaning: Meaning;
  /** A receipt with this code earns one more try, after a while; the same as `receipt` being `once_more`. */
  retryOnce: boolean;
  /** For operators: what happened, what the service does, what they can do. */
  advice: string;
}

const ANSWERED: Record<Meaning, string> = {
  retry: 'It is sent again with backoff',
  ambiguous: 'It is looked up before it is sent again',
  permanent: 'It is not sent again',
  opted_out: 'It is not sent again, and the number is opted out',
  operator: 'It waits, and is sent when this is mended',
};
const RECEIVED: Record<ReceiptAction, string> = {
  again: ANSWERED.retry,
  next_day: 'It is sent again on the carrier’s next day',
  morning: 'It is sent again in the recipient’s morning',
  hold: ANSWERED.operator,
  once_more: 'It is tried once more after a while',
  final: ANSWERED.permanent,
  opted_out: ANSWERED.opted_out,
};

/** What the service does, in a sentence that is true on every channel on which the code can come. */
function doing({ answer, receipt }: ErrorRow, channels: readonly CodeChannel[]): string {
  const [answered, received] = [ANSWERED[answer], RECEIVED[receipt]];
  if (answered === received || !channels.includes('receipt')) return `${answered}.`;
  if (!channels.includes('answer')) return `${received}.`;
  return `When a request is answered so: ${lowered(answered)}; when a receipt says so: ${lowered(received)}.`;
}

const lowered = (sentence: string) => sentence.charAt(0).toLowerCase() + sentence.slice(1);

const LOOK_UP = 'Look the code up at twilio.com/docs/api/errors.';

const UNKNOWN: ErrorRow = {
  about: 'A code that this service does not know.',
  answer: 'permanent',
  receipt: 'final',
  todo: LOOK_UP,
};

const CODELESS: ErrorRow = {
  about: 'The request was refused without a code of Twilio’s.',
  answer: 'retry',
  receipt: 'final',
  todo: 'Check TWILIO_API_BASE, and what stands between this service and it.',
};

const elsewhere = (about: string): ErrorRow => ({
  about: `A code about ${about}, not about a text.`,
  answer: 'permanent',
  receipt: 'final',
  todo: LOOK_UP,
});

/** Whether a code has a row of its own, or belongs to a range that never says what became of a text. */
export function isKnownCode(code: number): boolean {
  return Object.hasOwn(ROWS, code) || within(code, ELSEWHERE);
}

/** Refused while the request is read, before there is a message to have a receipt: see {@link channelsOf}. */
const ONLY_ANSWERS: readonly (readonly [first: number, last: number])[] = [
  [10_000, 11_750],
  [20_000, 20_999],
  [21_601, 21_605],
  [21_607, 21_609],
  [21_613, 21_613],
  [21_616, 21_634],
  [21_652, 21_702],
  [21_708, 29_999],
  [30_012, 30_014],
  [30_028, 30_031],
  [30_124, 30_124],
  [30_400, 30_400],
  [35_000, 35_999],
  [60_728, 60_728],
  [90_000, 216_602],
];
/** Said of messages that had been accepted, and never of a request. */
const ONLY_RECEIPTS: readonly (readonly [first: number, last: number])[] = [
  [30_001, 30_011],
  [30_017, 30_027],
  [30_032, 30_047],
  [30_410, 30_410],
  [30_450, 30_453],
  [30_485, 30_620],
];

const within = (code: number, ranges: readonly (readonly [number, number, ...unknown[]])[]) =>
  ranges.some(([first, last]) => code >= first && code <= last);

/**
 * How a code can come: behind a messaging service much that a single number answers at once (21610, 21611, 21612 …)
 * is found out only after acceptance. None for a code that never says what became of a text; both for an unknown one.
 */
export function channelsOf(code: number): readonly CodeChannel[] {
  if (!Object.hasOwn(ROWS, code)) {
    if (within(code, ELSEWHERE)) return [];
    return ['answer', 'receipt'];
  }
  if (within(code, ONLY_ANSWERS)) return ['answer'];
  return within(code, ONLY_RECEIPTS) ? ['receipt'] : ['answer', 'receipt'];
}

/** The row of a code that has none of its own, or of an answer without a code. */
function rowFor(code: number | null, status: number): ErrorRow {
  if (status === 401) return ROWS[20003]!;
  if (status === 429) return ROWS[20429]!;
  if (status === 408 || status === 409 || status >= 500) return ROWS[20500]!;
  if (code === null) {
    if ([403, 404, 405].includes(status)) return ROWS[20404]!;
    return status > 0 ? CODELESS : UNKNOWN;
  }
  const range = ELSEWHERE.find(([first, last]) => code >= first && code <= last);
  if (range) return elsewhere(range[2]);
  // The platform's own: the account, address or permissions, never the recipient.
  return code >= 20_000 && code < 21_000 ? ROWS[20006]! : UNKNOWN;
}

/**
 * What Twilio's error `code` means. `status` is the HTTP status it came with, 0 for a receipt or when it is no longer
 * known.
 */
export function errorRule(code: number | null, status: number): ErrorRule {
  const row = code !== null && Object.hasOwn(ROWS, code) ? ROWS[code]! : rowFor(code, status);
  const channels: readonly CodeChannel[] = code === null ? ['answer'] : channelsOf(code);
  return {
    ...row,
    meaning: row.answer,
    retryOnce: row.receipt === 'once_more',
    advice: `${row.about} ${doing(row, channels)} ${row.todo}`,
  };
}

/**
 * When a registered daily limit begins anew: T-Mobile's day, and with it 30023 and 30027, ends at midnight Pacific
 * (twilio.com/docs/api/errors/30023).
 * @param now - ms UTC
 */
export function carrierDayAfter(now: number): number {
  return nextMidnight('America/Los_Angeles', now);
}
