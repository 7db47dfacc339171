import { plainTyped } from '../../platform/characters.ts';
import { brandedText } from '../../platform/sms/one-segment.ts';
import { DAY_MS } from '../../platform/time.ts';

const SECOND = 1000;
/** Codes that one number, and one person, may ask for in any 24 hours. */
export const SENDS_A_DAY = 5;
/** Seconds to wait after the first, second, third and every further send: Signal's numbers. */
const RESEND_DELAYS = [60, 120, 300, 600] as const;

const CODES = 1_000_000;
const BYTES_A_DRAW = 4;
/**
 * The largest multiple of a million within four bytes; higher draws are rejected, because they would favour
 * small codes.
 */
const FAIR_LIMIT = Math.floor(2 ** 32 / CODES) * CODES;

/**
 * The text with a one-time code. Its last line binds the code to the host, so that phones offer to fill it in
 * on that site alone (WICG sms-one-time-codes); ports do not occur in that format and are left out. One
 * segment: a long brand is cut; a host of more than 80 characters costs the binding line.
 *
 * @param host - of the public origin, without scheme; a port is ignored
 * @param ttlSeconds - told in whole minutes, rounded down, or in seconds below one minute
 */
export function formatCodeText({
  brand,
  code,
  host,
  ttlSeconds,
}: {
  brand: string;
  code: string;
  host: string;
  ttlSeconds: number;
}): string {
  const sentence = `: your verification code is ${code}. It expires in ${lifetime(ttlSeconds)}.`;
  const binding = `\n@${host.replace(/:\d*$/, '')} #${code}`;
  return brandedText(brand, binding.length > 90 ? [sentence] : [sentence + binding]);
}

/**
 * Six digits from random bytes, each code equally likely: four bytes a draw, and the topmost draws, which would
 * favour small codes, are rejected.
 *
 * @returns null when every draw in these bytes was rejected: draw again (2 in 10,000 for four bytes)
 * @throws RangeError for fewer than four bytes, which could never do
 */
export function codeFromRandom(bytes: Uint8Array): string | null {
  if (bytes.length < BYTES_A_DRAW) throw new RangeError('a code needs at least 4 random bytes');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + BYTES_A_DRAW <= bytes.length; at += BYTES_A_DRAW) {
    const draw = view.getUint32(at);
    if (draw < FAIR_LIMIT) return String(draw % CODES).padStart(6, '0');
  }
  return null;
}

/** What may stand around and between the digits of a code that was pasted out of a text: `"123-456".` */
const AROUND_DIGITS = /[\p{P}\p{Z}\s]/gu;

/**
 * The six digits of a code as it was typed or pasted; spaces, dashes, punctuation and invisible marks are forgiven,
 * as they are for numbers. Null for anything else.
 */
export function readTypedCode(typed: string): string | null {
  const digits = plainTyped(typed).replace(AROUND_DIGITS, '');
  return /^\d{6}$/.test(digits) ? digits : null;
}

/** Seconds between the last send and the next, after so many sends in 24 hours. */
export function resendDelaySeconds(sendsSoFar: number): number {
  if (sendsSoFar < 1) return 0;
  return RESEND_DELAYS[Math.min(sendsSoFar, RESEND_DELAYS.length) - 1] ?? 0;
}

/** Whether another code may be sent; if not, the whole seconds until it may. */
export type SendAllowance = { allowed: true } | { allowed: false; retryAfterSeconds: number };

/**
 * Whether another code may be sent to a number: five sends in any 24 hours, 1, 2, 5 and 10 minutes apart.
 * `retryAfterSeconds` is the truth: then it is allowed, if nothing is sent in between, and no whole second
 * earlier.
 *
 * @param sends - when codes were sent to the number, ms, in any order; older ones than 24 hours may be among
 *   them. One in the future (a clock that was set back) counts as sent, and is waited for.
 * @param now - ms since the epoch
 */
export function nextSendAllowed({ sends }: { sends: readonly number[] }, now: number): SendAllowance {
  if (mayFollow(sends, now)) return { allowed: true };
  // The answer changes only when a send leaves the day, or when a delay after the latest one is over.
  const latest = Math.max(...sends);
  const moments = [
    ...sends.map((send) => send + DAY_MS),
    ...RESEND_DELAYS.map((delay) => latest + delay * SECOND),
  ].filter((moment) => moment > now);
  const next = moments.sort((a, b) => a - b).find((moment) => mayFollow(sends, moment)) ?? latest + DAY_MS;
  return { allowed: false, retryAfterSeconds: Math.ceil((next - now) / SECOND) };
}

function mayFollow(sends: readonly number[], now: number): boolean {
  const counted = sends.filter((send) => now - send < DAY_MS);
  const wait = resendDelaySeconds(counted.length) * SECOND;
  return counted.length < SENDS_A_DAY && counted.every((send) => now - send >= wait);
}

function lifetime(seconds: number): string {
  const [count, unit] = seconds < 60 ? [Math.floor(seconds), 'second'] : [Math.floor(seconds / 60), 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
